"""`workbook stubs`: bring the exercise files that students edit up to date with the solutions."""

from dataclasses import dataclass, field
from pathlib import Path

from workbook import curriculum, locale
from workbook.errors import WorkbookError
from workbook.student import atomic_write, locations, pristine_stubs, snapshots, stubs

__all__ = ["StubUpdate", "stale", "write_stubs"]


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


def _solutions() -> Path:
    """Return the folder of solutions, with a block for each exercise.

    Raises
    ------
    WorkbookError
        In a copy without solutions; or if an exercise of the curriculum has no block.
    """
    folder = locations.solutions_folder()
    if folder is None:
        raise WorkbookError(locale.text("student.stubs.no_solutions"))
    raised: set[str] = set()
    for name, source in pristine_stubs.sources(folder).items():
        raised |= stubs.raised_ids(source, name)
    lacking = [exercise.id for exercise in curriculum.load() if exercise.id not in raised]
    if lacking:
        raise WorkbookError(locale.text("student.stubs.lacking", ids=", ".join(lacking)))
    return folder


def _exercises(solutions: Path) -> Path:
    return solutions.parent / "workbook" / "exercises"


def _read(folder: Path) -> dict[str, str]:
    """Return the text of every exercise file in a folder; the package's switch is none."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        .decode("utf-8", errors="surrogateescape")
        .replace("\r\n", "\n")
        for path in pristine_stubs.modules(folder)
        if path != folder / "__init__.py"
    }


def stale() -> list[str]:
    """Files that are not what the solutions generate, each with the reason; empty if none."""
    impl = _exercises(_solutions())
    wanted, existing = _read(locations.pristine_folder()), _read(impl)
    found: list[str] = []
    for name in sorted({*wanted, *existing}):
        if existing.get(name) == wanted.get(name):
            continue
        reason = "differs"
        if name not in existing:
            reason = "missing"
        elif name not in wanted:
            reason = "no_solution"
        path = locations.display_path(impl / name)
        found.append(locale.text(f"student.stubs.stale_{reason}", file=path, name=name))
    return found


def write_stubs() -> StubUpdate:
    """Write the implementation that students edit from the solutions.

    A file that is not a stub of these solutions, or of earlier ones as far as they are known
    here, was edited: it is kept in a snapshot before it is overwritten.
    """
    solutions = _solutions()
    impl = _exercises(solutions)
    wanted, existing = _read(locations.pristine_folder()), _read(impl)
    generations = [_read(folder) for folder in pristine_stubs.generations(solutions)]
    edited = [
        name
        for name, text in existing.items()
        if all(text != stubs_then.get(name) for stubs_then in generations)
    ]
    done = StubUpdate()
    overwritten = [name for name in edited if name in wanted]
    if overwritten:
        done.snapshot = snapshots.take(impl, overwritten, locale.text("student.stubs.reason"))
    for name, stub in wanted.items():
        if existing.get(name) == stub:
            done.unchanged.append(locations.display_path(impl / name))
        else:
            atomic_write.write_text(impl / name, stub)
            done.written.append(locations.display_path(impl / name))
    for name in sorted(set(existing) - set(wanted)):
        if name in edited:
            done.kept.append(locations.display_path(impl / name))
        else:
            (impl / name).unlink()
            done.removed.append(locations.display_path(impl / name))
    return done
