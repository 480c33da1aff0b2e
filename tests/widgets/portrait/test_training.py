"""Training for a portrait: kept while nothing changes, stopped at once, errors with their place."""

import shutil

import pytest

from workbook.errors import WorkbookError
from workbook.student import locations
from workbook.widgets.portrait import training
from workbook.widgets.portrait.plan import PortraitPart, PortraitPlan

SPEED = PortraitPart("speed", "naive_and_fast", {"batch_size": 1, "size": 8})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A learner's folder with the naive convolution in it."""
    solutions = locations.solutions_folder()
    if solutions is None:
        pytest.skip("this copy has no solutions")
    skip = shutil.ignore_patterns("misconceptions", "__pycache__")
    shutil.copytree(solutions, tmp_path / "exercises", ignore=skip)
    locations.mark_folder(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(locations.process, "start", None)
    return tmp_path / "exercises"


def test_results_are_used_again_until_a_file_changes(folder, monkeypatch):
    plan, told = PortraitPlan(folder, (SPEED,), ()), []
    first = training.train_parts(plan, lambda *news: told.append(news))["speed"]
    assert first.error < 1e-12 and first.shape == (1, 3, 8, 8)
    assert told[0] == ("speed", 0, 0) and told[-1] == ("speed", 2, 2)
    monkeypatch.setattr(training, "_train_part", lambda *_: pytest.fail("trained again"))
    assert training.train_parts(plan, lambda *_: None)["speed"] == first
    (folder / "optim.py").write_text("# changed\n", encoding="utf-8")
    monkeypatch.setattr(training, "_train_part", lambda *_: first)
    training.train_parts(plan, lambda *_: None)
    assert len(list((folder.parent / ".workbook" / "portrait").iterdir())) == 1


def test_an_error_in_the_learners_code_names_the_place_and_the_check(folder):
    layers = folder / "layers.py"
    source = layers.read_text(encoding="utf-8")
    begin = "def conv_forward_naive("
    broken = source.replace(begin, f"{begin}*_):\n    1 / 0\n\n\ndef other(", 1)
    layers.write_text(broken, encoding="utf-8")
    line = broken[: broken.index("1 / 0")].count("\n") + 1
    with pytest.raises(WorkbookError) as caught:
        training.train_parts(PortraitPlan(folder, (SPEED,), ()), lambda *_: None)
    said = str(caught.value)
    assert f"exercises/layers.py line {line}: ZeroDivisionError" in said
    assert "`workbook check conv_forward_naive`" in said


def test_a_stop_ends_the_process_and_keeps_nothing_half_done(folder, monkeypatch):
    runners = []

    class Kept(training.ExperimentRunner):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            runners.append(self)

    monkeypatch.setattr(training, "ExperimentRunner", Kept)
    part = PortraitPart("connected", "network_portrait", {"net": "TwoLayerNet", "epochs": 50})

    def on_progress(name, done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.train_parts(PortraitPlan(folder, (part,), ()), on_progress)
    assert runners[0].pid is None
    assert not (folder.parent / ".workbook" / "portrait").exists()
