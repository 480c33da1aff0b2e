"""Experiments that train: fair, repeatable, stoppable, reported, and without side effects."""

import threading

import numpy as np
import pytest

from workbook.training import experiments
from workbook.training.result_codec import load, save, to_plain

SMALL = {"hidden_dims": (12, 10), "num_train": 200, "epochs": 2}


def recording(model_class, seen):
    """The class, noting first weights and every batch that each model is trained on."""

    class Recorder(model_class):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.log = {"W1": self.params["W1"].copy(), "batches": []}
            seen.append(self.log)

        def loss(self, X, y=None):
            if y is not None:
                self.log["batches"].append((X, y))
            return super().loss(X, y)

    return Recorder


def race(impl, rules, images, model_class=None, **more):
    return experiments.optimiser_race(
        model_class or impl.FullyConnectedNet, rules, images, **{**SMALL, "batch_size": 20, **more}
    )


def normalisations(impl, rules, images, model_class=None, **more):
    kinds = ("none", "batchnorm", "layernorm")
    return experiments.compare_normalisations(
        model_class or impl.FullyConnectedNet,
        rules["adam"],
        images,
        **{**SMALL, "kinds": kinds, "batch_size": 20, **more},
    )


def batch_sizes(impl, rules, images, model_class=None, **more):
    return experiments.compare_batch_sizes(
        model_class or impl.FullyConnectedNet,
        rules["adam"],
        images,
        **{**SMALL, "sizes": (10, 40), **more},
    )


def dropouts(impl, rules, images, model_class=None, **more):
    return experiments.dropout_sweep(
        model_class or impl.FullyConnectedNet,
        rules["adam"],
        images,
        **{**SMALL, "ps": (0.0, 0.5), "batch_size": 20, **more},
    )


def scale_sweep(impl, rules, images, model_class=None, **more):
    return experiments.weight_scale_sweep(
        model_class or impl.FullyConnectedNet,
        rules["adam"],
        images,
        **{**SMALL, "scales": (1e-3, 1e-1), "batch_size": 20, **more},
    )


def first_filters(impl, rules, images, model_class=None, **more):
    return experiments.first_filters(
        model_class or impl.ThreeLayerConvNet,
        rules["adam"],
        images,
        **{
            "num_filters": 4,
            "filter_size": 3,
            "hidden_dim": 10,
            "num_train": 100,
            "epochs": 2,
            "batch_size": 20,
            "every": 3,
            **more,
        },
    )


ALL = [race, normalisations, batch_sizes, dropouts, scale_sweep, first_filters]
TOGETHER = [race, normalisations, dropouts]


def runs_of(outcome):
    if hasattr(outcome, "run"):
        return [outcome.run]
    runs = outcome.runs.values()
    return (
        [run for lot in runs for run in lot]
        if isinstance(outcome.runs, dict) and any(isinstance(lot, tuple) for lot in runs)
        else list(runs)
    )


@pytest.mark.parametrize("experiment", ALL)
def test_the_same_settings_give_the_same_numbers(impl, rules, images, experiment):
    np.random.seed(1)
    first = experiment(impl, rules, images)
    np.random.seed(2)
    again = experiment(impl, rules, images)
    assert [r.loss_history for r in runs_of(first)] == [r.loss_history for r in runs_of(again)]
    other = experiment(impl, rules, images, seed=9)
    assert [r.loss_history for r in runs_of(first)] != [r.loss_history for r in runs_of(other)]


@pytest.mark.parametrize("experiment", ALL)
def test_the_global_generator_is_left_as_it_was(impl, rules, images, experiment):
    np.random.seed(5)
    expected = np.random.rand(3)
    np.random.seed(5)
    experiment(impl, rules, images)
    np.testing.assert_array_equal(np.random.rand(3), expected)


@pytest.mark.parametrize("experiment", ALL)
def test_results_survive_a_file(impl, rules, images, experiment, tmp_path):
    outcome = experiment(impl, rules, images)
    save(outcome, tmp_path / "outcome.npz")
    np.testing.assert_equal(to_plain(load(tmp_path / "outcome.npz")), to_plain(outcome))


