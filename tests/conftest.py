"""What holds for every test: no window, no network wanted, nothing of the user's own read."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports matplotlib or NumPy.
os.environ["MPLBACKEND"] = "Agg"
os.environ["WORKBOOK_STATIC"] = "1"
for _name in ("WORKBOOK_EXERCISES", "WORKBOOK_DATA", "IPYTHONDIR"):
    os.environ.pop(_name, None)
if "PYTEST_XDIST_WORKER" in os.environ:
    # One test process a core already: threads of the linear algebra would only wait.
    for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(_name, "1")

# The files that take longest, which must not be the last that one process works on alone.
FIRST = (
    "notebooks/test_notebooks.py",
    "grading/test_guide.py",
    "grading/test_notebooks.py",
    "handout/test_gate.py",
    "browser/test_panels.py",
    "browser/test_panels_more.py",
    "widgets/panels/test_more.py",
    "grading/class/test_class.py",
    "widgets/panels/test_memory.py",
    "browser/test_start.py",
    "grading/hostile/test_hostile.py",
    "grading/test_nbval_run.py",
    "browser/test_card.py",
    "test_docs.py",
    "test_setup_ext.py",
)

# The same examples in every run, and no judgement on how fast the machine is.
settings.register_profile(
    "workbook",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("workbook")


@pytest.fixture(scope="session", autouse=True)
def _own_ipython_folder():
    """Kernels that tests start see no start-up files and no history of the user's."""
    with tempfile.TemporaryDirectory(prefix="workbook-", ignore_cleanup_errors=True) as folder:
        os.environ["IPYTHONDIR"] = folder
        yield
        os.environ.pop("IPYTHONDIR", None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    place = {here / name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(FIRST)))
