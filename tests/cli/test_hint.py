"""`workbook hint` and `workbook show`: one stage at a time, and the reference only when earned."""

import ast
import re
from functools import cache

import pytest

from workbook import curriculum, locale
from workbook.cli.hint import STAGES
from workbook.student import locations, progress
from workbook.student.solution_markers import find_blocks

SOLUTIONS = locations.solutions_folder()
needs_solutions = pytest.mark.skipif(SOLUTIONS is None, reason="this copy has no solutions/")
EXERCISES = list(curriculum.load())


def squeezed(text):
    return re.sub(r"\s+", " ", text)


def test_one_stage_at_a_time_and_only_when_asked(workbook, home):
    for number, stage in enumerate(STAGES, start=1):
        code, out, _ = workbook("hint", "affine_backward")
        assert code == 0
        assert f"Hint {number} of 4 on affine_backward" in out
        for other in STAGES:
            shown = locale.text(f"hint.affine_backward.{other}") in squeezed(out)
            assert shown == (other == stage)
    assert "That was the last one." in out
    # Then all of them, to read once more.
    _, out, _ = workbook("hint", "affine_backward")
    for stage in STAGES:
        assert locale.text(f"hint.affine_backward.{stage}") in squeezed(out)


def test_again_shows_what_was_given_and_nothing_new(workbook, home):
    _, out, _ = workbook("hint", "adam", "--again")
    assert "You have asked for no hint on adam yet" in out
    workbook("hint", "adam")
    workbook("hint", "adam")
    for _ in range(2):
        _, out, _ = workbook("hint", "adam", "--again")
        assert "Hint 1 of 4" in out and "Hint 2 of 4" in out and "Hint 3 of 4" not in out
        assert "The next one is a small case by hand" in out
    assert progress.hints_read("adam") == 2


def test_hints_are_counted_for_each_exercise_on_this_machine(workbook, home):
    workbook("hint", "adam")
    _, out, _ = workbook("hint", "rmsprop")
    assert "Hint 1 of 4 on rmsprop" in out
    assert (home / ".workbook" / "hints.json").is_file()


def test_an_unknown_exercise_suggests_the_nearest(workbook, home):
    for command in ("hint", "show"):
        code, _, err = workbook(command, "adm")
        assert code == 2 and "Did you mean adam" in err


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_every_exercise_has_four_stages_and_a_question(exercise):
    for stage in STAGES:
        words = locale.text(f"hint.{exercise.id}.{stage}")
        assert 20 < len(words) < 700
        assert words[-1] in ".?!:)"
    for part in ("question", "answer"):
        assert len(locale.text(f"transfer.{exercise.id}.{part}")) > 20
    assert "?" in locale.text(f"transfer.{exercise.id}.question")


def test_no_hint_belongs_to_nothing():
    known = {f"{kind}.{e.id}" for e in EXERCISES for kind in ("hint", "transfer")}
    found = {
        name.rpartition(".")[0]
        for name in locale.sentences()
        if name.startswith(("hint.", "transfer."))
    }
    assert found == known


blocks_of = cache(find_blocks)


def answers(exercise):
    """The right-hand sides of an exercise's solution, without white space."""
    source = (SOLUTIONS / exercise.file).read_text(encoding="utf-8")
    lines = {
        line
        for block in blocks_of(source, exercise.file)
        if block.exercise_id == exercise.id
        for line in range(block.begin, block.end)
    }
    for node in ast.walk(ast.parse(source)):
        value = getattr(node, "value", None)
        stands = isinstance(node, ast.Assign | ast.AugAssign | ast.Return)
        if stands and value is not None and node.lineno in lines:
            text = "".join((ast.get_source_segment(source, value) or "").split())
            # `out`, `x` or `N, D` alone give nothing away.
            if len(text) >= 8:
                yield text


@needs_solutions
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_no_stage_holds_a_line_of_the_solution(exercise):
    found = list(answers(exercise))
    for stage in STAGES:
        words = "".join(locale.text(f"hint.{exercise.id}.{stage}").split())
        assert [answer for answer in found if answer in words] == []


@needs_solutions
def test_the_search_above_finds_what_it_should():
    found = set(answers(curriculum.load()["affine_backward"]))
    assert {"(dout@w.T).reshape(x.shape)", "rows.T@dout", "dout.sum(axis=0)"} <= found


@needs_solutions
def test_the_reference_opens_after_a_pass(workbook, solve):
    solve("optim.py", ("    v *= config", "    # mine\n    v *= config"))
    code, out, _ = workbook("show", "sgd_momentum")
    assert code == 0
    assert "Yours" in out and "The reference" in out
    assert out.count("# mine") == 1
    assert out.count('v -= config["learning_rate"] * dw') == 2
    question = locale.text("transfer.sgd_momentum.question")
    answer = locale.text("transfer.sgd_momentum.answer")
    assert question in squeezed(out) and answer not in squeezed(out)
    assert "shown" not in progress.recorded()["sgd_momentum"]
    _, out, _ = workbook("show", "sgd_momentum", "--answer")
    assert answer in squeezed(out)


@needs_solutions
def test_before_that_it_stays_closed_until_every_hint_was_asked_for(workbook, home):
    for left in (4, 3, 2, 1):
        code, out, err = workbook("show", "adam")
        assert code == 1 and out == ""
        assert f"adam is not right (Still to do), and {left} of its hints are left" in err
        workbook("hint", "adam")
    code, out, _ = workbook("show", "adam")
    assert code == 0 and "The reference" in out
    assert "shown" in progress.recorded()["adam"]
    assert progress.outcomes()["adam"] == "todo"


@needs_solutions
def test_what_once_passed_stays_open(workbook, solve):
    solve("optim.py")
    workbook("check", "rmsprop")
    solve("optim.py", ("    scale = np.sqrt(cache)\n", "    scale = cache\n"))
    code, _, _ = workbook("show", "rmsprop")
    assert code == 0
    assert "shown" not in progress.recorded()["rmsprop"]


@needs_solutions
def test_a_file_that_does_not_parse_still_shows_the_reference(workbook, solve):
    for _ in STAGES:
        workbook("hint", "adam")
    solve("optim.py").write_text("def adam(", encoding="utf-8")
    code, out, _ = workbook("show", "adam")
    assert code == 0
    assert "cannot be found, or does not parse" in out and "def adam(w, dw" in out


@needs_solutions
@pytest.mark.parametrize("columns", ["60", "160"])
def test_side_by_side_where_there_is_room(workbook, solve, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    solve("optim.py")
    _, out, _ = workbook("show", "sgd_momentum")
    together = any("Yours" in line and "The reference" in line for line in out.split("\n"))
    assert together == (columns == "160")


def test_without_solutions_there_is_nothing_to_show(workbook, home, monkeypatch):
    monkeypatch.setattr(locations, "solutions_folder", lambda: None)
    for _ in STAGES:
        _, out, _ = workbook("hint", "adam")
    assert "workbook show" not in out
    code, _, err = workbook("show", "adam")
    assert code == 1 and "no solutions/ folder" in err
