"""The gate names what is wrong with a copy: each thing is broken on purpose."""

import json
import shutil

import msgspec
import numpy as np
import pytest

from workbook import curriculum
from workbook.checks import answer_key, answer_key_build
from workbook.release import leak_scan, release, release_checks, run_copy
from workbook.release.options import ReleaseOptions
from workbook.student import locations


@pytest.fixture
def secret_line():
    """A line that only a solution has."""
    package = locations.solutions_folder().parent / "workbook"
    found = leak_scan.distinctive_lines((), package)
    assert len(found) > 200
    text, (exercise, line) = next(
        (text, at) for text, at in found.items() if at[0] == "batchnorm_backward"
    )
    assert leak_scan.normalise(line) == text
    return exercise, line


def test_a_sound_copy_passes(copy):
    assert release_checks.key_is_fresh(copy) == []
    assert release_checks.no_leak(copy, ()) == []
    assert release_checks.no_stored_output(copy) == []
    assert release_checks.stubs_earn_none(copy, ()) == []
    assert release_checks.misconceptions_are_named(copy) == []


def test_solutions_earn_everything(tmp_path, monkeypatch):
    assert release_checks.solutions_earn_all() == []
    broken = tmp_path / "solutions"
    shutil.copytree(locations.solutions_folder(), broken)
    text = (broken / "layers.py").read_text(encoding="utf-8")
    assert text.count("db = dout.sum(axis=0)") == 1
    (broken / "layers.py").write_text(text.replace("db = dout.sum(axis=0)", "db = 2 * dout[0]"))
    real = release_checks.Checker
    monkeypatch.setattr(release_checks, "Checker", lambda folder: real(broken, solutions=None))
    assert any("affine_backward" in line for line in release_checks.solutions_earn_all())


def test_a_stub_that_is_solved_is_named(copy):
    name = "optim.py"
    shutil.copy(locations.solutions_folder() / name, copy / "workbook" / "exercises" / name)
    failed = release_checks.stubs_earn_none(copy, ())
    assert len(failed) == 3 and any("adam" in line for line in failed)
    assert release_checks.stubs_earn_none(copy, ("adam", "rmsprop", "sgd_momentum")) == []
    [failed] = release_checks.stubs_earn_none(
        copy, ("adam", "rmsprop", "sgd_momentum", "relu_forward")
    )
    assert "relu_forward is given" in failed


@pytest.mark.parametrize("where", ["source", "output", "data", "readme", "pristine", "toml"])
def test_a_line_of_a_solution_is_found_wherever_it_stands(copy, secret_line, where):
    exercise, line = secret_line
    spaced = line.replace("=", " =  ", 1)
    notebook = copy / "notebooks" / "CNN.ipynb"
    cells = json.loads(notebook.read_text(encoding="utf-8"))
    code = next(cell for cell in cells["cells"] if cell["cell_type"] == "code")
    if where == "source":
        code["source"] = ["x = 1\n", f"    {spaced}  # here\n"]
    elif where == "output":
        half = len(line) // 2  # text of an output may be split anywhere
        text = ["z\n", line[:half], line[half:]]
        code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]
    elif where == "data":
        np.savez_compressed(copy / "workbook" / "data" / "more.npz", text=np.array(line))
    elif where == "readme":
        (copy / "README.md").write_text(f"Try `{line}`.\n", encoding="utf-8")
    elif where == "pristine":
        path = copy / "workbook" / "student" / "pristine" / "layers.py"
        path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    else:
        (copy / "workbook" / "more.toml").write_text(f'x = """{line}"""\n', encoding="utf-8")
    notebook.write_text(json.dumps(cells), encoding="utf-8")
    found = release_checks.no_leak(copy, ())
    if where == "data":  # NumPy keeps text in four bytes a letter
        assert found
    else:
        assert len(found) == 1
    assert exercise in found[0] and line in found[0]
    assert release_checks.no_leak(copy, (exercise,)) == []


