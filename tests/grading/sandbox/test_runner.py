"""The runner for one submission: whose fault it is that nothing came back."""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from workbook import curriculum
from workbook.checks.case_runner import CaseRunner
from workbook.checks.worker.messages import CaseJob
from workbook.grading.sandbox import bubblewrap, cgroup, runner, seccomp
from workbook.student.locations import pristine_folder, solutions_folder
from workbook.worker.client import Worker

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")

JOB = CaseJob(exercise="relu_forward", seed=1, impl=str(pristine_folder()))


@pytest.fixture(params=["bwrap", "none"])
def sandbox(request):
    if request.param == "bwrap" and not bubblewrap.available():
        pytest.skip("there is no bubblewrap here")
    return request.param


@pytest.mark.parametrize("serve", ["raise SystemExit(1)", "import os; os.kill(os.getpid(), 9)"])
def test_a_sandbox_that_cannot_start_is_no_verdict(sandbox, serve, monkeypatch):
    monkeypatch.setattr(runner, "_SERVE", serve)
    with runner.make_runner(pristine_folder(), sandbox=sandbox) as fork:
        assert [fork.run(JOB).outcome for _ in range(2)] == ["infra", "infra"]


def test_a_ready_sandbox_that_waited_does_its_job(sandbox):
    launcher = runner.SandboxLauncher(pristine_folder(), sandbox=sandbox, timeout=30, memory=2048)
    worker = Worker(launcher)
    with CaseRunner(runner.ForkTransport(worker)) as fork:
        process = worker.start()
        while not process.has_message():
            pass  # It has said that it is ready before anybody asks.
        run = fork.run(JOB)
        assert run.outcome == ""
        assert {record.raised.type for record in run.records} == {"NotImplementedError"}
        assert fork.run(JOB).outcome == ""
        assert worker.start() is process


@contextlib.contextmanager
def submission(tmp_path, body, **options):
    """A runner for solutions whose `relu_forward` does something else first."""
    folder = tmp_path / "exercises"
    for file in curriculum.load().files():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes((solutions_folder() / file).read_bytes())
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    with open(folder / "layers.py", "a", encoding="utf-8") as file:
        file.write(f"\n\n_right = relu_forward\n\n\ndef relu_forward(x):\n{lines}")
        file.write("    return _right(x)\n")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    tmp_path.chmod(0o755)
    with runner.make_runner(folder, **{"sandbox": "bwrap", **options}) as made:
        yield made


def outcome(made, exercise="relu_forward"):
    return made.run(CaseJob(exercise=exercise, seed=1, impl="/student")).outcome


bwrap = pytest.mark.skipif(not bubblewrap.available(), reason="there is no bubblewrap here")
budget = pytest.mark.skipif(not cgroup.available(), reason="no control group can be made here")
filtered = pytest.mark.skipif(not seccomp.is_known(), reason="made for x86_64 and aarch64")
HOGS = {
    "many processes": """
import ctypes, time
for _ in range(6):
    if ctypes.CDLL(None).fork() == 0:
        x = bytearray(30 << 20)
        time.sleep(20)
time.sleep(1)
x = bytearray(200 << 20)
""",
    "memory in common": """
import mmap
kept = []
while True:
    kept.append(mmap.mmap(-1, 32 << 20))
    for at in range(0, 32 << 20, 4096):
        kept[-1][at] = 1
""",
    "files and memory": """
import os
for n in range(100):
    try:
        open(f"{os.environ['TMPDIR']}/{n}", "wb").write(bytes(1 << 20))
    except OSError:
        break
kept = []
while True:
    kept.append(bytearray(8 << 20))
""",
}


@bwrap
@budget
@filtered
@pytest.mark.parametrize("name", HOGS)
def test_a_sandbox_that_uses_up_its_memory_ends_alone(tmp_path, name, monkeypatch):
    monkeypatch.setattr(runner, "_BESIDE_CHILD", -200 * 2**20)
    (tmp_path / "hog").mkdir()
    (tmp_path / "neighbour").mkdir()
    hog = submission(tmp_path / "hog", HOGS[name], memory=512, timeout=30.0)
    with hog as one, submission(tmp_path / "neighbour", "pass", memory=512) as other:
        assert outcome(one) == "memory"
        assert outcome(other) == ""
        assert outcome(one, "softmax_loss") == "", "its other exercises are judged"


