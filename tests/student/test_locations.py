"""Which folder of exercises is in use, in the order of precedence."""

from pathlib import Path

import pytest

from workbook.errors import UsageError, WorkbookError
from workbook.student import locations, state_file

ROOT = Path(__file__).resolve().parents[2]
OWN = ROOT / "workbook" / "exercises"


@pytest.fixture
def solutions(tmp_path, monkeypatch):
    """A stand-in for solutions/, so that copies without them run this too."""
    folder = tmp_path / "solutions"
    folder.mkdir()
    monkeypatch.setattr(locations, "solutions_folder", lambda: folder)
    return folder


def test_order_of_precedence(state, solutions, monkeypatch, tmp_path):
    inner = state / "notebooks" / "deep"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert locations.current() == locations.Location("stubs", state / "exercises", "init")

    locations.save("solutions")
    assert locations.current() == locations.Location("solutions", solutions, "saved")
    assert locations.solutions_on()

    monkeypatch.setenv(locations.VARIABLE, "stubs")
    assert locations.current() == locations.Location("stubs", state / "exercises", "variable")
    other = tmp_path / "another implementation"
    other.mkdir()
    monkeypatch.setenv(locations.VARIABLE, str(other))
    assert locations.current() == locations.Location("folder", other, "variable")
    monkeypatch.setenv(locations.VARIABLE, "solutions")
    assert locations.current() == locations.Location("solutions", solutions, "variable")

    locations.use("stubs")
    assert locations.current() == locations.Location("stubs", state / "exercises", "switch")
    locations.use(str(other))
    assert locations.exercises_folder() == other
    locations.use("solutions")
    assert locations.current() == locations.Location("solutions", solutions, "switch")

    locations.use(None)
    monkeypatch.delenv(locations.VARIABLE)
    locations.save("stubs")
    assert locations.current().decided_by == "init"


def test_the_packages_own_impl_comes_last(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(locations.VARIABLE, raising=False)
    assert locations.nearest_folder() is None
    assert locations.student_folder() == OWN


def test_the_students_folder_never_follows_the_toggle(state, solutions, monkeypatch):
    mine = state / "exercises"
    locations.save("solutions")
    assert locations.student_folder() == mine
    monkeypatch.setenv(locations.VARIABLE, "solutions")
    assert locations.student_folder() == mine
    monkeypatch.setenv(locations.VARIABLE, str(solutions))
    assert locations.student_folder() == mine
    locations.use("solutions")
    assert locations.student_folder() == mine
    # But a folder named by hand is where the student's files are.
    other = state / "elsewhere"
    other.mkdir()
    monkeypatch.setenv(locations.VARIABLE, "elsewhere")
    assert locations.student_folder() == other


def test_the_nearest_folder_wins_and_may_name_its_exercises(state, monkeypatch):
    inner = state / "second copy"
    (inner / "my" / "files").mkdir(parents=True)
    locations.mark_folder(inner, "my/files")
    monkeypatch.chdir(inner / "my")
    assert locations.exercises_folder() == inner / "my" / "files"
    assert locations.state_folder() == inner / ".workbook"
    monkeypatch.setattr(locations.process, "start", state)
    assert locations.exercises_folder() == state / "exercises"


@pytest.mark.parametrize("asked_by", ["switch", "variable", "saved"])
def test_a_copy_without_solutions_says_so_in_one_line(state, monkeypatch, asked_by):
    monkeypatch.setattr(locations, "solutions_folder", lambda: None)
    if asked_by == "variable":
        monkeypatch.setenv(locations.VARIABLE, "solutions")
    if asked_by == "saved":
        (state / ".workbook/choice.toml").write_text('exercises = "solutions"\n')
    with pytest.raises(WorkbookError, match=r"no solutions/ folder") as caught:
        if asked_by == "switch":
            locations.use("solutions")
        locations.current()
    assert "\n" not in str(caught.value)
    if asked_by == "switch":
        assert locations.current().which == "stubs"
        with pytest.raises(WorkbookError, match="no solutions"):
            locations.save("solutions")


def test_bad_values_are_refused(state, monkeypatch):
    monkeypatch.setenv(locations.VARIABLE, "solution")
    with pytest.raises(UsageError, match=r"'solution' is no folder of exercises. Use `stubs`"):
        locations.current()
    monkeypatch.delenv(locations.VARIABLE)
    with pytest.raises(UsageError):
        locations.use("nowhere")
    with pytest.raises(UsageError):
        locations.save("nowhere")
    (state / ".workbook/choice.toml").write_text("exercises = solutions\n")
    with pytest.raises(WorkbookError, match=r"choice\.toml cannot be read"):
        locations.current()


def test_paths_are_shown_as_a_reader_knows_them(state):
    assert locations.display_path(OWN / "layers.py") == "workbook/exercises/layers.py"
    assert locations.display_path(state / "exercises" / "layers.py") == "exercises/layers.py"
    assert locations.display_path(ROOT / "solutions" / "layers.py") == "solutions/layers.py"


def test_remembered_things_lie_beside_the_students_files(request, monkeypatch):
    home = request.getfixturevalue("state")
    assert state_file.read_state("best") == {}
    state_file.write_state("best", {"accuracy": 0.5})
    assert (home / ".workbook" / "best.json").is_file()
    assert state_file.read_state("best") == {"accuracy": 0.5}
    (home / ".workbook" / "best.json").write_text("[1, 2")
    assert state_file.read_state("best") == {}
