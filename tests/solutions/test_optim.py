"""The update rules: the numbers of the notes, three steps in a row, and whose arrays change."""

import copy

import numpy as np
import pytest

RULES = ["sgd", "sgd_momentum", "rmsprop", "adam"]
STATE = {"sgd": [], "sgd_momentum": ["velocity"], "rmsprop": ["cache"], "adam": ["m", "v"]}


def ramp(start, stop, *shape):
    return np.linspace(start, stop, int(np.prod(shape))).reshape(shape)


def textbook(rule, w, gradients, settings):
    """The published formulas, out of place, one step a gradient; yields w after each."""
    lr = settings.get("learning_rate", 1e-3 if rule == "adam" else 1e-2)
    a, b = np.zeros_like(w), np.zeros_like(w)
    for t, dw in enumerate(gradients, start=1):
        if rule == "sgd":
            w = w - lr * dw
        elif rule == "sgd_momentum":
            a = 0.9 * a - lr * dw
            w = w + a
        elif rule == "rmsprop":
            a = 0.99 * a + 0.01 * dw**2
            w = w - lr * dw / (np.sqrt(a) + 1e-8)
        else:
            a = 0.9 * a + 0.1 * dw
            b = 0.999 * b + 0.001 * dw**2
            w = w - lr * (a / (1 - 0.9**t)) / (np.sqrt(b / (1 - 0.999**t)) + 1e-8)
        yield w


@pytest.mark.parametrize("rule", RULES[1:])
def test_as_in_the_notes(impl, reference, rule):
    w, dw = ramp(-0.4, 0.6, 4, 5), ramp(-0.6, 0.4, 4, 5)
    config = {
        "sgd_momentum": {"learning_rate": 1e-3, "velocity": ramp(0.6, 0.9, 4, 5)},
        "rmsprop": {"learning_rate": 1e-2, "cache": ramp(0.6, 0.9, 4, 5)},
        "adam": {
            "learning_rate": 1e-2,
            "m": ramp(0.6, 0.9, 4, 5),
            "v": ramp(0.7, 0.5, 4, 5),
            "t": 5,
        },
    }[rule]
    next_w, config = getattr(impl, rule)(w, dw, config)
    for name, value in reference("FullyConnectedNet", rule)["values"].items():
        got = next_w if name == "next_w" else config[name]
        np.testing.assert_allclose(got, value, rtol=1e-10)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("settings", [{}, {"learning_rate": 0.3}])
def test_three_steps(impl, rule, settings):
    gradients = [np.random.randn(3, 4) for _ in range(3)]
    start = np.random.randn(3, 4)
    w, config = start, dict(settings)
    for dw, want in zip(gradients, textbook(rule, start, gradients, settings), strict=True):
        w, returned = getattr(impl, rule)(w, dw, config)
        assert returned is config
        np.testing.assert_allclose(w, want, rtol=1e-12)
    if rule == "adam":
        assert config["t"] == 3


@pytest.mark.parametrize("rule", RULES)
def test_tiny_gradients(impl, rule):
    """Here it shows whether epsilon is added before or after the root."""
    dw = np.full((2, 2), 1e-6)
    [want] = textbook(rule, np.zeros((2, 2)), [dw], {})
    got, _ = getattr(impl, rule)(np.zeros((2, 2)), dw)
    np.testing.assert_allclose(got, want, rtol=1e-12)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 1, 2)])
def test_dtype_and_shape_are_kept(impl, rule, dtype, shape):
    w, dw = np.random.randn(*shape).astype(dtype), np.random.randn(*shape).astype(dtype)
    # A NumPy float64 is what a sweep over np.logspace sets.
    config = {"learning_rate": np.float64(1e-3)}
    for _ in range(2):
        w, config = getattr(impl, rule)(w, dw, config)
        for array in (w, *(config[key] for key in STATE[rule])):
            assert array.dtype == dtype and array.shape == shape


@pytest.mark.parametrize("rule", RULES)
def test_arguments_are_not_changed(impl, rule):
    w, dw = np.random.randn(3, 4), np.random.randn(3, 4)
    config = {key: np.ones((3, 4)) for key in STATE[rule]}
    given = list(config.values())
    for array in (w, dw, *given):
        array.flags.writeable = False
    next_w, config = getattr(impl, rule)(w, dw, config)
    again, config = getattr(impl, rule)(next_w, dw, config)
    assert not np.shares_memory(next_w, w) and not np.shares_memory(again, next_w)
    assert all(np.all(array == 1) for array in given)


@pytest.mark.parametrize("rule", RULES)
def test_a_copied_config_lives_on_its_own(impl, rule):
    """As a checkpoint's does: what is deep-copied goes on from there, unharmed."""
    step = getattr(impl, rule)
    w, dw = np.random.randn(3), np.random.randn(3)
    w, config = step(w, dw)
    saved = copy.deepcopy(config)
    straight, _ = step(w, dw, config)
    for key in STATE[rule]:
        assert not np.array_equal(saved[key], config[key])
    resumed, _ = step(w, dw, saved)
    assert np.array_equal(straight, resumed)


@pytest.mark.parametrize("rule", RULES)
def test_no_config(impl, rule):
    w, dw = np.ones(3), np.ones(3)
    first, config = getattr(impl, rule)(w, dw)
    second, other = getattr(impl, rule)(w, dw, None)
    assert np.array_equal(first, second) and config is not other


@pytest.mark.parametrize("rule", RULES)
def test_a_minimum_is_found(impl, rule):
    """The bottom of |w|²/2, whose gradient is w."""
    w, config = np.array([3.0, -4.0]), {"learning_rate": 0.05}
    for _ in range(600):
        w, config = getattr(impl, rule)(w, w.copy(), config)
    assert np.linalg.norm(w) < 0.1
