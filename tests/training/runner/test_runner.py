"""The child process: results like a direct call's, and any misbehaviour survived."""

import os
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from workbook.errors import WorkbookError
from workbook.student import load_implementation
from workbook.training import experiments
from workbook.training.runner import ExperimentRunner

pytestmark = pytest.mark.skipif(os.name != "posix", reason="looks at POSIX processes")

BOWL = {"surface": "bowl", "rules": ["sgd"], "steps": 5}
# A loaded machine may need long to start Python; what is promised is the time after that.
PATIENCE = 60


def started(job):
    """Wait until the student's code runs, which says so on its standard output."""
    end = time.monotonic() + PATIENCE
    while "here" not in job.printed and job.running and time.monotonic() < end:
        time.sleep(0.02)
    assert "here" in job.printed, job.failure
    return job


def test_the_result_is_that_of_a_direct_call(runner, folder):
    job = runner.run("descend", surface="ravine").wait(PATIENCE)
    assert job.state == "done", job.failure
    with load_implementation(folder) as impl:
        rules = {name: getattr(impl, name) for name in ("sgd", "sgd_momentum", "rmsprop", "adam")}
        direct = experiments.descend(rules, "ravine")
    for name, path in direct.paths.items():
        np.testing.assert_array_equal(job.result.paths[name], path)
    updates = job.take_updates()
    assert [u.series for u in updates] == list(rules)
    np.testing.assert_array_equal(updates[0].values["path"], direct.paths["sgd"])
    assert (job.done, job.total) == (4, 4)
    assert job.take_updates() == []


def test_a_training_run_streams_and_can_be_stopped(runner):
    job = runner.run("optimiser_race", rules=["sgd", "adam"], num_train=500, epochs=500)
    end = time.monotonic() + PATIENCE
    seen = []
    while len(seen) < 20 and job.running and time.monotonic() < end:
        time.sleep(0.05)
        seen += job.take_updates()
    assert job.running, job.failure
    assert {u.series for u in seen} == {"sgd", "adam"}
    job.stop()
    assert job.state == "stopped"
    seen += job.take_updates()
    losses = [u.values["loss"] for u in seen if u.series == "adam"]
    if job.result is not None:
        recorded = job.result.runs["adam"].loss_history
        assert tuple(losses) == recorded
        assert not job.result.complete
    again = runner.run("optimiser_race", rules=["sgd", "adam"], num_train=500, epochs=1)
    assert again.wait(PATIENCE).state == "done"
    repeated = again.result.runs["adam"].loss_history
    assert list(repeated) == losses[: len(repeated)]


LOOPS = {
    "python": "while True:\n            pass",
    "c": "sum(range(10**18))",
    "sleep": "import time; time.sleep(1000)",
    "ignores": (
        "import signal, time\n"
        "        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        "        while True: time.sleep(1)"
    ),
    "swallows": (
        "while True:\n"
        "            try:\n                [].missing\n"
        "            except BaseException:\n                pass"
    ),
}


@pytest.mark.parametrize("kind", LOOPS)
def test_an_endless_loop_is_stopped_within_a_second(with_sgd, runner, kind, gone):
    with_sgd(
        textwrap.dedent(
            """
            calls = 0
            def sgd(w, dw, config=None):
                global calls
                calls += 1
                if calls > 3:
                    print("here", flush=True)
                    import time; time.sleep(0.4)
                    LOOP
                return w - 0.1 * dw, config
            """
        ).replace("LOOP", LOOPS[kind])
    )
    job = started(runner.run("descend", rules=["adam", "sgd"], surface="bowl", steps=5))
    pid = runner.pid
    begun = time.monotonic()
    job.stop()
    assert time.monotonic() - begun < 1.5  # One second, and room for a busy machine.
    assert job.state == "stopped"
    assert gone(pid)
    # What was computed stays, and the next run works.
    assert [u.series for u in job.take_updates()] == ["adam"]
    assert runner.run("descend", rules=["adam"], surface="bowl").wait(PATIENCE).state == "done"


def test_a_loop_at_import_is_stopped_too(with_sgd, runner):
    with_sgd("print('here', flush=True)\nwhile True:\n    pass\n")
    job = started(runner.run("descend", **BOWL))
    assert job.stop().state == "stopped"


def test_asking_does_not_wait(with_sgd, runner):
    with_sgd("def sgd(w, dw, config=None):\n    print('here')\n    while True:\n        pass\n")
    job = started(runner.run("descend", **BOWL))
    begun = time.monotonic()
    job.request_stop()
    assert time.monotonic() - begun < 0.3
    assert job.wait(5).state == "stopped"


