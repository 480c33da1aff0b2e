"""What a portrait shows of a net, and the time of loops beside a fast layer."""

import threading

import numpy as np
import pytest

from workbook.numerics import fast_layers
from workbook.training import experiments, result_codec
from workbook.training.runner.registry import EXPERIMENTS


@pytest.fixture
def data(images):
    return {**images, "X_test": images["X_val"], "y_test": images["y_val"]}


def build(impl):
    return lambda: impl.TwoLayerNet(192, 30, 4, weight_scale=1e-2)


def first(params):
    return params["W1"].T.reshape(-1, 3, 8, 8)


def test_a_net_and_what_it_says(impl, data, tmp_path):
    told = []
    found = experiments.network_portrait(
        build(impl), first, impl.adam, data, epochs=4, learning_rate=1e-2, report=told.append
    )
    assert found.steps == (0, 3, 12, 24)
    assert found.first_layer.shape == (4, 24, 3, 8, 8)
    changed = np.linalg.norm((found.first_layer[-1] - found.first_layer[0]).reshape(24, -1), axis=1)
    assert np.all(np.diff(changed) <= 1e-6) and changed[-1] > 0
    assert found.num_params == 193 * 30 + 31 * 4
    assert found.confusion.counts.sum() == 100 and found.confusion.accuracy > 0.8
    assert found.labels == tuple(data["y_test"][:10])
    assert np.mean([a == b for a, b in zip(found.predicted, found.labels, strict=True)]) > 0.5
    assert told[-1].done == told[-1].total == 24
    for (right, _), places in zip(found.confusion.pairs, found.confusion.examples, strict=True):
        for place in places:
            same = (data["X_test"] == found.examples[place]).all(axis=(1, 2, 3))
            assert right in data["y_test"][same]
    result_codec.save(found, tmp_path / "net.npz")
    assert np.array_equal(result_codec.load(tmp_path / "net.npz").first_layer, found.first_layer)


def test_a_net_that_is_stopped_is_shown_as_it_is(impl, data):
    stop = threading.Event()

    def report(update):
        if update.done == 5:
            stop.set()

    found = experiments.network_portrait(
        build(impl), first, impl.adam, data, epochs=4, report=report, stop=stop
    )
    assert found.steps == (0, 3, 5) and not found.run.complete


@pytest.mark.parametrize("net", ["TwoLayerNet", "FullyConnectedNet", "ThreeLayerConvNet"])
def test_every_net_can_be_asked_for_by_name(impl, data, net, monkeypatch):
    from workbook.training.runner import registry

    monkeypatch.setattr(registry, "load_once", lambda name: data)
    monkeypatch.setattr(registry, "mean_image", lambda name: 100.0)
    found = EXPERIMENTS["network_portrait"](
        impl, lambda update: None, threading.Event(), net=net, epochs=1, num_train=50
    )
    units = {"ThreeLayerConvNet": (16, 3, 7, 7)}.get(net, (24, 3, 8, 8))
    assert found.first_layer.shape[1:] == units
    assert np.allclose(found.pictures, data["X_test"][:10] + 100)


def test_loops_beside_the_fast_layer(impl):
    fast = fast_layers.conv_forward_fast, fast_layers.conv_backward_fast
    naive = impl.conv_forward_naive, impl.conv_backward_naive
    found = experiments.naive_and_fast(naive, fast, batch_size=1, size=6, filters=2)
    assert found.error < 1e-12
    assert min(*found.naive, *found.fast) > 0
    assert found.speedup == sum(found.naive) / sum(found.fast)
    wrong = lambda *a: fast[0](a[0] + 1, *a[1:]), fast[1]
    assert experiments.naive_and_fast(wrong, fast, batch_size=1, size=6).error > 1e-2
    stop = threading.Event()
    stop.set()
    assert experiments.naive_and_fast(fast, fast, batch_size=1, size=6, stop=stop) is None
