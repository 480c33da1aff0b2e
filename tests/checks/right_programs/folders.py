"""Whole folders of right programs, each written in a style of its own.

`styles/<style>/` holds complete functions and classes with their helpers, in files named as those
of a student. A folder is the solutions with these in the place of what has the same name.
"""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

from workbook import curriculum

STYLES = Path(__file__).parent / "styles"


def names() -> list[str]:
    """Return the styles."""
    return sorted(folder.name for folder in STYLES.iterdir() if folder.is_dir())


def files(style: str) -> list[str]:
    """Return the files that a style writes anew, with forward slashes."""
    folder = STYLES / style
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))


def written(style: str) -> list[str]:
    """Return the ids of the exercises that a style writes in its own way, in order."""
    mine = {file: set(_definitions(STYLES / style / file)) for file in files(style)}
    known = curriculum.load()
    return [e.id for e in known if e.qualname in mine.get(e.file, ())]


def write(style: str, solutions: Path, folder: Path) -> Path:
    """Write a student's folder in a style; the folder must not exist."""
    unwanted = shutil.ignore_patterns("misconceptions", "__pycache__", "*.toml")
    shutil.copytree(solutions, folder, ignore=unwanted)
    for file in files(style):
        path, own = folder / file, STYLES / style / file
        lines = path.read_text(encoding="utf-8").splitlines()
        replaced = _definitions(own)
        for name, (first, last) in _definitions(path).items():
            if name in replaced:
                lines[first - 1 : last] = [""] * (last - first + 1)
        text = own.read_text(encoding="utf-8")
        path.write_text("\n".join(lines) + "\n\n" + text, encoding="utf-8")
    return folder


def _definitions(path: Path) -> dict[str, tuple[int, int]]:
    """Return the first and last line of every top-level function and class."""
    return dict(_spans(ast.parse(path.read_text(encoding="utf-8"))))


def _spans(tree: ast.Module) -> Iterator[tuple[str, tuple[int, int]]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            yield node.name, (first, node.end_lineno or first)
