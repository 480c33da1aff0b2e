"""Keys of units: whatever a result depends on changes them, and nothing else does."""

import shutil
from pathlib import Path

import pytest

import workbook
from workbook.grading import cache_key
from workbook.grading.cache_key import package_hash, tree_hash, unit_keys
from workbook.grading.units import Settings, Submission

PACKAGE = Path(workbook.__file__).resolve().parent
SOLUTIONS = PACKAGE.parent / "solutions"
EXERCISES = ("affine_forward", "relu_forward")
SETTINGS = Settings("5eed", EXERCISES, ("CNN",), timeout=20.0, sandbox="none")


def submission(name="s1", **problems):
    return Submission(name, {"layers.py": b"x = 1\n"}, problems)


def copied(source, target):
    return shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return copied(PACKAGE, tmp_path_factory.mktemp("练习 one") / "workbook")


@pytest.fixture(scope="module")
def solutions(tmp_path_factory):
    return copied(SOLUTIONS, tmp_path_factory.mktemp("elsewhere") / "solutions")


@pytest.fixture
def keys(package, solutions, monkeypatch):
    """`keys()` gives the keys of a submission, by kind, in the copied project."""
    monkeypatch.setattr(cache_key, "_PACKAGE", package)
    monkeypatch.setattr(cache_key, "solutions", lambda: solutions)

    def keys():
        found = unit_keys(submission(), SETTINGS)
        return {kind: {k for k, (of, _) in found.items() if of == kind} for kind in KINDS}

    return keys


KINDS = ("judge", "nbval")


def folders(root, without=()):
    """Every folder below the root that holds a file, by its relative path."""
    files = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    parts = (path.parent for path in files if not {"__pycache__", *without} & set(path.parts))
    return sorted({folder.as_posix() for folder in parts})


def edit(path):
    """Add something to a file; gives what it held."""
    before = path.read_bytes()
    path.write_bytes(before + b"\n# edited\n")
    return before


def test_they_depend_on_content_and_settings_only():
    one = unit_keys(submission("a"), SETTINGS)
    assert one == unit_keys(submission("b"), SETTINGS)
    assert list(one.values()) == [("judge", name) for name in EXERCISES] + [("nbval", "CNN")]
    for other in (
        unit_keys(Submission("a", {"layers.py": b""}), SETTINGS),
        unit_keys(submission("a", **{"optim.py": "too large"}), SETTINGS),
        unit_keys(submission("a"), Settings("5eed", EXERCISES, ("CNN",), 9.0, sandbox="none")),
    ):
        assert not set(one) & set(other)
    fresh = unit_keys(submission("a"), Settings("0ther", EXERCISES, ("CNN",), 20.0, sandbox="none"))
    assert {one[key] for key in set(one) & set(fresh)} == {("nbval", "CNN")}, "it draws nothing"


@pytest.mark.parametrize("folder", folders(PACKAGE, without=("exercises",)))
def test_an_edited_file_of_a_package_changes_all(folder, package, keys):
    path = min(path for path in (package / folder).iterdir() if path.is_file())
    before = keys()
    content = edit(path)
    try:
        after = keys()
    finally:
        path.write_bytes(content)
    for kind in KINDS:
        assert before[kind] and not before[kind] & after[kind]
    assert keys() == before, "the same content is the same key, whenever it was written"


def test_a_new_and_a_renamed_file_change_all(package, keys):
    before = keys()
    added = package / "course" / "affine" / "more.toml"
    added.write_text("")
    with_empty = keys()
    renamed = added.rename(added.with_name("others.toml"))
    with_other_name = keys()
    renamed.unlink()
    assert keys() == before
    for kind in KINDS:
        assert len({frozenset(one[kind]) for one in (before, with_empty, with_other_name)}) == 3


@pytest.mark.parametrize("folder", folders(SOLUTIONS))
def test_an_edited_solution_changes_what_is_judged_by_it(folder, solutions, keys):
    path = min(path for path in (solutions / folder).iterdir() if path.is_file())
    before = keys()
    content = edit(path)
    try:
        after = keys()
    finally:
        path.write_bytes(content)
    assert not before["judge"] & after["judge"]
    assert before["nbval"] == after["nbval"], "notebooks run without solutions"


def test_exercises_bytecode_and_hidden_files_change_nothing(package, solutions, keys):
    before = keys()
    edit(package / "exercises" / "layers.py")
    for folder in (package, package / "checks", solutions):
        (folder / "__pycache__").mkdir(exist_ok=True)
        (folder / "__pycache__" / "layers.cpython-311.pyc").write_bytes(b"\0code")
        (folder / "layers.pyc").write_bytes(b"\0code")
        (folder / ".layers.py.swp").write_bytes(b"\0half")
        (folder / ".ipynb_checkpoints").mkdir()
        (folder / ".ipynb_checkpoints" / "layers.py").write_bytes(b"x")
    assert keys() == before


def test_neither_the_place_nor_line_endings_count(tmp_path):
    one = copied(PACKAGE, tmp_path / "one" / "workbook")
    for path in one.rglob("*"):
        if path.is_file() and b"\0" not in path.read_bytes():
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert package_hash(one) == package_hash(PACKAGE) == package_hash()


def test_names_and_contents_are_told_apart(tmp_path):
    hashes = set()
    for number, files in enumerate(({"a": "b"}, {"b": "a"}, {"ab": ""}, {"a/b": ""}, {})):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, text in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        hashes.add(tree_hash(folder))
    assert len(hashes) == 5
