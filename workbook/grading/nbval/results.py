"""What nbval found, as data: one result for each cell of each notebook."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbook.errors import WorkbookError
from workbook.grading.nbval.messages import CellEnded

__all__ = [
    "SANITISE",
    "VARIABLE",
    "CellResult",
    "NotebookResult",
    "OnCell",
    "expected_cells",
    "quick_nbformat",
    "read_notebook",
    "record_cell",
    "sanitise",
    "verdict_lines",
]

VARIABLE = "WORKBOOK_NBVAL_EVENTS"
"""Names the file that `plugin` writes to."""

# Stored and new outputs are compared after these: digits differ from machine to machine and
# are judged by the verdicts, which stay; with the digits, the padding of columns goes.
SANITISE = (
    (r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", "0"),
    (r"[ \t]+", " "),
)


_VERDICT = re.compile(r".*\(limit \S+\) (?:NOT )?ok")


@dataclass(frozen=True)
class CellResult:
    """What became of one code cell.

    Attributes
    ----------
    cell : int
        Its number among the code cells, from 0, as nbval counts.
    exercise : str
        The exercise whose check it is, or the empty text.
    outcome : str
        `pass`, `fail`, `timeout`, `crashed` (the kernel died), `skipped` (by the notebook
        itself) or `missing` (not run: the run ended before it).
    line : str
        What went wrong, in one line.
    detail : str
        What the cell said when it failed, whole.
    seconds : float
    source : str
    tags : tuple of str
    """

    cell: int
    exercise: str
    outcome: str
    line: str = ""
    detail: str = ""
    seconds: float = 0.0
    source: str = ""
    tags: tuple[str, ...] = ()


@dataclass
class NotebookResult:
    """What became of one notebook; `problem` says why it could not be run at all."""

    path: Path
    cells: list[CellResult] = field(default_factory=list)
    problem: str = ""
    seconds: float = 0.0
    peak_megabytes: float = 0.0

    @property
    def failed(self) -> list[CellResult]:
        return [cell for cell in self.cells if cell.outcome not in ("pass", "skipped")]

    @property
    def ok(self) -> bool:
        return not self.problem and not self.failed


OnCell = Callable[[NotebookResult, CellResult], None]


def quick_nbformat() -> None:
    """Make nbformat's first import quick, in a process of our own that runs notebooks.

    Its validator's optional check of international addresses compiles a grammar when it is
    imported, which takes longer than starting a kernel; no notebook has such a field.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def sanitise(text: str) -> str:
    """The text as nbval compares it: without digits and without padding."""
    for pattern, replacement in SANITISE:
        text = re.sub(pattern, replacement, text)
    return text


def verdict_lines(text: str) -> str:
    """The lines of a text that `workbook.numerics.verdict` has printed."""
    return "".join(f"{line}\n" for line in text.splitlines() if _VERDICT.fullmatch(line))


def one_line(error: str, detail: str) -> str:
    """What a failed cell says, in one line: an exception's last line, or all of a short text."""
    lines = [line.strip() for line in re.sub(r"\x1b\[[0-9;]*m", "", detail).splitlines()]
    lines = [line for line in lines if line]
    if error.startswith("Cell outputs differ"):
        return "its output is not the stored one"
    if not lines or error.startswith("Timeout of"):
        return (error.strip().splitlines() or ["no reason given"])[0]
    return " ".join(lines) if len(lines) <= 2 else lines[-1]


def read_notebook(path: Path) -> Any:
    """Read a notebook; a `WorkbookError` says why if it cannot be read."""
    import nbformat

    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except Exception as error:  # nbformat raises whatever its parsers raise
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise WorkbookError(f"{path.name} cannot be read: {why}") from error


def expected_cells(path: Path) -> NotebookResult:
    """Return the notebook's code cells, none of them run yet."""
    try:
        notebook = read_notebook(path)
    except WorkbookError as error:
        return NotebookResult(path, problem=str(error))
    result = NotebookResult(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exercise = str(cell.metadata.get("workbook", {}).get("exercise", ""))
            number = len(result.cells)
            tags = tuple(cell.metadata.get("tags", ()))
            new = CellResult(number, exercise, "missing", source=cell.source, tags=tags)
            result.cells.append(new)
    return result


def _outcome(error: str, skipped: bool) -> str:
    if skipped:
        return "skipped"
    # What nbval says, and for the second what our plugin says in its place.
    starts = {"Timeout of": "timeout", "the kernel died": "crashed", "Kernel dead": "missing"}
    found = (outcome for start, outcome in starts.items() if error.startswith(start))
    return next(found, "fail") if error else "pass"


def record_cell(event: CellEnded, result: NotebookResult) -> CellResult:
    """Put down what became of a cell, as the plugin tells it."""
    error, detail = event.error, event.detail
    was, outcome = result.cells[event.cell], _outcome(error, event.skipped)
    line = "" if outcome in ("pass", "skipped") else one_line(error, detail)
    if not event.kernel and outcome != "skipped":
        outcome, line = "missing", f"its kernel did not start: {line}"
    elif outcome == "missing":
        line = "not run: the kernel was gone"
    now: CellResult = replace(
        was,
        outcome=outcome,
        line=line,
        detail=(detail or error).strip() if line else "",
        seconds=event.seconds,
    )
    result.cells[now.cell] = now
    result.seconds += now.seconds
    return now
