"""Training what the page shows, in a child process; results are kept while nothing changes."""

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbook.data import registry
from workbook.errors import WorkbookError
from workbook.locale import text
from workbook.student import locations
from workbook.training import result_codec
from workbook.training.runner import ExperimentRunner, Failure, content_hash
from workbook.version import __version__
from workbook.widgets.portrait.plan import PortraitPart, PortraitPlan

__all__ = ["OnProgress", "train_parts"]

OnProgress = Callable[[str, int, int], object]
"""Told the part's name, and how much of it is done: `done` of `total`."""

_SECONDS_BETWEEN_LOOKS = 0.1


def _folder() -> Path:
    return locations.state_folder() / "portrait"


def _file(plan: PortraitPlan, part: PortraitPart) -> Path:
    """Where the result of a part is kept: its name changes with all that it depends on."""
    data = str(registry.find().path())
    about = [content_hash(plan.folder.resolve()), part.experiment, part.settings, data, __version__]
    digest = hashlib.sha256(json.dumps(about).encode("utf-8")).hexdigest()
    return _folder() / f"{part.name}-{digest[:16]}.npz"


def _failure_text(failure: Failure | None) -> str:
    if failure is None:
        return text("portrait.ended")
    if failure.exercise is None:
        return str(failure)
    return f"{failure}\n{text('portrait.then_check', exercise=failure.exercise)}"


def train_parts(
    plan: PortraitPlan, on_progress: OnProgress, *, keep: bool = True
) -> dict[str, Any]:
    """Train and measure every part of a plan.

    Parameters
    ----------
    plan : PortraitPlan
    on_progress : callable
        Told of progress, some ten times a second.
    keep : bool, optional
        Whether results are kept for the next time, and taken from the last one.

    Returns
    -------
    dict
        The experiments' results by the parts' names.

    Raises
    ------
    WorkbookError
        If the learner's code fails: where, and the check to run.
    KeyboardInterrupt
        When it is stopped; the parts that were ready are kept.
    """
    found = {}
    with ExperimentRunner(plan.folder, keep=True) as runner:
        for part in plan.parts:
            file = _file(plan, part)
            if keep and file.is_file():
                with contextlib.suppress(WorkbookError):
                    found[part.name] = result_codec.load(file)
                    on_progress(part.name, 1, 1)
                    continue
            found[part.name] = _train_part(runner, part, on_progress)
            if keep:
                _save(file, part, found[part.name])
    return found


def _train_part(runner: ExperimentRunner, part: PortraitPart, on_progress: OnProgress) -> Any:
    on_progress(part.name, 0, 0)
    job = runner.run(part.experiment, **part.settings)
    try:
        while job.running:
            job.wait(_SECONDS_BETWEEN_LOOKS)
            job.take_updates()
            on_progress(part.name, job.done, job.total)
    except BaseException:
        job.stop()
        raise
    if job.state != "done" or job.result is None:
        raise WorkbookError(_failure_text(job.failure))
    return job.result


def _save(file: Path, part: PortraitPart, result: Any) -> None:
    """A folder that cannot be written to is no reason to show nothing."""
    with contextlib.suppress(WorkbookError, OSError):
        for old in file.parent.glob(f"{part.name}-*.npz"):
            old.unlink(missing_ok=True)
        result_codec.save(result, file)
