"""What is remembered about a student's progress, and what never counts as such."""

import shutil
from datetime import datetime

import pytest

from workbook.student import locations, progress
from workbook.student.locations import state_folder
from workbook.student.state_file import read_state, write_state


def result(exercise="affine_forward", outcome="pass", sha256="aa", points=2.0):
    return {"exercise": exercise, "outcome": outcome, "sha256": sha256, "points": points}


def test_a_result_is_kept_with_its_time_and_the_files_hash(state):
    assert progress.record(state / "exercises", [result(), result("relu_forward", "fail")])
    kept = progress.recorded()
    assert kept["affine_forward"]["outcome"] == "pass"
    assert kept["affine_forward"]["sha256"] == "aa"
    assert kept["affine_forward"]["points"] == 2.0
    age = datetime.now().astimezone() - datetime.fromisoformat(kept["affine_forward"]["time"])
    assert age.total_seconds() < 60
    assert progress.outcomes() == {"affine_forward": "pass", "relu_forward": "fail"}
    assert (state / ".workbook" / "progress.json").is_file()


def test_the_last_outcome_counts_and_the_first_pass_is_remembered(state):
    folder = state / "exercises"
    progress.record(folder, [result()])
    first = progress.recorded()["affine_forward"]["first_pass"]
    progress.record(folder, [result(outcome="fail", sha256="bb")])
    kept = progress.recorded()["affine_forward"]
    assert (kept["outcome"], kept["sha256"], kept["first_pass"]) == ("fail", "bb", first)


def test_the_map_reads_what_is_recorded(state, monkeypatch):
    from workbook.widgets import overview

    shown = []
    monkeypatch.setattr(overview, "display", lambda markdown: shown.append(markdown.data))
    progress.record(state / "exercises", [result(), result("relu_forward", "fail")])
    overview.course_map()
    assert shown[0].count("●") == 1


def test_nothing_counts_while_another_folder_is_judged(state, tmp_path):
    other = tmp_path / "submission"
    shutil.copytree(locations.pristine_folder(), other)
    assert not progress.record(other, [result()])
    assert progress.recorded() == {}


def test_a_folder_that_the_variable_names_is_not_the_students_own(state, tmp_path, monkeypatch):
    other = tmp_path / "submission"
    shutil.copytree(locations.pristine_folder(), other)
    monkeypatch.setenv(locations.VARIABLE, str(other))
    assert locations.student_folder() == other
    assert not progress.is_tracked(other)
    assert progress.is_tracked(state / "exercises")


@pytest.mark.skipif(locations.solutions_folder() is None, reason="this copy has no solutions/")
def test_nothing_counts_while_solutions_are_on(state):
    locations.save("solutions")
    assert not progress.record(state / "exercises", [result()])
    locations.save("stubs")
    assert progress.record(state / "exercises", [result()])


def test_a_choice_that_cannot_be_read_is_no_progress_and_no_error(state):
    (state / ".workbook" / "choice.toml").write_text("exercises = [", encoding="utf-8")
    assert not progress.record(state / "exercises", [result()])


def test_a_check_that_could_not_run_leaves_the_last_verdict(state):
    folder = state / "exercises"
    progress.record(folder, [result()])
    assert not progress.record(folder, [result(outcome="infra")])
    assert progress.outcomes() == {"affine_forward": "pass"}


def test_a_reset_forgets_the_outcome_and_keeps_the_history(state):
    progress.record(state / "exercises", [result(), result("relu_forward")])
    progress.mark_shown("affine_forward")
    progress.forget(["affine_forward", "svm_loss"])
    assert progress.outcomes() == {"relu_forward": "pass"}
    assert set(progress.recorded()["affine_forward"]) == {"first_pass", "shown"}


def test_only_the_first_showing_is_dated(state):
    progress.mark_shown("adam")
    first = progress.recorded()["adam"]["shown"]
    write_state("progress", {"adam": {"shown": "2026-01-01"}})
    progress.mark_shown("adam")
    assert progress.recorded()["adam"]["shown"] == "2026-01-01" != first


def test_hints_come_one_by_one_and_stop_at_the_last(state):
    assert progress.hints_read("adam") == 0
    assert [progress.count_hint("adam", 3) for _ in range(5)] == [1, 2, 3, 3, 3]
    assert progress.hints_read("adam") == 3
    assert progress.hints_read("rmsprop") == 0


@pytest.mark.parametrize("text", ["", "[]", "{", '{"affine_forward": 3}', "\x00"])
def test_a_damaged_file_is_an_empty_one(state, text):
    (state_folder() / "progress.json").write_text(text, encoding="utf-8")
    assert progress.recorded() == {}
    assert progress.record(state / "exercises", [result()])
    assert progress.outcomes() == {"affine_forward": "pass"}


def test_damaged_hints_start_again(state):
    write_state("hints", {"adam": "three"})
    assert progress.hints_read("adam") == 0
    assert progress.count_hint("adam", 4) == 1
    assert read_state("hints") == {"adam": 1}


def test_a_folder_that_cannot_be_written_to_does_not_stop_a_check(state, monkeypatch):
    from workbook.errors import WorkbookError

    def refuse(name, value):
        raise WorkbookError("read-only")

    monkeypatch.setattr(progress, "write_state", refuse)
    assert not progress.record(state / "exercises", [result()])


def test_a_card_leaves_its_own_mark_and_a_check_keeps_it(state):
    folder = state / "exercises"
    progress.record(folder, [result(sha256="aa")], card=True)
    progress.record(folder, [result(sha256="bb")])
    kept = progress.recorded()["affine_forward"]
    assert (kept["sha256"], kept["card"]["sha256"]) == ("bb", "aa")
