"""A student's copy: the project without solutions, tests and history."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbook.checks.bughunt import model as bughunt
from workbook.checks.bughunt import planted_code
from workbook.errors import UsageError, WorkbookError
from workbook.release import course_files, presolved, release_checks, wheels
from workbook.release.options import ReleaseOptions
from workbook.student import atomic_write, course_policy, locations
from workbook.student.zip_archive import zip_files
from workbook.temporary_folder import temporary_folder

__all__ = ["build", "make", "output_folder"]

# Beside the package: what start.py and an installation need.
ROOT_FILES = (
    "start.py",
    "start.bat",
    "pyproject.toml",
    "setup.py",
    "setup_ext.py",
    "constraints.txt",
    "MANIFEST.in",
    "LICENSE",
)
_SKIPPED = ("__pycache__", ".ipynb_checkpoints", ".workbook", "files")
_BUILD_SUFFIXES = (".so", ".pyd", ".pyc", ".dll", ".dylib")


def _package(root: Path) -> Iterator[tuple[Path, str]]:
    """The package's own files, with their names in a copy."""
    package = root / "workbook"
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if not path.is_file() or any(part in _SKIPPED for part in inside.parts):
            continue
        if path.suffix in _BUILD_SUFFIXES or path.name.startswith("."):
            continue
        if path.suffix == ".c" and path.with_suffix(".pyx").exists():
            continue  # generated
        if inside.parts[0] == "exercises" or inside.parts[:2] == ("student", "pristine"):
            continue
        if inside.as_posix() in (course_policy.FILE, "checks/bughunt/planted_code.json"):
            continue
        yield path, f"workbook/{inside.as_posix()}"


def _exercises(root: Path, ids: tuple[str, ...]) -> dict[str, bytes]:
    """The student's folder and the one that a reset restores from."""
    pristine = locations.pristine_folder()
    found = {}
    for path in pristine.rglob("__init__.py"):
        inside = path.relative_to(pristine).as_posix()
        found[f"workbook/student/pristine/{inside}"] = path.read_bytes()
        if inside != "__init__.py":
            found[f"workbook/exercises/{inside}"] = path.read_bytes()
    switch = "workbook/exercises/__init__.py"
    found[switch] = (root / switch).read_bytes()
    for file, source in presolved.stubs(ids).items():
        for place in ("workbook/exercises", "workbook/student/pristine"):
            found[f"{place}/{file}"] = source.encode("utf-8")
    return found


def build(folder: Path, options: ReleaseOptions) -> None:
    """Write a copy into an empty folder.

    Raises
    ------
    UsageError
        For a notebook, a hunt or a policy that does not exist.
    WorkbookError
        In a copy without solutions.
    """
    solutions = locations.solutions_folder()
    if solutions is None:
        raise WorkbookError(
            "A release is made from the whole project; this copy has no solutions/."
        )
    root = solutions.parent
    contents = _exercises(root, options.given)
    for path, name in _package(root):
        contents[name] = path.read_bytes()
    for name in ROOT_FILES:
        if (root / name).is_file():
            contents[name] = (root / name).read_bytes()
    notebook_paths = course_files.notebooks(options.notebooks)
    for path in notebook_paths:
        contents[f"notebooks/{path.name}"] = course_files.notebook_bytes(path)
    if options.notebooks:
        contents |= course_files.curriculum_files(path.stem for path in notebook_paths)
    readme = course_files.template("README.md").replace("`exercises/`", "`workbook/exercises/`")
    contents["README.md"] = readme.encode("utf-8")
    contents["statement.md"] = course_files.template("statement.md").encode("utf-8")
    guide = root / "docs" / "student.md"
    if guide.is_file():
        contents["docs/student.md"] = guide.read_bytes()
        for name in re.findall(r"\]\((pictures/[\w-]+\.png)\)", guide.read_text(encoding="utf-8")):
            contents[f"docs/{name}"] = (guide.parent / name).read_bytes()
    hunts: tuple[str, ...] = ()
    if options.policy:
        hunts = course_policy.parse(options.policy).hunts or ()
        unknown = [name for name in hunts if name not in planted_code.names()]
        if unknown:
            example = bughunt.load()[0].name
            raise UsageError(f"There is no bug hunt {unknown[0]!r}; one is {example!r}.")
        contents[f"workbook/{course_policy.FILE}"] = options.policy.encode("utf-8")
    for name, data in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    planted_code.write(solutions, hunts, folder / "workbook" / "checks" / "bughunt")
    locations.mark_folder(folder, "workbook/exercises")
    if options.wheels:
        wheels.fetch(folder, options.wheels)


@contextmanager
def output_folder(out: Path, packed: bool) -> Iterator[Path]:
    """An empty folder beside `out` that takes its place, or is packed into it, if all goes well.

    Raises
    ------
    UsageError
        If `out` is there already.
    """
    if out.exists() and not (not packed and out.is_dir() and not any(out.iterdir())):
        raise UsageError(f"{out} is there already; nothing was written. Choose another name.")
    if out.name == "workbook":
        raise UsageError("A folder called `workbook` would hide the program of that name.")
    above = out.parent
    try:
        above.mkdir(parents=True, exist_ok=True)
        with temporary_folder(above, "release") as temporary:
            target = temporary / (out.stem if packed else out.name)
            target.mkdir()
            yield target
            if packed:
                atomic_write.write_bytes(out, _zipped(target))
            else:
                if out.is_dir():
                    out.rmdir()
                target.rename(out)
    except OSError as error:
        raise WorkbookError(f"{out} cannot be written: {error.strerror}.") from error


def _zipped(folder: Path) -> bytes:
    """Return the folder as a zip that unpacks to one folder."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return zip_files(
        {path.relative_to(folder.parent).as_posix(): path.read_bytes() for path in paths}
    )


def make(
    out: Path,
    options: ReleaseOptions,
    *,
    packed: bool = False,
    on_step: Callable[[str], None] = lambda line: None,
) -> Path:
    """Build a copy, see that it is fit to be handed out, and put it in its place.

    Parameters
    ----------
    out : Path
        A folder, or with `packed` a zip (`.zip` is added).
    options : ReleaseOptions
    packed : bool
    on_step : callable
        Told each step.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    WorkbookError
        If a release check fails; all that fail are named, and nothing is written.
    """
    out = out.resolve()
    if packed and out.suffix != ".zip":
        out = out.with_name(out.name + ".zip")
    with output_folder(out, packed) as folder:
        on_step("building the copy")
        build(folder, options)
        failed = release_checks.run_checks(folder, options, on_step)
        if failed:
            raise WorkbookError("Nothing was written:\n" + "\n".join(f"  {f}" for f in failed))
    return out
