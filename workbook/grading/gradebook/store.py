"""The gradebook opened: everything that is written to it or read from it goes through here.

Only the coordinator of a run holds one; workers never see it.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session, selectinload

from workbook.errors import UsageError, WorkbookError
from workbook.grading.extras import need
from workbook.grading.gradebook import rows
from workbook.grading.gradebook.models import (
    Base,
    Correction,
    GradingRun,
    OutcomeRow,
    StudentRow,
    SubmissionRow,
    UnitRow,
    now,
)
from workbook.grading.intake.scheme import Scheme
from workbook.grading.intake.submissions import ClassSubmissions
from workbook.grading.units import UnitResult

__all__ = ["CachedUnits", "Gradebook", "open_gradebook"]


def open_gradebook(where: Path | str) -> "Gradebook":
    """Open a gradebook, making it or bringing it up to date; `WorkbookError` if it cannot be.

    Parameters
    ----------
    where : Path or str
        A file for SQLite, or a URL such as `postgresql://user@host/name`.
    """
    url = f"sqlite:///{Path(where).resolve()}" if isinstance(where, Path) else where
    if url.startswith(("postgresql://", "postgres://")):
        need("psycopg")
        url = "postgresql+psycopg://" + url.partition("://")[2]
    try:
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _careful)
        _migrate(engine)
    except SQLAlchemyError as error:
        raise WorkbookError(f"The gradebook cannot be opened: {_why(error)}.") from error
    except CommandError as error:  # Its revision is none of those that are known here.
        raise WorkbookError(
            f"The gradebook cannot be opened: a newer version of the workbook wrote it ({error})."
        ) from error
    return Gradebook(engine, where.resolve() if isinstance(where, Path) else None)


def _why(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def _careful(connection: Any, _: object) -> None:
    # Readers and the one writer do not wait for each other, and a killed run tears nothing.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA busy_timeout=30000")


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", "workbook.grading.gradebook:migrations")
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # Python's driver begins a transaction only where rows change. With this one, tables
            # are made together or not at all, and two processes do not make them at a time.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _remove_half_made(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _remove_half_made(connection: Connection) -> None:
    """Remove the tables of a gradebook whose first opening an earlier version did not finish.

    It has no revision yet, so nothing was ever written to it.
    """
    names = set(inspect(connection).get_table_names())
    ours = [table for table in Base.metadata.sorted_tables if table.name in names]
    tables = [*(table.name for table in ours), *({"alembic_version"} & names)]
    if any(connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first() for name in tables):
        return
    for table in reversed(ours):
        table.drop(connection)


def _identity(file: Path | None) -> tuple[int, int] | None:
    """Return what tells a file from another one that took its place; None if there is none."""
    try:
        about = file.stat() if file else None
    except OSError:
        return None
    return (about.st_dev, about.st_ino) if about else None


class Gradebook:
    """An open gradebook; close it, or use it in a `with`.

    Parameters
    ----------
    engine : Engine
    file : Path, optional
        The database, if it is a file: nothing is written to it once it is gone from its place.
    """

    def __init__(self, engine: Engine, file: Path | None = None) -> None:
        self._engine = engine
        self._file, self._identity = file, _identity(file)
        self._lock = threading.RLock()

    def __enter__(self) -> "Gradebook":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        try:
            with self._lock, Session(self._engine, expire_on_commit=False) as session:
                yield session
                if self._identity != _identity(self._file):
                    raise WorkbookError(
                        f"The gradebook {self._file} was removed or exchanged while it was open. "
                        "Run the same command again."
                    )
                session.commit()
        except OperationalError as error:  # The disk is full, or the server has gone.
            after = "When that is mended, the same command goes on."
            raise WorkbookError(f"The gradebook failed: {_why(error)}. {after}") from error

    # Runs

    def latest(self, *, finished: bool = False) -> GradingRun | None:
        """The newest run (the newest that came to its end), without its submissions."""
        with self._session() as session:
            wanted = select(GradingRun).order_by(GradingRun.id.desc()).limit(1)
            if finished:
                wanted = wanted.where(GradingRun.state == "finished")
            return session.scalar(wanted)

    def begin(
        self,
        scheme: Scheme,
        handed: ClassSubmissions,
        *,
        secret: str,
        settings: dict[str, Any],
        versions: dict[str, Any],
    ) -> GradingRun:
        """Write down a run and its submissions; one that was cut short is taken up again."""
        with self._session() as session:
            wanted = select(GradingRun).order_by(GradingRun.id.desc()).limit(1)
            run = session.scalar(wanted)
            if run is None or run.state != "running":
                run = GradingRun(secret=secret, scheme={}, settings={}, versions={}, notes={})
                session.add(run)
            run.secret, run.scheme = secret, scheme.as_json()
            run.settings, run.versions = settings, versions
            names = ("unknown", "passed_over", "order")
            run.notes = {name: getattr(handed, name) for name in names}
            run.submissions.clear()
            session.flush()
            rows.exercises(session, scheme)
            for entry in handed.entries:
                rows.student(session, entry.student)
                session.flush()
                for place, attempt in enumerate(entry.attempts or [None]):
                    run.submissions.append(rows.submission(entry.student.id, place, attempt))
                    run.submissions[-1].notes = [*entry.notes, *run.submissions[-1].notes]
            session.flush()
            return run

    def finish(self, run_id: int) -> None:
        """Say that a run came to its end."""
        with self._session() as session:
            run = session.get_one(GradingRun, run_id)
            run.state, run.finished = "finished", now()

    def run(self, run_id: int) -> GradingRun:
        """A run with all its submissions, outcomes and units."""
        with self._session() as session:
            load = selectinload(GradingRun.submissions)
            wanted = (
                select(GradingRun)
                .where(GradingRun.id == run_id)
                .options(
                    load.selectinload(SubmissionRow.outcomes).joinedload(OutcomeRow.unit),
                    load.joinedload(SubmissionRow.student),
                )
            )
            return session.scalars(wanted).unique().one()

    def copy(self, source: int, target: int, without: Iterable[str]) -> None:
        """Take over what an earlier run has for all other students."""
        others = set(without)
        earlier = self.run(source)
        with self._session() as session:
            for old in earlier.submissions:
                if old.student_id in others:
                    continue
                new = SubmissionRow(
                    run_id=target,
                    **{
                        name: getattr(old, name)
                        for name in (
                            *("student_id", "place", "source", "digest", "status", "reason"),
                            *("handed_in", "late", "receipt", "notes"),
                        )
                    },
                )
                names = ("kind", "subject", "unit_id", "outcome", "points", "maximum", "seed")
                new.outcomes = [
                    OutcomeRow(**{name: getattr(outcome, name) for name in names})
                    for outcome in old.outcomes
                ]
                session.add(new)

    # Units

    def finished(self, keys: Sequence[str]) -> dict[str, UnitResult]:
        """The results, by key, of the units that have one that is no fault of ours."""
        with self._session() as session:
            return {
                unit.key: UnitResult(unit.key, unit.kind, unit.subject, unit.result, unit.log)
                for unit in rows.units(session, keys).values()
            }

    def record(
        self, run_id: int, student: str, place: int, results: Sequence[UnitResult], scheme: Scheme
    ) -> None:
        """Write down results of one submission: the unit, and that this submission has it."""
        with self._session() as session:
            submission = session.scalars(
                select(SubmissionRow)
                .where(
                    SubmissionRow.run_id == run_id,
                    SubmissionRow.student_id == student,
                    SubmissionRow.place == place,
                )
                .options(selectinload(SubmissionRow.outcomes))
            ).one()
            units = rows.units(session, [result.key for result in results])
            new = []
            for result in results:
                unit = units.get(result.key)
                if unit is None or unit.result != result.result:
                    unit = UnitRow(
                        key=result.key,
                        kind=result.kind,
                        subject=result.subject,
                        infra=result.infra,
                        result=result.result,
                        log=rows.storable(result.log),
                    )
                    session.add(unit)
                new.append(unit)
            session.flush()
            there = {(outcome.kind, outcome.subject): outcome for outcome in submission.outcomes}
            for unit in new:
                outcome = there.get((unit.kind, unit.subject))
                if outcome is None:
                    outcome = OutcomeRow(kind=unit.kind, subject=unit.subject)
                    submission.outcomes.append(outcome)
                rows.fill(outcome, unit, scheme)

    # Corrections

    def correct(
        self, student: str, exercise: str, points: float | None, reason: str, by: str = ""
    ) -> None:
        """Set points by hand; None takes an earlier correction back.

        Raises
        ------
        UsageError
            If the gradebook does not know the student.
        """
        with self._session() as session:
            if session.get(StudentRow, student) is None:
                import difflib

                ids = list(session.scalars(select(StudentRow.id)))
                near = difflib.get_close_matches(student, ids, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                raise UsageError(f"The gradebook has no student {student!r}.{hint}")
            session.add(
                Correction(
                    student_id=student, exercise_id=exercise, points=points, reason=reason, by=by
                )
            )

    def corrections(self) -> dict[tuple[str, str], Correction]:
        """What holds now, by student and exercise."""
        with self._session() as session:
            rows = session.scalars(select(Correction).order_by(Correction.id))
            found = {(row.student_id, row.exercise_id): row for row in rows}
        return {key: row for key, row in found.items() if row.points is not None}


class CachedUnits:
    """Finished units by key, read from the gradebook a submission at a time.

    Parameters
    ----------
    gradebook : Gradebook
    groups : sequence of sequences of str
        The keys of each submission.
    """

    def __init__(self, gradebook: Gradebook, groups: Sequence[Sequence[str]]) -> None:
        self._gradebook = gradebook
        self._group = {key: group for group in groups for key in group}
        self._now: Sequence[str] = ()
        self._read: dict[str, UnitResult] = {}

    def get(self, key: str) -> UnitResult | None:
        """The result of a unit, or None."""
        group = self._group.get(key, [key])
        if group is not self._now:
            self._now, self._read = group, self._gradebook.finished(group)
        return self._read.get(key)
