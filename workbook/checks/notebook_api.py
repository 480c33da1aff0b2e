"""What a notebook's cells call: `check` shows a card, `failing` gives its arrays."""

import atexit
import sys
import time
from datetime import datetime

from workbook import curriculum
from workbook.checks.card import html, text
from workbook.checks.card.model import Card
from workbook.checks.failing_case import FailingCase, smallest_failing_case
from workbook.checks.results import ExerciseResult, Report
from workbook.checks.warm_checker import WarmChecker
from workbook.curriculum import DONE
from workbook.errors import WorkbookError
from workbook.student import locations, progress

__all__ = ["CheckSession", "check", "failing", "session"]


class CheckSession:
    """The checks of one process: a checker that is kept ready, and what it judged last."""

    def __init__(self) -> None:
        self.checker = WarmChecker()
        # By folder and exercise: the hash of the file that was judged, and when.
        self._last: dict[tuple[str, str], tuple[str, float]] = {}

    def card(self, exercise_id: str) -> Card:
        """Judge an exercise and return its card, also if nothing can be judged here."""
        try:
            report = self.checker.report(exercise_id)
        except WorkbookError as error:
            return Card(_not_judged(exercise_id, error))
        folder = self.checker.folder
        before = self._checked_before(exercise_id, report, str(folder))
        result = report.result
        self._last[str(folder), exercise_id] = result.sha256, time.time()
        progress.record(folder, [result.as_json()], card=True)
        return Card(report, before, _solutions_on())

    def _checked_before(self, exercise_id: str, report: Report, folder: str) -> float | None:
        """Return when the same file was last checked, if that was the last time.

        In this process whatever came of it; in an earlier one only if it did not pass, so that
        a notebook that is run from the top the next day does not begin every card with a
        question.
        """
        digest, outcome = report.result.sha256, report.result.outcome
        known = self._last.get((folder, exercise_id))
        if known is not None:
            return known[1] if known[0] == digest else None
        stored = progress.recorded().get(exercise_id, {}).get("card", {})
        # Nor does an exercise that nobody has begun.
        if outcome in (*DONE, "todo", "infra") or not digest or stored.get("sha256") != digest:
            return None
        try:
            return datetime.fromisoformat(str(stored["time"])).timestamp()
        except (KeyError, ValueError):
            return None


session = CheckSession()
"""The one of this process."""

atexit.register(session.checker.close)


def check(exercise_id: str) -> None:
    """Show how far an exercise is: a card with the outcome and, if it is not right, why.

    It judges the student's files as last saved, never the solutions, in a process of its own;
    whatever that code does, no exception reaches the notebook.

    Parameters
    ----------
    exercise_id : str
        Such as "affine_forward".

    Raises
    ------
    UsageError
        If there is no such exercise.
    """
    curriculum.load()[exercise_id]
    _show(session.card(exercise_id))


def failing(exercise_id: str) -> FailingCase:
    """The smallest case that fails: its inputs and what the student's code returned, as arrays.

    Parameters
    ----------
    exercise_id : str

    Returns
    -------
    FailingCase
        `.inputs`, `.outputs`, `.options`, and every array by its own name; False if no case
        fails.

    Raises
    ------
    UsageError
        If there is no such exercise.
    """
    return smallest_failing_case(session.checker.report(exercise_id))


def _solutions_on() -> bool:
    try:
        return locations.solutions_on()
    except WorkbookError:
        return False


def _not_judged(exercise_id: str, error: WorkbookError) -> Report:
    """A report that says why there is none: our fault, and no verdict."""
    from workbook.checks.messages import fill

    exercise = curriculum.load()[exercise_id]
    message = fill("finding.ended.infra", where="", seconds=0, detail=str(error).rstrip("."))
    result = ExerciseResult(
        exercise=exercise_id,
        outcome="infra",
        integrated_outcome="infra",
        points=0.0,
        max_points=float(exercise.points),
        checks=(),
        misconception=None,
        seen=message.seen,
        looks_like=message.looks_like,
        file=exercise.file,
        sha256="",
        seed=0,
        seconds=0.0,
    )
    return Report(result=result, message=message, title=exercise.title)


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and shell.get_ipython() is not None


def _show(card: Card) -> None:
    if _in_notebook():
        from IPython.display import display

        # Screen readers, and whatever knows no HTML, take the plain text.
        data = {"text/html": html.render(card), "text/plain": text.render(card)}
        display(data, raw=True)  # type: ignore[no-untyped-call]
    else:
        print(text.render(card))


def _start_checker() -> None:
    """In a notebook the first check finds its process started."""
    shell = sys.modules.get("IPython")
    running = shell.get_ipython() if shell is not None else None
    if running is None or not hasattr(running, "kernel"):
        return
    try:
        session.checker.prepare()
    except WorkbookError:
        return  # The first card will say it.


_start_checker()
