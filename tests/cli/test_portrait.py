"""`workbook portrait` as a learner uses it."""

from functools import partial
from types import SimpleNamespace

import pytest

from workbook.cli import portrait
from workbook.release.strip_outputs import PersonalTraces
from workbook.widgets.portrait import plan, training


@pytest.fixture
def judged(monkeypatch):
    """Let every exercise have one outcome, without judging anything."""

    def say(outcome):
        entry = {"exercise": "", "outcome": "infra"}

        def fake(folder, ids):
            for name in ids:
                both = {"outcome": outcome, "integrated_outcome": outcome}
                result = SimpleNamespace(exercise=name, as_json=lambda: entry, **both)
                yield SimpleNamespace(result=result)

        monkeypatch.setattr(portrait, "check_with_progress", fake)

    return say


def test_a_page_of_what_is_finished(home, workbook, solve, monkeypatch):
    for file in ("layers.py", "layer_utils.py", "classifiers/fc_net.py"):
        solve(file)
    monkeypatch.setattr(plan, "plan_portrait", partial(plan.plan_portrait, short=True))
    code, out, err = workbook("portrait", "--images", 100, "--epochs", 1, "--out", "a/me.html")
    assert code == 0 and out.startswith("Wrote a/me.html (")
    assert "until they pass: ThreeLayerConvNet.init, ThreeLayerConvNet.loss." in out
    assert "fully connected net ..." in err and "convolutional net ..." not in err
    page = (home / "a" / "me.html").read_text(encoding="utf-8")
    assert "fully connected net" in page and "convolutional net" not in page
    assert (
        "gradient descent" in page
        and "100 pictures of clothes (Fashion-MNIST), each shown to it once." in page
    )
    assert not PersonalTraces(home).found_in(page)
    # The loops of layers.py are finished too, though no net stands on them yet.
    assert "times as fast" in page


def test_with_nothing_finished_it_says_what_comes_first(home, workbook, judged):
    judged("todo")
    code, out, err = workbook("portrait")
    assert code == 1 and not out and "TwoLayerNet" in err and "workbook status" in err
    assert not list(home.glob("*.html"))


@pytest.mark.parametrize("bad", ["there", "folder"])
def test_no_other_file_is_overwritten(home, workbook, bad):
    (home / "folder").mkdir()
    (home / "there").write_text("mine", encoding="utf-8")
    code, _, err = workbook("portrait", "--out", bad)
    assert code == 2 and "--out" in err and bad in err
    assert (home / "there").read_text(encoding="utf-8") == "mine"


def test_a_stop_writes_nothing(home, workbook, judged, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    judged("pass")
    monkeypatch.setattr(training, "train_parts", stopped)
    code, out, err = workbook("portrait")
    assert code == 1 and not out and "no page was written" in err
    assert not list(home.glob("*.html"))
