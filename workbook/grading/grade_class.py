"""One grading of a class, from the folder of submissions to the last page."""

import os
import platform
import secrets
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from workbook.errors import UsageError, WorkbookError
from workbook.grading import scheduler
from workbook.grading.cache_key import unit_keys
from workbook.grading.gradebook.store import CachedUnits, Gradebook, open_gradebook
from workbook.grading.grades import Grade
from workbook.grading.intake.roster import Roster
from workbook.grading.intake.scheme import Scheme, seed_secret
from workbook.grading.intake.submissions import ClassSubmissions, gather
from workbook.grading.results_folder import (
    DATABASE,
    exclusive_lock,
    open_folder,
    verify_ours,
    write_results,
)
from workbook.grading.sandbox import bubblewrap
from workbook.grading.units import Settings, Submission, UnitResult
from workbook.temporary_folder import temporary_folder
from workbook.version import __version__

__all__ = [
    "ClassProgress",
    "GradeOptions",
    "cluster",
    "grade",
    "gradebook_of",
    "sandbox_words",
]


@dataclass(frozen=True)
class GradeOptions:
    """What was asked for.

    Attributes
    ----------
    gradebook : str
        A database URL; empty for the file in `out`.
    only : str
        One student's id; empty for everybody.
    seed : int or None
        What the secret derives from; None keeps that of the last run.
    executor : Executor or None
        Where the work is done; None for processes of this machine, `jobs` of them.
    """

    submissions: Path
    out: Path
    scheme: Scheme
    roster: Roster | None = None
    gradebook: str = ""
    only: str = ""
    seed: int | None = None
    with_notebooks: bool = True
    timeout: float = 30.0
    memory: int = 2048
    cell_timeout: float = 30.0
    sandbox: str = "auto"
    jobs: int = 1
    executor: Executor | None = None


class ClassProgress:
    """What a run tells while it goes on; a terminal shows it, a test ignores it."""

    def begin(self, handed: ClassSubmissions, units: int, sandbox: str) -> None:
        """The work is known."""

    def on_progress(self, counts: Counter[str], units: int) -> None:
        """Results came in: all outcomes until now, and how many units are done."""


def gradebook_of(out: Path, url: str = "") -> Gradebook:
    """Open the gradebook of a folder of results."""
    return open_gradebook(url or out / DATABASE)


def sandbox_words(settings: Mapping[str, Any]) -> str:
    """Which sandbox a run used and what it does not stop, by the settings of the run."""
    return bubblewrap.words(settings["sandbox"], settings.get("measures"))


