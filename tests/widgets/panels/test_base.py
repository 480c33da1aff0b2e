"""What every panel does, shown on the optimiser race."""

import time

import pytest

from workbook.errors import UsageError, WorkbookError
from workbook.locale import text
from workbook.student import load_implementation
from workbook.training import experiments
from workbook.widgets.open_widgets import open_panels
from workbook.widgets.panels import registry
from workbook.widgets.panels.components import as_csv, table_html, time_left

PATIENCE = 90
QUICK = {"epochs": 1, "images": 500, "depth": 1}
HANGS = "def sgd(w, dw, config=None):\n    while True:\n        pass"
RAISES = "def adam(w, dw, config=None):\n    return w / nothing, config"


def ended(panel):
    """Run it and wait for the end."""
    panel.run_button.click()
    assert panel.wait(PATIENCE)
    return panel


def begun(panel, seconds=PATIENCE):
    """Wait until every rule has taken its first step."""
    end = time.monotonic() + seconds
    while panel.running and panel.job.done < 4 and time.monotonic() < end:
        time.sleep(0.02)
    assert panel.running and panel.job.done >= 4


def test_the_numbers_are_those_of_the_experiment(make, folder):
    panel = ended(make("optimiser_race", **QUICK))
    assert panel.job.state == "done", panel.job.failure
    settings = panel.settings()
    rules = settings.pop("rules")
    from workbook import data

    with load_implementation(folder) as impl:
        direct = experiments.optimiser_race(
            impl.FullyConnectedNet, {r: getattr(impl, r) for r in rules}, data.load(), **settings
        )
    for name, run in direct.runs.items():
        assert panel.job.result.runs[name].loss_history == run.loss_history
        row = next(row for row in panel.table() if row[0] == name)
        assert row[2:] == [
            f"{run.final_loss:.4f}",
            f"{run.train_acc_history[-1]:.1%}",
            f"{run.val_acc_history[-1]:.1%}",
        ]
        assert row[2] in panel.numbers_table.value


def test_the_outcome_stands_beside_a_guess_and_none_is_needed(make):
    panel = make("optimiser_race", **QUICK)
    assert not panel.prediction.said
    ended(panel)
    (right,), sentence = panel.observation()
    assert sentence in panel.prediction.said and "guessed" not in panel.prediction.said
    panel.prediction.choice.value = right
    assert "and so it was" in panel.prediction.said
    panel.prediction.choice.value = next(g for g in panel.answer_keys if g != right)
    assert "You guessed" in panel.prediction.said and "and so it was" not in panel.prediction.said


def test_stopped_in_the_middle_it_keeps_what_it_has_and_runs_again(make):
    panel = make("optimiser_race", epochs=20, images=8000)
    panel.run_button.click()
    begun(panel)
    assert panel.run_button.disabled and not panel.stop_button.disabled
    panel.stop_button.click()
    assert panel.wait(PATIENCE)
    assert panel.job.state == "stopped"
    assert text("panel.stopped") in panel.status.value
    assert panel.runs["adam"].loss_history and "adam" in panel.numbers_table.value
    assert not panel.prediction.said
    assert not panel.run_button.disabled and panel.stop_button.disabled
    first = list(panel.runs["adam"].loss_history)
    panel.controls["epochs"].value, panel.controls["images"].value = 1, 8000
    ended(panel)
    assert panel.job.state == "done"
    both = min(len(first), len(panel.runs["adam"].loss_history))
    assert list(panel.runs["adam"].loss_history[:both]) == first[:both]


def test_an_error_is_shown_with_its_line_and_check_and_goes_when_it_is_mended(make, append):
    mend = append("optim.py", RAISES)
    panel = ended(make("optimiser_race", **QUICK))
    assert panel.job.state == "failed"
    for words in ("NameError", "optim.py line ", "return w / nothing", "adam&quot;)"):
        assert words in panel.error.value
    mend()
    ended(panel)
    assert panel.job.state == "done"
    assert not panel.error.value


def test_what_is_to_do_is_named(make, append):
    append("optim.py", "def adam(w, dw, config=None):\n    raise NotImplementedError('adam')")
    panel = ended(make("optimiser_race", **QUICK))
    assert "adam is still to do" in panel.error.value
    with pytest.raises(WorkbookError, match="adam is still to do"):
        make("optimiser_race").static_figure()


