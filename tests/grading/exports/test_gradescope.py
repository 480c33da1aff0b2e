"""The autograder for Gradescope, unpacked into an empty folder and run."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from workbook.grading.exports.gradescope import pack
from workbook.grading.exports.gradescope_run import SCHEMA
from workbook.grading.exports.gradescope_run import _test as one_test
from workbook.grading.intake.scheme import parse_scheme
from workbook.student import locations

if locations.solutions_folder() is None:
    pytest.skip("this copy has no solutions/", allow_module_level=True)

SCHEME = parse_scheme('[count]\nexercises = ["affine_forward", "relu_forward"]\n')


def test_the_zip_has_what_gradescope_looks_for(tmp_path):
    packed = pack(SCHEME, "ab" * 32)
    assert packed == pack(SCHEME, "ab" * 32), "the same course makes the same zip"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
        for script in ("setup.sh", "run_autograder"):
            assert archive.getinfo(script).external_attr >> 16 & 0o111, f"{script} must be runnable"
            assert archive.read(script).startswith(b"#!/usr/bin/env bash\n")
            assert b"\r" not in archive.read(script)
        requirements = archive.read("requirements.txt").decode().splitlines()
        told = json.loads(archive.read("settings.json"))
    assert any(line.startswith("numpy==") for line in requirements)
    assert told["notebooks"] == ["FullyConnectedNet"]
    assert "course/solutions/layers.py" in names
    assert "course/notebooks/FullyConnectedNet.ipynb" in names
    assert not any("__pycache__" in name or "/." in name for name in names)


@pytest.fixture(scope="module")
def autograder(tmp_path_factory):
    """An /autograder of our own; call it with what the student handed in."""
    if sys.platform == "win32":
        pytest.skip("Gradescope runs Linux")
    root = tmp_path_factory.mktemp("autograder")
    with zipfile.ZipFile(io.BytesIO(pack(SCHEME, "ab" * 32, with_notebooks=False))) as archive:
        archive.extractall(root / "source")
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    (root / "run_autograder").chmod(0o755)
    # What every Linux has, but no bubblewrap.
    tools = root / "bin"
    tools.mkdir()
    for name in ("bash", "env", "sh"):
        (tools / name).symlink_to(shutil.which(name))
    offline = []
    for words in (["unshare", "-n"], ["unshare", "-rn"]):
        program = shutil.which(words[0])
        if (
            program
            and not subprocess.run([program, words[1], "true"], capture_output=True).returncode
        ):
            offline = [program, words[1]]
            break
    environment = {
        **{
            n: v
            for n, v in os.environ.items()
            if not n.startswith(("WORKBOOK", "PYTHON", "PYTEST"))
        },
        "PATH": str(tools),
        "WORKBOOK_AUTOGRADER": str(root),
        "WORKBOOK_PYTHON": sys.executable,
    }

    def run(**files):
        for name in ("submission", "results"):
            shutil.rmtree(root / name, ignore_errors=True)
            (root / name).mkdir()
        for name, data in files.items():
            (root / "submission" / name).write_bytes(data)
        done = subprocess.run(
            [*offline, root / "run_autograder"], cwd=root, env=environment, capture_output=True,
            text=True, timeout=300, check=False,
        )  # fmt: skip
        path = root / "results" / "results.json"
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        return done, found

    run.root = root
    return run


def layers(*edits):
    text = (locations.solutions_folder() / "layers.py").read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


def test_right_and_wrong_code(autograder):
    import jsonschema

    wrong = layers(("rows = x.reshape(x.shape[0], -1)", "rows = x.reshape(-1, x.shape[0]).T"))
    done, found = autograder(**{"layers.py": wrong})
    assert done.returncode == 0, done.stderr
    jsonschema.validate(found, SCHEMA)
    affine, relu = found["tests"]
    assert relu["score"] == relu["max_score"] == 1 and relu["status"] == "passed"
    assert affine["status"] == "failed" and affine["score"] < affine["max_score"] == 2
    assert "Every row mixes numbers of several samples" in affine["output"]
    assert found["score"] == affine["score"] + relu["score"]
    assert found["extra_data"]["sandbox"] == "none"


def test_nothing_that_can_be_read_is_zero_with_a_reason(autograder):
    import jsonschema

    done, found = autograder(**{"essay.txt": b"dear professor"})
    assert done.returncode == 0, done.stderr
    jsonschema.validate(found, SCHEMA)
    assert found["score"] == 0 and "None of the exercise files" in found["output"]


def test_our_own_fault_is_no_grade(autograder):
    solution = autograder.root / "source" / "course" / "solutions" / "layers.py"
    kept = solution.read_bytes()
    solution.write_bytes(b"raise RuntimeError('broken')\n")
    try:
        done, found = autograder(**{"layers.py": kept})
    finally:
        solution.write_bytes(kept)
    assert done.returncode == 1 and found is None
    assert "has no verdict" in done.stderr


def test_almost_right_is_passed_and_says_what_it_costs():
    result = {
        **{"exercise": "relu_forward", "outcome": "almost", "integrated_outcome": "almost"},
        **{"points": 0.9, "max_points": 1.0, "rules": ["dtype"], "message": None},
    }
    test = one_test(result, SCHEME)
    assert (test["status"], test["score"], test["max_score"]) == ("passed", 0.9, 1.0)
    assert "Points are lost for the dtype of a result (0.1)." in test["output"]
