"""Names the mistake: holds a record against those of the known wrong variants."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from workbook.checks import generic
from workbook.checks.fingerprint import ProbePrint, VariantPrint, changed_arguments, matches
from workbook.checks.messages import Case, Message, fill
from workbook.errors import WorkbookError

__all__ = ["Candidate", "Message", "candidates", "diagnose"]


@dataclass(frozen=True)
class Candidate:
    """A known mistake that the record agrees with wherever it differs from the right answer.

    Attributes
    ----------
    explains : int
        How many of the failing probes it accounts for.
    unexplained : int
        How many it does not.
    whole : bool
        Whether nothing else is wrong in the probes that tell it from the right answer.
    """

    variant: VariantPrint
    explains: int
    unexplained: int
    whole: bool


def _agrees(case: Case, known: ProbePrint) -> tuple[bool, bool]:
    """Whether the record shows the mistake in one probe, and whether it shows nothing else."""
    raised = case.record.raised
    if known.raised is not None or raised is not None:
        same = raised is not None and known.raised == (raised.type, raised.message)
        return same, same
    verdicts = {verdict.name: verdict for verdict in case.comparison.arrays}
    failing = set(case.comparison.failing)
    for name, wrong in known.arrays.items():
        # A right array is never taken for a wrong one, however near the two lie.
        if name not in failing or verdicts[name].problem == "missing":
            return False, False
        if not matches(case.record.arrays.get(name), wrong, case.probe, name):
            return False, False
    missing = {v.name for v in verdicts.values() if v.problem == "missing"}
    changed = set(changed_arguments(case.comparison))
    if not set(known.missing) <= missing or not set(known.changed) <= changed:
        return False, False
    accounted = set(known.arrays) | set(known.missing)
    return True, failing <= accounted and changed <= set(known.changed)


def candidates(cases: Sequence[Case], variants: Sequence[VariantPrint]) -> list[Candidate]:
    """The known mistakes that fit, best first.

    Parameters
    ----------
    cases : sequence of Case
        Every probe of the exercise that ran.
    variants : sequence of VariantPrint
    """
    by_name = {case.probe.name: case for case in cases}
    failing = {case.probe.name for case in cases if case.comparison.outcome != "pass"}
    found = []
    for variant in variants:
        if not variant.probes or not set(variant.probes) <= set(by_name):
            continue
        whole = True
        for name, known in variant.probes.items():
            agrees, alone = _agrees(by_name[name], known)
            if not agrees:
                break
            whole = whole and alone
        else:
            explains = len(failing & set(variant.probes))
            found.append(Candidate(variant, explains, len(failing) - explains, whole))
    order = {variant.id: place for place, variant in enumerate(variants)}
    found.sort(key=lambda c: (c.unexplained, not c.whole, -c.explains, order[c.variant.id]))
    return found


def diagnose(cases: Sequence[Case], variants: Sequence[VariantPrint]) -> list[Message]:
    """Messages, best first; at least one if any probe did not pass.

    A known mistake that the record agrees with, else the best generic finding.
    """
    failing = [case for case in cases if case.comparison.outcome != "pass"]
    if not failing:
        return []
    messages: list[Message] = []
    for candidate in candidates(cases, variants):
        shown = [case for case in failing if case.probe.name in candidate.variant.probes]
        name = f"{candidate.variant.exercise}.{candidate.variant.id}"
        # The smallest case that the sentences can be filled from.
        for case in sorted(shown, key=lambda c: c.size):
            with contextlib.suppress(WorkbookError):
                messages.append(fill(candidate.variant.message, case, misconception=name))
                break
    return [*_distinct(messages), *generic.findings(cases)]


def _distinct(messages: list[Message]) -> list[Message]:
    seen: set[str] = set()
    return [m for m in messages if not (m.id in seen or seen.add(m.id))]  # type: ignore[func-returns-value]
