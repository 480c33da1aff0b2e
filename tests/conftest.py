"""What holds for every test: no window, no network wanted, nothing of the user's own read."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from workbook.checks.references import FromSolutions

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
    "grading/nbval/test_submission.py",
    "release/test_release_checks.py",
    "browser/test_panels.py",
    "browser/test_panels_more.py",
    "widgets/panels/test_more.py",
    "grading/class/test_class.py",
    "widgets/panels/test_memory.py",
    "browser/test_start.py",
    "grading/hostile/test_hostile.py",
    "grading/nbval/test_run.py",
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


@pytest.fixture(scope="session")
def solutions() -> Path:
    from workbook.student.locations import solutions_folder

    folder = solutions_folder()
    assert folder is not None, "these tests need solutions/"
    return folder


@pytest.fixture(scope="session")
def pristine() -> Path:
    from workbook.student.locations import pristine_folder

    return pristine_folder()


@pytest.fixture(scope="session")
def live(solutions: Path) -> Iterator["FromSolutions"]:
    """Run the solutions themselves, without the answer key."""
    from workbook.checks.references import FromSolutions

    references = FromSolutions(solutions, 231)
    yield references
    references.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    place = {here / name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(FIRST)))
