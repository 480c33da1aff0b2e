"""Units through an executor: reported, kept, tried again, never a zero for our own fault."""

import os
import signal
import threading
import time
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path

import pytest

from workbook.grading import scheduler
from workbook.grading.units import Pending, Settings, Submission, UnitResult

SOLUTIONS = Path(__file__).parents[2] / "solutions"
EXERCISES = ("affine_forward", "relu_forward")
SETTINGS = Settings("5eed", EXERCISES, timeout=20.0, sandbox="none")


def submission(name="s1", **problems):
    return Submission(name, {"layers.py": (SOLUTIONS / "layers.py").read_bytes()}, problems)


class Here(Executor):
    """Runs what is submitted at once, as `what` says."""

    def __init__(self, what):
        self.what = what
        self.calls = 0

    def submit(self, fn, /, *args, **kwargs):
        self.calls += 1
        future = Future()
        try:
            future.set_result(self.what(self.calls, *args))
        except Exception as error:
            future.set_exception(error)
        return future


def answers(outcome):
    def what(_, task, settings):
        return [
            UnitResult(key, task.kind, subject, {"exercise": subject, "outcome": outcome})
            for key, subject in task.units.items()
        ]

    return what


def graded(submissions, what=None, done=lambda key: None, **options):
    received = {}

    def on_result(who, results):
        received.setdefault(who.name, []).extend(results)

    executor = Here(what) if what else None
    scheduler.run(
        submissions, SETTINGS, executor=executor, done=done, on_result=on_result, **options
    )
    return received, executor


def test_finished_units_are_heard_and_not_run_again():
    first, _ = graded([submission()], answers("pass"))
    kept = {result.key: result for result in first["s1"]}
    second, executor = graded([submission()], answers("fail"), done=kept.get)
    assert executor.calls == 0
    assert second == first


def test_what_is_our_fault_is_tried_again_and_never_a_zero():
    def lost_once(call, *arguments):
        if call == 1:
            raise OSError("gone")
        return answers("pass")(call, *arguments)

    received, executor = graded([submission()], lost_once)
    assert executor.calls == 2
    assert {r.result["outcome"] for r in received["s1"]} == {"pass"}

    def always(call, *arguments):
        raise OSError("gone")

    received, executor = graded([submission()], always)
    assert executor.calls == scheduler.TRIES
    assert all(r.infra and r.result["outcome"] == "infra" for r in received["s1"])
    assert "gone" in received["s1"][0].log
    # And with the next run it is tried anew.
    kept = {result.key: result for result in received["s1"]}
    received, executor = graded([submission()], answers("pass"), done=kept.get)
    assert {r.result["outcome"] for r in received["s1"]} == {"pass"}


def test_infra_from_a_worker_is_tried_again():
    def what(call, *arguments):
        return answers("infra" if call == 1 else "pass")(call, *arguments)

    received, executor = graded([submission()], what)
    assert executor.calls == 2
    assert [r.result["outcome"] for r in received["s1"]] == ["pass", "pass"]


def test_no_reference_is_used_before_the_whole_class_has_finished_the_level():
    """Units that need references wait, level by level, for all of the class; retries too."""
    done = []

    def what(call, task, settings):
        if task.pending:
            found = [replace(unit, pending=None) for unit in task.pending.values()]
            done.extend(
                (task.submission.name, unit.pending.level) for unit in task.pending.values()
            )
            if call == 5:
                raise OSError("gone")
            return found
        done.append((task.submission.name, -1))
        levels = {"affine_forward": 2, "relu_forward": 1}
        found = [
            UnitResult(
                key,
                task.kind,
                subject,
                {"exercise": subject, "outcome": "blocked"},
                pending=Pending(levels[subject], ("x",)),
            )
            for key, subject in task.units.items()
        ]
        return found

    received, _ = graded([submission("a"), submission("b"), submission("c")], what)
    assert [level for _, level in done] == [-1, -1, -1, 1, 1, 1, 1, 2, 2, 2]
    assert {name: len(results) for name, results in received.items()} == {"a": 2, "b": 2, "c": 2}
    assert all(unit.pending is None for results in received.values() for unit in results)


def test_it_stops_when_it_is_told():
    stop = threading.Event()
    stop.set()
    _, executor = graded([submission()], answers("pass"), stop=stop)
    assert executor.calls == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kills a worker by a signal")
def test_a_worker_that_is_killed_costs_a_retry_only(monkeypatch):
    pools = []
    original = scheduler.ProcessPoolExecutor

    def noted(*args, **kwargs):
        pools.append(original(*args, **kwargs))
        return pools[-1]

    monkeypatch.setattr(scheduler, "ProcessPoolExecutor", noted)

    def kill():
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if pools and pools[0]._processes:
                os.kill(next(iter(pools[0]._processes)), signal.SIGKILL)
                return
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    wrong = Submission("wrong", {"layers.py": b"def affine_forward(x, w, b):\n    return 1\n"})
    received, _ = graded([submission(), wrong])
    killer.join()
    assert len(pools) == 2
    assert {r.subject: r.result["outcome"] for r in received["s1"]} == {
        n: "pass" for n in EXERCISES
    }
    found = {r.subject: r.result["outcome"] for r in received["wrong"]}
    assert found == {"affine_forward": "error", "relu_forward": "missing"}
    assert received["s1"][0].result["points"] == received["s1"][0].result["max_points"]
