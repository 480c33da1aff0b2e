"""A pytest plugin for runs of nbval: a message for each cell, and dead kernels noticed at once.

Loaded with `-p workbook.grading.nbval.plugin` by `nbval_run`, before nbval's own; does nothing
unless the variable `WORKBOOK_NBVAL_EVENTS` names the file to write to.
"""

import contextlib
import os
import sys
import time
from pathlib import Path
from queue import Empty
from typing import Any

import pytest

from workbook.grading.nbval.messages import (
    EVENTS,
    CellEnded,
    CellStarted,
    KernelStarted,
    NotebookEvent,
    RunEnded,
)
from workbook.grading.nbval.results import VARIABLE, quick_nbformat, verdict_lines
from workbook.worker import frames

# nbval imports nbformat.
if VARIABLE in os.environ:
    quick_nbformat()

# Between two looks at whether a silent kernel still lives, in seconds.
POLL_SECONDS = 1.0
# Letters of what a cell says that are told.
_LONGEST = 500_000


class EventWriter:
    """Writes what happens to a file, a frame at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.timed_out: set[Path] = set()

    def write(self, event: NotebookEvent) -> None:
        with self.path.open("ab") as file:
            file.write(frames.frame(EVENTS.encode(event)))

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.write(CellStarted(str(item.path), getattr(item, "cell_num", -1)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        error = call.excinfo.value if call.excinfo is not None else None
        text = (str(error) or type(error).__name__) if error is not None else ""
        # nbval interrupts a cell whose time is up; code that ends well on Ctrl-C would pass.
        if getattr(item.parent, "timed_out", False) and item.path not in self.timed_out:
            self.timed_out.add(item.path)
            if not text.startswith("Timeout of"):
                limit = item.config.getoption("nbval_cell_timeout")
                text = f"Timeout of {limit:g} seconds exceeded executing cell"
        # Set-up starts the kernel, and may fail; tear-down only stops it.
        if call.when == "call" or (call.when == "setup" and error is not None):
            self.write(
                CellEnded(
                    notebook=str(item.path),
                    cell=getattr(item, "cell_num", -1),
                    kernel=call.when == "call",
                    seconds=call.duration,
                    skipped=isinstance(error, pytest.skip.Exception),
                    error=text[:_LONGEST],
                    detail=str(getattr(error, "inner_traceback", None) or "")[-_LONGEST:],
                )
            )

    def pytest_unconfigure(self) -> None:
        peak = 0.0
        if sys.platform != "win32":
            import resource

            scale = 1 if sys.platform == "darwin" else 1024
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * scale / 1e6
        self.write(RunEnded(peak))


def watch_kernels(events: EventWriter) -> None:
    """Tell each kernel's process id, keep pytest's variables from it, notice when it dies."""
    from nbval import kernel as nbval_kernel

    start = nbval_kernel.start_new_kernel

    def start_clean(*args: Any, **options: Any) -> Any:
        options["env"] = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        manager, client = start(*args, **options)
        events.write(KernelStarted(getattr(manager.provisioner, "pid", None)))
        return manager, client

    class Watched(nbval_kernel.RunningKernel):  # type: ignore[misc]
        # As nbval's own, which would wait the whole timeout for a kernel that has died.
        def get_message(self, stream: str, timeout: float | None = None) -> Any:
            until = float("inf") if timeout is None else time.monotonic() + timeout
            while True:
                left = until - time.monotonic()
                with contextlib.suppress(Empty):
                    return super().get_message(stream, timeout=max(0.0, min(POLL_SECONDS, left)))
                if left <= POLL_SECONDS:
                    raise Empty
                if not self.is_alive():
                    raise RuntimeError("the kernel died while this cell was running")

    nbval_kernel.start_new_kernel = start_clean
    from nbval import plugin

    plugin.RunningKernel = Watched


def only_verdicts(outputs: list[Any], stored: list[Any]) -> list[Any]:
    """Return a cell's outputs without what student code prints, if its stored ones hold verdicts.

    A right function may print or warn; the verdicts beside it judge the cell.
    """

    from nbformat.v4 import new_output

    def printed(found: list[Any]) -> str:
        return "".join(output["text"] for output in found if output.get("name") == "stdout")

    if not verdict_lines(printed(stored)):
        return outputs
    kept = [output for output in outputs if output.get("output_type") != "stream"]
    verdicts = verdict_lines(printed(outputs))
    return [*kept, new_output("stream", name="stdout", text=verdicts)]  # type: ignore[no-untyped-call]


def compare_verdicts() -> None:
    """Have nbval compare the verdicts of a check cell, and not what student code prints."""
    from nbval import plugin

    compare = plugin.IPyNbCell.compare_outputs

    def compare_outputs(cell: Any, test: list[Any], ref: list[Any], *args: Any) -> bool:
        return bool(compare(cell, only_verdicts(test, ref), only_verdicts(ref, ref), *args))

    plugin.IPyNbCell.compare_outputs = compare_outputs


def pytest_configure(config: pytest.Config) -> None:
    path = os.environ.get(VARIABLE)
    if path:
        events = EventWriter(Path(path))
        watch_kernels(events)
        compare_verdicts()
        config.pluginmanager.register(events, "workbook-nbval-events")
