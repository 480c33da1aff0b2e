"""Name the mistake: hold the records against those of the known misconceptions.

A misconception is named if it accounts for everything that is wrong. If none does, those are
named that account for a part each, and every one of them says which part that is.
"""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workbook.checks import heuristics
from workbook.checks.case_verdicts import CaseVerdicts, shortened
from workbook.checks.fingerprint import (
    CaseFingerprint,
    Fingerprint,
    changed_arguments,
    includes,
    matches,
)
from workbook.checks.messages import ComparedCase, Message, called, fill
from workbook.errors import WorkbookError
from workbook.locale.sentence import Sentence

__all__ = ["Candidate", "Fault", "Message", "candidates", "diagnose"]

_MOST_CASES = 8
"""More cases than these are not listed in a sentence."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong in one case: `kind` is `array`, `changed` or `raised`."""

    case: str
    kind: str
    name: str = ""


def _faults(compared: ComparedCase) -> set[Fault]:
    case = compared.case.name
    if compared.record.raised is not None:
        return {Fault(case, "raised")}
    arrays = {Fault(case, "array", name) for name in compared.comparison.failing}
    return arrays | {Fault(case, "changed", n) for n in changed_arguments(compared.comparison)}


def _explained(case: str, known: CaseFingerprint) -> set[Fault]:
    if known.raised is not None:
        return {Fault(case, "raised")}
    names = {*known.arrays, *known.missing, *known.extra}
    arrays = {Fault(case, "array", name) for name in names}
    return arrays | {Fault(case, "changed", name) for name in known.changed}


def _all_explained(misconception: Fingerprint) -> set[Fault]:
    faults = (_explained(name, known) for name, known in misconception.cases.items())
    return set().union(*faults)


@dataclass(frozen=True)
class Candidate:
    """A misconception whose own results are among those of the student, in every case.

    Attributes
    ----------
    explains : frozenset of Fault
        What it accounts for.
    unexplained : frozenset of Fault
        What is wrong besides.
    values : bool
        Whether it accounts for a wrong value, or no value is wrong.
    """

    misconception: Fingerprint
    explains: frozenset[Fault]
    unexplained: frozenset[Fault]
    values: bool = True


def _wrong_values(compared: ComparedCase) -> set[Fault]:
    """What is wrong in one case beside the rules that are missed."""
    if compared.comparison.outcome == "almost":
        return set()
    if compared.record.raised is not None:
        return _faults(compared)
    wrong = [f for f in compared.comparison.findings if f.fatal and not f.rule]
    return {Fault(compared.case.name, "array", finding.array) for finding in wrong}


def _agrees(compared: ComparedCase, known: CaseFingerprint) -> bool:
    """Return whether the record shows the mistake in one case, perhaps beside others."""
    raised = compared.record.raised
    if known.raised is not None or raised is not None:
        return raised is not None and known.raised == (raised.type, raised.message)
    verdicts = {verdict.name: verdict for verdict in compared.comparison.arrays}
    for name, wrong in known.arrays.items():
        # A right array is never taken for a wrong one, however near the two lie.
        if name not in verdicts or verdicts[name].ok or verdicts[name].problem == "missing":
            return False
        if not matches(compared.record.arrays.get(name), wrong, compared.case, name):
            return False
    missing = {v.name for v in verdicts.values() if v.problem == "missing"}
    changed = set(changed_arguments(compared.comparison))
    return set(known.missing) <= missing and set(known.changed) <= changed


def candidates(
    compared_cases: Sequence[ComparedCase], fingerprints: Sequence[Fingerprint]
) -> list[Candidate]:
    """Return the misconceptions that fit, best first.

    Parameters
    ----------
    compared_cases : sequence of ComparedCase
        Every case of the exercise that ran.
    fingerprints : sequence of Fingerprint
        Of the known misconceptions.
    """
    by_name = {compared.case.name: compared for compared in compared_cases}
    wrong = set().union(*(_faults(c) for c in compared_cases if c.comparison.outcome != "pass"))
    values = set().union(*map(_wrong_values, compared_cases))
    found = []
    for misconception in fingerprints:
        known = misconception.cases
        if not known or not set(known) <= set(by_name):
            continue
        if all(_agrees(by_name[name], case) for name, case in known.items()):
            mine = _all_explained(misconception)
            about_values = not values or bool(mine & values)
            parts = frozenset(mine & wrong), frozenset(wrong - mine)
            found.append(Candidate(misconception, *parts, about_values))
    # Stable: of equals the first in the list.
    return sorted(found, key=lambda c: (not c.values, len(c.unexplained)))


