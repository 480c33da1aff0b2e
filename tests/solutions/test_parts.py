"""A network is several exercises: each part runs while the later ones are still to do."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from workbook.student import load_implementation

SOLUTIONS = Path(__file__).parents[2] / "solutions"
PARTS = ["batchnorm", "layernorm", "dropout"]
NAMED_BLOCK = re.compile(
    r"^( *)### BEGIN SOLUTION (FullyConnectedNet\.\w+)\n.*?### END SOLUTION", re.M | re.S
)


@pytest.fixture
def without_parts(tmp_path):
    """The solutions, with every block of the later parts still a stub."""
    folder = tmp_path / "impl"
    shutil.copytree(SOLUTIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "classifiers" / "fc_net.py"
    source, count = NAMED_BLOCK.subn(
        r'\1raise NotImplementedError("\2")', file.read_text(encoding="utf-8")
    )
    assert count == 8
    file.write_text(source, encoding="utf-8", newline="\n")
    with load_implementation(folder) as impl:
        yield impl


def test_the_plain_net_needs_none_of_the_parts(without_parts):
    model = without_parts.FullyConnectedNet([5, 4], 6, 3, reg=0.1)
    loss, grads = model.loss(np.random.randn(4, 6), np.array([0, 1, 2, 0]))
    assert np.isfinite(loss) and set(grads) == set(model.params)


@pytest.mark.parametrize("part", PARTS)
def test_each_part_says_that_it_is_to_do(without_parts, part):
    settings = {"dropout": 0.5} if part == "dropout" else {"normalization": part}
    with pytest.raises(NotImplementedError, match=f"^FullyConnectedNet.{part}$"):
        model = without_parts.FullyConnectedNet([5, 4], 6, 3, **settings)
        model.loss(np.random.randn(4, 6), np.array([0, 1, 2, 0]))


@pytest.mark.parametrize("part", PARTS)
def test_every_hook_of_a_part_is_to_do(impl, without_parts, part):
    """With parameters in place, so that no earlier block of the part hides a later one."""
    settings = {"dropout": 0.5} if part == "dropout" else {"normalization": part}
    whole = impl.FullyConnectedNet([5, 4], 6, 3, **settings)
    stub = without_parts.FullyConnectedNet.__new__(without_parts.FullyConnectedNet)
    stub.__dict__.update(whole.__dict__)
    x = np.random.randn(4, 5)
    if part == "dropout":
        hooks = [lambda: stub.drop_forward(x), lambda: stub.drop_backward(x, None)]
    else:
        hooks = [
            lambda: stub.norm_forward(1, x),
            lambda: stub.norm_backward(1, x, None, {}),
        ]
    for hook in hooks:
        with pytest.raises(NotImplementedError, match=f"^FullyConnectedNet.{part}$"):
            hook()