@bwrap
@pytest.mark.parametrize("kind", ["memfd_create", "socketpair", "unshare"])
def test_memory_that_no_limit_counts_is_not_to_be_had(tmp_path, kind):
    what = {
        "memfd_create": "__import__('os').memfd_create('m')",
        "socketpair": "__import__('socket').socketpair()",
        "unshare": "(_ for _ in ()).throw(OSError) if "
        "__import__('ctypes').CDLL(None).unshare(0x10000000) else None",
    }[kind]
    body = f"try:\n    {what}\nexcept OSError:\n    pass\nelse:\n    raise ValueError"
    with submission(tmp_path, body) as made:
        run = made.run(CaseJob(exercise="relu_forward", seed=1, impl="/student"))
        assert run.outcome == "" and not any(record.raised for record in run.records)


@bwrap
def test_text_of_any_size_is_not_kept(tmp_path):
    body = """
import gc
from workbook.checks.worker.messages import EVENTS, ImportProblem, Opened
channel = next(o for o in gc.get_objects() if type(o).__name__ == "SharedMemoryChannel")
problems = {f"{n}.py": ImportProblem("invalid", "x<&y" * 10_000) for n in range(9)}
channel.send(EVENTS.encode(Opened(problems=problems, files=list(problems))))
"""
    with submission(tmp_path, body) as made:
        run = made.run(CaseJob(exercise="relu_forward", seed=1, impl="/student"))
        assert run.outcome == "crashed" and "text" in run.detail
        assert not run.opened.problems
        assert outcome(made, "softmax_loss") == ""


def processes(made, first):
    """Return numbers of a sandbox's processes: bubblewrap's own (`first`), or what it runs."""
    worker = made._transport._worker
    found = [worker.start().pid]
    for process in found:
        for task in Path(f"/proc/{process}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found[:1] if first else found[1:]


@bwrap
@filtered
@pytest.mark.parametrize("who", ["bubblewrap", "server", "child"])
def test_who_is_ended_from_outside_has_no_verdict(tmp_path, who):
    with submission(tmp_path, "import time; time.sleep(4)") as made:
        made.start()

        def end():
            time.sleep(2.0)
            place = {"bubblewrap": 0, "server": 1, "child": -1}[who]
            everybody = processes(made, True) + processes(made, False)
            os.kill(everybody[place], signal.SIGKILL)

        thread = threading.Thread(target=end)
        thread.start()
        assert outcome(made) == "infra"
        thread.join()
        assert outcome(made, "softmax_loss") == ""


@bwrap
@filtered
@pytest.mark.parametrize(
    "act",
    [
        "os.kill(os.getpid(), signal.SIGKILL)",
        "os.kill(0, signal.SIGKILL)",
        "signal.pthread_kill(__import__('threading').get_ident(), 9)",
        "os.kill(1, signal.SIGINT)",
        "os.kill(1, signal.SIGTERM)",
        "os.kill(1, signal.SIGSEGV)",
        "__import__('resource').setrlimit(0, (1, 1)); [None for _ in iter(int, 1)]",
        "__import__('ctypes').CDLL(None).prctl(1, 9)",
    ],
)
def test_student_code_cannot_pretend_that(tmp_path, act):
    body = f"import os, signal\ntry:\n    {act}\nexcept (OSError, ValueError):\n    pass"
    with submission(tmp_path, body, timeout=5.0) as made:
        assert outcome(made) == ""


@bwrap
def test_bubblewrap_that_is_killed_leaves_nothing(tmp_path):
    with submission(tmp_path, "pass") as made:
        assert outcome(made) == ""
        (first,), inside = processes(made, True), processes(made, False)
        assert inside
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while any(Path(f"/proc/{process}").exists() for process in inside):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert outcome(made) == ""
