"""Tuning challenges: whose settings run, what is said, what is kept."""

import pytest

from workbook.errors import UsageError
from workbook.widgets import challenges


@pytest.fixture
def impl(monkeypatch, tmp_path):
    """Solutions off, nothing remembered yet; what is kept can be looked at."""
    kept = {}
    monkeypatch.setattr(challenges, "solutions_on", lambda: False)
    monkeypatch.setattr(challenges, "solutions_folder", lambda: tmp_path)
    monkeypatch.setattr(challenges, "read_state", lambda name: dict(kept.get(name, {})))
    monkeypatch.setattr(challenges, "write_state", kept.__setitem__)
    (tmp_path / "tuning.toml").write_text("[race]\nlearning_rate = 0.5\n", encoding="utf-8")
    return kept


def test_the_learners_own_settings_run(impl):
    assert challenges.tune("race", learning_rate=0.1, depth=3).learning_rate == 0.1


def test_with_solutions_on_theirs_run_and_it_says_so(impl, monkeypatch, capsys):
    monkeypatch.setattr(challenges, "solutions_on", lambda: True)
    settings = challenges.tune("race", learning_rate=0.1, depth=3)
    assert (settings.learning_rate, settings.depth) == (0.5, 3)
    assert "learning_rate = 0.5" in capsys.readouterr().out


@pytest.mark.parametrize("call", [{"rate": 1}, {}])
def test_solutions_that_do_not_fit_the_cell_are_refused(impl, monkeypatch, call):
    monkeypatch.setattr(challenges, "solutions_on", lambda: True)
    with pytest.raises(UsageError, match="sets learning_rate"):
        challenges.tune("race", **call)


def test_an_unknown_challenge_is_refused(impl, monkeypatch):
    monkeypatch.setattr(challenges, "solutions_on", lambda: True)
    with pytest.raises(UsageError, match="no such table"):
        challenges.tune("rave", learning_rate=1)


def test_the_best_is_kept_over_worse_and_broken_runs(impl, capsys):
    assert not challenges.reached("race", 0.7, 0.8)
    assert challenges.reached("race", 0.9, 0.8)
    assert not challenges.reached("race", 0.6, 0.8)
    assert not challenges.reached("race", float("nan"), 0.8)
    assert impl["bests"]["race"] == 0.9
    assert capsys.readouterr().out.splitlines()[-1].count("0.9") == 1


def test_a_loss_is_better_when_lower(impl):
    assert challenges.reached("loss", 0.1, 0.2, lower_is_better=True)
    challenges.reached("loss", 0.3, 0.2, lower_is_better=True)
    assert impl["bests"]["loss"] == 0.1


def test_nothing_is_kept_while_solutions_are_on(impl, monkeypatch):
    monkeypatch.setattr(challenges, "solutions_on", lambda: True)
    challenges.reached("race", 0.99, 0.8)
    assert impl == {}
