"""Names the mistake: holds a record against those of the known misconceptions."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from workbook.checks import heuristics
from workbook.checks.fingerprint import CaseFingerprint, Fingerprint, changed_arguments, matches
from workbook.checks.messages import ComparedCase, Message, fill, to_explain
from workbook.errors import WorkbookError

__all__ = ["Candidate", "Message", "candidates", "diagnose"]


@dataclass(frozen=True)
class Candidate:
    """A misconception that the record agrees with wherever it differs from the right answer.

    Attributes
    ----------
    explains : int
        How many of the failing cases it accounts for.
    unexplained : int
        How many it does not.
    whole : bool
        Whether nothing else is wrong in the cases that tell it from the right answer.
    """

    misconception: Fingerprint
    explains: int
    unexplained: int
    whole: bool


def _agrees(compared: ComparedCase, known: CaseFingerprint) -> tuple[bool, bool]:
    """Whether the record shows the mistake in one case, and whether it shows nothing else."""
    raised = compared.record.raised
    if known.raised is not None or raised is not None:
        same = raised is not None and known.raised == (raised.type, raised.message)
        return same, same
    verdicts = {verdict.name: verdict for verdict in compared.comparison.arrays}
    failing = set(compared.comparison.failing)
    for name, wrong in known.arrays.items():
        # A right array is never taken for a wrong one, however near the two lie.
        if name not in failing or verdicts[name].problem == "missing":
            return False, False
        if not matches(compared.record.arrays.get(name), wrong, compared.case, name):
            return False, False
    missing = {v.name for v in verdicts.values() if v.problem == "missing"}
    changed = set(changed_arguments(compared.comparison))
    if not set(known.missing) <= missing or not set(known.changed) <= changed:
        return False, False
    accounted = set(known.arrays) | set(known.missing)
    return True, failing <= accounted and changed <= set(known.changed)


def _explains(compared: ComparedCase, known: CaseFingerprint) -> bool:
    """Whether a misconception accounts for a wrong value of a case that has one."""
    if compared.comparison.outcome != "fail":
        return True
    wrong = {f.array for f in compared.comparison.findings if f.fatal and not f.rule}
    return bool(wrong & (set(known.arrays) | set(known.missing) | set(known.extra)))


def candidates(
    compared_cases: Sequence[ComparedCase], fingerprints: Sequence[Fingerprint]
) -> list[Candidate]:
    """The misconceptions that fit, best first.

    Parameters
    ----------
    compared_cases : sequence of ComparedCase
        Every case of the exercise that ran.
    misconceptions : sequence of Fingerprint
    """
    by_name = {compared.case.name: compared for compared in compared_cases}
    failing = {compared.case.name for compared in to_explain(compared_cases)}
    found = []
    for misconception in fingerprints:
        if not misconception.cases or not set(misconception.cases) <= set(by_name):
            continue
        whole = True
        for name, known in misconception.cases.items():
            agrees, nothing_else = _agrees(by_name[name], known)
            if not agrees:
                break
            whole = whole and nothing_else
        else:
            shared = failing & set(misconception.cases)
            explains = sum(_explains(by_name[name], misconception.cases[name]) for name in shared)
            found.append(Candidate(misconception, explains, len(failing) - explains, whole))
    order = {misconception.id: place for place, misconception in enumerate(fingerprints)}
    found.sort(key=lambda c: (c.unexplained, not c.whole, -c.explains, order[c.misconception.id]))
    return found


def diagnose(
    compared_cases: Sequence[ComparedCase], fingerprints: Sequence[Fingerprint]
) -> list[Message]:
    """Messages, best first; at least one if any case did not pass.

    A misconception that the record agrees with, else the best generic finding. Where values are
    wrong, a misconception that explains none of them comes last.
    """
    failing = [compared for compared in compared_cases if compared.comparison.outcome != "pass"]
    if not failing:
        return []
    messages: list[Message] = []
    besides: list[Message] = []
    for candidate in candidates(compared_cases, fingerprints):
        misconception = candidate.misconception
        shown = [compared for compared in failing if compared.case.name in misconception.cases]
        found = messages if candidate.explains else besides
        # The smallest case that the sentences can be filled from.
        for compared in sorted(shown, key=lambda c: c.size):
            with contextlib.suppress(WorkbookError):
                message = fill(misconception.message, compared, misconception=misconception.id)
                found.append(message)
                break
    return _distinct([*messages, *heuristics.heuristics(compared_cases), *besides])


def _distinct(messages: list[Message]) -> list[Message]:
    seen: set[str] = set()
    return [m for m in messages if not (m.id in seen or seen.add(m.id))]  # type: ignore[func-returns-value]
