"""nbval's verdict: the instructor's notebooks against the student's files."""

import json
from pathlib import Path

import pytest

from workbook.grading.cache_key import unit_keys
from workbook.grading.instructor_files import notebook
from workbook.grading.nbval import submission as nbval_submission
from workbook.grading.nbval.submission import SKIPPED_TAGS, run_notebooks, stripped
from workbook.grading.sandbox import bubblewrap
from workbook.grading.units import Settings, Submission

ROOT = Path(__file__).parents[3]
SANDBOXES = ["none", *(["bwrap"] if bubblewrap.available() else [])]


def test_what_checks_nothing_is_left_out():
    path = notebook("Dropout")
    before = json.loads(path.read_text(encoding="utf-8"))["cells"]
    cells = json.loads(stripped(path))["cells"]
    assert len(cells) < len(before)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert not any(SKIPPED_TAGS & set(cell["metadata"].get("tags", ())) for cell in code)
    checks = [c for c in code if c["metadata"].get("workbook", {}).get("exercise")]
    assert len(checks) >= 3


@pytest.mark.parametrize("used", [False, True])
def test_only_figures_that_are_used_are_imported(tmp_path, used):
    source = (
        "%load_ext workbook\n%matplotlib inline\nfrom workbook.plots import (\n    images,\n)\n"
    )
    check = "%time 1\nprint(images)\n" if used else "%time 1\nprint(3)\n"
    cells = [
        {"cell_type": "code", "metadata": {}, "source": f"{source}import numpy as np\n"},
        {"cell_type": "code", "metadata": {}, "source": check},
        {"cell_type": "code", "metadata": {"tags": ["figure"]}, "source": "images()"},
    ]
    path = tmp_path / "A.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    first, second = ("".join(cell["source"]) for cell in json.loads(stripped(path))["cells"])
    assert second == check
    if used:
        assert first == source.replace("%matplotlib inline\n", "") + "import numpy as np\n"
    else:
        assert first == "%load_ext workbook\nimport numpy as np\n"


def run(files, sandbox, cell_timeout=30.0):
    submission = Submission("s", files)
    settings = Settings("ab", (), ("Dropout",), cell_timeout=cell_timeout, sandbox=sandbox)
    units = {key: name for key, (_, name) in unit_keys(submission, settings).items()}
    [unit] = run_notebooks(submission, settings, units)
    return unit


def solved(**changes):
    folder = ROOT / "solutions"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*.py")
        if "misconceptions" not in path.parts and path.name != "__init__.py"
    }
    return {**files, **{name.replace("__", "/") + ".py": data for name, data in changes.items()}}


@pytest.mark.slow
@pytest.mark.parametrize("sandbox", SANDBOXES)
def test_each_check_cell_is_its_exercises(sandbox):
    unit = run(solved(), sandbox)
    assert not unit.infra, unit.log
    found = {name: one["outcome"] for name, one in unit.result["exercises"].items()}
    assert found and set(found.values()) == {"pass"}, unit.log
    assert {"dropout_forward", "dropout_backward"} <= set(found)

    wrong = solved()["layers.py"] + b"\n\ndef dropout_forward(x, dropout_param):\n    return x, x\n"
    unit = run(solved(layers=wrong), sandbox)
    assert unit.result["exercises"]["dropout_forward"]["outcome"] == "fail"
    assert not unit.infra


@pytest.mark.slow
@pytest.mark.parametrize("sandbox", SANDBOXES)
@pytest.mark.parametrize(
    ("code", "outcome"),
    [("import os; os._exit(1)", "crashed"), ("while True: pass", "timeout")],
)
def test_a_kernel_that_dies_or_hangs_is_noticed(sandbox, code, outcome):
    body = f"\n\ndef dropout_forward(x, dropout_param):\n    {code}\n".encode()
    unit = run(solved(layers=solved()["layers.py"] + body), sandbox, cell_timeout=10.0)
    assert not unit.infra, unit.log
    assert unit.result["exercises"]["dropout_forward"]["outcome"] == outcome, unit.log


def test_notebooks_that_are_not_there_are_named():
    with pytest.raises(Exception, match=r"NoSuch\.ipynb"):
        nbval_submission.notebook("NoSuch")
