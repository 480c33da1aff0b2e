"""Stubs in which some exercises are already solved, so that last week's bug blocks nobody."""

from collections.abc import Collection, Iterable

from workbook import curriculum
from workbook.errors import WorkbookError
from workbook.locale import text
from workbook.student import locations
from workbook.student.solution_markers import find_blocks
from workbook.student.stubs import make_stub

__all__ = ["exercise_ids", "solution_lines", "sources", "stubs"]


def exercise_ids(names: Iterable[str]) -> list[str]:
    """Exercise ids in the order of learning, from ids and names of notebooks.

    Raises
    ------
    UsageError
        For a name that is neither.
    """
    known = curriculum.load()
    notebooks = {notebook.name: notebook for notebook in known.notebooks}
    wanted: set[str] = set()
    for name in names:
        if name in notebooks:
            wanted |= {exercise.id for exercise in known.in_notebook(name)}
        else:
            wanted.add(known[name].id)
    return [name for name in known.ids() if name in wanted]


def sources() -> dict[str, str]:
    """The solution files by name.

    Raises
    ------
    WorkbookError
        In a copy without solutions.
    """
    folder = locations.solutions_folder()
    if folder is None:
        raise WorkbookError(text("student.stubs.no_solutions"))
    return {
        file: (folder / file).read_text(encoding="utf-8").replace("\r\n", "\n")
        for file in curriculum.load().files()
    }


def stubs(given: Collection[str]) -> dict[str, str]:
    """Every exercise file as a student starts from it, with the given exercises solved."""
    made = {}
    for file, source in sources().items():
        if not given:
            made[file] = make_stub(source, file)
            continue
        for exercise in curriculum.load().in_file(file):
            if exercise.id not in given:
                source = make_stub(source, file, only=exercise.id)
        marked = {line for block in find_blocks(source, file) for line in (block.begin, block.end)}
        lines = source.split("\n")
        made[file] = "\n".join(
            line for number, line in enumerate(lines, start=1) if number not in marked
        )
    return made


def solution_lines(ids: Collection[str]) -> list[tuple[str, str]]:
    """The lines of the solution blocks of some exercises, each with its exercise's id."""
    found = []
    for file, source in sources().items():
        lines = source.split("\n")
        for block in find_blocks(source, file):
            if block.exercise_id in ids:
                found += [(block.exercise_id, line) for line in lines[block.begin : block.end - 1]]
    return found
