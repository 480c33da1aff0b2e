"""Runs the units of a class: on this machine's processes, or on any other executor.

Only the caller's process receives results and keeps them; a worker that is lost
costs a retry. What is our own fault is tried again and never becomes a zero.
"""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import dataclass, field, replace
from typing import Any

from workbook import curriculum
from workbook.checks.messages import fill
from workbook.grading.cache_key import unit_keys
from workbook.grading.sandbox import bubblewrap
from workbook.grading.units import Settings, Submission, UnitResult

__all__ = ["TRIES", "run"]

TRIES = 3
"""How often a unit is run before it stays `infra`."""


@dataclass(frozen=True)
class _Task:
    """Some units of one submission, of one kind.

    Attributes
    ----------
    units : dict of str to str
        Subject by key.
    pending : dict of str to UnitResult
        By key: what the first run of these units found, if this is the isolated one.
    """

    submission: Submission
    kind: str
    units: dict[str, str]
    pending: dict[str, UnitResult] = field(default_factory=dict)
    tries: int = 0


def perform(task: _Task, settings: Settings) -> list[UnitResult]:
    """Do one task, in a worker."""
    submission, units = task.submission, task.units
    if task.kind == "judge":
        from workbook.grading.judge_submission import judge, judge_isolated

        if task.pending:
            pending = [task.pending[key] for key in units]
            return judge_isolated(submission, settings, pending)
        return judge(submission, settings, units)
    from workbook.grading.nbval.submission import run_notebooks

    return run_notebooks(submission, settings, units)


