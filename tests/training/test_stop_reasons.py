"""Runs that end early: a loss that is no number, Ctrl-C, a stop event, an exception."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest

from workbook.errors import WorkbookError
from workbook.training import DivergedError, Solver, TrainingInterrupted

HERE = Path(__file__).parent


def make(tiny, data, rule, **options):
    options = {"batch_size": 20, "num_epochs": 4, "verbose": False, **options}
    np.random.seed(1)
    return Solver(tiny(), data, update_rule=rule, **options)


class BreaksAt:
    """A model class whose loss turns to `value` at a given step."""

    def __init__(self, tiny, step, value=np.nan):
        self.tiny, self.step, self.value = tiny, step, value

    def __call__(self):
        step, value = self.step, self.value

        class Broken(self.tiny):
            calls = 0

            def loss(self, X, y=None):
                answer = super().loss(X, y)
                if y is None:
                    return answer
                self.calls += 1
                return (value if self.calls >= step else answer[0]), answer[1]

        return Broken()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, np.float32("nan")])
def test_a_loss_that_is_no_number_ends_the_run(tiny, data, rules, value, capsys):
    solver = make(BreaksAt(tiny, 15, value), data, rules["sgd"])
    solver.train()
    assert solver.diverged
    assert solver.stopped.step == 15
    assert len(solver.loss_history) == 15
    assert not np.isfinite(solver.loss_history[-1])
    assert np.isfinite(solver.loss_history[:-1]).all()
    # Step 1 and the end of the first epoch, the best of which the model holds.
    assert len(solver.val_acc_history) == 2
    assert solver.best_val_acc == max(solver.val_acc_history)
    assert solver.check_accuracy(data["X_val"], data["y_val"]) == solver.best_val_acc
    line = capsys.readouterr().out
    assert line.startswith(f"(Stopped at step 15 / 40) the loss is {float(value)}. ")
    assert line.count("\n") == 1


def test_quiet_says_nothing_and_raise_raises(tiny, data, rules, capsys):
    solver = make(BreaksAt(tiny, 5), data, rules["sgd"], on_divergence="quiet")
    solver.train()
    assert solver.diverged
    assert capsys.readouterr().out == ""
    solver = make(BreaksAt(tiny, 5), data, rules["sgd"], on_divergence="raise")
    with pytest.raises(DivergedError) as caught:
        solver.train()
    error = caught.value
    assert isinstance(error, WorkbookError)
    assert (error.step, np.isnan(error.value)) == (5, True)
    assert error.loss_history is solver.loss_history
    assert error.val_acc_history == solver.val_acc_history
    assert error.cause in str(error)
    assert capsys.readouterr().out == ""


def test_a_run_that_never_began_has_accuracies_too(tiny, data, rules):
    """So that max(solver.val_acc_history) works in a sweep."""
    solver = make(BreaksAt(tiny, 1), data, rules["sgd"], on_divergence="quiet")
    solver.train()
    assert len(solver.val_acc_history) == len(solver.train_acc_history) == 1
    assert len(solver.loss_history) == 1


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_likely_cause_is_named(tiny, data, rules):
    def cause(model=tiny, data=data, rate=0.1, rule=rules["sgd"]):
        config = {"learning_rate": rate}
        solver = make(model, data, rule, optim_config=config, on_divergence="raise", num_epochs=60)
        with pytest.raises(DivergedError) as caught:
            solver.train()
        return caught.value.cause

    assert cause(rate=1e6).startswith("The learning rate 1e+06 is probably too high")
    rising = cause(rate=6.0)
    assert rising.startswith("The loss had risen from ")
    assert ". The learning rate 6 is probably too high" in rising
    assert "weight_scale" in cause(model=lambda: tiny(scale=1e30))
    assert "inputs of this batch" in cause(data=data | {"X_train": data["X_train"] * np.nan})

    def poisoned():
        model = tiny()
        model.params["W2"][0, 0] = np.nan
        return model

    assert "W2 held NaN" in cause(model=poisoned)

    def divides_by_zero(w, dw, config):
        config["t"] = config.get("t", 0) + 1
        return w - 0.01 * dw / (config["t"] < 30), config

    assert "W1, b1, W2, b2 became NaN or infinite" in cause(rule=divides_by_zero)
    assert "exp or log overflowed" in cause(model=BreaksAt(tiny, 25))


def interrupting(at):
    def callback(step):
        if step.step == at:
            raise KeyboardInterrupt

    return callback


def test_ctrl_c_keeps_histories_and_best_parameters(tiny, data, rules):
    solver = make(tiny, data, rules["sgd"], callback=interrupting(25))
    with pytest.raises(KeyboardInterrupt) as caught:
        solver.train()
    assert isinstance(caught.value, TrainingInterrupted)
    assert caught.value._render_traceback_() == [str(caught.value)]
    assert "Histories and best parameters are kept" in str(caught.value)
    assert solver.stopped.reason == "interrupted"
    assert len(solver.loss_history) == 25
    assert len(solver.val_acc_history) == 3
    np.testing.assert_array_equal(solver.model.params["W1"], solver.best_params["W1"])
    solver.callback = None
    solver.train()
    assert len(solver.loss_history) == 40
    assert len(solver.val_acc_history) == 5
    assert solver.stopped is None


def test_ctrl_c_in_the_middle_of_a_step_leaves_whole_parameters(tiny, data, rules):
    """Two of four parameters are updated when it comes: none of them is kept."""
    seen = {}

    def rule(w, dw, config):
        config["calls"] = config.get("calls", 0) + 1
        if config["calls"] == 7 and w.shape == (16, 4):
            seen.update({k: v.copy() for k, v in solver.model.params.items()})
            raise KeyboardInterrupt
        return rules["sgd"](w, dw, config)

    solver = make(tiny, data, rule)
    with pytest.raises(KeyboardInterrupt):
        solver.train()
    assert len(solver.loss_history) == 6
    assert {c["calls"] for c in solver.optim_configs.values()} == {6}
    for name, w in solver._unfinished["params"].items():
        np.testing.assert_array_equal(w, seen[name])


def test_ctrl_c_while_accuracy_is_measured_loses_no_entry(tiny, data, rules):
    class Interrupts(tiny):
        armed = False

        def loss(self, X, y=None):
            if y is None and self.armed and len(X) == 60:
                Interrupts.armed = False
                raise KeyboardInterrupt
            return super().loss(X, y)

    def arm(step):
        if step.step == 15:
            Interrupts.armed = True

    solver = make(Interrupts, data, rules["sgd"], callback=arm)
    with pytest.raises(KeyboardInterrupt):
        solver.train()
    assert len(solver.loss_history) == 20
    solver.train()
    whole = make(tiny, data, rules["sgd"])
    whole.train()
    assert len(solver.val_acc_history) == len(whole.val_acc_history) == 5


def test_a_stop_event_ends_the_run_and_train_goes_on_exactly(tiny, data, rules):
    whole = make(lambda: tiny(dropout=0.5, batchnorm=True), data, rules["adam"])
    whole.train()

    stop = threading.Event()
    part = make(
        lambda: tiny(dropout=0.5, batchnorm=True),
        data,
        rules["adam"],
        stop=stop,
        callback=lambda step: step.step == 17 and stop.set(),
    )
    part.train()
    assert part.stopped.reason == "asked"
    assert len(part.loss_history) == 17
    assert part.model.params["W1"] is not part.best_params["W1"]
    np.testing.assert_array_equal(part.model.params["W1"], part.best_params["W1"])
    np.random.rand(1000)  # Whatever happens in between does not matter.
    stop.clear()
    part.train()
    assert part.loss_history == whole.loss_history
    assert part.val_acc_history == whole.val_acc_history
    for name, value in whole.model.params.items():
        np.testing.assert_array_equal(part.model.params[name], value)


def test_stopped_before_it_began(tiny, data, rules):
    stop = threading.Event()
    stop.set()
    solver = make(tiny, data, rules["sgd"], stop=stop)
    solver.train()
    assert solver.stopped.reason == "asked"
    assert solver.loss_history == []


def test_an_exception_of_the_callback_keeps_what_was_computed(tiny, data, rules):
    def fails(step):
        if step.step == 12:
            raise RuntimeError("no")

    solver = make(tiny, data, rules["sgd"], callback=fails)
    with pytest.raises(RuntimeError, match="no"):
        solver.train()
    assert solver.stopped.reason == "error"
    assert len(solver.loss_history) == 12
    assert solver.best_params


PROGRAM = textwrap.dedent(
    """
    import signal
    import sys
    import numpy as np
    # Whoever was started in the background by a shell ignores Ctrl-C, and so do its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.path.insert(0, sys.argv[1])
    from conftest import TinyNet, make_data, sgd
    from workbook.training import Solver

    def say(step):
        if step.step == 50:
            print("running", flush=True)

    solver = Solver(TinyNet(), make_data(), update_rule=sgd, num_epochs=10**7, verbose=False,
                    callback=say)
    try:
        solver.train()
    except KeyboardInterrupt as error:
        same = all((solver.model.params[k] == v).all() for k, v in solver.best_params.items())
        print(len(solver.loss_history) >= 50, len(solver.val_acc_history) > 1, same, error)
    """
)


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_a_real_sigint(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(program), str(HERE)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout.readline() == "running\n"
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0, err
    assert out.startswith("True True True (Interrupted at step ")


def test_a_run_that_is_driven_step_by_step_is_the_same_run(tiny, data, rules):
    whole = make(tiny, data, rules["sgd"])
    whole.train()
    driven = make(tiny, data, rules["sgd"])
    told = list(driven.iterate())
    assert [step.loss for step in told] == driven.loss_history == whole.loss_history
    assert driven.stopped is None

    part = make(tiny, data, rules["sgd"])
    steps = part.iterate()
    for _ in range(15):
        next(steps)
    steps.close()
    assert part.stopped.reason == "asked"
    assert len(part.loss_history) == 15
    np.random.rand(10)
    part.train()
    assert part.loss_history == whole.loss_history
