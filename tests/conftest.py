"""What holds for every test: no window, no network wanted, nothing of the user's own read."""

import os
import tempfile

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
