"""The child process: whatever student code does, the rest is judged."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from workbook.checks.case_runner import CaseRun, CaseRunner
from workbook.checks.checker import Checker
from workbook.checks.results import Report
from workbook.checks.worker.messages import CaseJob, CheckEvent, CheckJob, ImportProblem, Opened
from workbook.locale.sentence import Sentence
from workbook.student import pristine_folder
from workbook.worker import client
from workbook.worker.launch import SpawnLauncher
from workbook.worker.process import Command

Student = Callable[..., Path]

RELU = "    out = np.maximum(0, x)\n"
AFFINE_BACK = "    db = dout.sum(axis=0)\n    ### END SOLUTION\n\n    return dx, dw, db\n"


def _judge(folder: Path, *ids: str, timeout: float = 20.0, memory: int = 4096) -> list[Report]:
    with Checker(folder, timeout=timeout, memory=memory) as session:
        return list(session.judge(ids))


def _outcomes(reports: list[Report]) -> list[str]:
    return [report.result.outcome for report in reports]


NEIGHBOURS = ("affine_forward", "relu_forward", "softmax_loss")


def test_an_endless_loop_is_a_timeout_and_the_rest_goes_on(student: Student) -> None:
    folder = student("layers.py", (RELU, RELU + "    while True:\n        pass\n"))
    reports = _judge(folder, *NEIGHBOURS, "relu_backward", timeout=2.0)
    by_id = {r.result.exercise: r for r in reports}
    assert by_id["relu_forward"].result.outcome == "timeout"
    assert by_id["relu_backward"].result.outcome == "blocked"
    assert by_id["affine_forward"].result.outcome == by_id["softmax_loss"].result.outcome == "pass"
    message = by_id["relu_forward"].message
    assert message is not None and "layers.py line" in message.seen
    assert [c.outcome for c in by_id["relu_forward"].result.checks] == ["timeout"] * 5


def test_what_passed_before_the_loop_keeps_its_points(student: Student) -> None:
    loop = RELU + "    while x.ndim == 4:\n        pass\n"
    (report,) = _judge(student("layers.py", (RELU, loop)), "relu_forward", timeout=2.0)
    assert report.result.outcome == "timeout"
    assert [c.outcome for c in report.result.checks] == ["pass"] + ["timeout"] * 4
    assert report.result.points == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("import os; os._exit(0)", "crashed"),
        ("import os; os.kill(os.getpid(), 11)", "crashed"),
        ("import sys; sys.exit()", "error"),
        ("input()", "error"),
        ("raise KeyboardInterrupt", "error"),
        ("import os; os.write(1, b'R' * 100_000); os.write(2, b'x' * 100_000)", "pass"),
        ("import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)", "pass"),
        ("import sys; sys.stdout = None", "pass"),
        ("print('x' * 10_000_000)", "pass"),
        ("import warnings; warnings.warn('careful')", "pass"),
        ("np.seterr(all='raise')", "pass"),
    ],
)
def test_things_that_code_does(line: str, outcome: str, student: Student) -> None:
    folder = student("layers.py", (RELU, f"{RELU}    {line}\n"))
    assert _outcomes(_judge(folder, *NEIGHBOURS)) == ["pass", outcome, "pass"]


@pytest.mark.skipif(sys.platform == "win32", reason="address space is limited on POSIX only")
def test_a_memory_hog_is_memory(student: Student) -> None:
    folder = student("layers.py", (RELU, RELU + "    np.ones((50_000, 50_000))\n"))
    reports = _judge(folder, *NEIGHBOURS, memory=2048)
    assert _outcomes(reports) == ["pass", "memory", "pass"]


@pytest.mark.parametrize(
    "line",
    [
        "np.random.default_rng = lambda: np.random.Generator(np.random.PCG64(0))",
        "np.random.seed = lambda number: None",
    ],
)
def test_a_generator_of_its_own_in_numpy_costs_nothing(line: str, student: Student) -> None:
    text = (student() / "layers.py").read_text(encoding="utf-8")
    folder = student("layers.py", (text, f"{text}\n\n{line}\n"))
    assert _outcomes(_judge(folder, *NEIGHBOURS)) == ["pass"] * 3


def test_endless_recursion_is_an_error(student: Student) -> None:
    folder = student("layers.py", (RELU, "    out = relu_forward(x)\n"))
    reports = _judge(folder, *NEIGHBOURS)
    assert _outcomes(reports) == ["pass", "error", "pass"]
    assert reports[1].message is not None and "called itself" in reports[1].message.seen


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("while True: pass", "timeout"),
        ("import os; os._exit(4)", "crashed"),
        ("import sys; sys.exit('bye')", "error"),
        ("1 / 0", "error"),
        ("from .nowhere import nothing", "error"),
    ],
)
def test_import_time_work_costs_only_its_file(line: str, outcome: str, student: Student) -> None:
    first = '"""Update rules'
    folder = student("optim.py", (first, f"{line}\n{first}"))
    reports = _judge(folder, "affine_forward", "sgd_momentum", "rmsprop", "relu_forward", timeout=3)
    by_id = {r.result.exercise: r.result.outcome for r in reports}
    assert by_id == {
        "affine_forward": "pass",
        "sgd_momentum": outcome,
        "rmsprop": outcome,
        "relu_forward": "pass",
    }


