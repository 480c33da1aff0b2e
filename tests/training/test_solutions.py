"""Solver on the nets and rules of `solutions/`, imported as an implementation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbook.student import load_implementation
from workbook.training import Solver

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"


@pytest.fixture(scope="module")
def impl() -> Iterator[Any]:
    with load_implementation(SOLUTIONS) as impl:
        yield impl


def make(impl: Any, kind: dict[str, Any], seed: int) -> Any:
    np.random.seed(seed)
    sizes = {"input_dim": 12, "num_classes": 4, "weight_scale": 5e-2, "reg": 1e-3}
    return impl.FullyConnectedNet([20, 15], **sizes, **kind)


@pytest.mark.parametrize(
    "kind",
    [
        {},
        {"use_batchnorm": True},
        {"normalization": "layernorm", "dropout": 0.3},
        {"use_batchnorm": True, "dropout": 0.3, "seed": 5},
        {"use_batchnorm": True, "dtype": np.float64},
    ],
    ids=lambda kind: "-".join(kind) or "plain",
)
def test_a_resumed_run_ends_as_an_uninterrupted_one(impl, data, tmp_path, kind):
    options: dict[str, Any] = {
        "optim_config": {"learning_rate": 5e-3},
        "update_rule": impl.adam,
        "lr_decay": 0.9,
        "batch_size": 25,
        "num_train_samples": 60,
        "verbose": False,
    }
    whole = Solver(make(impl, kind, 1), data, num_epochs=6, **options)
    whole.train()

    name = tmp_path / "run"

    def dies(step):
        if step.step == 29:
            raise OSError

    part = Solver(
        make(impl, kind, 1), data, num_epochs=6, checkpoint_name=name, callback=dies, **options
    )
    with pytest.raises(OSError):
        part.train()
    resumed = Solver.resume(name, make(impl, kind, 2), data, update_rule=impl.adam, verbose=False)
    resumed.train()

    assert resumed.loss_history == whole.loss_history
    assert resumed.val_acc_history == whole.val_acc_history
    for key, value in whole.model.params.items():
        assert value.dtype == kind.get("dtype", np.float32)
        np.testing.assert_array_equal(resumed.model.params[key], value)
    for mine, theirs in zip(
        getattr(resumed.model, "bn_params", []), getattr(whole.model, "bn_params", []), strict=True
    ):
        assert mine.keys() == theirs.keys()
        for key in theirs:
            np.testing.assert_array_equal(mine[key], theirs[key])


@pytest.mark.parametrize("rule", ["sgd", "sgd_momentum", "rmsprop", "adam"])
def test_every_rule_of_the_course_learns(impl, data, rule):
    rates = {"sgd": 0.5, "sgd_momentum": 0.05, "rmsprop": 3e-3, "adam": 5e-3}
    solver = Solver(
        make(impl, {}, 1),
        data,
        update_rule=getattr(impl, rule),
        optim_config={"learning_rate": rates[rule]},
        num_epochs=30,
        batch_size=25,
        verbose=False,
    )
    solver.train()
    assert solver.best_val_acc > 0.6
    assert {w.dtype for w in solver.model.params.values()} == {np.dtype(np.float32)}


def test_the_course_configurations_are_all_accepted(impl, data):
    """Whatever a rule keeps in its configuration may be given to it as well."""
    for rule in ("sgd", "sgd_momentum", "rmsprop", "adam"):
        _, config = getattr(impl, rule)(np.zeros(3), np.ones(3), None)
        from workbook.training.inputs import _RULE_KEYS

        assert set(config) <= set(_RULE_KEYS[rule])
