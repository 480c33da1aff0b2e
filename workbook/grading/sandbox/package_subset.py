"""Copies of the parts of this package that a sandbox may see: no key, no comparison, no cards."""

import ast
import atexit
import compileall
import py_compile
import shutil
import tempfile
from functools import cache
from pathlib import Path

from workbook import curriculum
from workbook.grading.sandbox import given_layers
from workbook.student import locations

__all__ = ["empty_layout", "for_judge", "for_notebooks"]

_PACKAGE = Path(__file__).resolve().parents[2]
# What runs in the sandbox; whatever it imports comes along.
_ENTRY = "workbook.grading.sandbox.fork_server"
# Read, not imported: the exercises and their cases, the layers that exercises may use, and the
# texts about files that cannot be read. Messages about mistakes and hints stay outside.
_READ = (
    "course/curriculum.toml",
    "course/*/exercises.toml",
    "course/**/*.py",
    "numerics/*.py",
    "locale/en/findings.toml",
    "locale/en/student.toml",
)
# Notebooks may ask for anything but what knows the answers.
_NOT_FOR_NOTEBOOKS = ("answer_key.bin", "__pycache__")


def _temporary_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="workbook-parts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _ignored(_: str, names: list[str]) -> set[str]:
    return {name for name in names if name in _NOT_FOR_NOTEBOOKS}


@cache
def for_judge() -> Path:
    """Return a folder for `PYTHONPATH` with what runs test cases."""
    folder = _temporary_folder()
    parts = {*_imported_files(_ENTRY), *(part for names in _READ for part in _PACKAGE.glob(names))}
    for source in sorted(parts):
        target = folder / "workbook" / source.relative_to(_PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=_ignored)
        elif source.parent.name == "numerics" and source.name in given_layers.FILES:
            target.write_text(given_layers.refusing(source.name), encoding="utf-8")
        else:
            shutil.copyfile(source, target)
    _add_stubs(folder)
    _readable(folder)
    return folder


def _imported_files(entry: str) -> set[Path]:
    """Return the files of this package that a module imports when it is imported itself."""
    found: set[Path] = set()
    todo = [entry]
    while todo:
        name = todo.pop()
        for path in _files_of(name):
            if path not in found:
                found.add(path)
                todo += _imports(path)
    return found


def _files_of(name: str) -> list[Path]:
    """Return the file of a module and those of the packages around it; empty for a name in one."""
    parts = name.split(".")
    base = _PACKAGE.joinpath(*parts[1:])
    own = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
    if not own.is_file():
        return []
    return [
        own,
        *(
            folder / "__init__.py"
            for folder in own.parents
            if _PACKAGE in (folder, *folder.parents)
        ),
    ]


def _imports(path: Path) -> list[str]:
    """Return the names that a file imports at its top level from this package."""
    names = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return [name for name in names if name.split(".")[0] == _PACKAGE.name]


@cache
def for_notebooks() -> Path:
    """A folder for `PYTHONPATH` with what notebooks import."""
    folder = _temporary_folder()
    shutil.copytree(_PACKAGE, folder / "workbook", ignore=_ignored)
    _add_stubs(folder)
    _readable(folder)
    return folder


def _add_stubs(folder: Path) -> None:
    """Put the stubs where a package without solutions has them."""
    to = folder / "workbook" / "student" / "pristine"
    shutil.copytree(locations.pristine_folder(), to, dirs_exist_ok=True)


@cache
def empty_layout() -> Path:
    """Empty folders laid out as an implementation, for files that are sent as text."""
    folder = _temporary_folder()
    for file in curriculum.load().files():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
    _readable(folder)
    return folder


def _readable(folder: Path) -> None:
    """Compile what is in a copy, and open it to the sandbox's user, whatever our umask is."""
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(folder, quiet=2, invalidation_mode=unchecked, workers=1)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