def test_an_exception_is_told_with_file_line_and_check(with_sgd, runner):
    folder = with_sgd(
        "def sgd_momentum(w, dw, config=None):\n"
        "    def helper(velocity):\n"
        "        return velocity['speed']\n"
        "    return helper({}), config\n"
    )
    job = runner.run("descend", rules=["sgd_momentum"]).wait(PATIENCE)
    assert job.state == "failed"
    failure = job.failure
    lines = (folder / "optim.py").read_text(encoding="utf-8").splitlines()
    assert failure.kind == "KeyError"
    assert failure.file.endswith("optim.py")
    assert lines[failure.line - 1].strip() == failure.source == "return velocity['speed']"
    assert failure.exercise == "sgd_momentum"
    assert not failure.todo
    assert str(failure).endswith(f"optim.py line {failure.line}: KeyError: 'speed'")


def test_the_right_part_of_a_class_is_named(folder, runner):
    path = folder / "classifiers" / "fc_net.py"
    source = path.read_text(encoding="utf-8")
    path.write_text(
        source + "\n\ndef broken(self, X, y=None):\n    return X + None\n\n"
        "broken.__code__ = broken.__code__.replace(co_qualname='FullyConnectedNet.loss')\n"
        "FullyConnectedNet.loss = broken\n",
        encoding="utf-8",
    )
    job = runner.run("optimiser_race", num_train=100, epochs=1).wait(PATIENCE)
    assert job.failure.kind == "TypeError"
    assert job.failure.exercise == "FullyConnectedNet.loss"


def test_what_is_still_to_do_is_told(with_sgd, runner):
    with_sgd('def adam(w, dw, config=None):\n    raise NotImplementedError("adam")\n')
    job = runner.run("descend", rules=["sgd", "adam"]).wait(PATIENCE)
    assert job.failure.todo
    assert job.failure.exercise == "adam"
    assert str(job.failure).startswith("adam is still to do (")
    assert [u.series for u in job.take_updates()] == ["sgd"]


def test_a_file_that_does_not_parse_is_told_and_mended(with_sgd, runner):
    folder = with_sgd("def sgd(:\n")
    good = (folder / "optim.py").read_text(encoding="utf-8").replace("def sgd(:\n", "")
    job = runner.run("descend", **BOWL).wait(PATIENCE)
    assert job.state == "failed"
    assert job.failure.kind == "SyntaxError"
    assert job.failure.file.endswith("optim.py")
    assert job.failure.line == good.count("\n") + 1
    (folder / "optim.py").write_text(good, encoding="utf-8")
    assert runner.run("descend", **BOWL).wait(PATIENCE).state == "done"


@pytest.mark.parametrize(
    "source",
    ["import os\n    os._exit(3)", "import os, signal\n    os.kill(os.getpid(), signal.SIGSEGV)"],
)
def test_a_process_that_ends_itself_is_told(with_sgd, runner, source):
    with_sgd(f"def sgd(w, dw, config=None):\n    {source}\n")
    job = runner.run("descend", **BOWL).wait(PATIENCE)
    assert job.state == "crashed"
    assert "ended its own process" in str(job.failure)


@pytest.mark.parametrize(
    "call", ["import sys; sys.exit('bye')", "input()", "raise KeyboardInterrupt"]
)
def test_leaving_and_asking_are_ordinary_errors(with_sgd, runner, call):
    with_sgd(f"def adam(w, dw, config=None):\n    {call}\n")
    job = runner.run("descend", rules=["adam"]).wait(PATIENCE)
    assert job.state == "failed"
    assert job.failure.kind in ("SystemExit", "EOFError", "KeyboardInterrupt")
    assert job.failure.exercise == "adam"


def test_a_flood_of_prints_is_cut_and_does_not_hang(with_sgd, runner):
    with_sgd(
        "import os\ndef sgd(w, dw, config=None):\n"
        "    for i in range(30_000):\n        print('x' * 100)\n"
        "    os.write(1, b'garbage' * 10_000)\n    os.write(2, b'garbage' * 10_000)\n"
        "    return w - 0.1 * dw, config\n"
    )
    job = runner.run("descend", **BOWL).wait(PATIENCE)
    assert job.state == "done", job.failure
    assert job.printed.startswith("xxx")
    assert job.printed.endswith("[more was printed]\n")
    assert len(job.printed) < 25_000


def test_what_is_no_plain_data_is_an_error(with_sgd, runner):
    with_sgd(
        "import numpy as np\nclass Odd(float):\n    pass\n"
        "def sgd(w, dw, config=None):\n    return np.array([1, 2], dtype=object), config\n"
    )
    assert runner.run("descend", **BOWL).wait(PATIENCE).state == "failed"


