"""Stubs made from solutions: what students start from.

Inside a function a solution block becomes `raise NotImplementedError("<exercise id>")` under
its TODO text; outside of every function it vanishes. The pristine copy in
`workbook/student/pristine` is what resets restore and tests judge; `workbook/exercises` is
the implementation that students edit.
"""

from dataclasses import dataclass, field
from pathlib import Path

from workbook import curriculum, locale
from workbook.errors import WorkbookError
from workbook.student import atomic_write, locations, snapshots
from workbook.student.solution_markers import MarkerError, SolutionBlock, find_blocks

__all__ = ["StubUpdate", "generate", "make_stub", "raised_ids", "stale", "write_stubs"]


@dataclass
class StubUpdate:
    """What `write_stubs` did, in paths as a reader knows them.

    Attributes
    ----------
    written, unchanged, removed, kept : list of str
        `kept` are files of the student's folder that no solution knows and that are not stubs.
    snapshot : snapshots.Snapshot or None
        Edited files as they were before they were overwritten.
    """

    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    snapshot: snapshots.Snapshot | None = None


def _nones(names: list[str], indent: str) -> list[str]:
    if len(names) > 4:
        return [f"{indent}{name} = None" for name in names]
    return [f"{indent}{', '.join(names)} = {', '.join(['None'] * len(names))}"] if names else []


def _blank(line: str) -> bool:
    return not line.strip()


def _close_gap(above: list[str], below: list[str]) -> list[str]:
    """Join what a vanished block has left, with no more blank lines than it had on one side."""
    gaps = [0, 0]
    while above and _blank(above[-1]):
        above.pop()
        gaps[0] += 1
    while below and _blank(below[0]):
        below.pop(0)
        gaps[1] += 1
    return [*above, *[""] * (max(gaps) if above and below else min(gaps)), *below]


def _without_block(lines: list[str], block: SolutionBlock) -> list[str]:
    """`lines` with one block replaced; blocks are taken from the last to the first."""
    above, below = lines[: block.begin - 1], lines[block.end :]
    if not block.exercise_id:
        return _close_gap(above, below)
    todo = len(above)
    while todo and above[todo - 1].startswith(f"{block.indent}#"):
        todo -= 1
    nones = _nones(block.set_to_none, block.indent)
    raised = f'{block.indent}raise NotImplementedError("{block.exercise_id}")'
    return [*above[:todo], *nones, *above[todo:], raised, *below]


def make_stub(source: str, file: str, *, only: str | None = None) -> str:
    """The stub of a solution file.

    Parameters
    ----------
    source : str
        The solution.
    file : str
        Its name inside the implementation, such as `classifiers/cnn.py`; ids follow from it.
    only : str, optional
        Replace the blocks of this exercise alone and leave the others as they are.

    Raises
    ------
    MarkerError
        See `find_blocks`; also if the stub would not be valid Python.
    """
    lines = source.replace("\r\n", "\n").split("\n")
    for block in reversed(find_blocks("\n".join(lines), file)):
        if only in (None, block.exercise_id):
            lines = _without_block(lines, block)
    stub = "\n".join(lines)
    try:
        compile(stub, file, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise MarkerError(file, error.lineno or 1, "bad_stub", what=error.msg) from error
    return stub


def raised_ids(source: str, file: str) -> set[str]:
    """The exercises that a solution file has blocks for."""
    return {block.exercise_id for block in find_blocks(source, file)} - {""}


def _modules(folder: Path) -> list[Path]:
    """Return the Python files of a folder, without those in hidden folders."""
    return [
        path
        for path in sorted(folder.rglob("*.py"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _sources() -> dict[str, str]:
    """Every solution by its name inside the implementation."""
    folder = locations.solutions_folder()
    if folder is None:
        raise WorkbookError(locale.text("student.stubs.no_solutions"))
    found: dict[str, str] = {}
    for path in _modules(folder):
        name = path.relative_to(folder).as_posix()
        # The package's own __init__.py is the switch between implementations, not an exercise.
        if name != "__init__.py" and not name.startswith("misconceptions/"):
            found[name] = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    return found


def generate() -> dict[str, str]:
    """Every stub by its name inside the implementation, made from the solutions.

    Raises
    ------
    WorkbookError
        In a copy without solutions; or if an exercise of the curriculum has no block.
    """
    sources = _sources()
    raised: set[str] = set()
    for name, source in sources.items():
        raised |= raised_ids(source, name)
    lacking = [exercise.id for exercise in curriculum.load() if exercise.id not in raised]
    if lacking:
        raise WorkbookError(locale.text("student.stubs.lacking", ids=", ".join(lacking)))
    return {name: make_stub(source, name) for name, source in sources.items()}


def _exercises() -> Path:
    return locations.pristine_folder().parents[1] / "exercises"


def _existing(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        .decode("utf-8", errors="surrogateescape")
        .replace("\r\n", "\n")
        for path in _modules(folder)
        if path != folder / "__init__.py"
    }


def stale() -> list[str]:
    """Files that are not what the solutions generate, each with the reason; empty if none."""
    stubs = generate()
    found: list[str] = []
    for folder in (locations.pristine_folder(), _exercises()):
        existing = _existing(folder)
        for name in sorted({*stubs, *existing}):
            if existing.get(name) == stubs.get(name):
                continue
            reason = "differs"
            if name not in existing:
                reason = "missing"
            elif name not in stubs:
                reason = "no_solution"
            path = locations.display_path(folder / name)
            found.append(locale.text(f"student.stubs.stale_{reason}", file=path, name=name))
    return found


def write_stubs() -> StubUpdate:
    """Write the pristine copy and the implementation that students edit, from the solutions.

    A file of the student's folder that is neither the old stub nor the new one was edited: it
    is kept in a snapshot before it is overwritten.
    """
    stubs = generate()
    update = StubUpdate()
    pristine, impl = locations.pristine_folder(), _exercises()
    old, edited = _existing(pristine), _existing(impl)
    touched = [
        name
        for name, stub in stubs.items()
        if name in edited and edited[name] not in (stub, old.get(name))
    ]
    if touched:
        update.snapshot = snapshots.take(impl, touched, locale.text("student.stubs.reason"))
    for folder, existing in ((impl, edited), (pristine, old)):
        for name, stub in stubs.items():
            path = folder / name
            if existing.get(name) == stub:
                update.unchanged.append(locations.display_path(path))
            else:
                atomic_write.write_text(path, stub)
                update.written.append(locations.display_path(path))
        for name in sorted(set(existing) - set(stubs)):
            path = folder / name
            if folder == pristine or existing[name] == old.get(name):
                path.unlink()
                update.removed.append(locations.display_path(path))
            else:
                update.kept.append(locations.display_path(path))
    return update
