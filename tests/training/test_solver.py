"""Solver: histories, printed lines, what the model holds afterwards, bad input."""

import re
import sys
import types

import numpy as np
import pytest

from workbook.training import Solver


def run(tiny, data, rules, seed=3, **options):
    options = {"update_rule": rules["sgd"], "batch_size": 20, "num_epochs": 3, **options}
    options.setdefault("optim_config", {"learning_rate": 0.5})
    np.random.seed(seed)
    solver = Solver(tiny(), data, **{"verbose": False, **options})
    solver.train()
    return solver


def test_histories_have_one_entry_a_step_and_one_an_epoch(tiny, data, rules):
    solver = run(tiny, data, rules)
    assert len(solver.loss_history) == 3 * 200 // 20
    assert len(solver.train_acc_history) == len(solver.val_acc_history) == 1 + 3
    assert solver.epoch == 3
    assert solver.stopped is None
    assert all(type(loss) is float for loss in solver.loss_history)
    assert solver.loss_history[-1] < 0.7 * solver.loss_history[0]


def test_the_courses_lines_are_printed(tiny, data, rules, capsys):
    run(tiny, data, rules, verbose=True, print_every=10, num_epochs=2)
    lines = capsys.readouterr().out.splitlines()
    number = r"\d+\.\d{6}"
    expected = [
        rf"\(Iteration 1 / 20\) loss: {number}",
        rf"\(Epoch 0 / 2\) train acc: {number}; val_acc: {number}",
        rf"\(Epoch 1 / 2\) train acc: {number}; val_acc: {number}",
        rf"\(Iteration 11 / 20\) loss: {number}",
        rf"\(Epoch 2 / 2\) train acc: {number}; val_acc: {number}",
    ]
    assert len(lines) == len(expected)
    for line, pattern in zip(lines, expected, strict=True):
        assert re.fullmatch(pattern, line), line


def test_verbose_false_prints_nothing(tiny, data, rules, capsys):
    run(tiny, data, rules, verbose=False)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_random_numbers_are_drawn_in_the_courses_order(tiny, data, rules):
    """A step draws its batch; an accuracy on fewer images draws those; nothing else is drawn."""
    seen = []

    class Recorder(tiny):
        def loss(self, X, y=None):
            seen.append(X)
            return super().loss(X, y)

    np.random.seed(11)
    options = {"update_rule": rules["sgd"], "num_train_samples": 50, "num_val_samples": 30}
    Solver(Recorder(), data, batch_size=100, num_epochs=1, verbose=False, **options).train()

    np.random.seed(11)
    expected = [data["X_train"][np.random.choice(200, 100)]]  # step 1
    expected.append(data["X_train"][np.random.choice(200, 50)])  # its accuracies
    expected.append(data["X_val"][np.random.choice(60, 30)])
    expected.append(data["X_train"][np.random.choice(200, 100)])  # step 2 ends the epoch
    expected.append(data["X_train"][np.random.choice(200, 50)])
    expected.append(data["X_val"][np.random.choice(60, 30)])
    assert len(seen) == len(expected)
    for got, want in zip(seen, expected, strict=True):
        np.testing.assert_array_equal(got, want)


def test_the_same_seed_gives_the_same_run(tiny, data, rules):
    first = run(tiny, data, rules, seed=5)
    again = run(tiny, data, rules, seed=5)
    other = run(tiny, data, rules, seed=6)
    assert first.loss_history == again.loss_history
    assert first.loss_history != other.loss_history


def test_the_model_ends_with_the_best_parameters(tiny, data, rules):
    """Too high a rate: accuracy goes up and down, so that the last is not the best."""
    solver = run(tiny, data, rules, num_epochs=12, optim_config={"learning_rate": 2.0})
    assert solver.best_val_acc == max(solver.val_acc_history)
    assert solver.val_acc_history[-1] < solver.best_val_acc
    assert solver.check_accuracy(data["X_val"], data["y_val"]) == solver.best_val_acc
    for name, value in solver.best_params.items():
        np.testing.assert_array_equal(solver.model.params[name], value)


def test_running_averages_are_those_of_the_best_parameters(tiny, data, rules):
    np.random.seed(0)
    model = tiny(batchnorm=True)
    config = {"learning_rate": 3.0}
    options = {"update_rule": rules["sgd"], "optim_config": config, "batch_size": 20}
    solver = Solver(model, data, num_epochs=12, verbose=False, **options)
    solver.train()
    assert solver.val_acc_history[-1] < solver.best_val_acc
    assert solver.check_accuracy(data["X_val"], data["y_val"]) == solver.best_val_acc


def test_best_params_are_not_the_models_own_arrays(tiny, data, rules):
    solver = run(tiny, data, rules)
    kept = solver.best_params["W1"].copy()
    solver.model.params["W1"] += 1
    np.testing.assert_array_equal(solver.best_params["W1"], kept)


