"""nbval's verdict on one submission: the instructor's notebooks against the student's files."""

import ast
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from workbook.grading.instructor_files import notebook
from workbook.grading.judge_submission import laid_out
from workbook.grading.nbval.messages import ANSWERS, CellJudged, Finished, NotebookAnswer
from workbook.grading.sandbox import bubblewrap, cgroup, package_subset
from workbook.grading.sandbox.runner import environment
from workbook.grading.units import Settings, Submission, UnitResult
from workbook.worker.codec import CodecError
from workbook.worker.process import Command, Exit, WorkerProcess

__all__ = ["SKIPPED_TAGS", "run_notebooks", "stripped"]

SKIPPED_TAGS = frozenset({"experiment", "panel", "card", "figure", "answer", "tuning", "hunt"})
"""Tags of cells that check nothing: they train, draw or show."""
_PARTS, _STUDENT, _NOTEBOOKS, _FONTS = "/workbook-parts", "/student", "/notebooks", "/fonts"
_TMP_SIZE = 256 * 2**20
# Kernels may use more than the judge's processes; they count together.
_BUDGET = cgroup.Budget(memory=6 * 2**30, processes=480, cores=2.0)
_MAX_MESSAGES, _MAX_BYTES = 20_000, 256 * 2**20
# Seconds for all of it beyond four cells that hang.
_START_SECONDS = 120.0


