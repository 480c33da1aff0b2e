"""A checker that is kept ready in a process that checks again and again: a notebook, `watch`.

Its worker has imported NumPy before it is needed, which is most of what a check costs. A checker
sees the files as they were when its worker imported them, so one is used only as long as no
file has changed, and each exercise is judged with it only once: a second check of the same
file runs anew, as its reader expects.
"""

from pathlib import Path

from workbook import curriculum
from workbook.checks.checker import Checker
from workbook.checks.feedback_policy import apply_policy
from workbook.checks.results import Report
from workbook.student import locations

__all__ = ["WarmChecker"]

_FileStamps = tuple[tuple[str, int, int], ...]


def _file_stamps(*folders: Path | None) -> _FileStamps:
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
    """Judges exercises of one folder after another, with a worker kept ready.

    Parameters
    ----------
    folder : Path, optional
        Always this folder; otherwise the student's, as it is found at each check.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        # In use for one state of the files; and the next one, which has imported nothing yet.
        self._checker: Checker | None = None
        self._spare: Checker | None = None
        self._stamps: _FileStamps = ()
        self._checked: set[str] = set()

    def __enter__(self) -> "WarmChecker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """What is judged now."""
        return (self._folder or locations.student_folder()).resolve()

    def prepare(self) -> None:
        """Start a worker for the next check."""
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
        involved = {exercise_id, *curriculum.load().plan(exercise_id).requirements}
        folders = self.folder, locations.solutions_folder()
        stamps = _file_stamps(*folders)
        if self._checker is not None and (
            not _is_for(self._checker, folders)
            or self._stamps != stamps
            or exercise_id in self._checked
        ):
            self._checker.close()
            self._checker = None
        if self._checker is None:
            self._checker, self._checked = self._fresh_checker(folders), set()
        self._stamps = stamps
        self._checked |= involved
        try:
            return apply_policy(self._checker.report(exercise_id))
        except BaseException:
            self.close()  # Interrupted: the worker may still be busy.
            raise
        finally:
            if self._checker is not None:
                self.prepare()

    def _fresh_checker(self, folders: tuple[Path, Path | None]) -> Checker:
        """Return a checker whose worker has imported no student code."""
        spare, self._spare = self._spare, None
        if spare is not None and _is_for(spare, folders):
            return spare
        if spare is not None:
            spare.close()
        return Checker(folders[0])

    def close(self) -> None:
        """End the workers."""
        for checker in (self._checker, self._spare):
            if checker is not None:
                checker.close()
        self._checker = self._spare = None


def _is_for(checker: Checker, folders: tuple[Path, Path | None]) -> bool:
    folder, solutions = folders
    return checker.folder == folder and checker.solutions == (solutions and solutions.resolve())
