"""`hunt()` in a notebook: a figure, and answers as arguments of the next call."""

from dataclasses import replace

import numpy as np
import pytest

from workbook.checks.bughunt.model import HuntCurves, new_round
from workbook.errors import UsageError
from workbook.widgets import bug_hunt, hunt


@pytest.fixture
def figures(monkeypatch):
    """What is displayed."""
    shown = []
    monkeypatch.setattr(bug_hunt, "display", shown.append)
    monkeypatch.setattr(bug_hunt.progress, "outcomes", dict)
    return shown


def test_a_round_from_the_figure_to_the_answer(figures, capsys):
    played = new_round(2, 5)
    hunt(2, seed=5, anyway=True)
    out = capsys.readouterr().out
    assert len(figures) == 1
    assert all(name in out for name in played.places)
    assert "hunt(2, seed=5, anyway=True, place=...)" in out
    hunt(2, seed=5, anyway=True, place=played.place)
    out = capsys.readouterr().out
    assert all(words in out for words in played.descriptions())
    assert f"hunt(2, seed=5, anyway=True, place={played.place}, what=...)" in out
    hunt(2, seed=5, anyway=True, place=played.place, what=played.answer)
    out = capsys.readouterr().out
    assert "Found." in out and played.why() in out
    assert len(figures) == 1


def test_the_figure_shows_both_curves_of_both_losses(figures, capsys):
    played = new_round(seed=5)
    hunt(seed=5, anyway=True)
    for axes, name in zip(figures[0].axes, ("loss", "val_loss"), strict=True):
        drawn = [list(line.get_ydata()) for line in axes.lines]
        right, wrong = getattr(played.hunt.right, name), getattr(played.hunt.wrong, name)
        # A curve that runs away is drawn along the edge.
        top, bottom = 2 * max(right) - min(right), 2 * min(right) - max(right)
        wanted = [right, np.clip(wrong, bottom, top)]
        assert drawn == [pytest.approx(values, nan_ok=True) for values in wanted]


def test_a_lost_curve_ends_where_it_was_lost():
    played = new_round(seed=5)
    lost = HuntCurves((1.0, *[float("nan")] * 15), (1.0, *[float("nan")] * 15))
    figure = bug_hunt._figure(replace(played, hunt=replace(played.hunt, wrong=lost)))
    for axes in figure.axes:
        assert np.isnan(np.asarray(axes.lines[1].get_ydata())[1:]).all()


def test_misses_are_said_and_asked_again(figures, capsys):
    played = new_round(seed=5)
    miss = 2 if played.place == 1 else 1
    hunt(seed=5, anyway=True, place=miss)
    out = capsys.readouterr().out
    assert f"Not in {played.places[miss - 1]}" in out and "place=..." in out
    hunt(seed=5, anyway=True, place=played.place, what=2 if played.answer == 1 else 1)
    out = capsys.readouterr().out
    assert "No: with that mistake" in out and "what=..." in out
    with pytest.raises(UsageError, match="First say where"):
        hunt(seed=5, anyway=True, place=miss, what=1)
    with pytest.raises(UsageError, match="place is a number from 1 to"):
        hunt(seed=5, anyway=True, place=0)


def test_a_gradient_check_on_request(figures, capsys):
    hunt(seed=5, anyway=True, gradients=True)
    assert "relative error of each gradient" in capsys.readouterr().out


def test_a_newcomer_is_told_in_one_line_when_it_opens(figures, capsys):
    hunt(seed=5)
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and "anyway=True" in out
    assert not figures
