"""The beginnings of a new exercise: solution, curriculum entry, case, mistake, words."""

import ast
import keyword
from dataclasses import dataclass
from pathlib import Path

from workbook import curriculum
from workbook.errors import UsageError, WorkbookError
from workbook.student import atomic_write, locations

__all__ = ["NewExercise", "write"]


@dataclass(frozen=True)
class NewExercise:
    """A new exercise.

    Attributes
    ----------
    id : str
        Also the function's name.
    file : str
        Inside the exercise folder; made if it is not there.
    notebook : str
    arguments : tuple of str
    title : str
    points, minutes : int
    """

    id: str
    file: str
    notebook: str
    arguments: tuple[str, ...] = ("x",)
    title: str = ""
    points: int = 1
    minutes: int = 10


_SOLUTION = '''

def {id}({arguments}):
    """Say what is asked for, and everything that a check judges.

    Parameters
    ----------
{parameters}

    Returns
    -------
    out : ndarray, shape and dtype of {first}
    """
    # TODO: say here, in a line or two, what is to be written.
    ### BEGIN SOLUTION
    out = 1 * {first}
    ### END SOLUTION

    return out
'''

_ENTRY = """
[[exercise]]
id = "{id}"
title = "{title}"
file = "{file}"
notebook = "{notebook}"
points = {points}
minutes = {minutes}
optional = true
"""

_PROBE = '''"""Cases of `{id}`."""

from typing import Any

from workbook.cases import case
from workbook.checks.cases.common import FLOAT64, Arrays, Rng, floats


@case("{id}", "a matrix", asks="Say what is asked for", limits=FLOAT64)
def matrix(impl: Any, rng: Rng) -> Arrays:
    return {{"out": impl.{id}({drawn})}}
'''

_MISTAKES = '''"""Wrong ways to write {id}, and right ones in other words."""

from workbook.checks.misconceptions import wrong_edit

wrong_edit("doubled", ("1 * {first}", "2 * {first}"))
'''

_WORDS = """# What is said about {id}.

[diagnosis.{id}.doubled]
seen = "The largest entry of out is {{out.max:.3g}}."
looks_like = "Say what came out looks like."
why = "Say why that matters."
look = "Ask a question, or name a case to do by hand."

[hint.{id}]
nudge = "A first nudge."
shapes = "Which shapes go in, and which come out?"
case = "A small case to do by hand."
equation = "The equation."
"""


def _checked(new: NewExercise, root: Path) -> None:
    known = curriculum.load()
    names = (new.id, *new.arguments)
    bad = [name for name in names if not name.isidentifier() or keyword.iskeyword(name)]
    if bad:
        raise UsageError(f"{bad[0]!r} cannot be a name in Python, such as gelu_forward.")
    if new.id in known:
        raise UsageError(f"There is an exercise called {new.id} already.")
    known.notebook(new.notebook)
    parts = Path(new.file).with_suffix("").parts
    if Path(new.file).suffix != ".py" or not all(part.isidentifier() for part in parts):
        raise UsageError(f"{new.file!r} is no file for exercises, such as activations.py.")
    if len(parts) > 1 and not (root / "solutions" / Path(new.file).parent).is_dir():
        raise UsageError(f"There is no folder solutions/{Path(new.file).parent.as_posix()}.")


def _append(path: Path, text: str, head: str) -> tuple[Path, str]:
    before = path.read_text(encoding="utf-8").rstrip("\n") + "\n" if path.is_file() else head
    return path, before + text


def _cases(new: NewExercise, root: Path) -> list[tuple[Path, str]]:
    """The case: a file of its own, or one more in the folder of a file's cases."""
    made = _PROBE.format(id=new.id, drawn=", ".join(["floats(rng, 4, 5)"] * len(new.arguments)))
    place = root / "workbook" / "checks" / "cases" / Path(new.file).with_suffix("")
    if not (place / "__init__.py").is_file():
        path = place.with_suffix(".py")
        if path.is_file():
            body = made[made.index("@probe") :]
            return [_append(path, "\n\n" + body.replace("def matrix", f"def {new.id}_matrix"), "")]
        return [(path, made)]
    init = place / "__init__.py"
    tree = ast.parse(init.read_text(encoding="utf-8"))
    [listed] = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    names = sorted({*(alias.name for alias in listed.names), new.id})
    package = f"workbook.checks.probes.{'.'.join(Path(new.file).with_suffix('').parts)}"
    doc = ast.get_docstring(tree) or f"Cases of `{new.file}`, by topic."
    lines = [f'"""{doc}"""', "", f"from {package} import ("]
    lines += [*(f"    {name}," for name in names), ")", "", "__all__ = ["]
    lines += [*(f'    "{name}",' for name in names), "]", ""]
    return [(place / f"{new.id}.py", made), (init, "\n".join(lines))]


def write(new: NewExercise) -> list[Path]:
    """Write the beginnings of an exercise; nothing if anything is in the way.

    Returns
    -------
    list of Path
        What was written or added to.

    Raises
    ------
    UsageError
        For names that cannot be, or an exercise that is there.
    WorkbookError
        In a copy without solutions.
    """
    solutions = locations.solutions_folder()
    if solutions is None:
        raise WorkbookError("An exercise begins in solutions/, and this copy has none.")
    root = solutions.parent
    _checked(new, root)
    first = new.arguments[0]
    values = {
        "id": new.id,
        "file": new.file,
        "notebook": new.notebook,
        "title": new.title or new.id.replace("_", " ").capitalize(),
        "points": new.points,
        "minutes": new.minutes,
        "first": first,
        "arguments": ", ".join(new.arguments),
        "parameters": "\n".join(f"    {name} : ndarray, any shape" for name in new.arguments),
    }
    head = f'"""{Path(new.file).stem.replace("_", " ").capitalize()}."""\n'
    written = [
        _append(solutions / new.file, _SOLUTION.format(**values), head),
        _append(root / "workbook" / "curriculum.toml", _ENTRY.format(**values), ""),
        *_cases(new, root),
        (solutions / "misconceptions" / f"{new.id}.py", _MISTAKES.format(**values)),
        (root / "workbook/locale/en" / f"exercise_{new.id}.toml", _WORDS.format(**values)),
    ]
    for path, text in written:
        atomic_write.write_text(path, text)
    return [path for path, _ in written]