def test_a_file_named_like_a_module_is_not_imported(runner, tmp_path, monkeypatch):
    (tmp_path / "random.py").write_text("raise RuntimeError", encoding="utf-8")
    (tmp_path / "numpy.py").write_text("raise RuntimeError", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert runner.run("descend", **BOWL).wait(PATIENCE).state == "done"


def test_one_run_has_one_child_and_leaves_none(runner, gone):
    job = runner.run("descend", **BOWL)
    pid = runner.pid
    assert job.wait(PATIENCE).state == "done"
    assert gone(pid)


def test_a_kept_child_serves_until_a_file_changes(folder, gone):
    with ExperimentRunner(folder, keep=True) as runner:
        assert runner.run("descend", **BOWL).wait(PATIENCE).state == "done"
        first = runner.pid
        job = runner.run("descend", **BOWL).wait(PATIENCE)
        assert runner.pid == first
        path = folder / "optim.py"
        changed = "\ndef sgd(w, dw, config=None):\n    return w * 0, config\n"
        path.write_text(path.read_text(encoding="utf-8") + changed, encoding="utf-8")
        after = runner.run("descend", **BOWL).wait(PATIENCE)
        assert runner.pid != first
        assert gone(first)
        assert job.result.paths["sgd"][1].any()
        assert not after.result.paths["sgd"][1].any()
        last = runner.pid
    assert gone(last)


def test_a_kept_child_survives_an_error_and_a_stop(with_sgd, folder):
    with_sgd("def sgd(w, dw, config=None):\n    return w.missing\n")
    with ExperimentRunner(folder, keep=True) as runner:
        assert runner.run("descend", **BOWL).wait(PATIENCE).state == "failed"
        pid = runner.pid
        assert runner.run("descend", rules=["adam"]).wait(PATIENCE).state == "done"
        assert runner.pid == pid


def test_a_new_run_ends_the_one_before(with_sgd, runner):
    with_sgd("def sgd(w, dw, config=None):\n    print('here')\n    while True:\n        pass\n")
    first = started(runner.run("descend", **BOWL))
    second = runner.run("descend", rules=["adam"])
    assert first.state == "stopped"
    assert second.wait(PATIENCE).state == "done"


def test_what_nobody_holds_any_more_is_ended(with_sgd, folder, gone):
    """As when a cell is run again while the old panel still trains."""
    with_sgd("def sgd(w, dw, config=None):\n    print('here')\n    while True:\n        pass\n")
    runner = ExperimentRunner(folder)
    job = started(runner.run("descend", **BOWL))
    pid = runner.pid
    del runner, job
    assert gone(pid)


def test_a_job_keeps_its_process(folder):
    job = ExperimentRunner(folder).run("descend", **BOWL)
    assert job.wait(PATIENCE).state == "done"


def test_news_are_told(folder):
    news = []
    with ExperimentRunner(folder, on_change=lambda: news.append(1)) as runner:
        job = runner.run("descend", **BOWL).wait(PATIENCE)
    assert job.state == "done"
    assert len(news) >= 2


def test_many_runs_leave_nothing_behind(folder, gone):
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    with ExperimentRunner(folder) as runner:
        for _ in range(4):
            assert runner.run("descend", **BOWL).wait(PATIENCE).state == "done"
            pid = runner.pid
            assert pid is None or gone(pid)
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_no_such_folder(tmp_path):
    with pytest.raises(WorkbookError, match="There is no folder"):
        ExperimentRunner(tmp_path / "none").run("descend")


def test_an_unknown_experiment_is_an_error(runner):
    job = runner.run("juggle").wait(PATIENCE)
    assert job.state == "failed"
    assert "juggle" in str(job.failure)


PARENT = textwrap.dedent(
    """
    import sys, time
    from workbook.training.runner import ExperimentRunner
    runner = ExperimentRunner(sys.argv[1])
    job = runner.run("descend", surface="bowl", rules=["sgd"])
    while "here" not in job.printed:
        time.sleep(0.02)
    print(runner.pid, flush=True)
    if sys.argv[2] == "wait":
        time.sleep(1000)
    """
)


@pytest.mark.parametrize("how", ["ends", "killed"])
def test_no_child_outlives_its_parent(with_sgd, tmp_path, how, gone):
    folder = with_sgd(
        "def sgd(w, dw, config=None):\n    print('here')\n    while True:\n        pass\n"
    )
    program = tmp_path / "parent.py"
    program.write_text(PARENT, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(program), str(folder), "wait" if how == "killed" else "end"],
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        pid = int(parent.stdout.readline())
        if how == "killed":
            parent.kill()
        parent.wait(PATIENCE)
    assert gone(pid)
