"""A class graded from end to end, with an engine that judges nothing."""

import csv
import errno
import importlib.util
import json
import os
import re
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import pytest
import sqlalchemy

from workbook.errors import UsageError, WorkbookError
from workbook.grading import grade_class, results_folder, scheduler
from workbook.grading.exports.tables import harmless
from workbook.grading.gradebook.store import open_gradebook
from workbook.grading.grades import grades as read_grades
from workbook.grading.intake.roster import Roster, Student
from workbook.grading.intake.scheme import parse_scheme, seed_secret
from workbook.grading.results_folder import DATABASE, exclusive_lock, file_names

COUNT = 'exercises = ["affine_forward", "affine_backward", "relu_forward", "adam"]'
SCHEME = parse_scheme(f"[count]\n{COUNT}\n")

spec = importlib.util.spec_from_file_location("fake", Path(__file__).with_name("fake.py"))
fake = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fake)
sys.modules.setdefault("fake", fake)


class Class:
    """A folder of submissions and what comes of it."""

    def __init__(self, root, engine):
        self.root, self.engine = root, engine
        self.submissions, self.out = root / "submissions", root / "results"
        self.submissions.mkdir()

    def send(self, student, **outcomes):
        folder = self.submissions / student
        folder.mkdir(exist_ok=True)
        (folder / "layers.py").write_bytes(fake.layers(**outcomes))

    def grade(self, **asked):
        asked = {"scheme": SCHEME, "with_notebooks": False, "sandbox": "none"} | asked
        given = grade_class.GradeOptions(submissions=self.submissions, out=self.out, **asked)
        return {grade.id: grade for grade in grade_class.grade(given)}

    def csv(self, name="grades.csv"):
        with (self.out / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def gradebook(self):
        return open_gradebook(self.out / DATABASE)


@pytest.fixture
def course(tmp_path, monkeypatch):
    fake_engine = fake.Engine()
    monkeypatch.setattr(scheduler, "run", fake_engine.run)
    return Class(tmp_path, fake_engine)


def stable(out):
    """The files of results, without times of day."""
    text = {
        p.name: p.read_text(encoding="utf-8")
        for p in sorted(out.rglob("*.*"))
        if p.is_file() and p.suffix in (".csv", ".json", ".html", ".log")
    }
    return {n: re.sub(r"\d{4}-\d\d-\d\d[T ][\d:]+(\+00:00)?", "TIME", t) for n, t in text.items()}


def test_almost_comes_back_from_the_gradebook_with_its_rules(course):
    almost = {"outcome": "almost", "share": 0.9, "rules": ["dtype"]}
    course.send("ann", all_="pass", affine_forward=almost)
    course.send("bob", all_="pass")
    points = SCHEME.points["affine_forward"]
    grades = course.grade()
    found = grades["ann"].exercises["affine_forward"]
    assert (found.outcome, found.rules, found.points) == ("almost", ("dtype",), 0.9 * points)
    assert grades["bob"].exercises["affine_forward"].rules == ()
    with course.gradebook() as book:
        run = book.latest(finished=True)
        stored = {grade.id: grade for grade in read_grades(book.run(run.id), book.corrections())}[
            "ann"
        ]
    assert stored.exercises["affine_forward"] == found
    written = json.loads((course.out / "grades.json").read_text(encoding="utf-8"))
    ann = next(student for student in written["students"] if student["id"] == "ann")
    listed = {entry["exercise"]: entry for entry in ann["exercises"]}
    assert listed["affine_forward"]["rules"] == ["dtype"]
    assert listed["affine_forward"]["outcome"] == "almost"
    assert listed["relu_forward"]["rules"] == []
    row = {row["id"]: row for row in course.csv()}["ann"]
    assert float(row["affine_forward"]) == pytest.approx(0.9 * points)
    page = (course.out / "feedback" / "ann.html").read_text(encoding="utf-8")
    assert "Almost right" in page and "4 of 4 exercises are done." in page
    assert f"Points are lost for the dtype of a result ({0.1 * points:g})." in page
    before = list(course.engine.ran)
    assert course.grade()["ann"].exercises["affine_forward"] == found
    assert course.engine.ran == before


def test_everyone_gets_a_row_a_page_and_a_log(course):
    course.send("ann", all_="pass")
    course.send("bob", affine_forward={"outcome": "fail", "share": 0.5})
    (course.submissions / "carl.zip").write_bytes(b"rubbish")
    roster = Roster(tuple(Student(i, i.title()) for i in ("ann", "bob", "carl", "dora")))
    grades = course.grade(roster=roster)
    assert {i: g.status for i, g in grades.items()} == {
        "ann": "graded", "bob": "graded", "carl": "invalid", "dora": "missing",
    }  # fmt: skip
    rows = {row["id"]: row for row in course.csv()}
    assert list(rows) == ["ann", "bob", "carl", "dora"]
    assert list(rows["ann"])[:4] == ["id", "name", "total", "maximum"]
    assert list(rows["ann"])[4:] == list(SCHEME.points)
    maximum = SCHEME.maximum
    assert float(rows["ann"]["total"]) == sum(SCHEME.points.values())
    assert float(rows["ann"]["maximum"]) == maximum
    half = SCHEME.points["affine_forward"] / 2
    assert float(rows["bob"]["total"]) == float(rows["bob"]["affine_forward"]) == half
    assert (rows["carl"]["total"], rows["carl"]["adam"]) == ("0", "invalid")
    assert (rows["dora"]["total"], rows["dora"]["adam"]) == ("0", "missing")
    for student in rows:
        assert (course.out / "feedback" / f"{student}.html").is_file()
        assert (course.out / "logs" / f"{student}.log").is_file()
    log = (course.out / "logs" / "bob.log").read_text(encoding="utf-8")
    assert "judge affine_forward: fail, seed 7" in log and "\x1b" not in log


def test_what_a_pair_hands_in_is_judged_once(course):
    course.send("ann", all_="pass")
    course.send("carl", all_="pass")
    course.send("dora", all_="fail")
    people = [Student("ann", pair="blue"), Student("bob", pair="blue")]
    grades = course.grade(roster=Roster((*people, Student("carl"), Student("dora"))))
    assert sorted(course.engine.ran) == sorted(
        f"{name} {exercise}" for name in ("ann", "dora") for exercise in SCHEME.exercises
    )
    total = SCHEME.maximum
    assert {i: g.total for i, g in grades.items()} == {
        "ann": total, "bob": total, "carl": total, "dora": 0,
    }  # fmt: skip
    with course.gradebook() as gradebook:
        run = gradebook.run(1)
    units = {s.student_id: [o.unit_id for o in s.outcomes] for s in run.submissions}
    assert units["ann"] == units["bob"] == units["carl"] and len(units["ann"]) == 4


def test_who_ended_the_process_everywhere_is_said_in_one_line(course):
    course.send("ann", all_="crashed")
    course.send("bob", adam="crashed")
    grades = course.grade()
    assert grades["bob"].flags == ["adam ended the process that ran it"]
    assert grades["ann"].flags == [f"{', '.join(SCHEME.exercises)} ended the process that ran it"]
    everything = parse_scheme("")
    [flag] = course.grade(scheme=everything)["ann"].flags
    first, others = ", ".join(everything.exercises[:3]), len(everything.exercises) - 3
    assert flag == f"{first} and {others} others each ended the process that ran it"


def test_a_full_disk_costs_nothing_that_was_kept(course, monkeypatch):
    course.send("ann", all_="pass")
    course.send("bob", all_={"outcome": "fail", "seen": "x" * 10_000})
    course.engine.stop_after = 4
    with pytest.raises(KeyboardInterrupt):
        course.grade()

    def full(path, *_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    # What SQLite says when there is no room for another page.
    def no_page_more(connection, _):
        connection.execute("PRAGMA max_page_count = 1")

    course.engine.stop_after = None
    sqlalchemy.event.listen(sqlalchemy.Engine, "connect", no_page_more)
    try:
        with pytest.raises(WorkbookError, match=r"full\. When that is mended, the same command"):
            course.grade()
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "connect", no_page_more)
    with monkeypatch.context() as patch:
        patch.setattr(results_folder, "write_text", full)
        with pytest.raises(WorkbookError, match=r"results cannot be written to: .*\. When"):
            course.grade()
    grades = course.grade()
    assert [grade.total for grade in grades.values()] == [SCHEME.maximum, 0]
    assert len([name for name in course.engine.ran if name.startswith("ann")]) == 4


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_results_are_for_their_owner_only(course):
    course.send("ann")
    course.grade()
    assert course.out.stat().st_mode & 0o777 == 0o700


def test_a_run_that_was_cut_short_is_taken_up_to_the_same_result(course, tmp_path, monkeypatch):
    for student in ("ann", "bob", "carl"):
        course.send(student, all_="pass" if student != "bob" else "fail")
    course.grade(seed=3)
    whole = stable(course.out)
    ran = list(course.engine.ran)

    course.out, course.engine.ran = tmp_path / "again", []
    course.engine.stop_after = len(ran) // 2
    with pytest.raises(KeyboardInterrupt):
        course.grade(seed=3)
    course.engine.stop_after = None
    course.grade()
    assert sorted(course.engine.ran) == sorted(ran), "a unit was run twice, or left out"
    assert stable(course.out) == whole
    with course.gradebook() as gradebook:
        assert gradebook.latest().id == 1


def test_a_stopped_run_leaves_the_last_results_as_they_are(course):
    course.send("ann", all_="pass")
    course.grade()
    before = stable(course.out)
    course.send("ann", all_="fail")
    stop = threading.Event()
    stop.set()
    asked = grade_class.GradeOptions(course.submissions, course.out, SCHEME, with_notebooks=False)
    assert grade_class.grade(asked, stop=stop) == []
    assert stable(course.out) == before
    with course.gradebook() as gradebook:
        assert gradebook.latest().state == "running" and gradebook.latest(finished=True).id == 1


def test_regrading_writes_a_new_run_with_the_old_secret_and_runs_nothing_again(course):
    course.send("ann", all_="pass")
    course.grade()
    ran = len(course.engine.ran)
    course.grade()
    assert len(course.engine.ran) == ran
    with course.gradebook() as gradebook:
        first, second = gradebook.run(1), gradebook.run(2)
    assert first.secret == second.secret and len(first.secret) == 64
    assert len(first.submissions[0].outcomes) == len(second.submissions[0].outcomes) == ran
    course.grade(seed=5)
    assert len(course.engine.ran) == 2 * ran
    with course.gradebook() as gradebook:
        assert gradebook.run(3).secret == seed_secret(5)


def test_our_fault_is_no_zero_and_is_tried_again(course):
    course.send("ann", all_="pass")
    course.engine.infra = {"adam"}
    [grade] = course.grade().values()
    assert (grade.status, grade.total) == ("infra", None)
    [row] = course.csv()
    assert (row["total"], row["adam"]) == ("", "infra")
    assert course.csv("canvas.csv")[1]["Workbook"] == ""
    page = (course.out / "feedback" / "ann.html").read_text(encoding="utf-8")
    assert "not your doing" in page
    course.engine.infra, course.engine.ran = set(), []
    [grade] = course.grade().values()
    assert grade.status == "graded" and course.engine.ran == ["ann adam"]


def test_the_best_attempt(course):
    course.send("ann_attempt1", all_="pass")
    course.send("ann_attempt2", all_="fail")
    assert course.grade()["ann"].total == 0
    best = course.grade(scheme=parse_scheme(f'[count]\n{COUNT}\n[attempts]\ncount = "best"\n'))[
        "ann"
    ]
    assert best.total == sum(SCHEME.points.values()) and best.attempts == 2


def test_only_one_student_again(course):
    course.send("ann", all_="pass")
    course.send("bob", all_="fail")
    before = course.grade()
    course.send("bob", all_="pass")
    course.send("ann", all_="fail")
    course.engine.ran = []
    after = course.grade(only="bob")
    assert {line.split()[0] for line in course.engine.ran} == {"bob"}
    assert after["ann"].total == before["ann"].total
    assert after["bob"].total == after["ann"].total
    assert [row["id"] for row in course.csv()] == ["ann", "bob"]
    with pytest.raises(UsageError, match="no student 'eve'"):
        course.grade(only="eve")


def test_corrections_stay_beside_what_was_computed(course):
    course.send("ann", affine_forward="fail")
    course.grade()
    with course.gradebook() as gradebook:
        gradebook.correct("ann", "affine_forward", 1.0, "the transpose is fine", "me")
        gradebook.correct("ann", "affine_forward", 1.5, "on second thought")
        with pytest.raises(UsageError, match="Did you mean ann"):
            gradebook.correct("anne", "affine_forward", 1, "x")
    exercise = course.grade()["ann"].exercises["affine_forward"]
    assert (exercise.points, exercise.computed) == (1.5, 0.0)
    assert "on second thought" in (course.out / "feedback" / "ann.html").read_text("utf-8")
    with course.gradebook() as gradebook:
        gradebook.correct("ann", "affine_forward", None, "taken back")
    assert course.grade()["ann"].exercises["affine_forward"].points == 0


def test_a_pair_gets_the_same_from_one_submission(course):
    course.send("ann", all_="pass")
    roster = Roster((Student("ann", pair="1"), Student("bob", pair="1")))
    grades = course.grade(roster=roster)
    assert grades["ann"].total == grades["bob"].total > 0
    assert not grades["bob"].flags


def test_the_two_verdicts_and_what_is_flagged(course):
    course.send("ann", all_="pass")
    course.send("bob", relu_forward={"outcome": "pass", "integrated_outcome": "blocked"})
    says = {"outcome": "fail", "line": "its <b>output</b> is not the stored one"}
    course.engine.nbval = {"ann": {"affine_forward": says}, "bob": {"relu_forward": says}}
    grades = course.grade(with_notebooks=True)
    assert grades["ann"].exercises["affine_forward"].differs
    assert "affine_forward passes, but the notebook says fail" in grades["ann"].flags[0]
    assert not grades["bob"].exercises["relu_forward"].differs
    assert not grades["bob"].flags
    page = (course.out / "class.html").read_text(encoding="utf-8")
    assert "its &lt;b&gt;output&lt;/b&gt;" in page


def test_a_wrong_forward_pass_explains_the_notebooks_gradients(course):
    course.send("ann", all_="pass", affine_forward="fail")
    course.send("bob", all_="pass")
    says = {"outcome": "fail", "line": "dx is off"}
    course.engine.nbval = {name: {"affine_backward": says} for name in ("ann", "bob")}
    grades = course.grade(with_notebooks=True)
    assert grades["ann"].exercises["affine_backward"].differs
    assert not grades["ann"].flags
    assert "affine_backward passes, but" in grades["bob"].flags[0]


def test_the_same_files_twice_are_flagged(course):
    course.send("ann", all_="pass")
    course.send("bob", all_="pass")
    course.send("carl")
    course.send("dora")
    flags = {i: g.flags for i, g in course.grade().items()}
    assert flags == {
        "ann": ["the same files as bob"], "bob": ["the same files as ann"], "carl": [], "dora": [],
    }  # fmt: skip


def test_a_folder_of_other_things_is_left_alone(course):
    course.send("ann")
    course.out.mkdir()
    (course.out / "thesis.tex").write_text("x")
    with pytest.raises(UsageError, match="holds other things"):
        course.grade()
    course.out = course.out / "thesis.tex"
    with pytest.raises(UsageError, match="is a file"):
        course.grade()


def test_a_teachers_folder_with_the_same_names_is_left_alone(course):
    course.send("ann")
    for name in ("logs", "feedback", "junit"):
        (course.out / name).mkdir(parents=True)
    comments = course.out / "feedback" / "jdoe-comments.md"
    comments.write_text("two weeks of written comments")
    with pytest.raises(UsageError, match="holds other things"):
        course.grade()
    assert comments.read_text() == "two weeks of written comments"


def test_what_we_did_not_write_is_never_removed_nor_replaced(course):
    course.send("ann")
    course.send("bob")
    course.grade()
    mine = {
        course.out / "feedback" / name: name
        for name in ("carl.html", "notes.html", "comments.md", ".dora.html.part")
    }
    for path, text in mine.items():
        path.write_text(text)
    (course.out / "feedback" / "album").mkdir()
    course.send("carl")
    with pytest.raises(WorkbookError, match=r"carl\.html is in the way"):
        course.grade()
    (course.submissions / "carl" / "layers.py").unlink()
    (course.submissions / "carl").rmdir()
    (course.submissions / "bob" / "layers.py").unlink()
    (course.submissions / "bob").rmdir()
    course.grade()
    assert {path: path.read_text() for path in mine} == mine
    assert (course.out / "feedback" / "album").is_dir()
    assert (course.out / "feedback" / "ann.html").is_file()
    assert not (course.out / "feedback" / "bob.html").exists(), "bob is no longer in the class"


def test_results_of_an_earlier_version_are_taken_over(course):
    course.send("ann")
    course.send("bob")
    course.grade()
    (course.out / ".workbook-results.json").unlink()
    (course.out / "feedback" / "mine.html").write_text("mine")
    (course.submissions / "bob" / "layers.py").unlink()
    (course.submissions / "bob").rmdir()
    course.grade()
    pages = {path.name for path in (course.out / "feedback").iterdir()}
    assert pages == {"ann.html", "mine.html"}


def test_what_a_killed_run_was_writing_is_removed_by_the_next(course):
    course.send("ann")
    course.grade()
    half = course.out / "feedback" / ".ann.html.ab12_xyz.part"
    half.write_text("half")
    course.grade()
    assert not half.exists()


@pytest.mark.parametrize("how", ["gradebook", "folder", "exchanged"])
def test_results_that_go_away_during_a_run_are_an_error(course, how, monkeypatch):
    course.send("ann", all_="pass")
    course.send("bob", all_="fail")
    judge = course.engine.judge

    def remove_and_judge(submission, *arguments):
        if submission.name == "bob" and how == "folder":
            shutil.rmtree(course.out, ignore_errors=True)
        elif submission.name == "bob":
            (course.out / DATABASE).unlink(missing_ok=True)
            if how == "exchanged":
                (course.out / DATABASE).write_bytes(b"")
        return judge(submission, *arguments)

    monkeypatch.setattr(course.engine, "judge", remove_and_judge)
    with pytest.raises(WorkbookError, match=r"removed|The gradebook"):
        course.grade()
    monkeypatch.setattr(course.engine, "judge", judge)
    shutil.rmtree(course.out, ignore_errors=True)
    assert {grade.status for grade in course.grade().values()} == {"graded"}


def test_a_page_that_goes_away_while_others_are_written_is_an_error(course, monkeypatch):
    course.send("ann")
    page = results_folder.class_page

    def remove(*arguments):
        (course.out / "feedback" / "ann.html").unlink()
        return page(*arguments)

    monkeypatch.setattr(results_folder, "class_page", remove)
    with pytest.raises(WorkbookError, match=r"ann\.html was removed during the run"):
        course.grade()
    with course.gradebook() as gradebook:
        assert gradebook.latest().state == "running"


def test_temporary_files_of_a_run_lie_in_one_folder_that_is_gone_afterwards(
    course, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    # Of a run that was killed: no process has this number.
    killed = tmp_path / "tmp" / ".workbook-grade-4194999-abc"
    (killed / "workbook-home-1" / "closed").mkdir(parents=True)
    (killed / "workbook-home-1" / "closed").chmod(0)
    (tmp_path / "tmp" / "workbook-of-somebody-else").mkdir()
    seen = []
    judge = course.engine.judge

    def look(*arguments):
        made = Path(tempfile.mkdtemp(prefix="workbook-grading-"))
        seen.append(made.parent.name)
        assert os.environ["TMPDIR"] == str(made.parent)
        return judge(*arguments)

    monkeypatch.setattr(course.engine, "judge", look)
    course.send("ann")
    course.grade()
    assert {name.rpartition("-")[0] for name in seen} == {f".workbook-grade-{os.getpid()}"}
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == ["workbook-of-somebody-else"]


def test_everything_passed_over_is_in_the_report(course):
    course.send("ann")
    (course.submissions / "roster.csv").write_text("id\n")
    course.grade()
    line = "roster.csv: a file of this kind is no submission"
    assert line in (course.out / "class.html").read_text(encoding="utf-8")
    plain = json.loads((course.out / "grades.json").read_text(encoding="utf-8"))
    assert plain["passed_over"] == [line]


def test_junit_comes_from_the_gradebook_and_holds_text_only(course):
    from xml.etree import ElementTree

    course.send("ann", all_="pass")
    course.send("bob")
    line = "<script>\x1b[31m & \udc80 \uffff"
    says = {
        "affine_forward": {"outcome": "fail", "line": line},
        "relu_forward": {"outcome": "pass", "line": ""},
        "adam": {"outcome": "missing", "line": "not run"},
    }
    course.engine.nbval = {"ann": says}
    course.grade(with_notebooks=True)
    [suite, *_] = ElementTree.parse(course.out / "junit" / "ann.xml").getroot()
    wanted = {"tests": "3", "failures": "1", "errors": "0", "skipped": "1"}
    assert {name: suite.get(name) for name in wanted} == wanted
    assert suite.find("testcase/failure").get("message").startswith("<script>\ufffd[31m & ")
    assert {path.name for path in (course.out / "junit").iterdir()} == {"ann.xml", "bob.xml"}


def test_two_runs_at_a_time_are_refused(course):
    course.send("ann")
    course.grade()
    with exclusive_lock(course.out), pytest.raises(WorkbookError, match="Another run"):
        course.grade()


@pytest.mark.parametrize("letter", ["\u7ec3", "\U00020000"])
def test_the_name_of_a_page_is_short_enough_for_a_file_system(course, letter):
    roster = Roster((Student(letter * 100), Student(letter * 100 + "x")))
    assert len(course.grade(roster=roster)) == 2
    assert len(list((course.out / "feedback").iterdir())) == 2


def test_file_names_are_plain_and_no_two_alike():
    names = file_names(["ann", "../ann", "ANN", "a/b", "", "练习", "con\x00"])
    assert len({name.casefold() for name in names.values()}) == len(names)
    assert all(
        re.fullmatch(r"[\w.-]+", name) and not name.startswith(".") for name in names.values()
    )


def test_json_follows_its_schema_and_its_page(course):
    import jsonschema

    from workbook.grading.exports.as_json import SCHEMA

    course.send("ann", all_="pass")
    (course.submissions / "carl.zip").write_bytes(b"rubbish")
    roster = Roster((Student("ann"), Student("carl"), Student("dora")))
    course.grade(roster=roster)
    with course.gradebook() as gradebook:
        gradebook.correct("dora", "adam", 1.0, "ill", "me")
    course.engine.infra = {"affine_forward"}
    course.grade(roster=roster, seed=9)
    plain = json.loads((course.out / "grades.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(plain, SCHEMA)
    assert [s["status"] for s in plain["students"]] == ["infra", "invalid", "missing"]
    assert "secret" not in json.dumps(plain)
    broken = json.loads(json.dumps(plain))
    del broken["students"][0]["total"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, SCHEMA)


@pytest.mark.parametrize(
    "text, cell",
    [
        ("=1", "'=1"),
        ("x;=cmd()", "x;'=cmd()"),
        ('x; "=cmd()"', 'x; "\'=cmd()"'),
        ("x,+1", "x,'+1"),
        ("a\t@b\r\n=c", "a @b  =c"),
        ("x\x1b]0;=1\x07", "x ]0;'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("Doe, Jane", "Doe, Jane"),
        ("Jean-Luc O'Neill + 1", "Jean-Luc O'Neill + 1"),
        ("j.doe@example.org", "j.doe@example.org"),
    ],
)
def test_no_part_of_a_cell_is_a_formula_whatever_splits_cells(text, cell):
    assert harmless(text) == cell


def test_names_from_a_roster_do_not_act_in_tables_or_in_a_terminal(course, capsys):
    course.send("eve")
    name = "\x1b[2J[bold]Eve[/] x;=cmd()\u202e\x9b31m"
    course.grade(roster=Roster((Student("eve", name),)))
    for file in ("grades.csv", "canvas.csv", "grades.json", "class.html", "logs/eve.log"):
        text = (course.out / file).read_text(encoding="utf-8")
        assert all(c.isprintable() or c == "\n" for c in text), file
    assert course.csv()[0]["name"] == "[2J[bold]Eve[/] x;'=cmd()  31m"
    plain = json.loads((course.out / "grades.json").read_text(encoding="utf-8"))
    assert plain["students"][0]["name"] == name, "escaped, and nothing lost"


def test_nothing_in_a_table_is_a_formula(course):
    course.send("=cmd()", all_="pass")
    course.grade()
    assert [row["id"] for row in course.csv()] == ["'=cmd()"]