def _named(found: Sequence[Candidate], fingerprints: Sequence[Fingerprint]) -> list[Candidate]:
    """Return the candidates to name: none accounts for what another does, and none is a guess."""
    chosen: list[Candidate] = []
    explained: frozenset[Fault] = frozenset()
    for candidate in found:
        if candidate.explains & explained or _is_ambiguous(candidate, fingerprints):
            continue
        chosen.append(candidate)
        explained |= candidate.explains
    return chosen


def _is_ambiguous(candidate: Candidate, fingerprints: Sequence[Fingerprint]) -> bool:
    """Return whether another misconception may as well be the reason, among several mistakes.

    One that does all that this one does, and more: where its other results are wrong as well, a
    second mistake may have changed them.
    """
    if not candidate.unexplained:
        return False
    wrong = candidate.explains | candidate.unexplained
    mine = candidate.misconception.cases
    return any(
        _all_explained(other) <= wrong and includes(other.cases, mine)
        for other in fingerprints
        if not includes(mine, other.cases)
    )


def diagnose(
    compared_cases: Sequence[ComparedCase], fingerprints: Sequence[Fingerprint]
) -> list[Message]:
    """Return messages, best first; at least one if any case did not pass.

    First the misconceptions that the records agree with, then what can be said without them. Where
    values are wrong, a misconception that explains none of them comes last.
    """
    verdicts = CaseVerdicts(compared_cases)
    if not verdicts.failing:
        return []
    named = _named(candidates(compared_cases, fingerprints), fingerprints)
    said = [(c.values, m) for c in named if (m := _message(c, verdicts)) is not None]
    messages = [
        *(message for about_values, message in said if about_values),
        *heuristics.heuristics(verdicts),
        *(message for about_values, message in said if not about_values),
    ]
    explained = frozenset().union(*(candidate.explains for candidate in named))
    changed = {f for c in verdicts.failing for f in _faults(c) if f.kind == "changed"}
    if changed <= explained:
        messages = [m for m in messages if m.id != "finding.changed"]
    repeating = {c.case.name for c in verdicts.failing if verdicts.only_repeats(c)}
    # A case about arguments is no heading for numbers that are wrong.
    return [replace(m, case="") if m.case in repeating else m for m in messages]


def _message(candidate: Candidate, verdicts: CaseVerdicts) -> Message | None:
    """Return what is said of a misconception, in the first case that it can be said of."""
    misconception = candidate.misconception
    for compared in verdicts.failing:
        if compared.case.name in misconception.cases:
            with contextlib.suppress(WorkbookError):
                return fill(
                    misconception.message,
                    compared,
                    misconception=misconception.id,
                    explains=_part(candidate, verdicts),
                    **verdicts.claims(),
                )
    return None


def _part(candidate: Candidate, verdicts: CaseVerdicts) -> Sentence | None:
    """Say which part of what is wrong a misconception accounts for; None if all of it."""
    mine, rest = candidate.explains, candidate.unexplained
    if not rest:
        return None
    things, others = _things(mine, verdicts), _things(rest, verdicts)
    if things and others and not {f.name for f in mine} & {f.name for f in rest}:
        mine_first, rest_first = shortened(things), shortened(others)
        return Sentence.of("finding.explains_arrays", mine=mine_first, rest=rest_first)
    repeated = {c.case.name for c in verdicts.cases if verdicts.only_repeats(c)}
    cases, left = {f.case for f in mine}, {f.case for f in rest}
    order = [c.case.name for c in verdicts.cases if c.case.name not in repeated]
    solved = [name for name in order if name in cases - left]
    unsolved = [name for name in order if name in left]
    if solved and unsolved and len(solved) + len(unsolved) <= _MOST_CASES:
        return Sentence.of("finding.explains_cases", mine=solved, rest=unsolved)
    return Sentence.of("finding.explains_some")


def _things(faults: Iterable[Fault], verdicts: CaseVerdicts) -> list[str]:
    """Return the arrays and arguments that faults are about; none if an exception is one."""
    found = list(faults)
    if any(fault.kind == "raised" for fault in found):
        return []
    arrays = {fault.name for fault in found if fault.kind == "array"}
    changed = sorted({fault.name for fault in found if fault.kind == "changed"})
    return [
        *(called(name) for name in verdicts.wrong if name in arrays),
        *(str(Sentence.of("finding.change_of", name=name)) for name in changed),
    ]