@pytest.mark.parametrize("experiment", TOGETHER)
def test_all_start_with_the_same_weights_and_see_the_same_batches(impl, rules, images, experiment):
    seen = []
    experiment(impl, rules, images, model_class=recording(impl.FullyConnectedNet, seen))
    first, *others = seen
    assert len(first["batches"]) == 20
    assert others
    for other in others:
        np.testing.assert_array_equal(other["W1"], first["W1"])
        for (X, y), (X_first, y_first) in zip(other["batches"], first["batches"], strict=True):
            np.testing.assert_array_equal(X, X_first)
            np.testing.assert_array_equal(y, y_first)


def test_a_run_does_not_depend_on_its_company(impl, rules, images):
    """Dropout draws from np.random: each run has a stream of its own."""
    together = dropouts(impl, rules, images, ps=(0.25, 0.5, 0.75))
    alone = dropouts(impl, rules, images, ps=(0.5,))
    assert together.runs["p = 0.5"] == alone.runs["p = 0.5"]


@pytest.mark.parametrize("experiment", [race, normalisations, dropouts, batch_sizes])
def test_every_step_is_reported(impl, rules, images, experiment):
    told = []
    outcome = experiment(impl, rules, images, report=told.append)
    for name, run in outcome.runs.items():
        mine = [update.values for update in told if update.series == name]
        assert tuple(v["loss"] for v in mine if "loss" in v) == run.loss_history
        assert tuple(v["val_acc"] for v in mine if "val_acc" in v) == run.val_acc_history
        assert mine[-1] == {"ended": True, "diverged": False}
    assert told[-1].done == told[-1].total
    assert [u.done for u in told] == sorted(u.done for u in told)
    assert outcome.complete


@pytest.mark.parametrize("experiment", [race, normalisations, dropouts, batch_sizes])
def test_a_stopped_comparison_keeps_what_it_has(impl, rules, images, experiment):
    stop = threading.Event()
    told = []

    def report(update):
        told.append(update)
        if len(told) == 13:
            stop.set()

    outcome = experiment(impl, rules, images, report=report, stop=stop)
    assert not outcome.complete
    whole = experiment(impl, rules, images)
    for name, run in outcome.runs.items():
        assert 0 < len(run.loss_history) < len(whole.runs[name].loss_history)
        assert run.loss_history == whole.runs[name].loss_history[: len(run.loss_history)]
        assert not run.complete


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_rule_that_diverges_does_not_stop_the_others(impl, rules, images):
    rates = {"sgd": 1e6, "adam": 1e-3}
    chosen = {name: rules[name] for name in rates}
    outcome = race(impl, chosen, images, learning_rates=rates)
    assert outcome.runs["sgd"].diverged_at is not None
    assert outcome.runs["sgd"].final_loss == np.inf
    assert len(outcome.runs["adam"].loss_history) == 20
    assert outcome.complete


def test_a_stubs_error_comes_through(impl, rules, images):
    def adam(w, dw, config):
        raise NotImplementedError("adam")

    with pytest.raises(NotImplementedError, match="adam"):
        race(impl, rules | {"adam": adam}, images)


def test_the_sweep_reports_and_stops_by_runs(impl, rules, images):
    stop = threading.Event()
    told = []

    def report(update):
        told.append(update)
        if len(told) == 3:
            stop.set()

    outcome = scale_sweep(impl, rules, images, report=report, stop=stop)
    assert {name: len(lot) for name, lot in outcome.runs.items()} == {"none": 2, "batchnorm": 1}
    assert not outcome.complete
    assert [u.series for u in told] == ["none", "batchnorm", "none"]
    assert told[0].values["scale"] == 1e-3
    assert told[0].values["best_val_acc"] == outcome.runs["none"][0].best_val_acc


def test_filters_are_kept_while_they_change(impl, rules, images):
    told = []
    outcome = first_filters(impl, rules, images, report=told.append)
    assert outcome.steps == (0, 3, 6, 9, 10)
    assert outcome.filters.shape == (5, 4, 3, 3, 3)
    assert not np.array_equal(outcome.filters[0], outcome.filters[-1])
    kept = [u.values["filters"] for u in told if "filters" in u.values]
    np.testing.assert_array_equal(np.array(kept), outcome.filters[1:])
    assert outcome.params["W1"].shape == (4, 3, 3, 3)


def test_the_gap_of_dropout(impl, rules, images):
    outcome = dropouts(impl, rules, images)
    run = outcome.runs["p = 0.5"]
    assert outcome.gaps[1] == run.train_acc_history[-1] - run.val_acc_history[-1]
