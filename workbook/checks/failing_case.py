"""The smallest failing case of an exercise, as arrays to print, plot and step through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from workbook.checks.card.rows import verdict_words
from workbook.checks.results import CaseReport, Report
from workbook.locale import text
from workbook.records import Record

__all__ = ["FailingCase", "smallest_failing_case"]

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class FailingCase:
    """What went into a failing case and what came out of the student's code.

    Attributes
    ----------
    exercise, case : str
        The exercise's id; the name of the case, empty if none failed.
    inputs : mapping of str to ndarray
        By the names of the arguments: `inputs["x"]`. Those that later calls of the case were
        given have the call in their name: `inputs["w (call 2)"]`.
    options : mapping
        The plain arguments, such as `options["conv_param"]`.
    outputs : mapping of str to ndarray
        What came back, by the names that the card uses: `outputs["dx"]`.
    wrong : tuple of str
        The outputs that are not right.
    calls : tuple of str
        What was called, in order: `affine_backward(dout, cache)`.
    error : str
        The exception that ended it, or empty.

    Every name of an input or output that is an identifier is an attribute, too: `.x`, `.dx`.
    False if no case fails.
    """

    exercise: str
    case: str = ""
    inputs: Arrays = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    outputs: Arrays = field(default_factory=dict)
    wrong: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    error: str = ""
    verdicts: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.case)

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        for arrays in (self.inputs, self.outputs):
            if name in arrays:
                return arrays[name]
        raise AttributeError(
            text("failing.no_array", name=name, known=", ".join(self._array_names()))
        )

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in self._array_names() if name.isidentifier())]

    def _array_names(self) -> list[str]:
        return [*self.inputs, *self.outputs]

    def __repr__(self) -> str:
        if not self:
            return text("failing.none", exercise=self.exercise)
        lines = [text("failing.head", exercise=self.exercise, case=self.case)]
        lines += ["  " + call for call in self.calls]
        for title, arrays in (
            ("failing.inputs", self.inputs),
            ("failing.outputs", self.outputs),
        ):
            if arrays:
                lines.append(text(title))
            for name, array in arrays.items():
                about = f"  {name}: shape {array.shape}, {array.dtype}"
                verdict = self.verdicts.get(name) if arrays is self.outputs else None
                lines.append(f"{about}, {verdict}" if verdict else about)
        if self.options:
            lines.append(text("failing.options", options=dict(self.options)))
        if self.error:
            lines.append(text("failing.error", error=self.error))
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def _error(record: Record) -> str:
    raised = record.raised
    if raised is None:
        return ""
    place = f" ({raised.file} line {raised.line})" if raised.file else ""
    return f"{raised.type}: {raised.message}{place}"


def _from_report(case_report: CaseReport, exercise: str) -> FailingCase:
    record = case_report.record
    assert record is not None
    verdicts = case_report.comparison.arrays if case_report.comparison is not None else ()
    return FailingCase(
        exercise,
        case_report.name,
        dict(record.inputs),
        dict(record.options),
        {name: v.array for name, v in record.arrays.items() if v.array is not None},
        tuple(v.name for v in verdicts if not v.ok),
        tuple(f"{call.function}({', '.join(call.arguments)})" for call in record.calls),
        _error(record),
        {v.name: verdict_words(v) for v in verdicts},
    )


def smallest_failing_case(report: Report) -> FailingCase:
    """Return the smallest failing case, an integrated one if no isolated one fails.

    A case with wrong values comes before one that only misses a rule.
    """
    for cases in (report.cases, report.integrated):
        failed = [p for p in cases if p.outcome != "pass" and p.record is not None]
        failed = [p for p in failed if p.outcome != "almost"] or failed
        if failed:
            least = min(failed, key=lambda p: p.record.size if p.record is not None else 0)
            return _from_report(least, report.result.exercise)
    return FailingCase(report.result.exercise)
