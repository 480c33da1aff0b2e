"""Begin a new exercise: its topic, solution, misconception, and cells in a notebook."""

import ast
import json
import keyword
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        Path inside the exercise folder; made if it is not there.
    notebook : str
    arguments : tuple of str
    title : str
    points, minutes : int
    topic : str
        Folder in `workbook/course`; made if it is not there. By default the id without
        `_forward` or `_backward`.
    after : str
        Id of the notebook cell below which the new cells go; by default the last cell of the
        notebook that belongs to an exercise.
    """

    id: str
    file: str
    notebook: str
    arguments: tuple[str, ...] = ("x",)
    title: str = ""
    points: int = 1
    minutes: int = 10
    topic: str = ""
    after: str = ""


_SOLUTION = '''

def {id}({arguments}):
    """Say what is asked for, and everything that a check judges.

    Parameters
    ----------
{parameters}

    Returns
    -------
    out : ndarray, shape and dtype of {first}

    No argument is changed.
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
rules = {{ dtype = 0.1, argument = 0.05, axis = 0.05 }}
"""

_CASES = '''"""Cases of `{id}`."""

from typing import Any

from workbook.cases import CaseList
from workbook.course.case_tools import FLOAT64, Arrays, Rng, floats

cases = CaseList()
'''

_CASE = """

@cases.add("{id}", "a matrix", asks="Say what is asked for", limits=FLOAT64)
def {id}_matrix(impl: Any, rng: Rng) -> Arrays:
    return {{"out": impl.{id}({drawn})}}
"""

_MISCONCEPTION = '''"""Wrong ways to write {id}, and right ones in other words."""

wrong_edit("{id}.doubled", ("1 * {first}", "2 * {first}"))
'''

_MESSAGES = """
[{id}.doubled]
seen = "The largest entry of out is {{out.max:.3g}}."
looks_like = "Say what came out looks like."
why = "Say why that matters."
look = "Ask a question, or name a case to do by hand."

[transfer.{id}]
question = "Which question shows whether somebody has understood it?"
answer = "And what is a good answer to that question?"
"""

_HINTS = """
[hint.{id}]
nudge = "Give a first nudge in the right direction."
shapes = "Say which shapes go in, and which come out."
case = "Work out a small case that can be done by hand."
equation = "State the equation, without stating the line of code."
"""

_TEXT = """### {title}

Say what it is and why it matters.

In [`{file}`](../workbook/exercises/{file}) complete `{id}`."""

_CHECK = """from workbook.exercises.{module} import {id}

{inputs}

out = {id}({arguments})
correct_out = {first}
verdict("out", out, correct_out, 1e-9)"""

_PRINTED = "out: error 0.0e+00 (limit 1e-09) ok\n"


def _check(new: NewExercise, root: Path) -> None:
    known = curriculum.load()
    names = (new.id, *new.arguments, *([new.topic] if new.topic else []))
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


def _append(path: Path, text: str, head: str = "") -> str:
    """Return the text of a file, or else `head`, with `text` added at the end."""
    before = path.read_text(encoding="utf-8").rstrip("\n") + "\n" if path.is_file() else head
    return (before + text).lstrip("\n")


def _with_topic(course: Path, topic: str, notebook: str) -> str:
    """Return curriculum.toml with a new topic after the last one of the notebook."""
    text = (course / "curriculum.toml").read_text(encoding="utf-8")
    last = curriculum.load().in_notebook(notebook)[-1].topic
    entry = f'    "{last}",\n'
    if entry not in text:
        raise WorkbookError(f"curriculum.toml lists {last!r} on no line of its own.")
    return text.replace(entry, f'{entry}    "{topic}",\n')


def _with_case(path: Path, values: dict[str, object]) -> str:
    """Return a topic's cases.py with one more case, and with the names that it needs."""
    if not path.is_file():
        return _CASES.format(**values) + _CASE.format(**values)
    source = path.read_text(encoding="utf-8")
    tools = "workbook.course.case_tools"
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module == tools:
            old = ast.get_source_segment(source, node) or ""
            names = {alias.name for alias in node.names} | {"FLOAT64", "Arrays", "Rng", "floats"}
            # Constants, then classes, then functions: the order of the other files.
            listed = sorted(names, key=lambda n: (not n.isupper(), not n[0].isupper(), n))
            lines = "".join(f"    {name},\n" for name in listed)
            source = source.replace(old, f"from {tools} import (\n{lines})")
            return source.rstrip("\n") + "\n" + _CASE.format(**values)
    raise WorkbookError(f"{path} imports nothing from {tools}.")


