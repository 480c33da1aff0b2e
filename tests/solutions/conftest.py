"""The solutions, loaded as an implementation, and the numbers that they must reproduce."""

import json
from pathlib import Path

import numpy as np
import pytest

from workbook.numerics import eval_numerical_gradient_array
from workbook.student import load_implementation

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def impl():
    with load_implementation(HERE.parents[1] / "solutions") as loaded:
        assert not loaded.problems
        yield loaded


@pytest.fixture(scope="session")
def reference():
    """`reference(notebook, check)`: the values and limits of one check of the course's notes."""
    files = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in (HERE / "reference").glob("*.json")
    }
    return lambda notebook, check: files[notebook][check]


@pytest.fixture(autouse=True)
def _random_state():
    """Each test starts from one random state, and leaves none behind."""
    state = np.random.get_state()
    np.random.seed(231)
    yield
    np.random.set_state(state)


@pytest.fixture(scope="session")
def assert_gradients():
    """`assert_gradients(forward, inputs, dout, gradients)`: hold them against differences.

    `forward` takes no argument and reads the arrays of `inputs`, which are changed in place while
    the differences are taken. The error is that of the norms, with the scale kept from below at
    `floor` times dout's norm, for gradients that are zero in theory.
    """

    def check(forward, inputs, dout, gradients, limit=1e-7, floor=1e-3):
        assert len(inputs) == len(gradients)
        for number, (array, got) in enumerate(zip(inputs, gradients, strict=True)):
            want = eval_numerical_gradient_array(lambda _: forward(), array, dout)
            assert got.shape == array.shape
            scale = max(np.linalg.norm(want), floor * np.linalg.norm(dout))
            error = np.linalg.norm(got - want) / scale
            assert error < limit, f"gradient {number} of {len(inputs)} is off by {error:.2e}"

    return check
