"""The course as it is handed on: stubs, notebooks and the files around them."""

import json
import re
import tomllib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.errors import UsageError, WorkbookError
from workbook.locale import text
from workbook.student import locations

__all__ = [
    "LINKS",
    "course_root",
    "curriculum_files",
    "exercises",
    "notebook_bytes",
    "notebooks",
    "required_exercises",
    "template",
    "with_import_guard",
    "without_notebook",
]

# Where a student's copy made from the whole project, and a folder of exercises alone, link to.
LINKS = ("../workbook/exercises/", "../exercises/")


def course_root() -> Path:
    """The folder with `notebooks/`, `start.py` and `start.bat`: the checkout, or the package's.

    Raises
    ------
    WorkbookError
        If this copy was installed without them.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "release" / "files", package.parent):
        if (folder / "start.py").is_file() and (folder / "notebooks").is_dir():
            return folder
    raise WorkbookError(text("release.no_material"))


def template(name: str) -> str:
    """One of the texts that a student's folder comes with."""
    path = Path(__file__).resolve().parent / "templates" / name
    return path.read_text(encoding="utf-8")


def notebooks(names: Iterable[str] = ()) -> list[Path]:
    """The notebooks of those names, or all; Start is always among them.

    Raises
    ------
    UsageError
        For a name that no notebook has.
    """
    there = {path.stem: path for path in sorted((course_root() / "notebooks").glob("*.ipynb"))}
    lower = {name.lower(): name for name in there}
    selected = {"Start"}
    for name in names:
        plain = name.removesuffix(".ipynb").lower()
        if plain not in lower:
            listed = ", ".join(there)
            raise UsageError(text("release.no_notebook", name=name, names=listed))
        selected.add(lower[plain])
    return [path for name, path in there.items() if len(selected) == 1 or name in selected]


def required_exercises(names: Iterable[str]) -> list[str]:
    """The exercises of some notebooks, and whatever they require, in the order of learning."""
    known = curriculum.load()
    selected = {e.id for name in names if name != "Start" for e in known.in_notebook(name)}
    for name in sorted(selected):
        selected |= set(curriculum.load().plan(name).requirements)
    return [name for name in known.ids() if name in selected]


def without_notebook(names: Iterable[str], given: Iterable[str]) -> list[str]:
    """Exercises that these notebooks require, neither solved nor with their notebook there."""
    there, known = set(names), curriculum.load()
    solved = set(given)
    return [
        n for n in required_exercises(there) if known[n].notebook not in there and n not in solved
    ]


def curriculum_files(names: Iterable[str]) -> dict[str, bytes]:
    """Return the files of `workbook/course` that list only what these notebooks need.

    What a copy does not list, it neither asks for nor counts.
    """
    known, selected = curriculum.load(), set(required_exercises(names))
    topics = dict.fromkeys(known[name].topic for name in known.ids() if name in selected)
    notebook_names = {known[name].notebook for name in selected}
    head, *tables = _tables(curriculum.COURSE / "curriculum.toml")
    comment = head[: head.index("\ntopics = ") + 1]
    # All files stay: what is given in one of them may be needed in another.
    lists = f"topics = {json.dumps(list(topics))}\nfiles = {json.dumps(known.files())}\n\n"
    made = {"curriculum.toml": comment + lists + _named_in(tables, "name", notebook_names)}
    for topic in topics:
        head, *tables = _tables(curriculum.COURSE / topic / "exercises.toml")
        made[f"{topic}/exercises.toml"] = head + _named_in(tables, "id", selected)
    return {f"workbook/course/{name}": f"{text.rstrip()}\n".encode() for name, text in made.items()}


def _tables(path: Path) -> list[str]:
    """Split a TOML file before each `[[table]]`; the first part is what stands above them."""
    return re.split(r"^(?=\[\[)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def _named_in(tables: Iterable[str], key: str, selected: Collection[str]) -> str:
    def name(table: str) -> str:
        ((row,),) = tomllib.loads(table).values()
        return str(row[key])

    return "".join(table for table in tables if name(table) in selected)


def with_import_guard(source: str) -> str:
    """Let a notebook's first cell say what to do if its Python has no workbook.

    The failed import is the line that the traceback shows, and its comment is the advice.
    """
    if "import workbook" in source:
        return source
    advice = text("release.first_import")
    magic = "%load_ext workbook\n"
    return source.replace(magic, f"import workbook  # {advice}\n{magic}", 1)


def notebook_bytes(path: Path, links: str = LINKS[0]) -> bytes:
    """Return a notebook as a student gets it, without stored outputs.

    A stored "ok" below a check would speak of code that the student has not written yet.

    Parameters
    ----------
    path : Path
    links : str
        Where links to exercise files lead.
    """
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    guarded = False
    for cell in notebook["cells"]:
        source = cell["source"]
        joined = source if isinstance(source, str) else "".join(source)
        joined = joined.replace(LINKS[0], links)
        if cell["cell_type"] == "code" and not guarded:
            joined, guarded = with_import_guard(joined), True
        cell["source"] = joined if isinstance(source, str) else joined.splitlines(keepends=True)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def exercises() -> dict[str, bytes]:
    """The stubs by name inside the exercise folder, as they were generated."""
    folder = locations.pristine_folder()
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.py"))
        if "__pycache__" not in path.parts
    }
