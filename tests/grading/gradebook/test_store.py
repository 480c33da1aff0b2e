"""The gradebook in SQLite and in PostgreSQL."""

import contextlib
import json
import os
import re
import shlex
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from workbook.errors import UsageError, WorkbookError
from workbook.grading.gradebook.models import Base
from workbook.grading.gradebook.store import CachedUnits, open_gradebook
from workbook.grading.grades import grades
from workbook.grading.intake.roster import Student
from workbook.grading.intake.scheme import parse_scheme
from workbook.grading.intake.submissions import Attempt, ClassSubmissions, StudentEntry
from workbook.grading.units import Submission, UnitResult

SCHEME = parse_scheme('[count]\nexercises = ["adam", "affine_forward"]\n')


def programs():
    """Where initdb and pg_ctl are; None if they are not."""
    places = [shutil.which("initdb"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    found = [Path(place).resolve().parent for place in places if place]
    return next((folder for folder in reversed(found) if (folder / "pg_ctl").exists()), None)


@pytest.fixture(scope="module")
def postgres():
    """The URL of a PostgreSQL server of our own, run by a user without rights."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: the group `postgres`")
    binaries = programs()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (initdb, pg_ctl)")
    # Not under pytest's own folder, which is closed to the user that the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="workbook-postgres-"))
    user = {}
    if os.geteuid() == 0:  # The server refuses to run as root.
        shutil.chown(folder, "nobody", "nogroup")
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    data, log = folder / "data", folder / "log"
    call = {"cwd": folder, "capture_output": True, "text": True, "timeout": 120, **user}
    made = subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "grader", "-A", "trust", "--no-sync"],
        check=False,
        **call,
    )
    assert made.returncode == 0, made.stderr
    options = f"-p {port} -h 127.0.0.1 -c unix_socket_directories='' -F"
    control = [binaries / "pg_ctl", "-D", data, "-w", "-t", "60"]
    # Its output goes to the log alone: a pipe would be held open by the server.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "timeout": 120}
    subprocess.run(
        [*control, "-l", log, "-o", options, "start"], cwd=folder, check=True, **quiet, **user
    )
    try:
        yield f"postgresql://grader@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], cwd=folder, check=False, **quiet, **user)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def where(request, tmp_path):
    if request.param == "sqlite":
        return tmp_path / "gradebook.sqlite"
    url = request.getfixturevalue("postgres")
    engine = create_engine("postgresql+psycopg" + url.removeprefix("postgresql"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    engine.dispose()
    return url


both = pytest.mark.parametrize("where", ["sqlite", "postgres"], indirect=True)


def handed(*ids):
    from datetime import UTC, datetime

    at = datetime(2026, 11, 30, tzinfo=UTC)
    entries = [
        StudentEntry(Student(i), [Attempt(f"{i}.zip", Submission(i, {"optim.py": b"x"}, {}), at)])
        for i in ids
    ]
    return ClassSubmissions(
        [*entries, StudentEntry(Student("none"))], ["eve.zip"], [], [*ids, "none"]
    )


def begin(book, secret="ab" * 32):
    return book.begin(SCHEME, handed("ann", "练习"), secret=secret, settings={}, versions={})


def result(subject, points, outcome="pass", key=""):
    found = {"outcome": outcome, "integrated_outcome": outcome, "points": points, "seed": 2**31 - 1}
    found |= {"max_points": 2.0, "text": "é\U0001f600"}
    return UnitResult(key or f"key-{subject}", "judge", subject, found, "log")


@both
def test_a_run_is_kept_whole(where):
    with open_gradebook(where) as book:
        run = begin(book)
        book.record(run.id, "ann", 0, [result("adam", 1.0)], SCHEME)
        book.record(run.id, "ann", 0, [result("affine_forward", 2.0)], SCHEME)
        book.finish(run.id)
    with open_gradebook(where) as book:
        run = book.run(book.latest(finished=True).id)
        found = {grade.id: grade for grade in grades(run, book.corrections())}
    assert [s.status for s in run.submissions] == ["graded", "graded", "missing"]
    adam, affine = SCHEME.points["adam"], SCHEME.points["affine_forward"]
    assert found["ann"].total == adam / 2 + affine
    assert found["练习"].status == "infra", "what was not judged is no zero"
    assert found["none"].status == "missing" and found["none"].total == 0
    assert run.notes["unknown"] == ["eve.zip"]


@both
def test_a_run_that_was_cut_short_is_the_same_run(where):
    with open_gradebook(where) as book:
        first = begin(book)
        book.record(first.id, "ann", 0, [result("adam", 1.0)], SCHEME)
    with open_gradebook(where) as book:
        again = begin(book)
        assert again.id == first.id
        assert [len(s.outcomes) for s in book.run(again.id).submissions] == [0, 0, 0]
        finished = CachedUnits(book, [["key-adam", "other"]])
        assert finished.get("key-adam").result["points"] == 1.0
        assert finished.get("other") is None
        book.finish(again.id)
        assert begin(book).id != again.id


@both
def test_our_fault_is_written_down_but_never_done(where):
    with open_gradebook(where) as book:
        run = begin(book)
        book.record(run.id, "ann", 0, [result("adam", 0.0, "infra")], SCHEME)
        assert book.finished(["key-adam"]) == {}
        book.record(run.id, "ann", 0, [result("adam", 2.0)], SCHEME)
        [outcome] = book.run(run.id).submissions[0].outcomes
        assert outcome.points == SCHEME.points["adam"]


@both
def test_the_last_correction_holds(where):
    with open_gradebook(where) as book:
        begin(book)
        book.correct("练习", "adam", 1.0, "first")
        book.correct("练习", "adam", 2.0, "second", "me")
        [correction] = book.corrections().values()
        assert (correction.points, correction.reason, correction.by) == (2.0, "second", "me")
        book.correct("练习", "adam", None, "back")
        assert book.corrections() == {}
        with pytest.raises(UsageError, match="no student"):
            book.correct("eve", "adam", 1.0, "x")


@both
def test_the_migrations_make_exactly_the_tables_of_the_models(where):
    with open_gradebook(where) as book, book._engine.connect() as connection:
        assert set(Base.metadata.tables) <= set(inspect(connection).get_table_names())
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


# Total and points by student, as the version that wrote `revision_001.sql` showed them.
REVISION_001 = {
    "ann": (7.0, [2.0, 3.0, 1.0, 1.0, 0.0]),
    "bob": (2.0, [2.0, 0.0, 0.0, 0.0, 0.0]),
    "carl": (0.0, [0.0] * 5),
    "dora": (0.0, [0.0] * 5),
}


def written_by_revision_001(folder):
    """A copy of a gradebook that the first version wrote, with a class of four."""
    dump = Path(__file__).with_name("revision_001.sql").read_text(encoding="utf-8")
    with contextlib.closing(sqlite3.connect(folder / "gradebook.sqlite")) as connection:
        connection.executescript(dump)
    return folder / "gradebook.sqlite"


def test_a_gradebook_of_the_first_version_shows_the_same_grades(tmp_path):
    with open_gradebook(written_by_revision_001(tmp_path)) as book:
        run = book.run(book.latest(finished=True).id)
        found = {grade.id: grade for grade in grades(run, book.corrections())}
    totals = {
        name: (grade.total, [each.points for each in grade.exercises.values()])
        for name, grade in found.items()
    }
    assert totals == REVISION_001
    bob = found["bob"].exercises
    outcomes = {name: (each.outcome, each.integrated_outcome) for name, each in bob.items()}
    assert outcomes == {
        "affine_forward": ("pass", "pass"),
        "affine_backward": ("fail", "fail"),
        "relu_forward": ("error", "error"),
        "relu_backward": ("blocked", "blocked"),
        "adam": ("missing", "missing"),
    }
    assert bob["affine_backward"].misconception == "affine_backward.db_keepdims"
    assert bob["affine_backward"].message["seen"].startswith("db has shape (1, 2); b has shape")
    assert "y is not defined" in bob["relu_forward"].message["seen"]
    assert "printed 5 lines" in bob["affine_forward"].notes[0]
    assert "stack_outcome" not in json.dumps(
        [o.unit.result for s in run.submissions for o in s.outcomes]
    )


def test_a_gradebook_of_a_newer_version_is_refused_in_one_line(tmp_path):
    path = tmp_path / "gradebook.sqlite"
    open_gradebook(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '999'")
    with pytest.raises(WorkbookError, match="a newer version of the workbook wrote it") as raised:
        open_gradebook(path)
    assert "\n" not in str(raised.value)


def test_what_cannot_be_opened_is_said(tmp_path):
    (tmp_path / "file").write_text("no database, but long enough to be looked at" * 50)
    with pytest.raises(WorkbookError, match=r"cannot be opened: .*not a database"):
        open_gradebook(tmp_path / "file")
    with pytest.raises(WorkbookError, match="cannot be opened"):
        open_gradebook(tmp_path / "none" / "gradebook.sqlite")


@pytest.mark.parametrize("url", ["postgresql://x@127.0.0.1:1/none"])
def test_a_missing_driver_is_one_line(url, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match=r'pip install "workbook\[postgres\]"'):
        open_gradebook(url)


def test_the_guides_command(postgres, tmp_path, monkeypatch):
    """What docs/grading.md says on PostgreSQL, on this server."""
    from workbook.cli import main
    from workbook.grading import scheduler

    guide = Path(__file__).resolve().parents[3] / "docs" / "grading.md"
    [line] = re.findall(r"^\$ workbook (.* --gradebook .*)$", guide.read_text("utf-8"), re.M)
    arguments = shlex.split(line)
    arguments[-1] = postgres
    (tmp_path / "submissions" / "ann").mkdir(parents=True)
    (tmp_path / "submissions" / "ann" / "optim.py").write_text("x = 1\n")
    (tmp_path / "scheme.toml").write_text('[count]\nexercises = ["adam"]\n')
    monkeypatch.chdir(tmp_path)

    def run(submissions, settings, *, on_result, **_):
        for submission in submissions:
            on_result(submission, [result("adam", 2.0, key="guide")])

    monkeypatch.setattr(scheduler, "run", run)
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 0
    assert "ann,,3,3,3" in (tmp_path / "results" / "grades.csv").read_text("utf-8")
    assert not list((tmp_path / "results").glob("*.sqlite"))


OPENING = """
import sys, time
from pathlib import Path
from workbook.grading.gradebook import store
print("go", flush=True)
sys.stdin.readline()
store.open_gradebook(Path(sys.argv[1])).close()
"""


def test_a_gradebook_whose_making_was_killed_opens_again(tmp_path):
    """The next test does the same at each statement, without a kill."""
    opened = 0
    for number in range(6):
        path = tmp_path / f"{number}.sqlite"
        process = subprocess.Popen(
            [sys.executable, "-c", OPENING, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        process.stdout.readline()
        process.stdin.write(b"\n")
        process.stdin.flush()
        time.sleep(0.02 + 0.04 * number)
        opened += process.poll() is not None
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
        with open_gradebook(path) as gradebook:
            assert gradebook.latest() is None
    assert opened < 6, "none was killed in time"


@pytest.mark.parametrize("statements", range(1, 12))
def test_a_gradebook_that_stops_at_any_statement_opens_again(tmp_path, statements, monkeypatch):
    from alembic import op

    path = tmp_path / "gradebook.sqlite"
    done = []

    def stop(original):
        def do(*arguments, **named):
            done.append(arguments)
            if len(done) == statements:
                raise KeyboardInterrupt
            return original(*arguments, **named)

        return do

    with monkeypatch.context() as patched:
        patched.setattr(op, "create_table", stop(op.create_table))
        patched.setattr(op, "get_bind", stop(op.get_bind))
        with contextlib.suppress(KeyboardInterrupt):
            open_gradebook(path).close()
    with open_gradebook(path) as gradebook:
        assert gradebook.latest() is None


@pytest.mark.parametrize("tables", range(1, 9))
def test_what_an_earlier_version_left_half_made_opens_again(tmp_path, tables):
    path = tmp_path / "gradebook.sqlite"
    open_gradebook(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
        names = [name for name in Base.metadata.tables if name in names]
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("DELETE FROM alembic_version")
        for name in names[tables:]:
            connection.execute(f"DROP TABLE {name}")
    with open_gradebook(path) as gradebook:
        assert gradebook.latest() is None


def test_a_database_with_rows_and_no_revision_is_not_emptied(tmp_path):
    path = tmp_path / "gradebook.sqlite"
    with open_gradebook(path) as gradebook:
        gradebook.begin(SCHEME, handed("ann"), secret="00", settings={}, versions={})
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM alembic_version")
    with pytest.raises(WorkbookError, match="cannot be opened"):
        open_gradebook(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1,)


def test_two_that_make_it_at_a_time_both_open_it(tmp_path):
    path = tmp_path / "gradebook.sqlite"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", OPENING, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    for process in both:
        process.stdout.readline()
    assert [process.communicate(b"\n")[0] for process in both] == [b"", b""]
    assert [process.returncode for process in both] == [0, 0]
