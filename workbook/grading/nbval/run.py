"""Notebooks run by nbval: each in a process of its own, every cell's result as data.

Used by `workbook notebooks run` and by the class grader.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from workbook.grading.nbval.messages import (
    EVENTS,
    CellEnded,
    CellStarted,
    KernelStarted,
    NotebookEvent,
    RunEnded,
)
from workbook.grading.nbval.results import (
    SANITISE,
    VARIABLE,
    NotebookResult,
    OnCell,
    expected_cells,
    record_cell,
)
from workbook.worker import frames

__all__ = ["CELL_TIMEOUT", "run_group", "run_notebooks", "variables"]

# How long a run may be silent beyond a cell's own limit, in seconds: a kernel starts,
# or is stopped after its time is up.
GRACE = 60.0
CELL_TIMEOUT = 180.0


def variables(exercises: str | Path | None, threads: int) -> dict[str, str]:
    """The environment of a run: this one's, without what would make it another's."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # The notebook's own `%matplotlib inline` decides.
    env.pop("MPLBACKEND", None)
    # Whatever other pytest plugins are installed take time and could interfere.
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    env["WORKBOOK_STATIC"] = "1"
    if exercises is not None:
        env["WORKBOOK_EXERCISES"] = str(exercises)
    # Side by side, each notebook keeps to its share of the cores.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        env.setdefault(name, str(threads))
    return env


