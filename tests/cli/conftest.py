"""A student's folder of its own, and the command line called in this process."""

import shutil

import pytest

from workbook.student import locations


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder as `workbook init` makes it, with nothing but stubs: the working directory."""
    folder = tmp_path / "my folder"
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(locations.pristine_folder(), folder / "exercises", ignore=skip)
    locations.mark_folder(folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv(locations.VARIABLE, raising=False)
    monkeypatch.setattr(locations.process, "start", None)
    monkeypatch.setattr(locations.process, "switch", None)
    monkeypatch.setenv("COLUMNS", "200")
    return folder


@pytest.fixture
def workbook(capsys, monkeypatch):
    """Call `workbook ARGUMENTS`; what it left with, printed, and said on stderr."""
    from workbook.cli import main

    def call(*arguments, keys=None):
        import io

        if keys is not None:
            monkeypatch.setattr("sys.stdin", io.StringIO(keys))
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return left.value.code, printed.out, printed.err

    return call


def _replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


@pytest.fixture
def solve(home):
    """Put the solution of a file into the student's folder, with texts replaced."""
    solutions = locations.solutions_folder()
    if solutions is None:
        pytest.skip("this copy has no solutions/")

    def put(file, *edits):
        path = home / "exercises" / file
        shutil.copyfile(solutions / file, path)
        for old, new in edits:
            _replace(path, old, new)
        return path

    return put
