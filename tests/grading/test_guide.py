"""The instructor's guide: every command on it is run, and what it lists is true."""

import csv
import os
import re
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from workbook.grading.exports.as_json import SCHEMA
from workbook.grading.intake.scheme import EXAMPLE
from workbook.student import locations

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = (DOCS / "grading.md").read_text(encoding="utf-8")
SMALL = '[count]\nnotebooks = ["Dropout"]\nleave_out = ["FullyConnectedNet.dropout"]\n'

if locations.solutions_folder() is None:
    pytest.skip("this copy has no solutions/", allow_module_level=True)


def commands(section):
    """The commands under one heading."""
    text = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", GUIDE, re.M | re.S)[1]
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.M | re.S)
    found = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    assert found, f"nothing to run under {section!r}"
    return found


def call(line, folder, **more):
    """Run a command of the guide as it stands there."""
    line, _, target = line.partition(" > ")
    program, *arguments = shlex.split(line)
    assert program in ("workbook", "dask")
    environment = {n: v for n, v in os.environ.items() if not n.startswith("WORKBOOK")}
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments], cwd=folder, capture_output=True,
        encoding="utf-8", env={**environment, "PYTHONIOENCODING": "utf-8"}, check=False,
        timeout=600, **more,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    if target:
        (folder / target).write_text(done.stdout, encoding="utf-8")
    return done.stdout


def hand_in(folder):
    """A right submission, a wrong one, one that is no zip; the roster of the guide."""
    solutions, stubs = locations.solutions_folder(), locations.pristine_folder()
    (folder / "submissions").mkdir(parents=True)
    for name, source in (("doejane_12345_1_workbook.zip", solutions), ("jroe.zip", stubs)):
        with zipfile.ZipFile(folder / "submissions" / name, "w") as archive:
            for file in ("layers.py", "layer_utils.py", "classifiers/fc_net.py"):
                archive.write(source / file, f"exercises/{file}")
    (folder / "submissions" / "stranger.zip").write_bytes(b"no zip")
    roster = re.search(r"```text\n(id,.*?)```", GUIDE, re.S)[1]
    (folder / "roster.csv").write_text(roster, encoding="utf-8")


def marks(folder):
    with (folder / "results" / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The guide followed to the end of its first part."""
    folder = tmp_path_factory.mktemp("a class")
    hand_in(folder)
    example, *others = commands("In short")
    call(example, folder)
    assert (folder / "scheme.toml").read_text(encoding="utf-8") == EXAMPLE
    # As an instructor edits it; small, so that the test is.
    (folder / "scheme.toml").write_text(SMALL, encoding="utf-8")
    for line in others:
        call(line, folder)
    return folder


@pytest.mark.slow
def test_from_zips_to_grades(graded):
    rows = marks(graded)
    assert list(rows) == ["12345", "12346", "12347"]
    assert rows["12345"]["total"] == rows["12345"]["maximum"] != "0"
    assert rows["12346"]["total"] == rows["12347"]["total"] == "0", "a pair shares its zip"
    table = re.search(r"^## What comes out\n(.*?)^## ", GUIDE, re.M | re.S)[1]
    for name in re.findall(r"^\| `([^`]+)` \|", table, re.M):
        assert (graded / "results" / name.replace("STUDENT", "12345")).exists(), name
    assert "stranger.zip" in (graded / "results" / "class.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_other_commands(graded):
    for line in commands("Stopping, going on, doing it again"):
        call(line, graded)
    assert marks(graded)["12345"]["total"] == marks(graded)["12345"]["maximum"]
    said = [call(line, graded) for line in commands("Looking and correcting by hand")]
    assert "12345" in said[0] and "dropout_forward" in said[1]
    assert "dropout_forward 2 of 3" in said[2] and "3 students" in said[4]
    [line] = commands("Gradescope")
    call(line, graded)
    assert zipfile.is_zipfile(graded / "autograder.zip")


def port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.mark.slow
def test_on_a_cluster(graded, tmp_path):
    pytest.importorskip("distributed")
    free = str(port())
    scheduler, worker, grade = (c.replace("8786", free) for c in commands("More machines"))
    shutil.copytree(graded / "submissions", tmp_path / "submissions")
    shutil.copy(graded / "scheme.toml", tmp_path)
    (tmp_path / "submissions" / "stranger.zip").unlink()
    started = []
    try:
        for line in (scheduler, worker):
            log = (tmp_path / f"{line.split()[1]}.log").open("wb")
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", *shlex.split(line)],
                    cwd=tmp_path,
                    stdout=log,
                    stderr=log,
                    start_new_session=sys.platform != "win32",
                )
            )
        call(grade, tmp_path)
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
    rows = marks(tmp_path)
    assert rows["12345"]["total"] == rows["12345"]["maximum"]
    assert rows["jroe"]["total"] == "0"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_run_ends_as_an_undisturbed_one(graded, tmp_path):
    shutil.copytree(graded / "submissions", tmp_path / "submissions")
    for name in ("roster.csv", "scheme.toml"):
        shutil.copy(graded / name, tmp_path)
    arguments = shlex.split(commands("In short")[2])[1:]
    command = [sys.executable, "-m", "workbook", *arguments]
    gradebook = tmp_path / "results" / "gradebook.sqlite"

    def count(table):
        try:
            with sqlite3.connect(f"file:{gradebook}?mode=ro", uri=True, timeout=5) as database:
                return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        except sqlite3.OperationalError:
            return 0

    with (tmp_path / "log").open("wb") as log:
        run = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log)
        until = time.monotonic() + 120
        while not count("units") and run.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        run.send_signal(signal.SIGKILL)
        run.wait(timeout=60)
    before = count("units")
    assert before > 0
    call(shlex.join(["workbook", *arguments]), tmp_path)
    assert count("runs") == 1 and count("units") >= before
    assert marks(tmp_path) == marks(graded)


def test_the_guide_shows_the_example_scheme():
    assert f"```toml\n{EXAMPLE}```" in GUIDE


def test_the_page_on_json_names_every_field():
    page = (DOCS / "grades-json.md").read_text(encoding="utf-8")

    def fields(schema):
        for name, inner in schema.get("properties", {}).items():
            yield name
            yield from fields(inner)
            yield from fields(inner.get("items", {}))

    missing = {name for name in fields(SCHEMA) if f"`{name}`" not in page}
    assert not missing