def test_a_finished_run_trains_on_for_as_many_epochs(tiny, data, rules):
    solver = run(tiny, data, rules, num_epochs=2)
    solver.train()
    assert solver.epoch == 4
    assert len(solver.loss_history) == 40


def test_learning_rate_decays_after_each_epoch(tiny, data, rules):
    solver = run(tiny, data, rules, lr_decay=0.5, optim_config={"learning_rate": 0.4})
    assert {c["learning_rate"] for c in solver.optim_configs.values()} == {0.4 * 0.5**3}
    assert solver.optim_config == {"learning_rate": 0.4}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_models_dtype_is_kept(tiny, data, rules, dtype):
    """np.float64(0.1) * a float32 array is a float64 array."""
    np.random.seed(0)
    model = tiny(dtype=dtype)
    config = {"learning_rate": np.float64(0.1)}
    Solver(
        model, data, update_rule=rules["sgd"], optim_config=config, num_epochs=1, verbose=False
    ).train()

    def widening(w, dw, config):
        return w - np.float64(0.1) * dw, config

    Solver(model, data, update_rule=widening, num_epochs=1, verbose=False).train()
    assert {w.dtype for w in model.params.values()} == {np.dtype(dtype)}


def test_a_callback_is_told_every_step(tiny, data, rules):
    told = []
    solver = run(tiny, data, rules, num_epochs=2, callback=told.append)
    assert [t.step for t in told] == list(range(1, 21))
    assert {t.steps for t in told} == {20}
    assert [t.loss for t in told] == solver.loss_history
    assert [t.step for t in told if t.val_acc is not None] == [1, 10, 20]
    assert [t.val_acc for t in told if t.val_acc is not None] == solver.val_acc_history
    assert told[-1].epoch == told[-1].epochs == 2


def test_an_update_rule_is_looked_up_by_name_when_called(tiny, data, rules, monkeypatch):
    optim = types.ModuleType("workbook.exercises.optim")
    exec("def sgd(w, dw, config=None):\n    return w - 0.1 * dw, config", vars(optim))
    monkeypatch.setitem(sys.modules, "workbook.exercises.optim", optim)
    solver = Solver(tiny(), data, num_epochs=1, verbose=False)
    exec("def sgd(w, dw, config=None):\n    return w, config", vars(optim))
    before = solver.model.params["W1"].copy()
    solver.train()
    np.testing.assert_array_equal(solver.model.params["W1"], before)
    with pytest.raises(ValueError, match=r"update_rule 'sdg' is not in optim.py; allowed: sgd"):
        Solver(tiny(), data, update_rule="sdg")


def test_a_stubs_error_passes_through_unchanged(tiny, data):
    todo = NotImplementedError("adam")

    def adam(w, dw, config):
        raise todo

    model = tiny()
    before = {k: v.copy() for k, v in model.params.items()}
    with pytest.raises(NotImplementedError) as caught:
        Solver(model, data, update_rule=adam, verbose=False).train()
    assert caught.value is todo
    for name, value in before.items():
        np.testing.assert_array_equal(model.params[name], value)