def test_a_stored_output_is_named(copy):
    name = "FullyConnectedNet.ipynb"
    stored = locations.solutions_folder().parent / "notebooks" / name
    cells = json.loads(stored.read_text(encoding="utf-8"))["cells"]
    count = sum(bool(cell.get("outputs")) for cell in cells)
    assert count > 5  # nbval compares with them
    shutil.copy(stored, copy / "notebooks" / name)
    [failed] = release_checks.no_stored_output(copy)
    assert name in failed and f"{count} cells" in failed


def test_what_is_given_is_no_leak(tmp_path):
    given = ("affine_forward", "affine_backward")
    release.build(tmp_path, ReleaseOptions(given=given))
    text = (tmp_path / "workbook" / "exercises" / "layers.py").read_text(encoding="utf-8")
    assert "SOLUTION" not in text and 'NotImplementedError("affine' not in text
    assert 'NotImplementedError("relu_forward")' in text
    assert release_checks.stubs_earn_none(tmp_path, given) == []
    assert release_checks.no_leak(tmp_path, given) == []
    assert any("affine_backward" in line for line in release_checks.no_leak(tmp_path, ()))


def test_the_hunts_of_the_policy_are_no_leak(tmp_path):
    from workbook.checks.bughunt import model as bughunt

    name = bughunt.load()[0].name
    policy = f'diagnosis = "located"\nhunts = ["{name}"]\n'
    release.build(tmp_path, ReleaseOptions(policy=policy))
    code = json.loads((tmp_path / leak_scan.EXEMPT).read_text(encoding="utf-8"))
    assert list(code) == [name]
    assert release_checks.no_leak(tmp_path, ()) == []
    assert (tmp_path / "workbook" / "policy.toml").read_text(encoding="utf-8") == policy
    with pytest.raises(release.UsageError, match="no bug hunt 'x'"):
        release.build(tmp_path, ReleaseOptions(policy='hunts = ["x"]'))


def change_key(checks, **changes):
    """Change what the copy's key says about one exercise."""
    key = answer_key.shipped(checks)
    entry = msgspec.structs.replace(key.exercises["adam"], **changes)
    changed = answer_key.AnswerKey(key.seed, {**key.exercises, "adam": entry})
    answer_key_build.write(changed, checks)


def test_an_old_or_missing_key_is_named(copy):
    checks = copy / "workbook" / "checks"
    sources = answer_key.shipped(checks).exercises["adam"].sources
    change_key(checks, sources=dict.fromkeys(sources, "0" * 64))
    [failed] = release_checks.key_is_fresh(copy)
    assert "adam" in failed and "workbook key" in failed
    (checks / answer_key.NAME).unlink()
    [failed] = release_checks.key_is_fresh(copy)
    assert "no answer key" in failed


def test_a_key_that_names_no_mistake_is_named(copy):
    change_key(copy / "workbook" / "checks", fingerprints=answer_key.FINGERPRINTS.encode([]))
    [failed] = release_checks.misconceptions_are_named(copy)
    assert "adam." in failed


@pytest.mark.slow
def test_the_copys_own_commands(copy):
    assert release_checks.commands_work(copy, ()) == []
    assert not (copy / ".venv").exists()


@pytest.mark.slow
def test_commands_that_do_not_work_are_named(copy):
    (copy / "workbook" / "cli" / "check.py").write_text("raise RuntimeError('broken check')\n")
    (copy / "workbook" / "cli" / "lab.py").write_text("raise RuntimeError('broken lab')\n")
    failed = release_checks.commands_work(copy, ())
    assert any("test" in line and "broken check" in line for line in failed)
    assert any("ended" in line and "broken lab" in line for line in failed)


def test_many_failures_are_not_all_listed(monkeypatch):
    listed = release_checks._first_few([str(number) for number in range(20)])
    assert len(listed) == release_checks.MAX_LISTED + 1 and "12 more" in listed[-1]


def test_the_commands_see_nothing_of_this_project(monkeypatch):
    monkeypatch.setenv("WORKBOOK_EXERCISES", "solutions")
    monkeypatch.setenv("PYTHONPATH", "somewhere")
    assert not {"WORKBOOK_EXERCISES", "PYTHONPATH"} & set(run_copy._environment())
    assert set(curriculum.load().files()) <= set(release_checks.leak_scan.presolved.stubs(()))
