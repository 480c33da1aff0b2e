"""What of a report a course shows, by its policy."""

from dataclasses import replace

from workbook.checks.messages import Message
from workbook.checks.results import CheckResult, Report
from workbook.student import course_policy

__all__ = ["apply_policy"]

# These say what became of the student's own code, not what is wrong with its results.
_WITHOUT_DIAGNOSIS = frozenset(
    {"pass", "partial", "todo", "blocked", "invalid", "missing", "infra"}
)
_ENDED = frozenset({"error", "timeout", "memory", "crashed"})


def apply_policy(report: Report, diagnosis: str | None = None) -> Report:
    """The report as students see it.

    Parameters
    ----------
    report : Report
    diagnosis : str, optional
        `full`, `located` or `outcome`; by default what the copy's policy says.
    """
    level = course_policy.current().diagnosis if diagnosis is None else diagnosis
    if level == "full" or report.result.outcome in _WITHOUT_DIAGNOSIS:
        return report
    message = report.message
    if message is not None and message.misconception is not None:
        message = _without_misconception(message)
    if level == "outcome":
        if message is not None and report.result.outcome not in _ENDED:
            almost = report.result.outcome == "almost"
            message = Message("policy.almost" if almost else "policy.outcome")
        report = replace(
            report,
            cases=tuple(replace(p, comparison=None, record=None) for p in report.cases),
            integrated=tuple(replace(p, comparison=None, record=None) for p in report.integrated),
        )
    result = replace(
        report.result,
        misconception=None,
        seen=message.seen if message else None,
        looks_like=(message.looks_like or None) if message else None,
        rules=report.result.rules if level == "located" else (),
        checks=report.result.checks
        if level == "located"
        else tuple(CheckResult(c.name, c.outcome, None, None) for c in report.result.checks),
    )
    return replace(report, result=result, message=message, also=())


def _without_misconception(message: Message) -> Message:
    """What was seen, without the mistake that it looks like."""
    return Message("policy.located", {"seen": message.part("seen")}, message.case)