@contextmanager
def cluster(address: str | None) -> Iterator[Executor | None]:
    """The executor of a Dask cluster; None without an address.

    Raises
    ------
    WorkbookError
        If nobody answers there.
    """
    if address is None:
        yield None
        return
    from distributed import Client

    try:
        client: Any = Client(address, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise WorkbookError(f"No Dask scheduler answers at {address}: {error}.") from error
    with client:
        yield client.get_executor()


def _versions() -> dict[str, str]:
    found = {"workbook": __version__, "python": platform.python_version()}
    found["system"] = f"{platform.system()} {platform.machine()}"
    return found | {name: metadata.version(name) for name in ("numpy", "nbval", "sqlalchemy")}


def grade(
    asked: GradeOptions, progress: ClassProgress | None = None, stop: threading.Event | None = None
) -> list[Grade]:
    """Grade a class and write the results; a run that was cut short is taken up where it was.

    Returns
    -------
    list of Grade
        One a student; none if it was stopped.

    Raises
    ------
    UsageError
        If something that was named does not exist.
    """
    with _own_temporary_files():
        return _grade(asked, progress or ClassProgress(), stop or threading.Event())


def _grade(asked: GradeOptions, progress: ClassProgress, stop: threading.Event) -> list[Grade]:
    handed = gather(asked.submissions, asked.scheme, asked.roster)
    if asked.only:
        handed = _only(handed, asked.only)
    mode = bubblewrap.select_sandbox(asked.sandbox)
    open_folder(asked.out)
    with exclusive_lock(asked.out), gradebook_of(asked.out, asked.gradebook) as gradebook:
        settings = _settings(asked, gradebook, mode)
        before = gradebook.latest(finished=True)
        plain: dict[str, Any] = {**asdict(settings), "measures": bubblewrap.measures(mode)}
        run = gradebook.begin(
            asked.scheme,
            handed,
            secret=settings.secret,
            settings={name: value for name, value in plain.items() if name != "secret"},
            versions=_versions(),
        )
        if asked.only and before is not None:
            gradebook.copy(before.id, run.id, {e.student.id for e in handed.entries})
        work = _Work(asked, settings, gradebook, run.id, handed)
        progress.begin(handed, work.units, sandbox_words(plain))
        work.go(progress, stop)
        if stop.is_set():
            return []  # What an earlier run wrote stays as it is.
        found = write_results(asked.out, gradebook, run.id, sandbox_words(plain))
        gradebook.finish(run.id)
        return found


@contextmanager
def _own_temporary_files() -> Iterator[None]:
    """Keep the temporary files of this run in one folder, its workers' and sandboxes' as well.

    A run that is killed cannot remove them; the next one does.
    """
    before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
    with temporary_folder(Path(tempfile.gettempdir()), "grade") as folder:
        tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
        try:
            yield
        finally:
            tempfile.tempdir = before
            os.environ.pop("TMPDIR")
            if variable is not None:
                os.environ["TMPDIR"] = variable


def _settings(asked: GradeOptions, gradebook: Gradebook, mode: str) -> Settings:
    last = gradebook.latest()
    secret = last.secret if last is not None else secrets.token_hex(32)
    return Settings(
        secret=secret if asked.seed is None else seed_secret(asked.seed),
        exercises=asked.scheme.exercises,
        notebooks=asked.scheme.notebooks if asked.with_notebooks else (),
        timeout=asked.timeout,
        memory=asked.memory,
        cell_timeout=asked.cell_timeout,
        sandbox=mode,
    )


def _only(handed: ClassSubmissions, student: str) -> ClassSubmissions:
    found = [e for e in handed.entries if student in (e.student.id, e.student.name)]
    if not found:
        known = [entry.student.id for entry in handed.entries]
        listed = ", ".join([*known[:10], *(["..."] if len(known) > 10 else [])])
        raise UsageError(f"There is no student {student!r} in this class. There are: {listed}")
    return replace(handed, entries=found)


class _Work:
    """The submissions of a run, each different one once, and where their results go."""

    def __init__(
        self,
        asked: GradeOptions,
        settings: Settings,
        gradebook: Gradebook,
        run: int,
        handed: ClassSubmissions,
    ) -> None:
        self.asked, self.settings, self.gradebook, self.run = asked, settings, gradebook, run
        self.counts: Counter[str] = Counter()
        self.done = 0
        # What a pair hands in, or whoever sends the same, is judged once.
        self.places: dict[str, list[tuple[str, int]]] = {}
        self.submissions: list[Submission] = []
        for entry in handed.entries:
            for place, attempt in enumerate(entry.attempts):
                if attempt.invalid:
                    continue
                same = self.places.setdefault(attempt.submission.digest, [])
                if not same:
                    name = entry.student.id if place == 0 else f"{entry.student.id}#{place + 1}"
                    self.submissions.append(replace(attempt.submission, name=name))
                same.append((entry.student.id, place))
        self.keys = [list(unit_keys(each, settings)) for each in self.submissions]
        self.units = sum(map(len, self.keys))

    def go(self, progress: ClassProgress, stop: threading.Event) -> None:
        """Do the work; the scheduler tries again what had no verdict because of us."""

        def on_result(submission: Submission, results: list[UnitResult]) -> None:
            for student, place in self.places[submission.digest]:
                self.gradebook.record(self.run, student, place, results, self.asked.scheme)
            verify_ours(self.asked.out)
            self.done += len(results)
            self.counts.update(map(_word, results))
            progress.on_progress(self.counts, self.done)

        # Asking for one student means running that student again.
        forced = bool(self.asked.only)
        scheduler.run(
            self.submissions,
            self.settings,
            executor=self.asked.executor,
            jobs=self.asked.jobs,
            done=(lambda key: None) if forced else CachedUnits(self.gradebook, self.keys).get,
            on_result=on_result,
            stop=stop,
        )


def _word(result: UnitResult) -> str:
    if result.infra:
        return "infra"
    return "nbval" if result.kind == "nbval" else str(result.result["outcome"])
