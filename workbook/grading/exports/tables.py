"""Grades as CSV: one for spreadsheets, one for Canvas."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from workbook.grading.grades import Grade
from workbook.grading.intake.scheme import Scheme

__all__ = ["canvas_csv", "grades_csv", "harmless", "number", "one_line"]


# What begins a formula: at the start of a cell, or behind what a program with other settings takes
# for the end of one. The last four are those of East Asian keyboards.
_FORMULA = re.compile(r"(^|[;,|])([\s\"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def one_line(text: str) -> str:
    """Return a text without line breaks, escape sequences and whatever else does not print."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def harmless(text: str) -> str:
    """Return the text as a cell that no spreadsheet takes for a formula, on one line."""
    return _FORMULA.sub(r"\1\2'", one_line(text))


def number(value: float | None) -> str:
    """As short as it can be; nothing if there is none."""
    return "" if value is None else f"{round(value, 2):g}" if abs(value) < 1e5 else str(value)


def _written(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def grades_csv(grades: Sequence[Grade], scheme: Scheme) -> str:
    """One row a student: id, name, total, maximum, then one column an exercise.

    A word stands in a cell where there are no points to speak of: `missing`, `invalid`, `infra`.
    The total of who has an `infra` is empty.
    """
    rows = [["id", "name", "total", "maximum", *scheme.exercises]]
    for grade in grades:
        row = [harmless(grade.id), harmless(grade.name), number(grade.total)]
        row.append(number(grade.maximum))
        for exercise in grade.exercises.values():
            if exercise.points is None:
                row.append("infra")
            elif exercise.correction is None and grade.status in ("missing", "invalid"):
                row.append(grade.status)
            else:
                row.append(number(exercise.points))
        rows.append(row)
    return _written(rows)


def canvas_csv(grades: Sequence[Grade], scheme: Scheme) -> str:
    """What Canvas imports; an empty cell leaves what Canvas has."""
    columns = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", scheme.assignment]
    possible = ["    Points Possible", "", "", "", "", number(scheme.maximum)]
    rows = [columns, possible]
    for grade in grades:
        student = grade.submission.student
        who = (student.name or student.id, student.id, student.sis, student.login, student.section)
        rows.append([*map(harmless, who), number(grade.total)])
    return _written(rows)