def _cells(new: NewExercise, values: dict[str, object]) -> list[dict[str, Any]]:
    """Return the cells of the exercise: text, check, card."""
    name = new.id.replace("_", "-")
    check = {"tags": ["nbval-check-output"], "workbook": {"exercise": new.id}}
    output = {"name": "stdout", "output_type": "stream", "text": [_PRINTED]}
    return [
        {
            "cell_type": "markdown",
            "id": name,
            "metadata": {},
            "source": _lines(_TEXT.format(**values)),
        },
        _code(f"{name}-check", check, _CHECK.format(**values), [output]),
        _code(f"{name}-card", {"tags": ["card"]}, f'check("{new.id}")', []),
    ]


def _code(
    cell_id: str, metadata: dict[str, Any], source: str, outputs: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": cell_id,
        "metadata": metadata,
        "outputs": outputs,
        "source": _lines(source),
    }


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _of_exercise(cell: dict[str, Any]) -> bool:
    metadata = cell["metadata"]
    return "card" in metadata.get("tags", ()) or "exercise" in metadata.get("workbook", {})


def _with_cells(path: Path, new: NewExercise, values: dict[str, object]) -> str:
    """Return a notebook with the cells of the exercise."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = notebook["cells"]
    ids = [cell["id"] for cell in cells]
    if new.after and new.after not in ids:
        raise UsageError(f"{path.name} has no cell with the id {new.after!r}.")
    if new.after:
        at = ids.index(new.after)
    else:
        at = max((i for i, cell in enumerate(cells) if _of_exercise(cell)), default=len(cells) - 1)
    added = _cells(new, values)
    if taken := {cell["id"] for cell in added} & set(ids):
        raise UsageError(f"{path.name} has a cell with the id {sorted(taken)[0]!r} already.")
    # nbval compares a cell's outputs only if it has a count.
    before = sum(cell["cell_type"] == "code" for cell in cells[: at + 1])
    added[1]["execution_count"] = before + 1
    cells[at + 1 : at + 1] = added
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def write(new: NewExercise) -> list[Path]:
    """Write the beginnings of an exercise; nothing if anything is in the way.

    Returns
    -------
    list of Path
        What was written or added to.

    Raises
    ------
    UsageError
        For names that cannot be, or an exercise or a cell that is there.
    WorkbookError
        In a copy without solutions.
    """
    solutions = locations.solutions_folder()
    if solutions is None:
        raise WorkbookError("An exercise begins in solutions/, and this copy has none.")
    root = solutions.parent
    _check(new, root)
    topic = new.topic or re.sub(r"_(forward|backward)$", "", new.id)
    first = new.arguments[0]
    values: dict[str, object] = {
        "id": new.id,
        "file": new.file,
        "module": ".".join(Path(new.file).with_suffix("").parts),
        "notebook": new.notebook,
        "title": new.title or new.id.replace("_", " ").capitalize(),
        "points": new.points,
        "minutes": new.minutes,
        "first": first,
        "arguments": ", ".join(new.arguments),
        "parameters": "\n".join(f"    {name} : ndarray, any shape" for name in new.arguments),
        "drawn": ", ".join(["floats(rng, 4, 5)"] * len(new.arguments)),
        "inputs": "\n".join(
            f"{name} = np.linspace(-1, 1, num=6).reshape(2, 3)" for name in new.arguments
        ),
    }
    course = root / "workbook" / "course"
    folder = course / topic
    head = f'"""{Path(new.file).stem.replace("_", " ").capitalize()}."""\n'
    mistakes = solutions / "misconceptions" / topic / f"{new.id}.py"
    notebook = root / "notebooks" / f"{new.notebook}.ipynb"
    written = {
        solutions / new.file: _append(solutions / new.file, _SOLUTION.format(**values), head),
        folder / "exercises.toml": _append(folder / "exercises.toml", _ENTRY.format(**values)),
        folder / "cases.py": _with_case(folder / "cases.py", values),
        folder / "messages.toml": _append(folder / "messages.toml", _MESSAGES.format(**values)),
        folder / "hints.toml": _append(folder / "hints.toml", _HINTS.format(**values)),
        mistakes: _MISCONCEPTION.format(**values),
        notebook: _with_cells(notebook, new, values),
    }
    if not folder.is_dir():
        written[folder / "__init__.py"] = ""
        written[course / "curriculum.toml"] = _with_topic(course, topic, new.notebook)
    for path, text in written.items():
        atomic_write.write_text(path, text)
    return list(written)