def without(data, key):
    return {k: v for k, v in data.items() if k != key}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda d: without(d, "X_val"), "data lacks X_val; it has X_train, y_train, y_val"),
        (lambda d: [1], "data must be a dictionary"),
        (lambda d: d | {"y_train": d["y_train"][:5]}, r"same N.*\(200, 12\) and \(5,\)"),
        (lambda d: d | {"y_train": np.eye(4)[d["y_train"]]}, r"integers of shape \(N,\)"),
        (lambda d: d | {"y_val": d["y_val"] * 1.0}, "got float64"),
        (lambda d: d | {"X_val": d["X_val"][:, :3]}, r"one shape; got \(12,\) and \(3,\)"),
        (lambda d: d | {"X_train": d["X_train"][:0], "y_train": d["y_train"][:0]}, "at least 1"),
        (lambda d: d | {"X_val": d["X_val"].astype(object)}, "must hold numbers"),
    ],
)
def test_bad_data_is_refused_in_one_line(tiny, data, rules, change, text):
    with pytest.raises(ValueError, match=text) as caught:
        Solver(tiny(), change(data), update_rule=rules["sgd"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be an integer of at least 1; got 0"),
        ({"num_epochs": 2.5}, ValueError, "num_epochs must be an integer"),
        ({"print_every": True}, ValueError, "print_every"),
        ({"num_train_samples": 0}, ValueError, "num_train_samples"),
        ({"lr_decay": -1}, ValueError, "lr_decay must be a number above 0"),
        ({"on_divergence": "ignore"}, ValueError, "'stop', 'quiet' or 'raise'; got 'ignore'"),
        ({"update_rule": 3}, ValueError, "a name or a function"),
        ({"optim_config": 0.1}, ValueError, "optim_config must be a dictionary"),
        ({"optim_config": {"learning_rate": "1e-3"}}, ValueError, "learning_rate.*finite number"),
        ({"learning_rate": 0.1}, TypeError, "belongs in optim_config. Allowed: update_rule"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(tiny, data, rules, options, kind, text):
    with pytest.raises(kind, match=text) as caught:
        Solver(tiny(), data, **{"update_rule": rules["sgd"], **options})
    assert "\n" not in str(caught.value)


def test_a_key_that_a_course_rule_does_not_know_is_refused(tiny, data, monkeypatch):
    optim = types.ModuleType("workbook.exercises.optim")
    exec("def adam(w, dw, config=None):\n    return w, config", vars(optim))
    monkeypatch.setitem(sys.modules, "workbook.exercises.optim", optim)
    with pytest.raises(ValueError, match=r"no key 'lr' for adam; allowed: learning_rate, beta1"):
        Solver(tiny(), data, update_rule="adam", optim_config={"lr": 1e-3})


class Answers:
    """A model whose loss answers what it is told to."""

    def __init__(self, answer):
        self.params = {"W1": np.zeros((12, 4)), "b1": np.zeros(4)}
        self.answer = answer

    def loss(self, X, y=None):
        return np.zeros((len(X), 4)) if y is None else self.answer


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (None, r"must return \(loss, grads\); got None"),
        (np.zeros((20, 4)), r"must return \(loss, grads\); got an array of shape \(20, 4\)"),
        ((1.0, None), "gradients as a dictionary; got None"),
        ((np.ones(20), {}), r"loss as one number; got an array of shape \(20,\)"),
        ((1.0, {"W1": np.zeros((12, 4))}), "no gradient for b1; grads has W1"),
        (
            (1.0, {"W1": np.zeros((12, 4)), "b1": np.zeros((1, 4))}),
            r"an array of shape \(1, 4\) as grads\['b1'\]; params\['b1'\] has shape \(4,\)",
        ),
        ((1.0, {"W1": None, "b1": None}), r"None as grads\['W1'\]"),
    ],
)
def test_a_wrong_answer_of_the_model_is_named(data, rules, answer, text):
    with pytest.raises(ValueError, match=text) as caught:
        Solver(Answers(answer), data, update_rule=rules["sgd"], verbose=False).train()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (lambda w, dw, config: w, r"must return \(next_w, config\); got an array"),
        (lambda w, dw, config: (None, config), r"None for W1, which has shape \(12, 16\)"),
        (lambda w, dw, config: (w[0], config), r"an array of shape \(16,\) for W1"),
    ],
)
def test_a_wrong_answer_of_the_rule_is_named(tiny, data, rule, text):
    with pytest.raises(ValueError, match=text):
        Solver(tiny(), data, update_rule=rule, verbose=False).train()


def test_wrong_scores_are_named(tiny, data, rules):
    class Transposed(tiny):
        def loss(self, X, y=None):
            return super().loss(X).T if y is None else super().loss(X, y)

    with pytest.raises(ValueError, match=r"scores of shape \(100, C\); got an array of shape"):
        Solver(Transposed(), data, update_rule=rules["sgd"], verbose=False).train()


@pytest.mark.parametrize("model", [object(), types.SimpleNamespace(params={}, loss=len)])
def test_what_is_no_model_is_refused(model, data, rules):
    with pytest.raises(ValueError, match=r"model\.?.*params"):
        Solver(model, data, update_rule=rules["sgd"])


def test_integer_parameters_are_refused(data, rules):
    model = types.SimpleNamespace(params={"W": np.zeros(3, int)}, loss=len)
    with pytest.raises(ValueError, match=r"params\['W'\] must be an array of floats; got int64"):
        Solver(model, data, update_rule=rules["sgd"])


def test_with_its_own_generator_batches_do_not_depend_on_what_the_model_draws(tiny, data, rules):
    def batches(dropout):
        seen = []

        class Recorder(tiny):
            def loss(self, X, y=None):
                seen.append(X)
                return super().loss(X, y)

        options = {"update_rule": rules["sgd"], "num_epochs": 2, "num_train_samples": 50}
        rng = np.random.RandomState(5)
        Solver(Recorder(dropout=dropout), data, rng=rng, verbose=False, **options).train()
        return seen

    for one, other in zip(batches(0.0), batches(0.5), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_notebook_shows_one_line_and_no_traceback(tiny, data, rules):
    """IPython asks an exception for this method."""
    with pytest.raises(ValueError, match="batch_size") as caught:
        Solver(tiny(), data, update_rule=rules["sgd"], batch_size=-1)
    assert caught.value._render_traceback_() == [str(caught.value)]
    with pytest.raises(TypeError, match="learning_rate") as caught:
        Solver(tiny(), data, learning_rate=1)
    assert caught.value._render_traceback_() == [str(caught.value)]