def test_a_forked_child_that_keeps_running_does_not_hold_up_the_check(student: Student) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("no fork here")
    line = "import os, time\n    if os.fork() == 0:\n        time.sleep(600)\n"
    folder = student("layers.py", (RELU, f"{RELU}    {line}"))
    assert _outcomes(_judge(folder, "relu_forward")) == ["pass"]


def test_a_numpy_beside_the_files_does_not_shadow_the_real_one(student: Student) -> None:
    folder = student()
    (folder / "numpy.py").write_text("raise SystemExit\n", encoding="utf-8")
    assert _outcomes(_judge(folder, "affine_forward")) == ["pass"]


FORGE = """
    import os
    from workbook.checks.worker.messages import EVENTS, JobDone
    from workbook.worker.frames import frame
    frame = frame(EVENTS.encode(JobDone()))
    for handle in range(3, 30):
        try:
            os.write(handle, %s)
        except OSError:
            pass
"""


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are numbered otherwise")
@pytest.mark.parametrize("sent", ["frame * 40", "b'R' * 500", "b'\\x03\\x00\\x00\\x00Rxyz'"])
def test_what_is_forged_on_the_pipe_hits_only_the_forger(sent: str, student: Student) -> None:
    folder = student("layers.py", (RELU, RELU + FORGE % sent))
    outcomes = _outcomes(_judge(folder, *NEIGHBOURS))
    assert outcomes[0] == outcomes[2] == "pass"
    assert outcomes[1] != "pass"


class _Scripted:
    """A transport whose events are given."""

    def __init__(self, *events: CheckEvent) -> None:
        self._events = events

    def start(self) -> None:
        pass

    def run(self, job: CheckJob) -> Generator[CheckEvent]:
        yield from self._events

    def trace(self) -> str:
        return ""

    def recycle(self, failed: bool) -> None:
        pass

    def close(self) -> None:
        pass


def _run_scripted(sentence: Sentence) -> CaseRun:
    opened = Opened({"layers.py": ImportProblem("invalid", "/a/b", sentence=sentence)})
    with CaseRunner(_Scripted(opened), path_prefixes=["/a/"]) as runner:
        return runner.run(CaseJob(exercise="affine_forward", impl="", seed=0))


def test_a_sentence_tells_no_path() -> None:
    sentence = Sentence("c", {"d": Sentence("e", {"f": "/a/b"}), "g": ["/a/h", "i"]})
    opened = _run_scripted(sentence).opened
    assert opened is not None
    assert opened.problems["layers.py"] == ImportProblem(
        "invalid", "b", sentence=Sentence("c", {"d": Sentence("e", {"f": "b"}), "g": ["h", "i"]})
    )


