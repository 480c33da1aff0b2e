"""What the solutions reach on CIFAR-10 with the course's settings.

    workbook data get cifar10
    python benchmarks/accuracy_cifar10.py                    # about 15 minutes on two cores
    python benchmarks/accuracy_cifar10.py --root FOLDER --seeds 0,1,2 --conv-seeds 0 --json OUT

The two-layer network (100 hidden units, ten epochs of SGD) is to reach more than 0.48 on
the validation images, the three-layer convolutional one (one epoch of Adam) more than
0.45. After a single epoch seeds differ by 0.05, in any framework, so every seed's figure
and their mean are printed. The script leaves with 1 if none of a network's runs reaches
its target, but not for runs on part of the images (--images), which prove only that the
script works.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbook.data import get_CIFAR10_data
from workbook.errors import WorkbookError
from workbook.numerics import backend
from workbook.student.implementation import Implementation, load_implementation
from workbook.student.locations import solutions_folder
from workbook.training import Solver

Data = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """One network and how the course trains it."""

    name: str
    make: Callable[[Implementation], Any]
    rule: str
    solver: dict[str, Any]
    target: float


SETTINGS = {
    "two-layer": Setting(
        "TwoLayerNet, 100 hidden units, sgd",
        lambda impl: impl.TwoLayerNet(hidden_dim=100),
        "sgd",
        {
            "optim_config": {"learning_rate": 1e-3},
            "lr_decay": 0.95,
            "num_epochs": 10,
            "batch_size": 100,
        },
        0.48,
    ),
    "conv": Setting(
        "ThreeLayerConvNet, 500 hidden units, adam",
        lambda impl: impl.ThreeLayerConvNet(weight_scale=0.001, hidden_dim=500, reg=0.001),
        "adam",
        {"optim_config": {"learning_rate": 1e-3}, "num_epochs": 1, "batch_size": 50},
        0.45,
    ),
}


@dataclass(frozen=True)
class Run:
    """What one training run reached."""

    network: str
    seed: int
    epochs: int
    training: float
    validation: float
    test: float
    target: float
    seconds: float


def train(impl: Implementation, data: Data, setting: Setting, seed: int, quiet: bool) -> Run:
    """Train once. Accuracies are those of the parameters that were best on validation."""
    np.random.seed(seed)
    solver = Solver(
        setting.make(impl),
        data,
        update_rule=getattr(impl.module("optim"), setting.rule),
        verbose=False,
        progress=not quiet,
        **setting.solver,
    )
    begin = time.perf_counter()
    solver.train()
    seconds = time.perf_counter() - begin
    return Run(
        setting.name,
        seed,
        setting.solver["num_epochs"],
        solver.check_accuracy(data["X_train"], data["y_train"], num_samples=5_000),
        solver.best_val_acc,
        solver.check_accuracy(data["X_test"], data["y_test"]),
        setting.target,
        seconds,
    )


def show(runs: list[Run]) -> None:
    """Print a table."""
    print(f"{'network':<42} {'seed':>4} {'epochs':>6} {'train':>6} {'val':>6} {'test':>6} {'s':>6}")
    for run in runs:
        print(
            f"{run.network:<42} {run.seed:>4} {run.epochs:>6} {run.training:>6.3f} "
            f"{run.validation:>6.3f} {run.test:>6.3f} {run.seconds:>6.0f}"
        )


def summarise(runs: list[Run]) -> list[dict[str, Any]]:
    """For each network: mean, least and greatest validation accuracy, and the target."""
    summary = []
    for network in dict.fromkeys(run.network for run in runs):
        mine = [run for run in runs if run.network == network]
        scores = [run.validation for run in mine]
        summary.append(
            {
                "network": network,
                "runs": len(scores),
                "mean": float(np.mean(scores)),
                "least": min(scores),
                "greatest": max(scores),
                "target": mine[0].target,
                "reached": sum(score > mine[0].target for score in scores),
            }
        )
    return summary


def numbers(text: str) -> list[int]:
    """`0,1,2` as numbers; an empty text is none."""
    return [int(part) for part in text.split(",") if part]


def main(arguments: list[str] | None = None) -> int:
    """Run everything that is asked for; 1 if a run stays below its target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, help="folder with CIFAR-10 (else the data folder)")
    parser.add_argument("--seeds", type=numbers, default=[0, 1, 2], help="of the two-layer net")
    parser.add_argument(
        "--conv-seeds", type=numbers, default=[0, 1, 2], help="of the convolutional net"
    )
    parser.add_argument("--images", type=int, help="train on so many, to try the script out")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    args = parser.parse_args(arguments)

    folder = solutions_folder()
    if folder is None:
        raise WorkbookError("This copy has no solutions/ to train.")
    part = {"num_training": args.images, "num_validation": 5, "num_test": 4}
    sizes = {} if args.images is None else part
    data = get_CIFAR10_data(root=args.root, **sizes)
    runs = []
    with load_implementation(folder) as impl:
        for name, seeds in (("two-layer", args.seeds), ("conv", args.conv_seeds)):
            for seed in seeds:
                runs.append(train(impl, data, SETTINGS[name], seed, args.quiet))
                show(runs[-1:])
    print()
    show(runs)
    summary = summarise(runs)
    for each in summary:
        print(
            f"{each['network']}: validation {each['mean']:.3f} on average, {each['least']:.3f} to "
            f"{each['greatest']:.3f}; {each['reached']} of {each['runs']} above {each['target']}"
        )
    if args.json is not None:
        record = {
            "images": {name: len(data[f"y_{name}"]) for name in ("train", "val", "test")},
            "runs": [asdict(run) for run in runs],
            "summary": summary,
            "layers": str(backend()),
            "numpy": np.__version__,
            "python": platform.python_version(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        }
        text = json.dumps(record, indent=2) + "\n"
        args.json.write_text(text, encoding="utf-8", newline="\n")
    short = any(each["reached"] == 0 for each in summary)
    return 1 if short and args.images is None else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WorkbookError as problem:
        sys.exit(f"accuracy_cifar10: {problem}")
