"""The solutions, loaded, and a small set of images that nets learn in a few steps."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbook.student import load_implementation

SOLUTIONS = Path(__file__).resolve().parents[3] / "solutions"


@pytest.fixture(scope="session")
def impl() -> Iterator[Any]:
    """The model answers."""
    with load_implementation(SOLUTIONS) as impl:
        yield impl


@pytest.fixture(scope="session")
def images() -> dict[str, Any]:
    """300 and 100 images of shape (3, 8, 8), each with a bright spot in one of 4 corners."""
    rng = np.random.default_rng(3)
    y = rng.integers(4, size=400)
    X = rng.normal(0, 0.5, (400, 3, 8, 8)).astype(np.float32)
    for corner in range(4):
        rows, columns = 4 * (corner // 2), 4 * (corner % 2)
        X[y == corner, :, rows : rows + 4, columns : columns + 4] += 1
    return {"X_train": X[:300], "y_train": y[:300], "X_val": X[300:], "y_val": y[300:]}


@pytest.fixture
def rules(impl: Any) -> dict[str, Any]:
    """The four update rules."""
    return {name: getattr(impl, name) for name in ("sgd", "sgd_momentum", "rmsprop", "adam")}