def _kill(process: subprocess.Popen[bytes], kernel: int | None) -> None:
    """End a run that goes on, and its kernel, each with whatever it has started."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        subprocess.run(
            ["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False
        )
    else:
        # A kernel leads a process group of its own.
        for pid in (kernel, process.pid):
            with suppress(ProcessLookupError, PermissionError):
                if pid is not None:
                    os.killpg(pid, signal.SIGKILL)
    process.wait()


def _command(paths: Sequence[Path], cell_timeout: float, folder: Path) -> list[str]:
    sanitise = folder / "sanitise.cfg"
    rules = [f"regex: {pattern}\nreplace: {new}\n" for pattern, new in SANITISE]
    sanitise.write_text("[rules]\n" + "\n".join(rules), encoding="utf-8", newline="\n")
    # An empty configuration of its own: this project's is for its tests.
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    plugins = ("no:cacheprovider", "workbook.grading.nbval.plugin", "nbval.plugin")
    return [
        *(sys.executable, "-m", "pytest", "-c", str(folder / "pytest.ini")),
        *(f"--rootdir={folder}", *(f"-p{name}" for name in plugins)),
        *("--nbval-lax", "--nbval-current-env", f"--nbval-sanitize-with={sanitise}"),
        *(f"--nbval-cell-timeout={cell_timeout:g}", "--continue-on-collection-errors"),
        *("-q", "--tb=no", "--color=no", "--no-header", "--disable-warnings"),
        *map(str, paths),
    ]


class _Run:
    """One run of nbval over some notebooks, followed through what its plugin writes."""

    def __init__(self, results: Sequence[NotebookResult], on_cell: OnCell | None) -> None:
        self.results = {str(result.path): result for result in results}
        self.on_cell = on_cell
        self.kernel: int | None = None
        self.position = 0
        self.current: tuple[NotebookResult, int] | None = None
        self.kernel_ran = False

    def handle(self, event: NotebookEvent) -> None:
        if isinstance(event, KernelStarted):
            self.kernel = event.pid
        elif isinstance(event, RunEnded):
            for result in self.results.values():
                result.peak_megabytes = event.peak_megabytes
        elif isinstance(event, CellStarted):
            result = self.results[event.notebook]
            self.current = (result, event.cell)
            if isinstance(event, CellEnded):
                cell = record_cell(event, result)
                self.kernel_ran = self.kernel_ran or event.kernel
                if not self.kernel_ran and cell.outcome == "missing":
                    # Nothing of the notebooks has run yet: it is not their doing.
                    result.problem = cell.line
                if self.on_cell is not None:
                    self.on_cell(result, cell)

    def read(self, events: Path) -> bool:
        """Take in what was written since; whether there was anything."""
        before = self.position
        with events.open("rb") as file:
            file.seek(self.position)
            # The last message may still be being written.
            while (message := frames.read(file)) is not None:
                self.position = file.tell()
                self.handle(EVENTS.decode(message))
        return self.position > before

    def follow(
        self,
        process: subprocess.Popen[bytes],
        events: Path,
        silence: float,
        stop: threading.Event,
    ) -> None:
        """Take in events until the run ends, or is told to, or is silent for too long."""
        last = time.monotonic()
        while process.poll() is None and not stop.wait(0.1):
            if self.read(events):
                last = time.monotonic()
            elif time.monotonic() - last > silence:
                if self.current is not None:
                    result, number = self.current
                    why = f"hung: nothing was heard for {silence:.0f} s, and it was ended"
                    cell = replace(result.cells[number], outcome="timeout", line=why)
                    result.cells[number] = cell
                return


def run_group(
    paths: Sequence[Path],
    *,
    exercises: str | Path | None = None,
    cell_timeout: float = CELL_TIMEOUT,
    threads: int = 1,
    on_cell: OnCell | None = None,
    stop: threading.Event | None = None,
) -> list[NotebookResult]:
    """Run notebooks one after the other in one process.

    Parameters
    ----------
    paths : sequence of Path
    exercises : str or Path, optional
        What `WORKBOOK_EXERCISES` says in the kernels; None leaves it as it is here.
    cell_timeout : float
        Limit for a cell, in seconds.
    threads : int
        How many a kernel's linear algebra uses, unless the variables for it are set here.
    on_cell : callable, optional
        Called as `on_cell(notebook, cell)` after each cell.
    stop : threading.Event, optional
        Set it to end the run; what was not run is `missing`.

    Returns
    -------
    list of NotebookResult
        In the order of `paths`.
    """
    results = [expected_cells(path.resolve()) for path in paths]
    todo = [result for result in results if result.cells]
    if not todo:
        return results
    run = _Run(todo, on_cell)
    with tempfile.TemporaryDirectory(prefix="workbook-nbval-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        events, log = folder / "events", folder / "pytest.log"
        events.touch()
        env = variables(exercises, threads)
        env[VARIABLE] = str(events)
        # The user's own start-up files and history are none of the notebooks' business.
        env["IPYTHONDIR"] = str(folder / "ipython")
        command = _command([result.path for result in todo], cell_timeout, folder)
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=sys.platform != "win32",
            )
            try:
                run.follow(process, events, cell_timeout + GRACE, stop or threading.Event())
            finally:
                _kill(process, run.kernel)
            run.read(events)
        log_lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    for result in todo:
        if run.current is None and not (stop and stop.is_set()):
            result.problem = (
                f"nbval did not start: {log_lines[-1] if log_lines else 'it said nothing'}"
            )
    return results


def run_notebooks(
    paths: Sequence[Path],
    *,
    exercises: str | Path | None = None,
    cell_timeout: float = CELL_TIMEOUT,
    jobs: int | None = None,
    on_cell: OnCell | None = None,
) -> list[NotebookResult]:
    """Run notebooks side by side, each in a process of its own.

    A notebook that hangs, kills its kernel or cannot be read spoils no other. Parameters as
    for `run_group`; `jobs` is how many run at a time (default: one for each core).
    """
    jobs = max(1, min(jobs or os.cpu_count() or 1, len(paths)))
    stop = threading.Event()

    def run_one(path: Path) -> NotebookResult:
        [result] = run_group(
            [path],
            exercises=exercises,
            cell_timeout=cell_timeout,
            on_cell=on_cell,
            stop=stop,
        )
        return result

    # The big ones first, so that none of them is left alone at the end.
    order = sorted(paths, key=lambda path: path.stat().st_size, reverse=True)
    with ThreadPoolExecutor(jobs) as pool:
        futures = {path: pool.submit(run_one, path) for path in order}
        try:
            return [futures[path].result() for path in paths]
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
