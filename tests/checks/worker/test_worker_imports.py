"""What runs beside student code holds no expected value and no comparison."""

import subprocess
import sys


def _modules(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return set(run.stdout.split())


def test_the_child_imports_no_comparison_and_no_key() -> None:
    loaded = _modules(
        "import workbook.worker.__main__, workbook.checks.worker.handler\n"
        "from workbook.course import cases_of\n"
        "from workbook.curriculum import load\n"
        "[cases_of(name) for name in load().ids()]"
    )
    checks = {name for name in loaded if name.startswith("workbook.checks.")}
    outside = {name for name in checks if not name.startswith("workbook.checks.worker")}
    # It turns results into plain arrays, and holds no expected value.
    assert outside == {"workbook.checks.raw_results"}
    ours = {name for name in loaded if name.startswith("workbook.")}
    allowed = (
        "cases",
        "checks",
        "course",
        "curriculum",
        "errors",
        "locale",
        "records",
        "student",
        "version",
        "worker",
    )
    assert {name.split(".")[1] for name in ours} <= set(allowed)
    assert not {"solutions", "matplotlib", "IPython", "rich", "click"} & loaded
