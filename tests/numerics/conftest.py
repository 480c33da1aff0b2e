"""Every implementation of the fast layers that this machine can run."""

import importlib.util
from contextlib import contextmanager
from pathlib import Path

import pytest

from workbook.numerics import fast_layers
from workbook.numerics.kernels_loader import SWITCH

IMPLEMENTATIONS = ("numpy", "baseline", "avx2", "avx512")


@pytest.fixture(scope="session")
def naive():
    """The layers as their definitions read: fast_reference.py beside this file."""
    file = Path(__file__).with_name("fast_reference.py")
    spec = importlib.util.spec_from_file_location("fast_reference", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def _using(name):
    compiled = fast_layers._compiled
    with pytest.MonkeyPatch.context() as patch:
        if name == "numpy":
            patch.setenv(SWITCH, "1")
            yield
            return
        patch.delenv(SWITCH, raising=False)
        before = compiled.module.level()
        compiled.module.set_level(name)
        try:
            yield
        finally:
            compiled.module.set_level(before)


@pytest.fixture(scope="session", params=IMPLEMENTATIONS)
def implementation(request):
    """A context manager that selects one implementation; skipped where it cannot run."""
    name = request.param
    if name != "numpy":
        if fast_layers._compiled is None:
            pytest.skip(fast_layers.backend().reason)
        levels = fast_layers._compiled.module.LEVELS
        if levels.index(name) > levels.index(fast_layers._compiled.module.best_level()):
            pytest.skip(f"this processor has no {name}")
    return lambda: _using(name)


@pytest.fixture
def kernels():
    """The extension module, with its thread count and level restored afterwards."""
    if fast_layers._compiled is None:
        pytest.skip(fast_layers.backend().reason)
    module = fast_layers._compiled.module
    threads, level = module.threads(), module.level()
    yield module
    module.set_threads(threads)
    module.set_level(level)