def test_a_sentence_without_end_is_nonsense() -> None:
    sentence = Sentence("a")
    for _ in range(2000):
        sentence = Sentence("a", {"b": sentence})
    assert _run_scripted(sentence).outcome == "crashed"


@pytest.mark.skipif(sys.platform == "win32", reason="address space is limited on POSIX only")
def test_memory_that_is_never_given_back_is_memory_too(student: Student) -> None:
    hog = "    global hog\n    hog = []\n    while True:\n        hog.append(bytearray(10**6))\n"
    folder = student("layers.py", (RELU, RELU + hog))
    reports = _judge(folder, *NEIGHBOURS, memory=1024)
    assert [r.result.outcome for r in reports] == ["pass", "memory", "pass"]


@pytest.mark.skipif(os.name != "posix", reason="looks the process up by its number")
def test_a_child_in_an_endless_loop_leaves_when_its_parent_does(tmp_path):
    """A killed notebook kernel cannot end its child; the end of the child's input does."""
    impl = tmp_path / "impl"
    shutil.copytree(pristine_folder(), impl)
    source = (impl / "layers.py").read_text(encoding="utf-8")
    todo = 'raise NotImplementedError("relu_forward")'
    assert todo in source
    (impl / "layers.py").write_text(
        source.replace(todo, "while True:\n        pass"), encoding="utf-8", newline="\n"
    )
    script = (
        "import sys\n"
        "from workbook.checks.case_runner import CaseRunner, SpawnTransport\n"
        "from workbook.checks.launcher import checks_launcher\n"
        "from workbook.checks.worker.messages import CaseJob\n"
        "from workbook.worker.client import Worker\n"
        "worker = Worker(checks_launcher())\n"
        "print(worker.start().pid, flush=True)\n"
        "job = CaseJob(exercise='relu_forward', seed=1, impl=sys.argv[1])\n"
        "CaseRunner(SpawnTransport(worker)).run(job)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(impl)], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    time.sleep(1.5)
    assert _lives(child)
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while _lives(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    if _lives(child):
        os.kill(child, signal.SIGKILL)
        pytest.fail("the child went on without its parent")


def _lives(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


BEGIN = "import runpy, sys, time; {first}; sys.argv = ['', *sys.argv[1:]]; runpy.run_module({run})"


def _started(monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    """Have children do something before they start."""
    command = SpawnLauncher.command

    def begun(self: SpawnLauncher) -> Command:
        usual = command(self)
        line = list(usual.arguments)
        at = line.index("-m")
        run = f"{line[at + 1]!r}, run_name='__main__', alter_sys=True"
        code = BEGIN.format(first=first, run=run)
        return replace(usual, arguments=[*line[:at], "-c", code, *line[at + 2 :]])

    monkeypatch.setattr(SpawnLauncher, "command", begun)


def test_a_child_that_cannot_start_is_no_verdict_on_the_code(
    student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    _started(monkeypatch, "sys.exit(1)")
    reports = _judge(student(), *NEIGHBOURS)
    assert _outcomes(reports) == ["infra"] * 3
    assert all(report.message and "code 1" in report.message.seen for report in reports)


def test_the_time_of_the_code_begins_when_the_child_is_ready(
    student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    _started(monkeypatch, "time.sleep(4)")
    folder = student("layers.py", (RELU, RELU + "    while True:\n        pass\n"))
    began = time.monotonic()
    found = _outcomes(_judge(folder, "affine_forward", "relu_forward", timeout=2.0))
    assert found == ["pass", "timeout"]
    assert time.monotonic() - began < 20


def test_a_child_that_never_gets_ready_is_given_up(
    student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    _started(monkeypatch, "time.sleep(600)")
    monkeypatch.setattr(client, "START_TIMEOUT", 0.5)
    (report,) = _judge(student(), "affine_forward", timeout=0.5)
    assert report.result.outcome == "infra"
    assert report.message is not None and "did not start in time" in report.message.seen
