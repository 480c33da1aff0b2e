"""Which folder of exercises is in use, in the order of precedence."""

from pathlib import Path

import pytest

from workbook.errors import UsageError, WorkbookError
from workbook.workspace import choice, state

ROOT = Path(__file__).resolve().parents[2]
OWN = ROOT / "workbook" / "exercises"


@pytest.fixture
def solutions(tmp_path, monkeypatch):
    """A stand-in for solutions/, so that copies without them run this too."""
    folder = tmp_path / "solutions"
    folder.mkdir()
    monkeypatch.setattr(choice, "solutions_folder", lambda: folder)
    return folder


def test_order_of_precedence(state, solutions, monkeypatch, tmp_path):
    inner = state / "notebooks" / "deep"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert choice.current() == choice.Choice("stubs", state / "exercises", "init")

    choice.save("solutions")
    assert choice.current() == choice.Choice("solutions", solutions, "saved")
    assert choice.solutions_on()

    monkeypatch.setenv(choice.VARIABLE, "stubs")
    assert choice.current() == choice.Choice("stubs", state / "exercises", "variable")
    other = tmp_path / "another room"
    other.mkdir()
    monkeypatch.setenv(choice.VARIABLE, str(other))
    assert choice.current() == choice.Choice("folder", other, "variable")
    monkeypatch.setenv(choice.VARIABLE, "solutions")
    assert choice.current() == choice.Choice("solutions", solutions, "variable")

    choice.use("stubs")
    assert choice.current() == choice.Choice("stubs", state / "exercises", "switch")
    choice.use(str(other))
    assert choice.exercises_folder() == other
    choice.use("solutions")
    assert choice.current() == choice.Choice("solutions", solutions, "switch")

    choice.use(None)
    monkeypatch.delenv(choice.VARIABLE)
    choice.save("stubs")
    assert choice.current().because == "init"


def test_the_packages_own_room_comes_last(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(choice.VARIABLE, raising=False)
    assert choice.nearest_folder() is None
    assert choice.student_folder() == OWN


def test_the_students_folder_never_follows_the_toggle(state, solutions, monkeypatch):
    mine = state / "exercises"
    choice.save("solutions")
    assert choice.student_folder() == mine
    monkeypatch.setenv(choice.VARIABLE, "solutions")
    assert choice.student_folder() == mine
    monkeypatch.setenv(choice.VARIABLE, str(solutions))
    assert choice.student_folder() == mine
    choice.use("solutions")
    assert choice.student_folder() == mine
    # But a folder named by hand is where the student's files are.
    other = state / "elsewhere"
    other.mkdir()
    monkeypatch.setenv(choice.VARIABLE, "elsewhere")
    assert choice.student_folder() == other


def test_the_nearest_folder_wins_and_may_name_its_exercises(state, monkeypatch):
    inner = state / "second copy"
    (inner / "my" / "files").mkdir(parents=True)
    choice.mark_folder(inner, "my/files")
    monkeypatch.chdir(inner / "my")
    assert choice.exercises_folder() == inner / "my" / "files"
    assert choice.state_folder() == inner / ".workbook"
    choice.anchor(state)
    assert choice.exercises_folder() == state / "exercises"


@pytest.mark.parametrize("asked_by", ["switch", "variable", "saved"])
def test_a_copy_without_solutions_says_so_in_one_line(state, monkeypatch, asked_by):
    monkeypatch.setattr(choice, "solutions_folder", lambda: None)
    if asked_by == "variable":
        monkeypatch.setenv(choice.VARIABLE, "solutions")
    if asked_by == "saved":
        (state / ".workbook/choice.toml").write_text('exercises = "solutions"\n')
    with pytest.raises(WorkbookError, match=r"no solutions/ folder") as caught:
        if asked_by == "switch":
            choice.use("solutions")
        choice.current()
    assert "\n" not in str(caught.value)
    if asked_by == "switch":
        assert choice.current().which == "stubs"
        with pytest.raises(WorkbookError, match="no solutions"):
            choice.save("solutions")


def test_bad_values_are_refused(state, monkeypatch):
    monkeypatch.setenv(choice.VARIABLE, "solution")
    with pytest.raises(UsageError, match=r"'solution' is no folder of exercises. Use `stubs`"):
        choice.current()
    monkeypatch.delenv(choice.VARIABLE)
    with pytest.raises(UsageError):
        choice.use("nowhere")
    with pytest.raises(UsageError):
        choice.save("nowhere")
    (state / ".workbook/choice.toml").write_text("exercises = solutions\n")
    with pytest.raises(WorkbookError, match=r"choice\.toml cannot be read"):
        choice.current()


def test_paths_are_shown_as_a_reader_knows_them(state):
    assert choice.shown(OWN / "layers.py") == "workbook/exercises/layers.py"
    assert choice.shown(state / "exercises" / "layers.py") == "exercises/layers.py"
    assert choice.shown(ROOT / "solutions" / "layers.py") == "solutions/layers.py"


def test_remembered_things_lie_beside_the_students_files(request, monkeypatch):
    home = request.getfixturevalue("state")
    assert state.read_state("best") == {}
    state.write_state("best", {"accuracy": 0.5})
    assert (home / ".workbook" / "best.json").is_file()
    assert state.read_state("best") == {"accuracy": 0.5}
    (home / ".workbook" / "best.json").write_text("[1, 2")
    assert state.read_state("best") == {}
