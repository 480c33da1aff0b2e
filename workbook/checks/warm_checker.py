"""A judge that is kept ready in a process that checks again and again: a notebook, `watch`.

Its child has imported NumPy before it is needed, which is most of what a check costs. A judge
sees the files as they were when its child imported them, so one is used only as long as no
file has changed, and each exercise is judged with it only once: a second check of the same
file runs anew, as its reader expects.
"""

from pathlib import Path

from workbook import curriculum
from workbook.checks.checker import Checker
from workbook.checks.feedback_policy import apply
from workbook.checks.results import Report
from workbook.student import locations

__all__ = ["WarmChecker"]

_Stamp = tuple[tuple[str, int, int], ...]


def _stamp(*folders: Path | None) -> _Stamp:
    """What tells one state of the files from another."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*.py")) if folder is not None else ():
            try:
                about = path.stat()
            except OSError:
                continue  # Gone between the listing and now.
            found.append((str(path), about.st_mtime_ns, about.st_size))
    return tuple(found)


class WarmChecker:
    """Judges exercises of one folder after another, with a child kept ready.

    Parameters
    ----------
    folder : Path, optional
        Always this folder; otherwise the student's, as it is found at each check.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._fixed = folder
        # In use for one state of the files; and the next one, which has imported nothing yet.
        self._judge: Checker | None = None
        self._spare: Checker | None = None
        self._seen: _Stamp = ()
        self._judged: set[str] = set()

    def __enter__(self) -> "WarmChecker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """What is judged now."""
        return (self._fixed or locations.student_folder()).resolve()

    def prepare(self) -> None:
        """Start a child for the next check."""
        if self._spare is None:
            self._spare = Checker(self.folder)
        self._spare.start()

    def report(self, exercise_id: str) -> Report:
        """Judge one exercise as its file is now.

        Raises
        ------
        UsageError
            If there is no such exercise.
        WorkbookError
            If nothing can be judged: no folder, or neither solutions nor an answer key.
        """
        # What it stands on may be judged along the way, and is remembered as well.
        involved = {exercise_id, *curriculum.closure(exercise_id)}
        places = self.folder, locations.solutions_folder()
        now = _stamp(*places)
        if self._judge is not None and (
            not _is_for(self._judge, places) or self._seen != now or exercise_id in self._judged
        ):
            self._judge.close()
            self._judge = None
        if self._judge is None:
            self._judge, self._judged = self._take(places), set()
        self._seen = now
        self._judged |= involved
        try:
            return apply(self._judge.report(exercise_id))
        except BaseException:
            self.close()  # Interrupted: the child may still be busy.
            raise
        finally:
            if self._judge is not None:
                self.prepare()

    def _take(self, places: tuple[Path, Path | None]) -> Checker:
        """A judge that has imported nothing."""
        spare, self._spare = self._spare, None
        if spare is not None and _is_for(spare, places):
            return spare
        if spare is not None:
            spare.close()
        return Checker(places[0])

    def close(self) -> None:
        """End the children."""
        for judge in (self._judge, self._spare):
            if judge is not None:
                judge.close()
        self._judge = self._spare = None


def _is_for(judge: Checker, places: tuple[Path, Path | None]) -> bool:
    folder, solutions = places
    return judge.folder == folder and judge.solutions == (solutions and solutions.resolve())
