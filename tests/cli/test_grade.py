"""`workbook grade` and `workbook grades`, as an instructor calls them."""

import csv
import importlib.util
import sys
from pathlib import Path

import pytest

from workbook.grading import scheduler
from workbook.student import locations

path = Path(__file__).resolve().parents[1] / "grading" / "fake.py"
spec = importlib.util.spec_from_file_location("fake_engine", path)
fake = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fake)

SCHEME = '[count]\nexercises = ["affine_forward", "relu_forward", "adam"]\n'

if locations.solutions_folder() is None:
    pytest.skip("this copy has no solutions/", allow_module_level=True)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The working directory, with `submissions` and `scheme.toml` in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "submissions").mkdir()
    (tmp_path / "scheme.toml").write_text(SCHEME)
    judge = fake.Engine()
    monkeypatch.setattr(scheduler, "run", judge.run)

    def send(student, **outcomes):
        folder = tmp_path / "submissions" / student
        folder.mkdir(exist_ok=True)
        (folder / "layers.py").write_bytes(fake.layers(**outcomes))

    judge.send = send
    return judge


GRADE = ("grade", "submissions", "--scheme", "scheme.toml", "--sandbox", "none", "--no-nbval")


def rows():
    with open("results/grades.csv", encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_grade(workbook, course):
    course.send("ann", all_="pass")
    course.send("bob", all_="fail")
    Path("roster.csv").write_text("id,name\nann,Ann\nbob,Bob\ncarl,Carl\n")
    (Path("submissions") / "eve.zip").write_bytes(b"x")
    code, out, err = workbook(*GRADE, "--roster", "roster.csv")
    assert code == 0, "marks are none of the exit code's business"
    assert "3 students: 2 graded, 1 missing" in out and str(Path("results", "class.html")) in out
    assert "eve.zip: from nobody on the roster" in err and "WITHOUT a sandbox" in err
    assert list(rows()) == ["ann", "bob", "carl"]


def test_our_fault_leaves_with_1(workbook, course):
    course.send("ann")
    course.infra = {"adam"}
    code, out, _ = workbook(*GRADE)
    assert code == 1 and "ann has no verdict on adam" in out


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("grade",), "Name the folder with the submissions"),
        (("grade", "none"), "There is no folder none"),
        (("grade", "submissions"), "no submissions in"),
        (("grade", "submissions", "--roster", "none.csv"), "cannot be read"),
        (("grade", "submissions", "--scheme", "none.toml"), "cannot be read"),
        (("grade", "submissions", "--seed", "-1"), "Invalid value"),
        (("grades", "show"), "holds no gradebook"),
        (("grades", "set", "ann", "adam", "1"), "Missing option '--reason'"),
    ],
)
def test_wrong_usage_is_2(workbook, course, arguments, said):
    code, _, err = workbook(*arguments)
    assert code == 2 and said in err and "Traceback" not in err


@pytest.mark.parametrize("module", ["sqlalchemy", "jinja2", "alembic"])
def test_a_missing_package_is_one_line(workbook, course, module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    code, _, err = workbook(*GRADE)
    assert code == 2
    assert err.splitlines() == [
        f"workbook: This needs the package {module}. Install it: "
        f'"{sys.executable}" -m pip install "workbook[grading]"'
    ]


def test_correct_by_hand_and_back(workbook, course):
    course.send("ann", adam="pass")
    workbook(*GRADE)
    code, out, _ = workbook(
        "grades", "set", "ann", "relu_forward", "1", "--reason", "seen in class"
    )
    assert code == 0 and "relu_forward 1 of 1 (computed 0), total 4." in out
    assert rows()["ann"]["total"] == "4"
    code, out, _ = workbook("grades", "show", "ann")
    assert code == 0 and "seen in class" in out
    code, out, _ = workbook("grades", "show")
    assert code == 0 and "graded" in out
    workbook(*GRADE)
    assert rows()["ann"]["relu_forward"] == "1", "a later grading leaves it alone"
    code, out, _ = workbook("grades", "unset", "ann", "relu_forward")
    assert code == 0 and rows()["ann"]["relu_forward"] == "0"
    Path("results/grades.csv").unlink()
    code, out, _ = workbook("grades", "export")
    assert code == 0 and list(rows()) == ["ann"]


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("bob", "adam", "1"), "no student 'bob'"),
        (("ann", "addam", "1"), "Did you mean adam"),
        (("ann", "softmax_loss", "1"), "does not count in this class"),
        (("ann", "adam", "nan"), "no number of points"),
        (("ann", "adam", "-1"), "Invalid value"),
    ],
)
def test_what_cannot_be_corrected(workbook, course, arguments, said):
    course.send("ann")
    workbook(*GRADE)
    code, _, err = workbook("grades", "set", "--reason", "x", "--", *arguments)
    assert code == 2 and said in err


def test_the_example_scheme_can_be_printed_and_used(workbook, course):
    code, out, _ = workbook("grade", "--print-scheme")
    assert code == 0
    Path("scheme.toml").write_text(out, encoding="utf-8")
    course.send("ann", all_="pass")
    code, _, _ = workbook(*GRADE)
    assert code == 0 and rows()["ann"]["affine_forward"] == "2"


def test_the_self_test_finds_what_is_wrong(workbook, course, monkeypatch):
    from workbook.grading import selftest

    def judge(submission, key, kind, subject):
        outcome = "pass" if submission.name == selftest._EVERYTHING else "todo"
        return fake.unit(key, kind, subject, fake.result(subject, outcome))

    course.judge = judge
    rules = ("grade", "--self-test", "--scheme", "scheme.toml", "--no-nbval")
    code, out, _ = workbook(*rules)
    assert code == 0 and "the solutions get everything, the stubs nothing, in 3 exercises" in out
    course.judge = lambda s, key, kind, subject: fake.unit(
        key, kind, subject, fake.result(subject, "pass")
    )
    code, out, _ = workbook(*rules)
    assert code == 1 and "the stubs: adam is pass with 3 of 3 points" in out


def test_names_do_not_act_in_the_terminal(workbook, course):
    course.send("eve", all_="pass")
    (Path("submissions") / "ann\x1b[31m.pdf").write_bytes(b"x")
    name = "\x1b[2J[bold red]Eve[/] \x9b31m"
    Path("roster.csv").write_text(f"id,name\neve,{name}\n", encoding="utf-8")
    reason = "[link=http://evil]\x1b[1m[/nothing]"
    for arguments in (
        (*GRADE, "--roster", "roster.csv"),
        ("grades", "set", "eve", "adam", "1", "--reason", reason),
        ("grades", "show"),
        ("grades", "show", "eve"),
        (*GRADE, "--only", "\x1b[2J"),
        ("grades", "set", "\x1b[2J", "adam", "1", "--reason", "x"),
    ):
        code, out, err = workbook(*arguments)
        assert code == (2 if "\x1b[2J" in arguments else 0), (arguments, err)
        assert "\x1b" not in out + err and "\x9b" not in out + err, arguments
        if arguments == ("grades", "show"):
            assert "[bold red]Eve[/]" in out, "markup is text"
        if arguments == ("grades", "show", "eve"):
            assert "[/nothing]" in out


def test_every_file_that_is_no_submission_is_said(workbook, course):
    course.send("ann", all_="pass")
    for name in (".hidden", "scheme.toml", "bob.txt"):
        (Path("submissions") / name).write_text("x")
    code, out, err = workbook(*GRADE)
    assert code == 0
    assert ".hidden: " in err and "scheme.toml: " in err and "bob is invalid: bob.txt" in out
