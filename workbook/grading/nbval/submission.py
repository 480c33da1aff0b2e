"""nbval's verdict on one submission: the instructor's notebooks against the student's files."""

import ast
import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any

from workbook.grading.cache_key import notebook
from workbook.grading.judge_submission import laid_out
from workbook.grading.sandbox import bubblewrap, package_subset
from workbook.grading.sandbox.runner import environment
from workbook.grading.units import Settings, Submission, UnitResult

__all__ = ["SKIPPED_TAGS", "run_notebooks", "stripped"]

SKIPPED_TAGS = frozenset({"experiment", "panel", "card", "figure", "answer", "tuning", "hunt"})
"""Tags of cells that check nothing: they train, draw or show."""
_PARTS, _STUDENT, _NOTEBOOKS, _FONTS = "/workbook-parts", "/student", "/notebooks", "/fonts"
_TMP_SIZE = 256 * 2**20
_MAX_EVENTS = 20_000
_MAX_LINE = 4 * 2**20
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
    submission: Submission, settings: Settings, units: Mapping[str, str], *, junit: bool = False
) -> tuple[list[UnitResult], str]:
    """Run the notebooks of some units.

    Parameters
    ----------
    submission : Submission
    settings : Settings
    units : mapping of str to str
        Notebook name by key.
    junit : bool
        Whether nbval's own report is wanted.

    Returns
    -------
    list of UnitResult, str
        The second is the report, empty if it is not wanted or there is none.
    """
    began = time.monotonic()
    with laid_out(submission) as folder:
        notebooks = folder.parent / "notebooks"
        notebooks.mkdir(mode=0o755)
        for name in units.values():
            (notebooks / f"{name}.ipynb").write_text(stripped(notebook(name)), encoding="utf-8")
        events, reason = _run(folder, notebooks, settings)
    seconds = time.monotonic() - began
    last = next((event for event in events if "problems" in event), None)
    results = []
    for key, name in units.items():
        problem = str(last["problems"].get(name, "")) if last is not None else ""
        if not events:
            problem = f"nbval did not run: {reason or 'it said nothing'}"
        results.append(_result(key, name, events, problem, seconds / max(len(units), 1)))
    return results, str(last.get("junit", "")) if last is not None and junit else ""


def _result(
    key: str, name: str, events: list[dict[str, Any]], problem: str, seconds: float
) -> UnitResult:
    found: dict[str, dict[str, str]] = {
        exercise: {"outcome": "missing", "line": "not run"}
        for exercise in _checked_exercises(notebook(name))
    }
    events_of: dict[str, list[dict[str, Any]]] = {}
    lines = [f"{name}: {problem or 'run by nbval'}"]
    for event in events:
        if event.get("notebook") == name and "outcome" in event:
            if event.get("exercise") in found:
                events_of.setdefault(event["exercise"], []).append(event)
            if event["outcome"] not in ("pass", "missing"):
                cell = int(event["cell"]) + 1
                lines.append(f"  code cell {cell}: {event['outcome']}: {str(event['line'])[:200]}")
    for exercise, events in events_of.items():
        bad = [event for event in events if event["outcome"] != "pass"]
        worst = bad[0] if bad else events[0]
        found[exercise] = {"outcome": str(worst["outcome"]), "line": str(worst["line"])}
    result = {"exercises": found, "problem": problem, "seconds": round(seconds, 3)}
    return UnitResult(key, "nbval", name, result, "\n".join(lines))


@cache
def _checked_exercises(path: Path) -> tuple[str, ...]:
    """Exercises that a notebook has check cells of."""
    raw = json.loads(stripped(path))
    ids = (cell["metadata"].get("workbook", {}).get("exercise") for cell in raw["cells"])
    return tuple(dict.fromkeys(str(name) for name in ids if name))


def _command(folder: Path, notebooks: Path, settings: Settings) -> tuple[list[str], dict[str, str]]:
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
        return [*inside, str(notebooks), str(folder), timeout, str(_fonts()), user], env
    line = bubblewrap.command(
        [*inside, _NOTEBOOKS, _STUDENT, timeout, _FONTS, user],
        binds={parts: _PARTS, folder: _STUDENT, notebooks: _NOTEBOOKS, _fonts(): _FONTS},
        environment=environment(_PARTS),
        tmp_size=_TMP_SIZE,
        hidden=bubblewrap.hidden_folders(),
        shared_memory=True,
    )
    return line, {"PATH": os.defpath}


def _run(folder: Path, notebooks: Path, settings: Settings) -> tuple[list[dict[str, Any]], str]:
    """Run nbval to its end, or end it; what it said, and why it ended if that was not its end."""
    command, env = _command(folder, notebooks, settings)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
            cwd=notebooks,
            start_new_session=True,
        )
    except OSError as error:
        return [], str(error)
    assert process.stdout is not None
    lines: queue.Queue[bytes | None] = queue.Queue()
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    deadline = time.monotonic() + _START_SECONDS + 4 * settings.cell_timeout
    events: list[dict[str, Any]] = []
    reason = ""
    try:
        while True:
            line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
            if line is None:
                break
            event = json.loads(line)
            if not isinstance(event, dict) or len(events) > _MAX_EVENTS:
                raise ValueError("it answered nonsense")
            events.append(event)
    except queue.Empty:
        reason = "it took too long and was ended"
    except (ValueError, RecursionError):
        reason = "it answered nonsense"
    finally:
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait(10)
    return events, reason


def _read(stream: IO[bytes], lines: "queue.Queue[bytes | None]") -> None:
    with contextlib.suppress(OSError, ValueError), stream:
        while line := stream.readline(_MAX_LINE):
            lines.put(line)
    lines.put(None)
