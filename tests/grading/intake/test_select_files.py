"""Which files count: by path suffix, and never between two silently."""

import pytest

from workbook.curriculum import load
from workbook.grading.intake.archives import ArchiveContents
from workbook.grading.intake.select_files import is_candidate, select_files


def chosen(*names, **data):
    files = {name: name.encode() for name in names}
    return select_files(ArchiveContents(files={**files, **data}), load())


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("layers.py", "layers.py"),
        ("exercises/layers.py", "layers.py"),
        ("home/work/exercises/scratch/layers.py", "scratch/layers.py"),
        ("a/classifiers/cnn.py", "classifiers/cnn.py"),
    ],
)
def test_a_file_counts_by_the_end_of_its_path(name, file):
    assert list(chosen(name).files) == [file]


@pytest.mark.parametrize(
    "name",
    [
        "solutions/layers.py",
        "__MACOSX/exercises/layers.py",
        "exercises/._layers.py",
        "workbook/student/pristine/layers.py",
        "mylayers.py",
        "scratch/optim.py",
        "cnn.py",
    ],
)
def test_what_is_no_exercise_is_not_even_read(name):
    assert not is_candidate(name, load())


def test_the_two_layers_files_do_not_meet():
    found = chosen("exercises/layers.py", "exercises/scratch/layers.py")
    assert found.files["layers.py"] == b"exercises/layers.py"
    assert found.files["scratch/layers.py"] == b"exercises/scratch/layers.py"
    assert found.problems == {}


def test_in_a_checkout_only_the_exercise_folder_counts():
    found = chosen("repo/workbook/exercises/layers.py", "repo/old/layers.py")
    assert found.files == {"layers.py": b"repo/workbook/exercises/layers.py"}


def test_two_that_differ_are_invalid_and_both_named():
    found = chosen("a/layers.py", "b/layers.py")
    assert found.files == {}
    assert "a/layers.py, b/layers.py" in found.problems["layers.py"]


def test_two_that_agree_are_one():
    contents = ArchiveContents(files={"a/layers.py": b"same", "b/layers.py": b"same"})
    assert select_files(contents, load()).files == {"layers.py": b"same"}


@pytest.mark.parametrize(
    "copy",
    [
        "x/layers (1).py",
        "x/layers(2).py",
        "x/layers copy.py",
        "x/layers - Copy.py",
        "x/.ipynb_checkpoints/layers-checkpoint.py",
    ],
)
def test_a_copy_beside_the_file_is_passed_over_with_a_note(copy):
    found = chosen("x/layers.py", copy)
    assert found.files == {"layers.py": b"x/layers.py"}
    assert copy in found.notes[0]


def test_a_copy_alone_is_used_with_a_note():
    found = chosen("x/layers (1).py")
    assert found.files == {"layers.py": b"x/layers (1).py"}
    assert "layers (1).py" in found.notes[0]


def test_two_copies_alone_that_differ_are_invalid():
    assert "layers.py" in chosen("x/layers (1).py", "x/layers (2).py").problems


def test_a_file_too_large_is_invalid_with_its_size():
    contents = ArchiveContents(files={"optim.py": b"x"}, too_large={"layers.py": 50_000_000})
    found = select_files(contents, load())
    assert "50,000,000" in found.problems["layers.py"]
    assert list(found.files) == ["optim.py"]
