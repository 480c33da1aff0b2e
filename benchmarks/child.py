"""One process of a benchmark run: everything at one thread count; prints a JSON line a case."""

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from benchmarks import layers, steps
from benchmarks.timing import CLOCKS
from workbook.numerics import fast_layers
from workbook.student import load_implementation

SOLUTIONS = Path(__file__).resolve().parents[1] / "solutions"


def main() -> None:
    """Run the cases that match and print each record as soon as it is there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--clock", choices=sorted(CLOCKS), required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--no-naive", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    how: dict[str, Any] = {"clock": CLOCKS[options.clock], "seconds": options.seconds}
    how["pause"] = 0.06 if options.threads > 1 else 0.0
    about = {"backend": str(fast_layers.backend()), "torch": torch.__version__}
    print(json.dumps({"about": about}), flush=True)
    impl = load_implementation(SOLUTIONS) if SOLUTIONS.is_dir() else None
    naive = None if options.no_naive or options.threads > 1 else impl
    for case in layers.CASES:
        if options.only in f"{case.group} {case.name}":
            print(json.dumps(layers.run(case, naive, **how)), flush=True)
    for name in steps.STEPS if impl else ():
        if options.only in f"steps {name}":
            record = steps.run(name, options.threads, impl, **how)
            print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
