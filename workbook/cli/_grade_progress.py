"""What `workbook grade` shows: progress while it works, and a summary at the end."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from workbook.grading import grade_class
from workbook.grading.exports.tables import one_line
from workbook.grading.grades import Grade
from workbook.grading.intake.submissions import ClassSubmissions

__all__ = ["ProgressView", "summary"]

# Between two lines where there is no terminal to redraw, in seconds.
_PAUSE = 15.0


class ProgressView(grade_class.ClassProgress):
    """Progress with rate, time left and counts per outcome."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[counts]}"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._units = 0
        self._began = self._last_line = time.monotonic()

    def __enter__(self) -> "ProgressView":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def begin(self, handed: ClassSubmissions, units: int, sandbox: str) -> None:
        """Say what there is to do."""
        for name in handed.unknown:
            self._print(f"{name}: from nobody on the roster, not judged")
        for line in handed.passed_over:
            self._print(f"{line}, not judged")
        attempts = sum(len(entry.attempts) for entry in handed.entries)
        self._print(f"{len(handed.entries)} students, {attempts} submissions. {sandbox}")
        self._units, self._began = units, time.monotonic()
        self._task = self._bar.add_task("units", total=units, rate="", counts="")

    def on_progress(self, counts: Counter[str], units: int) -> None:
        """Show how far it is."""
        elapsed = max(time.monotonic() - self._began, 1e-6)
        rate = f"{units / elapsed:.1f}/s"
        listed = "  ".join(f"{word} {count}" for word, count in counts.most_common() if count)
        if self._task is not None:
            self._bar.update(self._task, completed=units, rate=rate, counts=listed)
        if not self._console.is_terminal and time.monotonic() - self._last_line > _PAUSE:
            self._last_line = time.monotonic()
            left = (self._units - units) * elapsed / max(units, 1)
            self._print(f"{units} of {self._units} units, {rate}, {left:.0f} s left: {listed}")

    def _print(self, line: str) -> None:
        self._console.print(one_line(line), markup=False, soft_wrap=True)


def summary(grades: Sequence[Grade], out: Path) -> None:
    """Say how it went and where to read on."""
    console = Console(highlight=False)
    statuses = Counter(grade.status for grade in grades)
    listed = ", ".join(f"{count} {status}" for status, count in statuses.most_common())
    flagged = sum(bool(grade.flags) for grade in grades)
    lines = [f"{len(grades)} students: {listed}. {flagged} worth a look."]
    for grade in grades:
        if grade.status == "invalid":
            lines.append(f"{grade.id} is invalid: {grade.submission.reason}")
        if grade.status == "infra":
            names = [e.id for e in grade.exercises.values() if e.points is None]
            lines.append(f"{grade.id} has no verdict on {', '.join(names[:3])}: our fault, no zero")
    lines.append(f"Read {out / 'class.html'}; the grades are in {out / 'grades.csv'}.")
    for line in lines:
        console.print(one_line(line), markup=False, soft_wrap=True)
