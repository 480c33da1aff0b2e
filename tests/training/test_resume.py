"""Checkpoints: whole or not at all, no pickle, and a resumed run ends exactly like another."""

import contextlib
import json
import os
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from workbook.errors import WorkbookError
from workbook.training import Solver, checkpoint

HERE = Path(__file__).parent
KINDS = {
    "plain": {},
    "batchnorm": {"batchnorm": True},
    "dropout": {"dropout": 0.4},
    "both": {"batchnorm": True, "dropout": 0.4},
    "float64": {"dtype": np.float64},
}


def options(rule, **more):
    return {
        "update_rule": rule,
        "optim_config": {"learning_rate": 0.02},
        "lr_decay": 0.9,
        "batch_size": 20,
        "num_epochs": 4,
        "num_train_samples": 50,
        "num_val_samples": 40,
        "verbose": False,
        **more,
    }


def same_run(a, b):
    assert a.loss_history == b.loss_history
    assert a.train_acc_history == b.train_acc_history
    assert a.val_acc_history == b.val_acc_history
    assert a.best_val_acc == b.best_val_acc
    assert a.epoch == b.epoch
    assert a.model.params.keys() == b.model.params.keys()
    for name in a.model.params:
        assert a.model.params[name].dtype == b.model.params[name].dtype
        np.testing.assert_array_equal(a.model.params[name], b.model.params[name])
        for key, value in a.optim_configs[name].items():
            np.testing.assert_array_equal(b.optim_configs[name][key], value)
    assert len(a.model.bn_params) == len(b.model.bn_params)
    for one, other in zip(a.model.bn_params, b.model.bn_params, strict=True):
        assert one.keys() == other.keys()
        for key in one:
            np.testing.assert_array_equal(one[key], other[key])
    assert a.model.dropout_param == b.model.dropout_param


