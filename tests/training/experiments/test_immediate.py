"""Experiments without training, against what can be computed by hand."""

import threading

import numpy as np
import pytest

from workbook.training import experiments


@pytest.mark.parametrize("name", experiments.SURFACES)
def test_the_gradient_of_each_surface_is_right(name):
    land = experiments.SURFACES[name]
    rng = np.random.default_rng(0)
    for _ in range(10):
        x = rng.uniform(-2, 2, 2)
        for i in range(2):
            step = np.zeros(2)
            step[i] = 1e-5
            slope = (land.value(x + step) - land.value(x - step)) / 2e-5
            assert land.gradient(x)[i] == pytest.approx(slope, rel=1e-5, abs=1e-6)
    np.testing.assert_allclose(land.gradient(np.array(land.minimum)), 0, atol=1e-12)
    (left, right), (low, high) = land.limits
    for point in (land.start, land.minimum):
        assert left < point[0] < right
        assert low < point[1] < high
    # Values of many points at once, as contours want them.
    grid = rng.uniform(-1, 1, (2, 3, 4))
    assert land.value(grid).shape == (3, 4)


def test_descend_follows_the_rules(rules):
    outcome = experiments.descend(rules, "bowl", steps=5, learning_rates={"sgd": 0.25})
    assert list(outcome.paths) == list(rules)
    x = np.array([-3.0, 4.0])
    np.testing.assert_allclose(outcome.paths["sgd"], [x * 0.5**k for k in range(6)])
    np.testing.assert_allclose(outcome.values["sgd"], [25 * 0.25**k for k in range(6)])
    assert outcome.learning_rates["sgd"] == 0.25
    for path in outcome.paths.values():
        np.testing.assert_array_equal(path[0], x)


@pytest.mark.parametrize("name", experiments.SURFACES)
def test_with_its_own_rates_every_rule_gets_lower(rules, name):
    for values in experiments.descend(rules, name).values.values():
        assert len(values) == experiments.SURFACES[name].steps + 1
        assert values[-1] < values[0]


def test_a_path_ends_where_it_leaves_the_finite_numbers(rules):
    rates = {"sgd": 1e3}
    outcome = experiments.descend({"sgd": rules["sgd"]}, "Rosenbrock", learning_rates=rates)
    assert np.isfinite(outcome.paths["sgd"]).all()
    assert len(outcome.paths["sgd"]) < 5


def test_descend_reports_and_stops(rules):
    stop = threading.Event()
    told = []

    def report(update):
        told.append(update)
        stop.set()

    outcome = experiments.descend(rules, "saddle", report=report, stop=stop)
    assert list(outcome.paths) == ["sgd"]
    np.testing.assert_array_equal(told[0].values["path"], outcome.paths["sgd"])
    with pytest.raises(ValueError, match="one of bowl, ravine, saddle, Rosenbrock; got 'hill'"):
        experiments.descend(rules, "hill")


@pytest.mark.parametrize("normalization", [None, "batchnorm", "layernorm"])
def test_at_rest_shows_what_the_net_computes(impl, images, normalization):
    outcome = experiments.at_initialisation(
        impl.FullyConnectedNet,
        impl,
        images,
        scale=0.1,
        normalization=normalization,
        hidden_dims=(10, 6),
        batch_size=50,
    )
    assert list(outcome.activations) == ["layer 1", "layer 2"]
    assert [v.size for v in outcome.activations.values()] == [500, 300]
    assert list(outcome.gradient_norms) == ["W1", "W2", "W3"]
    np.random.seed(0)
    net = impl.FullyConnectedNet(
        [10, 6], input_dim=192, num_classes=4, weight_scale=0.1, normalization=normalization
    )
    X, y = images["X_train"][:50], images["y_train"][:50]
    _, grads = net.loss(X, y)
    assert outcome.gradient_norms["W2"] == pytest.approx(np.linalg.norm(grads["W2"]), rel=1e-5)
    # The last hidden layer, times the last weights, gives the scores of training mode.
    last = outcome.activations["layer 2"].reshape(50, 6)
    loss, _ = impl.softmax_loss(last @ net.params["W3"] + net.params["b3"], y)
    assert loss == pytest.approx(net.loss(X, y)[0], rel=1e-5)


def test_small_scales_silence_a_deep_net_and_batchnorm_wakes_it(impl, images):
    options = {"scale": 1e-3, "hidden_dims": (30,) * 5}
    plain = experiments.at_initialisation(impl.FullyConnectedNet, impl, images, **options)
    normed = experiments.at_initialisation(
        impl.FullyConnectedNet, impl, images, normalization="batchnorm", **options
    )
    assert plain.activations["layer 5"].std() < 1e-8
    assert normed.activations["layer 5"].std() > 0.1


def test_before_and_after_normalisation(impl, images):
    outcome = experiments.normalisation_effect(
        impl.FullyConnectedNet, impl, images, hidden_dims=(20, 10), weight_scale=0.5
    )
    assert list(outcome.before) == list(outcome.after) == ["layer 1", "layer 2"]
    assert outcome.before["layer 1"].std() > 2
    assert outcome.after["layer 1"].std() == pytest.approx(1, abs=0.01)
    assert outcome.after["layer 1"].mean() == pytest.approx(0, abs=1e-5)


def test_masked(impl):
    x = np.arange(1.0, 2001.0).reshape(20, 100)
    np.random.seed(3)
    expected = np.random.rand()
    np.random.seed(3)
    outcome = experiments.dropout_outputs(impl.dropout_forward, x, p=0.25)
    assert np.random.rand() == expected
    np.testing.assert_array_equal(outcome.test, x)
    assert outcome.dropped.mean() == pytest.approx(0.25, abs=0.03)
    np.testing.assert_allclose(outcome.train[~outcome.dropped], x[~outcome.dropped] / 0.75)


def test_gradient_errors_form_two_valleys():
    def loss(x):
        return np.sum(np.exp(x)), np.exp(x)

    x = np.random.default_rng(0).standard_normal((5, 4))
    before = x.copy()
    outcome = experiments.gradient_errors(loss, x)
    np.testing.assert_array_equal(x, before)
    steps = np.array(outcome.steps)
    errors = {name: np.array(lot) for name, lot in outcome.errors.items()}
    best = {name: steps[lot.argmin()] for name, lot in errors.items()}
    assert 1e-6 < best["central, float64"] < 1e-4
    assert 1e-9 < best["forward, float64"] < 1e-6
    assert best["central, float32"] > 1e-3
    assert errors["central, float64"].min() < 1e-9
    # Far from rounding the error of central differences falls with h², of forward ones with h.
    h = 1e-2
    at = np.abs(np.log(steps / h)).argmin()
    assert errors["forward, float64"][at] == pytest.approx(steps[at] / 2, rel=0.2)
    assert errors["central, float64"][at] == pytest.approx(steps[at] ** 2 / 6, rel=0.2)


def test_gradient_errors_stop(impl):
    stop = threading.Event()
    told = []

    def report(update):
        told.append(update)
        if len(told) == 3:
            stop.set()

    def loss(x):
        return np.sum(x * x), 2 * x

    outcome = experiments.gradient_errors(loss, np.ones(3), report=report, stop=stop)
    assert {len(lot) for lot in outcome.errors.values()} == {3}
    assert told[2].values["central, float64"] == outcome.errors["central, float64"][2]