def stripped(source: Path) -> str:
    """A notebook without what checks nothing, and without what only drawing needs."""
    raw: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    raw["cells"] = [
        cell
        for cell in raw["cells"]
        if cell["cell_type"] != "code" or not SKIPPED_TAGS & set(cell["metadata"].get("tags", ()))
    ]
    code = [cell for cell in raw["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in code]
    names = {name for text in sources for name in _names(text)}
    for cell, text in zip(code, sources, strict=True):
        cell["source"] = _without_drawing(text, names)
    return json.dumps(raw, ensure_ascii=False)


def _parse_cell(source: str) -> ast.Module:
    """A cell's statements; a magic is none."""
    lines = source.splitlines(keepends=True)
    plain = ["pass\n" if line.startswith("%") else line for line in lines]
    try:
        return ast.parse("".join(plain))
    except SyntaxError:
        return ast.parse("")


def _names(source: str) -> Iterator[str]:
    return (node.id for node in ast.walk(_parse_cell(source)) if isinstance(node, ast.Name))


def _without_drawing(source: str, names: set[str]) -> list[str]:
    """Lines of a cell but for imports of figures that are not used.

    No cell that draws is left, and to import matplotlib takes half of a kernel's start.
    """
    lines: list[str] = source.splitlines(keepends=True)
    for node in _parse_cell(source).body:
        if not isinstance(node, ast.ImportFrom) or node.module != "workbook.plots":
            continue
        if not names & {alias.asname or alias.name for alias in node.names}:
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
    return [line for line in lines if line and line.strip() != "%matplotlib inline"]


@cache
def _fonts() -> Path:
    """matplotlib's font cache, made once: building it takes seconds."""
    try:
        import matplotlib

        found = Path(matplotlib.get_cachedir())
        if not list(found.glob("fontlist-*.json")):
            import matplotlib.font_manager
        folder = Path(tempfile.mkdtemp(prefix="workbook-fonts-"))
        for path in found.glob("fontlist-*.json"):
            shutil.copyfile(path, folder / path.name)
            (folder / path.name).chmod(0o644)
        folder.chmod(0o755)
        return folder
    except (ImportError, OSError):
        return package_subset.empty_layout()


def run_notebooks(
    submission: Submission, settings: Settings, units: Mapping[str, str]
) -> list[UnitResult]:
    """Run the notebooks of some units.

    Parameters
    ----------
    submission : Submission
    settings : Settings
    units : mapping of str to str
        Notebook name by key.
    """
    began = time.monotonic()
    with laid_out(submission) as folder:
        notebooks = folder.parent / "notebooks"
        notebooks.mkdir(mode=0o755)
        for name in units.values():
            (notebooks / f"{name}.ipynb").write_text(stripped(notebook(name)), encoding="utf-8")
        answers, reason = _run(folder, notebooks, settings)
    seconds = time.monotonic() - began
    last = next((answer for answer in answers if isinstance(answer, Finished)), None)
    cells = [answer for answer in answers if isinstance(answer, CellJudged)]
    results = []
    for key, name in units.items():
        problem = last.problems.get(name, "") if last is not None else ""
        if not answers:
            problem = f"nbval did not run: {reason or 'it said nothing'}"
        results.append(_result(key, name, cells, problem, seconds / max(len(units), 1)))
    return results


def _result(
    key: str, name: str, cells: list[CellJudged], problem: str, seconds: float
) -> UnitResult:
    found: dict[str, dict[str, str]] = {
        exercise: {"outcome": "missing", "line": "not run"}
        for exercise in _checked_exercises(notebook(name))
    }
    cells_of: dict[str, list[CellJudged]] = {}
    lines = [f"{name}: {problem or 'run by nbval'}"]
    for cell in cells:
        if cell.notebook == name:
            if cell.exercise in found:
                cells_of.setdefault(cell.exercise, []).append(cell)
            if cell.outcome not in ("pass", "missing"):
                lines.append(f"  code cell {cell.cell + 1}: {cell.outcome}: {cell.line[:200]}")
    for exercise, judged in cells_of.items():
        worst = next((cell for cell in judged if cell.outcome != "pass"), judged[0])
        found[exercise] = {"outcome": worst.outcome, "line": worst.line}
    result = {"exercises": found, "problem": problem, "seconds": round(seconds, 3)}
    return UnitResult(key, "nbval", name, result, "\n".join(lines))


@cache
def _checked_exercises(path: Path) -> tuple[str, ...]:
    """Exercises that a notebook has check cells of."""
    raw = json.loads(stripped(path))
    ids = (cell["metadata"].get("workbook", {}).get("exercise") for cell in raw["cells"])
    return tuple(dict.fromkeys(str(name) for name in ids if name))


def _command(folder: Path, notebooks: Path, settings: Settings) -> Command:
    sandboxed = bubblewrap.selected_sandbox(settings.sandbox) == "bwrap"
    parts = package_subset.for_notebooks()
    inside = [sys.executable, "-P", "-X", "utf8", "-m", "workbook.grading.nbval.sandboxed"]
    user = str(bubblewrap.sandbox_user() if sandboxed else 0)
    timeout = f"{settings.cell_timeout:g}"
    if not sandboxed:
        env = {**environment(str(parts)), "PATH": os.environ.get("PATH", os.defpath)}
        env |= {name: tempfile.gettempdir() for name in ("HOME", "TMPDIR", "TEMP")}
        if "SYSTEMROOT" in os.environ:
            env["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
        arguments = [*inside, str(notebooks), str(folder), timeout, str(_fonts()), user, "none"]
        return Command(arguments, env, notebooks)
    line = bubblewrap.command(
        [*inside, _NOTEBOOKS, _STUDENT, timeout, _FONTS, user, "bwrap"],
        binds={parts: _PARTS, folder: _STUDENT, notebooks: _NOTEBOOKS, _fonts(): _FONTS},
        environment=environment(_PARTS),
        tmp_size=_TMP_SIZE,
        hidden=bubblewrap.hidden_folders(),
        shared_memory=True,
    )
    return Command(line, {"PATH": os.defpath}, notebooks)


def _run(folder: Path, notebooks: Path, settings: Settings) -> tuple[list[NotebookAnswer], str]:
    """Run nbval to its end, or end it; what it said, and why it ended if that was not its end."""
    try:
        with cgroup.group(_BUDGET) as group:
            command = _command(folder, notebooks, settings)
            command = replace(command, arguments=cgroup.enter(command.arguments, group))
            return _answers(WorkerProcess(command, total=_MAX_BYTES), settings)
    except OSError as error:
        return [], str(error)


def _answers(process: WorkerProcess, settings: Settings) -> tuple[list[NotebookAnswer], str]:
    deadline = time.monotonic() + _START_SECONDS + 4 * settings.cell_timeout
    answers: list[NotebookAnswer] = []
    try:
        while not isinstance(message := process.receive(deadline), Exit):
            if len(answers) >= _MAX_MESSAGES:
                return answers, "it answered without end"
            answers.append(ANSWERS.decode(message))
    except TimeoutError:
        return answers, "it took too long and was ended"
    except CodecError:
        return answers, "it answered nonsense"
    finally:
        process.kill()
    return answers, ""