def test_an_endless_loop_is_stopped_and_leaves_nothing(make, append):
    mend = append("optim.py", HANGS)
    panel = make("optimiser_race", **QUICK)
    panel.run_button.click()
    pid = panel._runner.pid
    assert pid is not None
    panel.stop_button.click()
    assert panel.wait(30)
    assert panel.job.state == "stopped"
    assert panel._runner.pid is None
    mend()
    assert ended(panel).job.state == "done"


def test_reset_puts_everything_back(make):
    panel = ended(make("optimiser_race", **QUICK))
    before = panel.picture.value
    panel.prediction.choice.value = "sgd"
    panel.controls["rule_adam"].value = False
    panel.controls["rate_sgd"].value = 1.0
    panel.reset_button.click()
    assert panel.settings()["rules"] == ["sgd", "sgd_momentum", "rmsprop", "adam"]
    assert panel.settings()["learning_rates"]["sgd"] == pytest.approx(0.01)
    assert panel.settings()["epochs"] == 1
    assert panel.prediction.choice.value == "" and not panel.prediction.said
    assert not panel.numbers_table.value and panel.picture.value != before
    assert panel.png_button.disabled


def test_the_panel_before_leaves_when_its_cell_is_run_again(folder, monkeypatch):
    monkeypatch.delenv("WORKBOOK_STATIC")
    registry.panel("optimiser_race", epochs=20, images=8000)
    first = open_panels.get("optimiser_race")
    first.run_button.click()
    begun(first)
    registry.panel("optimiser_race")
    second = open_panels.get("optimiser_race")
    assert first.closed and first._runner.pid is None
    assert second is not first and not second.running
    first.run()
    assert first._runner.pid is None
    second.close()


def test_static_it_is_a_figure(folder):
    figure = registry.panel("optimiser_race")
    assert len(figure.axes) == 3
    loss = [line.get_ydata() for line in figure.axes[0].lines if line.get_label()[0] != "_"]
    assert len(loss) == 4 and all(len(y) == 20 for y in loss)


def test_results_are_saved_beside_the_notebook(make, tmp_path):
    panel = make("optimiser_race", **QUICK)
    assert panel.png_button.disabled and panel.csv_button.disabled
    ended(panel)
    panel.png_button.click()
    panel.png_button.click()
    panel.csv_button.click()
    names = {path.name for path in (tmp_path / "results").iterdir()}
    assert names == {"optimiser_race-1.png", "optimiser_race-2.png", "optimiser_race-1.csv"}
    assert (tmp_path / "results" / "optimiser_race-1.png").read_bytes()[1:4] == b"PNG"
    saved = (tmp_path / "results" / "optimiser_race-1.csv").read_text(encoding="utf-8-sig")
    assert len(saved.splitlines()) == 5 and "results/optimiser_race-1.csv" in panel.status.value


def test_no_rule_gives_no_run_and_says_so(make):
    names = ("sgd", "sgd_momentum", "rmsprop", "adam")
    panel = make("optimiser_race", **{f"rule_{name}": False for name in names})
    panel.run_button.click()
    assert not panel.running
    assert text("panel.no_rule") in panel.error.value
    panel.controls["rule_sgd"].value = True
    assert not panel.error.value


def test_a_name_that_does_not_exist_is_said():
    with pytest.raises(UsageError, match="no panel called 'race'"):
        registry.panel("race")
    with pytest.raises(UsageError, match="no control called 'speed'"):
        registry.panel("optimiser_race", speed=1)


def test_the_small_pieces():
    assert table_html([]) == ""
    assert "&lt;b&gt;" in table_html([["a", "<b>"], ["1", "2"]])
    assert as_csv([["a", "b"], ["1", "2, 3"]]).decode("utf-8-sig") == 'a,b\n1,"2, 3"\n'
    assert time_left(time.monotonic() - 10, 0, 0, 100) == ""
    assert time_left(time.monotonic() - 10, 0, 50, 100) == "10 s left"
    assert time_left(time.monotonic() - 100, 0, 10, 100) == "15 min left"