@pytest.mark.parametrize("rule", ["sgd", "adam"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_resumed_run_ends_as_an_uninterrupted_one(tiny, data, rules, tmp_path, kind, rule):
    np.random.seed(4)
    whole = Solver(tiny(**KINDS[kind]), data, **options(rules[rule]))
    whole.train()
    afterwards = np.random.rand(5)

    def dies(step):
        if step.step == 27:
            raise OSError("the power went")

    np.random.seed(4)
    name = tmp_path / "run"
    part = Solver(
        tiny(**KINDS[kind]), data, **options(rules[rule], checkpoint_name=name, callback=dies)
    )
    with pytest.raises(OSError, match="power"):
        part.train()

    np.random.seed(99)
    resumed = Solver.resume(
        name, tiny(**KINDS[kind], seed=8), data, update_rule=rules[rule], verbose=False
    )
    assert len(resumed.loss_history) == 20  # The end of the second epoch.
    np.random.rand(3)
    resumed.train()
    same_run(resumed, whole)
    np.testing.assert_array_equal(np.random.rand(5), afterwards)


def test_a_stop_event_writes_where_it_stands(tiny, data, rules, tmp_path):
    np.random.seed(4)
    whole = Solver(tiny(dropout=0.4), data, **options(rules["adam"]))
    whole.train()
    stop = threading.Event()
    np.random.seed(4)
    Solver(
        tiny(dropout=0.4),
        data,
        **options(
            rules["adam"],
            checkpoint_name=tmp_path / "run",
            stop=stop,
            callback=lambda step: step.step == 33 and stop.set(),
        ),
    ).train()
    resumed = Solver.resume(
        tmp_path / "run.npz", tiny(dropout=0.4), data, update_rule=rules["adam"], verbose=False
    )
    assert len(resumed.loss_history) == 33
    resumed.train()
    same_run(resumed, whole)


def test_a_finished_runs_checkpoint_has_nothing_left_to_do(tiny, data, rules, tmp_path):
    np.random.seed(4)
    whole = Solver(tiny(), data, **options(rules["sgd"], checkpoint_name=tmp_path / "run"))
    whole.train()
    again = Solver.resume(tmp_path / "run", tiny(), data, update_rule=rules["sgd"])
    again.train()
    same_run(again, whole)
    more = Solver.resume(
        tmp_path / "run", tiny(), data, update_rule=rules["sgd"], num_epochs=6, verbose=False
    )
    more.train()
    assert more.epoch == 6
    assert len(more.loss_history) == 60


def test_a_checkpoint_is_arrays_and_json(tiny, data, rules, tmp_path):
    np.random.seed(4)
    Solver(
        tiny(batchnorm=True), data, **options(rules["adam"], checkpoint_name=tmp_path / "a" / "b")
    ).train()
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b.npz"]
    with zipfile.ZipFile(tmp_path / "a" / "b.npz") as archive:
        names = archive.namelist()
        document = json.loads(archive.read("data.json"))
    assert all(name.endswith(".npy") or name == "data.json" for name in names)
    assert document["settings"]["batch_size"] == 20
    with np.load(tmp_path / "a" / "b.npz", allow_pickle=False) as arrays:
        for name in arrays.files:
            assert name == "data.json" or arrays[name].dtype != object


def saved(tiny, data, rules, tmp_path, **more):
    np.random.seed(4)
    Solver(tiny(), data, **options(rules["sgd"], checkpoint_name=tmp_path / "run", **more)).train()
    return tmp_path / "run"


def test_resuming_with_something_else_is_refused(tiny, data, rules, tmp_path):
    path, rule = saved(tiny, data, rules, tmp_path), rules["sgd"]
    with pytest.raises(ValueError, match=r"params\['W1'\] is float32 \(12, 5\) in the model"):
        Solver.resume(path, tiny(hidden=5), data, update_rule=rule)
    with pytest.raises(ValueError, match="float64"):
        Solver.resume(path, tiny(dtype=np.float64), data, update_rule=rule)
    with pytest.raises(ValueError, match=r"params\['gamma1'\].*missing in the checkpoint"):
        Solver.resume(path, tiny(batchnorm=True), data, update_rule=rule)
    with pytest.raises(ValueError, match=r"data\['X_train'\] is not what the run was trained"):
        Solver.resume(path, tiny(), data | {"X_train": data["X_train"] + 1}, update_rule=rule)
    with pytest.raises(ValueError, match="was a function: give it again"):
        Solver.resume(path, tiny(), data)
    with pytest.raises(TypeError, match="cannot replace 'batch_size'; allowed: update_rule"):
        Solver.resume(path, tiny(), data, update_rule=rule, batch_size=3)


def test_a_file_that_is_no_checkpoint_is_refused(tiny, data, rules, tmp_path):
    path = saved(tiny, data, rules, tmp_path).with_suffix(".npz")
    whole = path.read_bytes()
    for content in (b"", b"nonsense", whole[: len(whole) // 2], whole[:-30]):
        path.write_bytes(content)
        with pytest.raises(WorkbookError, match="is damaged or was not written by this workbook"):
            Solver.resume(path, tiny(), data, update_rule=rules["sgd"])
    np.savez(path, a=np.zeros(3))
    with pytest.raises(WorkbookError, match="is damaged or was not written"):
        Solver.resume(path, tiny(), data, update_rule=rules["sgd"])
    with pytest.raises(WorkbookError, match="Cannot read"):
        Solver.resume(tmp_path / "none", tiny(), data, update_rule=rules["sgd"])


def test_a_pickle_in_a_checkpoint_is_not_opened(tiny, data, rules, tmp_path):
    path = saved(tiny, data, rules, tmp_path).with_suffix(".npz")

    class Hostile:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "opened",))

    with zipfile.ZipFile(path) as archive:
        document = archive.read("data.json")
    arrays = {str(i): np.array([Hostile()], dtype=object) for i in range(60)}
    np.savez(path, **arrays)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("data.json", document)
    with pytest.raises(WorkbookError, match="is damaged"):
        Solver.resume(path, tiny(), data, update_rule=rules["sgd"])
    assert not (tmp_path / "opened").exists()


def test_a_failed_write_leaves_the_last_checkpoint(tiny, data, rules, tmp_path, monkeypatch):
    path = saved(tiny, data, rules, tmp_path).with_suffix(".npz")
    before = path.read_bytes()

    def fails(*arguments):
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError, match="disk is full"):
        saved(tiny, data, rules, tmp_path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


def test_what_cannot_be_saved_is_named(tiny, data, tmp_path):
    def rule(w, dw, config):
        return w, {"helper": object()}

    with pytest.raises(ValueError, match=r"\['optim_configs'\]\['W1'\]\['helper'\] is a object"):
        saved(tiny, data, {"sgd": rule}, tmp_path)


PROGRAM = textwrap.dedent(
    """
    import sys
    import numpy as np
    sys.path.insert(0, sys.argv[1])
    from conftest import TinyNet, adam, make_data
    from workbook.training import Solver

    np.random.seed(4)
    solver = Solver(TinyNet(dropout=0.4, batchnorm=True), make_data(), update_rule=adam,
                    batch_size=20, num_epochs=int(sys.argv[3]), verbose=False,
                    checkpoint_name=sys.argv[2],
                    callback=lambda step: step.step == 100 and print("running", flush=True))
    solver.train()
    """
)


def test_a_killed_run_leaves_a_checkpoint_that_goes_on(tiny, data, rules, tmp_path):
    """Killed at some moment of a run that writes all the time; then gone on with, exactly."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    name = tmp_path / "run"
    with subprocess.Popen(
        [sys.executable, str(program), str(HERE), str(name), "100000"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "running\n"
        time.sleep(0.15)
        process.kill()
    epochs = checkpoint.read(name)["epoch"] + 2
    resumed = Solver.resume(
        name,
        tiny(dropout=0.4, batchnorm=True),
        data,
        update_rule=rules["adam"],
        num_epochs=epochs,
        verbose=False,
        checkpoint_name=None,
    )
    resumed.train()
    np.random.seed(4)
    whole = Solver(
        tiny(dropout=0.4, batchnorm=True),
        data,
        update_rule=rules["adam"],
        batch_size=20,
        num_epochs=epochs,
        verbose=False,
    )
    whole.train()
    same_run(resumed, whole)


def test_a_generator_of_its_own_is_resumed_too(tiny, data, rules, tmp_path):
    def make(**more):
        np.random.seed(4)
        rng = np.random.RandomState(6)
        return Solver(tiny(dropout=0.4), data, **options(rules["adam"], rng=rng, **more))

    whole = make()
    whole.train()
    stop = threading.Event()
    make(
        checkpoint_name=tmp_path / "run",
        stop=stop,
        callback=lambda step: step.step == 13 and stop.set(),
    ).train()
    resumed = Solver.resume(
        tmp_path / "run", tiny(dropout=0.4), data, update_rule=rules["adam"], verbose=False
    )
    resumed.train()
    same_run(resumed, whole)


def test_a_damaged_checkpoint_is_one_line_or_none(tiny, data, rules, tmp_path):
    """Wherever a byte flips, and whatever is left out: an error in one line, or the same run."""
    solver = Solver(tiny(), data, **options(rules["sgd"]), checkpoint_name=tmp_path / "run")
    solver.train()
    whole = (tmp_path / "run.npz").read_bytes()
    rng = np.random.RandomState(5)
    damaged = [whole[: rng.randint(len(whole))] for _ in range(40)]
    for _ in range(200):
        flipped = bytearray(whole)
        flipped[rng.randint(len(whole))] ^= 1 << rng.randint(8)
        damaged.append(bytes(flipped))
    refused = 0
    for number, content in enumerate(damaged):
        (tmp_path / "bad.npz").write_bytes(content)
        try:
            resumed = Solver.resume(tmp_path / "bad", tiny(), data, update_rule=rules["sgd"])
        except WorkbookError as error:
            refused += 1
            assert "\n" not in str(error), number
        else:
            assert resumed.loss_history == solver.loss_history
    assert refused > 200


@pytest.mark.parametrize("value", [None, [], "x", {"$array": "0"}, {"$array": "99"}, {}])
def test_a_checkpoint_that_lacks_something_is_one_line(tiny, data, rules, tmp_path, value):
    solver = Solver(tiny(), data, **options(rules["sgd"]), checkpoint_name=tmp_path / "run")
    solver.train()
    with zipfile.ZipFile(tmp_path / "run.npz") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(members["data.json"])
    for field in document:
        changed = {**document, field: value}
        if value is None:
            del changed[field]
        with zipfile.ZipFile(tmp_path / "bad.npz", "w") as archive:
            for name, content in {**members, "data.json": json.dumps(changed)}.items():
                archive.writestr(name, content)
        # Some settings may be left out, such as the state of a generator that there is none of.
        with contextlib.suppress(WorkbookError):
            Solver.resume(tmp_path / "bad", tiny(), data, update_rule=rules["sgd"])