def end_with_parent() -> None:
    """Initialise a worker: when the process that started it is gone, it goes too."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="workbook-parent").start()


class _Workers:
    """An executor that is made anew when it breaks, unless it is the caller's."""

    def __init__(self, executor: Executor | None, jobs: int) -> None:
        self._given = executor
        self._jobs = max(1, jobs)
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, *arguments: Any) -> "Future[list[UnitResult]]":
        if self._given is not None:
            return self._given.submit(perform, *arguments)
        if self._pool is None:
            # Spawned: a fork of a process with threads may hang.
            self._pool = ProcessPoolExecutor(
                self._jobs,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=end_with_parent,
            )
        return self._pool.submit(perform, *arguments)

    def broken(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def close(self, *, now: bool) -> None:
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        workers = list(getattr(pool, "_processes", {}).values()) if now else []
        for worker in workers:
            worker.kill()
        pool.shutdown(wait=True, cancel_futures=True)


def run(
    submissions: Sequence[Submission],
    settings: Settings,
    *,
    executor: Executor | None = None,
    jobs: int = 1,
    done: Callable[[str], UnitResult | None],
    on_result: Callable[[Submission, list[UnitResult]], None],
    stop: threading.Event | None = None,
) -> None:
    """Grade submissions.

    Parameters
    ----------
    submissions : sequence of Submission
    settings : Settings
    executor : Executor, optional
        Where the work is done; by default `jobs` processes of this machine.
    jobs : int
        How many tasks are under way at a time.
    done : callable
        `done(key)` is a finished unit's result, or None; such a unit is not run again.
    on_result : callable
        `on_result(submission, results)` is called in this thread as results come in, those that
        were done already among them; at least once a submission.
    stop : threading.Event, optional
        Set it to end the run; what was under way is lost, what was reported is not.
    """
    # Chosen once: asked for and not to be had is said before anything runs.
    settings = replace(settings, sandbox=bubblewrap.select_sandbox(settings.sandbox))
    stop = stop or threading.Event()
    todo: deque[_Task] = deque()
    for submission in submissions:
        todo.extend(_unfinished_tasks(submission, settings, done, on_result))
    # By level: tasks that wait until all of the lower levels have ended.
    later: dict[int, list[_Task]] = {}
    workers = _Workers(executor, jobs)
    under_way: dict[Future[list[UnitResult]], _Task] = {}
    # Some more than there are workers, so that none of them waits for us.
    most = max(1, jobs) * 2 if executor is None else max(jobs, 1) * 4
    clean = False
    try:
        while (todo or under_way or later) and not stop.is_set():
            if not todo and not under_way:
                todo.extend(later.pop(min(later)))
            while todo and len(under_way) < most and _may_start(todo[0], under_way.values()):
                task = todo.popleft()
                try:
                    future = workers.submit(task, settings)
                except Exception as error:  # A pool that broke between two looks at it.
                    workers.broken()
                    todo.extend(_retries(task, [], on_result, _said(error)))
                    continue
                under_way[future] = task
            finished, _ = wait(under_way, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in finished:
                task = under_way.pop(future)
                try:
                    results = future.result()
                except Exception as error:  # The worker died, or our own code raised there.
                    if isinstance(error, BrokenExecutor):
                        workers.broken()
                    todo.extend(_retries(task, [], on_result, _said(error)))
                    continue
                for level, waiting in _pending(task, results).items():
                    later.setdefault(level, []).append(waiting)
                todo.extend(_retries(task, results, on_result, ""))
        clean = not stop.is_set()
    finally:
        for future in under_way:
            future.cancel()
        workers.close(now=not clean)


def _said(error: BaseException) -> str:
    return f"the worker was lost: {type(error).__name__}: {error}"[:500]


def _unfinished_tasks(
    submission: Submission,
    settings: Settings,
    done: Callable[[str], UnitResult | None],
    on_result: Callable[[Submission, list[UnitResult]], None],
) -> list[_Task]:
    """What is left to do of a submission; what is done already is reported at once."""
    found: list[UnitResult] = []
    left: dict[str, dict[str, str]] = {}
    for key, (kind, subject) in unit_keys(submission, settings).items():
        result = done(key)
        if result is not None and not result.infra:
            found.append(result)
        else:
            left.setdefault(kind, {})[key] = subject
    if found or not left:
        on_result(submission, found)
    return [_Task(submission, kind, units) for kind, units in left.items()]


def _may_start(task: _Task, under_way: Iterable[_Task]) -> bool:
    """Return whether a task may run beside others; a second try runs alone.

    What ended the first may have been want of memory, or a neighbour.
    """
    beside = list(under_way)
    return not beside or not (task.tries or any(other.tries for other in beside))


def _pending(task: _Task, results: list[UnitResult]) -> dict[int, _Task]:
    """Return the units that are judged once more with references, as a task for each level."""
    by_level: dict[int, dict[str, UnitResult]] = {}
    for result in results:
        if result.pending is not None and result.key in task.units:
            by_level.setdefault(result.pending.level, {})[result.key] = result
    return {
        level: _Task(task.submission, "judge", {key: task.units[key] for key in pending}, pending)
        for level, pending in by_level.items()
    }


def _retries(
    task: _Task,
    results: list[UnitResult],
    on_result: Callable[[Submission, list[UnitResult]], None],
    why: str,
) -> list[_Task]:
    """Report what is final; return what is to be tried again."""
    given = {result.key: result for result in results if result.key in task.units}
    open_units = {
        key: subject for key, subject in task.units.items() if key not in given or given[key].infra
    }
    last = task.tries + 1 >= TRIES
    final = [
        result for result in given.values() if result.pending is None and (last or not result.infra)
    ]
    if last:
        final += [
            _lost(key, task.kind, subject, why)
            for key, subject in open_units.items()
            if key not in given
        ]
    if final:
        on_result(task.submission, final)
    if last or not open_units:
        return []
    return [replace(task, units=open_units, tries=task.tries + 1)]


def _lost(key: str, kind: str, subject: str, why: str) -> UnitResult:
    """A unit that no try brought to an end."""
    why = why or "no worker gave a result"
    if kind == "nbval":
        result: dict[str, Any] = {"exercises": {}, "problem": why, "seconds": 0.0}
        return UnitResult(key, kind, subject, result, f"{subject}: {why}")
    exercise = curriculum.load()[subject]
    message = fill("finding.ended.infra", where=subject, seconds=0, detail=why.rstrip("."))
    result = {
        "exercise": subject,
        "outcome": "infra",
        "integrated_outcome": "infra",
        "points": 0.0,
        "max_points": float(exercise.points),
        "checks": [],
        "misconception": None,
        "file": exercise.file,
        "sha256": "",
        "seed": 0,
        "seconds": 0.0,
        "message": message.as_json(),
        "notes": [],
        "printed": {"lines": 0, "head": ""},
    }
    return UnitResult(key, kind, subject, result, f"{subject}: infra: {why}")
