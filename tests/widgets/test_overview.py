"""The map walks the curriculum in its order and counts what passed."""

import pytest

from workbook.curriculum import load
from workbook.widgets import overview as module


@pytest.fixture
def shown(monkeypatch):
    """The Markdown that the map displays, with three exercises checked."""
    seen = []
    monkeypatch.setattr(module, "display", seen.append)
    kept = {
        "scratch.numerical_diff": {"outcome": "pass"},
        "scratch.sigmoid": {"outcome": "almost"},
        "affine_forward": {"outcome": "fail"},
    }
    monkeypatch.setattr(module, "read_state", lambda name: kept)
    module.course_map()
    return seen[0].data


def test_the_walk_holds_every_exercise_once_in_order():
    walked = [e.id for _, exercises in module.notebook_visits(load()) for e in exercises]
    assert walked == load().ids()


def test_it_begins_and_ends_with_from_scratch():
    names = [name for name, _ in module.notebook_visits(load())]
    expected = ["FromScratch", "FullyConnectedNet", "BatchNorm", "Dropout", "CNN", "FromScratch"]
    assert names == expected


def test_only_what_is_done_is_a_filled_dot(shown):
    assert shown.count("●") == 2
    assert shown.count("○") == len(load().exercises) - 2


def test_every_row_links_its_notebook(shown):
    for name in ("FromScratch", "FullyConnectedNet", "BatchNorm", "Dropout", "CNN"):
        assert f"]({name}.ipynb)" in shown


def test_a_notebook_that_a_copy_does_not_have_is_not_linked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "CNN.ipynb").touch()
    row = module._table_row(1, "BatchNorm", load().in_notebook("BatchNorm"), set())
    assert "Batch normalisation" in row and "ipynb" not in row
    assert "](CNN.ipynb)" in module._table_row(1, "CNN", load().in_notebook("CNN"), set())
