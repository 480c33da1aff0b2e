"""Imports go one way, and what a newcomer pays for first stays cheap."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "workbook"

# Everyone may use these; they use nothing but one another.
BASE = {
    *("errors", "locale", "version", "curriculum", "cases", "records"),
    *("file_lock", "temporary_folder"),
}

# What each part may import, besides itself and BASE.
TOOLS = {"numerics", "data", "training", "plots"}
MAY_USE = {
    "numerics": set(),
    "course": set(),
    "data": set(),
    "training": {"numerics", "data", "worker"},
    "plots": {"numerics", "data", "training"},
    "student": {"course"},
    "worker": {"student"},
    "checks": {"numerics", "course", "student", "worker"},
    "grading": {"numerics", "course", "student", "worker", "checks"},
    "release": {"numerics", "course", "student", "checks", "grading"},
    "widgets": {*TOOLS, "student", "checks"},
    "exercises": {"numerics"},
    "cli": {*TOOLS, "course", "student", "worker", "checks", "grading", "release", "widgets"},
}
# Each exception with its reason.
EXCEPTIONS = {
    # `%load_ext workbook` arrives at the package itself; the import waits until then.
    ("__init__.py", "student"),
    ("__init__.py", "numerics"),
    ("__main__.py", "cli"),
    # The switch that decides which folder of exercises is seen.
    ("exercises/__init__.py", "student"),
}
RUNNER = "training/runner"
# Sizes that cases share are NumPy's and theirs alone; a case runs beside student code.
CASES_MAY_IMPORT = ("collections", "contextlib", "itertools", "math", "typing", "warnings", "numpy")


def files() -> list[Path]:
    found = sorted(PACKAGE.rglob("*.py"))
    assert len(found) > 20
    return found


def inside(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def part(name: str) -> str:
    """Return the part of the package that a file belongs to."""
    return name.partition("/")[0].removesuffix(".py")


def imports(path: Path, for_types: bool = False) -> Iterator[tuple[str, bool]]:
    """Absolute names that a file imports, and whether it does so when it is imported itself.

    With `for_types`, imports for the type checker alone count, too.
    """
    package = ["workbook", *path.relative_to(PACKAGE).parts[:-1]]

    def walk(node: ast.AST, at_import: bool) -> Iterator[tuple[str, bool]]:
        for child in ast.iter_child_nodes(node):
            if (
                isinstance(child, ast.If)
                and "TYPE_CHECKING" in ast.unparse(child.test)
                and not for_types
            ):
                continue
            if isinstance(child, ast.Import):
                yield from ((alias.name, at_import) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = package[: len(package) - child.level + 1] if child.level else []
                module = ".".join([*base, *([child.module] if child.module else [])])
                for alias in child.names:
                    yield f"{module}.{alias.name}", at_import
            else:
                function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                yield from walk(child, at_import and not function)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), True)


@pytest.mark.parametrize("path", files(), ids=inside)
def test_imports_go_one_way(path):
    name = inside(path)
    here = part(name)
    allowed = {here, *BASE, *MAY_USE.get(here, set())}
    allowed |= {target for file, target in EXCEPTIONS if file == name}
    if name.startswith(RUNNER):
        allowed |= {"student", "exercises"}
    if here in BASE:
        allowed -= set(MAY_USE)
    for target, at_import in imports(path):
        top, _, rest = target.partition(".")
        assert top != "solutions", f"{name} imports {target}: nothing given imports solutions."
        if top != "workbook" or not rest:
            continue
        wanted = part(rest.replace(".", "/"))
        if wanted == "exercises" and here != "exercises":
            assert not at_import, f"{name} imports {target} when it is itself imported."
        elif (PACKAGE / wanted).is_dir() or (PACKAGE / f"{wanted}.py").is_file():
            assert wanted in allowed, f"{name} ({here}) must not import {target}."


def test_cases_use_numpy_and_the_standard_library_only():
    for path in (PACKAGE / "course").rglob("*.py"):
        if path.parent == PACKAGE / "course" and path.name == "__init__.py":
            continue  # It loads the cases; it is none of them.
        for target, _ in imports(path):
            ours = target.startswith(("workbook.cases.", "workbook.course."))
            assert ours or target.split(".")[0] in CASES_MAY_IMPORT, f"{inside(path)}: {target}"
    for name in ("cases.py", "records.py"):
        for target, _ in imports(PACKAGE / name):
            assert target.split(".")[0] in {*sys.stdlib_module_names, "numpy"}, f"{name}: {target}"


def cycles() -> list[set[str]]:
    """Return the groups of files that import one another, directly or not, at any time."""
    paths = {inside(path).removesuffix(".py").replace("/", "."): path for path in files()}
    arrows: dict[str, set[str]] = {}
    for name, path in paths.items():
        found = set()
        for target, _ in imports(path, for_types=True):
            rest = target.removeprefix("workbook.")
            module = rest.rpartition(".")[0]
            choices = (rest, f"{rest}.__init__", module, f"{module}.__init__")
            found.update([name for name in choices if name in paths][:1])
        arrows[name] = found & (set(paths) - {name})
    reached = {name: _reached(name, arrows) for name in arrows}
    groups = {frozenset(n for n in reached[name] if name in reached[n]) for name in arrows}
    return [set(group) for group in groups if len(group) > 1]


def _reached(name: str, arrows: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        for target in arrows[todo.pop()] - found:
            found.add(target)
            todo.append(target)
    return found


def test_no_file_imports_itself_by_way_of_others():
    assert cycles() == []


def test_the_walk_sees_what_it_should(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    (tmp_path / "checks").mkdir()
    source = tmp_path / "checks" / "sample.py"
    source.write_text(
        "from ..grading import judge\n"
        "from . import card\n"
        "import solutions.layers as s\n"
        "def late():\n    from workbook.exercises import layers\n"
    )
    assert list(imports(source)) == [
        ("workbook.grading.judge", True),
        ("workbook.checks.card", True),
        ("solutions.layers", True),
        ("workbook.exercises.layers", False),
    ]


HEAVY = {"matplotlib", "IPython", "ipykernel", "ipywidgets", "jupyterlab", "nbformat", "nbclient"}


def loaded_by(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


def test_import_workbook_is_cheap():
    loaded = loaded_by("import workbook")
    assert not loaded & {*HEAVY, "numpy", "rich", "click", "workbook.exercises"}
    assert {name for name in loaded if name.startswith("workbook")} == {
        "workbook",
        "workbook.version",
    }


@pytest.mark.parametrize("module", ["student", "curriculum", "numerics", "cli", "checks"])
def test_no_part_needs_jupyter_or_a_students_code_to_be_imported(module):
    loaded = loaded_by(f"import workbook.{module}")
    assert not loaded & HEAVY
    assert "workbook.exercises" not in loaded
