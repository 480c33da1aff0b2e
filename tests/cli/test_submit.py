"""`workbook submit`, and that grading reads exactly what it packs."""

import getpass
import hashlib
import json
import os
import platform
import zipfile
from pathlib import Path

import pytest

from workbook import curriculum
from workbook.grading.intake import archives
from workbook.grading.intake.receipt import receipt
from workbook.grading.intake.select_files import is_candidate, select_files
from workbook.release import strip_outputs, student_folder
from workbook.student import locations
from workbook.student.state_file import read_state


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder that `workbook init` made: the working directory."""
    folder = tmp_path / "my folder"
    student_folder.make(folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv(locations.VARIABLE, raising=False)
    monkeypatch.setattr(locations.process, "start", None)
    monkeypatch.setattr(locations.process, "switch", None)
    return folder


@pytest.fixture
def quick(monkeypatch):
    """Without running anything: judging has tests of its own."""
    from workbook.cli import submit

    monkeypatch.setattr(submit, "check_with_progress", lambda folder, ids: _reports(folder, ids))


class _Report:
    def __init__(self, result):
        self.result = result


def _reports(folder, ids, **outcomes):
    from workbook.checks.results import ExerciseResult

    for name in ids:
        file = curriculum.load()[name].file
        data = (folder / file).read_bytes() if (folder / file).exists() else b""
        digest = hashlib.sha256(data).hexdigest() if data else ""
        yield _Report(
            ExerciseResult(
                name,
                outcomes.get(name, "todo"),
                *("todo", 0.0, 1.0, (), None, None, None, file, digest, 231, 0.1),
            )
        )


def packed(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_grading_reads_is_exactly_the_students_files(home, workbook):
    (home / "exercises" / "optim.py").write_text("# mine, with an ä\r\nsgd = 1\r\n", newline="")
    code, out, _ = workbook("submit", "--id", "jd7")
    assert code == 0
    known = curriculum.load()
    path = home / "jd7.zip"
    selected = select_files(
        archives.read_archive(path, lambda name: is_candidate(name, known)), known
    )
    wanted = {file: (home / "exercises" / file).read_bytes() for file in known.files()}
    assert selected.files == wanted and not selected.problems and not selected.notes
    manifest = json.loads(packed(path)["manifest.json"])
    assert f"Receipt: {receipt(selected.files)}" in out
    assert manifest["receipt"] == receipt(selected.files)
    assert manifest["student"] == {"id": "jd7", "name": ""}
    outcomes = {result["exercise"]: result["outcome"] for result in manifest["results"]}
    assert list(outcomes) == known.ids()
    assert outcomes["affine_forward"] == "todo" and outcomes["sgd_momentum"] == "missing"
    assert "sgd_momentum (missing)" in out
    for name, digest in manifest["files"].items():
        assert hashlib.sha256(packed(path)[name]).hexdigest() == digest
        assert name in out


def test_almost_right_is_packed_as_done(home, workbook, monkeypatch):
    from workbook.cli import submit

    outcomes = {"dropout_forward": "almost", "dropout_backward": "partial"}
    monkeypatch.setattr(
        submit, "check_with_progress", lambda folder, ids: _reports(folder, ids, **outcomes)
    )
    code, out, _ = workbook("submit", "--id", "jd7")
    assert code == 0
    said = out.partition("Dropout: ")[2].splitlines()
    assert said[0] == "1 of 3 done"
    assert said[1:4] == [
        "  almost right, counted as done: dropout_forward",
        "  partly written: dropout_backward",
        "  to do: FullyConnectedNet.dropout",
    ]
    results = json.loads(packed(home / "jd7.zip")["manifest.json"])["results"]
    assert {r["exercise"]: r["outcome"] for r in results}["dropout_forward"] == "almost"


def test_the_bytes_follow_from_the_work_alone(home, workbook, quick, monkeypatch):
    workbook("submit", "--id", "a", "--out", "one.zip")
    os.utime(home / "exercises" / "layers.py", (1, 1))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    workbook("submit", "--out", "two.zip")
    assert Path("one.zip").read_bytes() == Path("two.zip").read_bytes()
    (home / "exercises" / "layers.py").write_text("pass\n")
    _, out, _ = workbook("submit", "--out", "three.zip")
    before = json.loads(packed("one.zip")["manifest.json"])["receipt"]
    assert before not in out and "Receipt: " in out


def test_who_it_is_is_asked_once(home, workbook, quick, monkeypatch):
    code, _, err = workbook("submit", keys="")
    assert code == 2 and "--id" in err and not list(home.glob("*.zip"))
    monkeypatch.setattr("click.prompt", lambda words: " Jane Doe ")
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    assert workbook("submit")[0] == 0
    assert read_state("student") == {"id": "Jane Doe", "name": ""}
    assert (home / "Jane-Doe.zip").is_file()
    monkeypatch.setattr("click.prompt", None)
    assert workbook("submit")[0] == 0
    assert workbook("submit", "--name", "Jane")[0] == 0
    assert read_state("student") == {"id": "Jane Doe", "name": "Jane"}


def test_the_students_files_go_in_whatever_the_toggle_says(home, workbook, quick, monkeypatch):
    if locations.solutions_folder() is None:
        pytest.skip("this copy has no solutions/")
    monkeypatch.setenv(locations.VARIABLE, "solutions")
    workbook("submit", "--id", "a")
    mine = (home / "exercises" / "layers.py").read_bytes()
    assert packed(home / "a.zip")["exercises/layers.py"] == mine


def notebook(*outputs):
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "id": "c1",
        "metadata": {"tags": ["figure"], "vscode": {"path": "x"}},
        "source": "pass",
        "outputs": list(outputs),
    }
    made = {"cells": [cell], "nbformat": 4, "nbformat_minor": 5}
    return json.dumps({**made, "metadata": {"kernelspec": {"display_name": "me@host"}}}).encode()


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def cleaned(home, *outputs):
    data = strip_outputs.clean_notebook(notebook(*outputs), strip_outputs.PersonalTraces(home))
    [cell] = json.loads(data)["cells"]
    return cell["outputs"], data.decode("utf-8")


def test_outputs_that_tell_of_the_machine_are_removed(home):
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "shapes (2,) and (3,)",
        "traceback": [f'File "{home}/exercises/layers.py", line 3'],
    }
    outputs, whole = cleaned(home, error, stream(f"saved in {home}\n"), stream("loss 0.31\n"))
    assert outputs[0]["evalue"] == "shapes (2,) and (3,)" and outputs[0]["traceback"] == []
    assert "removed" in outputs[1]["text"]
    assert outputs[2]["text"] == "loss 0.31\n"
    assert str(home) not in whole and "me@host" not in whole and "vscode" not in whole
    for private in ("/home/jane/nets", r"C:\Users\jane\nets", "/Users/jane/x.py", "/var/x/y"):
        assert "removed" in cleaned(home, stream(private))[0][0]["text"], private
    for public in ("p = 0.3 / 0.7", "N/A", "dx: (2, 3)", "and/or", "the square root: 2"):
        assert cleaned(home, stream(public))[0][0]["text"] == public


def test_the_user_and_the_machine_are_not_named(home, monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "janedoe")
    monkeypatch.setattr(platform, "node", lambda: "lab-pc-7.example.org")
    for words in ("hello janedoe", "on lab-pc-7", "at lab-pc-7.example.org"):
        assert "removed" in cleaned(home, stream(words))[0][0]["text"], words
    assert cleaned(home, stream("janedoes"))[0][0]["text"] == "janedoes"


def test_large_outputs_are_removed_and_small_pictures_stay(home):
    def picture(size):
        data = {"image/png": "A" * size}
        return {"output_type": "display_data", "data": data, "metadata": {}}

    outputs, _ = cleaned(home, picture(200_000), picture(1000))
    assert "200 kB" in outputs[0]["text"] and outputs[1] == picture(1000)


def test_nothing_of_the_machine_is_in_the_zip(home, workbook, quick):
    (home / "notebooks" / "CNN.ipynb").write_bytes(notebook(stream(str(home))))
    workbook("submit", "--id", "a")
    path = home / "a.zip"
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0) and not info.extra and not info.comment
            assert info.create_system == 3 and info.external_attr == 0o100644 << 16
    for name, data in packed(path).items():
        assert str(home).encode() not in data and str(Path.home()).encode() + b"/" not in data
        assert not name.startswith((".", "/"))


def test_a_statement_that_was_filled_in_is_the_one_that_is_packed(home, workbook, quick):
    _, out, _ = workbook("submit", "--id", "a")
    assert "not filled in" in out
    (home / "statement.md").write_text("I asked my sister.\n")
    _, out, _ = workbook("submit")
    assert "not filled in" not in out
    files = packed(home / "a.zip")
    assert files["statement.md"] == b"I asked my sister.\n"
    assert json.loads(files["manifest.json"])["statement_filled_in"] is True
    (home / "statement.md").unlink()
    assert workbook("submit")[0] == 0


def test_what_is_not_packed_is_said(home, workbook, quick):
    (home / "exercises" / "helpers.py").write_text("x = 1\n")
    (home / "exercises" / "optim.py").unlink()
    (home / "notebooks" / "Mine.ipynb").write_text("not json")
    code, out, _ = workbook("submit", "--id", "a")
    assert code == 0
    for said in ("helpers.py", "Missing: optim.py", "Mine.ipynb"):
        assert said in out
    assert not {"exercises/helpers.py", "exercises/optim.py"} & set(packed(home / "a.zip"))


def test_bad_folders_are_said_in_a_line(home, workbook, quick):
    (home / "exercises" / "optim.py").write_text("#" * 2_000_001)
    code, _, err = workbook("submit", "--id", "a")
    assert code == 1 and "optim.py" in err and "2000001" in err
    for file in curriculum.load().files():
        (home / "exercises" / file).unlink()
    code, _, err = workbook("submit", "--id", "a")
    assert code == 1 and "no exercise files" in err


def test_what_changes_while_it_is_checked_is_not_packed(home, workbook, monkeypatch):
    from workbook.cli import submit

    def changing(folder, ids):
        (folder / "optim.py").write_text("new = 1\n")
        yield from _reports(folder, ids)

    monkeypatch.setattr(submit, "check_with_progress", changing)
    code, _, err = workbook("submit", "--id", "a")
    assert code == 1 and "optim.py changed" in err and not list(home.glob("*.zip"))


@pytest.mark.parametrize("way", ["plain", "link", "dots", "missing"])
def test_the_zip_never_takes_the_place_of_an_exercise_file(home, workbook, quick, way):
    exercise = home / "exercises" / "optim.py"
    before, target = exercise.read_bytes(), "exercises/optim.py"
    if way == "link":
        try:
            (home / "out.zip").symlink_to(exercise)
        except OSError:
            pytest.skip("this system makes no links")
        target = "out.zip"
    elif way == "dots":
        target = "notebooks/../exercises/./optim.py"
    elif way == "missing":
        exercise.unlink()
    code, _, err = workbook("submit", "--id", "a", "--out", target)
    assert code == 2 and "is an exercise file" in err
    assert not exercise.exists() if way == "missing" else exercise.read_bytes() == before


@pytest.mark.parametrize("target", ["notebooks/Start.ipynb", "statement.md", "mine.zip", "a.zip"])
def test_the_zip_replaces_nothing_but_an_earlier_one(home, workbook, quick, target):
    path = home / target
    if not path.exists():
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("photos/cat.jpg", b"cat")
    before = path.read_bytes()
    # `a.zip` is the name that it has without `--out`.
    out = () if target == "a.zip" else ("--out", target)
    code, _, err = workbook("submit", "--id", "a", *out)
    assert code == 2 and "is no submission" in err and path.read_bytes() == before
    path.unlink()
    assert workbook("submit", "--id", "a", *out)[0] == 0
    assert workbook("submit", "--id", "a", *out)[0] == 0, "an earlier submission may be replaced"


def test_a_folder_is_no_file_to_write_to(home, workbook, quick):
    code, _, err = workbook("submit", "--id", "a", "--out", "notebooks")
    assert code == 2 and "is a folder" in err


def test_what_grading_would_not_read_is_not_packed(home, workbook, quick):
    for name in ("layers.py", "optim.py"):
        (home / "exercises" / name).write_bytes(b"#" * 1_900_000)
    code, _, err = workbook("submit", "--id", "a")
    assert code == 1 and "3000000 bytes are not graded" in err
