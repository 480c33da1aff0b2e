"""A sandbox has one budget, which says whose memory it was; nothing of it stays."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbook.grading.sandbox import cgroup

MB = 2**20
SMALL = cgroup.Budget(memory=96 * MB, processes=8, cores=1.0)
here = pytest.mark.skipif(not cgroup.available(), reason="no control group can be made here")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="made for Linux")


def run(code, into):
    line = cgroup.enter([sys.executable, "-I", "-S", "-c", code], into)
    return subprocess.run(line, capture_output=True, text=True, timeout=60)


def left():
    return [path for place in set(cgroup._places().values()) for path in place.glob("workbook-*")]


@here
def test_a_process_beyond_the_budget_ends_and_its_neighbour_does_not():
    with cgroup.group(SMALL) as hog, cgroup.group(SMALL) as neighbour:
        assert run("x = bytearray(300 << 20)", hog).returncode == -signal.SIGKILL
        assert run("x = bytearray(30 << 20)", neighbour).returncode == 0
        assert hog.overran() and not neighbour.overran()
        assert not hog.overran(), "it is said once"


@here
def test_many_small_processes_count_together():
    code = "import os, time\nfor _ in range(5): os.fork() or (bytearray(40 << 20), time.sleep(9))"
    with cgroup.group(SMALL) as group:
        line = cgroup.enter([sys.executable, "-I", "-S", "-c", code], group)
        process = subprocess.Popen(line, start_new_session=True)
        deadline = time.monotonic() + 30
        try:
            while not group.overran():
                assert time.monotonic() < deadline
                time.sleep(0.02)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@here
def test_files_in_memory_count(tmp_path):
    code = "import os\nm = os.memfd_create('m')\nwhile True: os.write(m, bytes(1 << 20))"
    with cgroup.group(SMALL) as group:
        assert run(code, group).returncode == -signal.SIGKILL
        assert group.overran()


@here
def test_processes_are_counted():
    if "pids" not in cgroup._places():
        pytest.skip("processes cannot be counted here")
    code = """
import os, time
made = 0
try:
    for _ in range(30):
        if os.fork() == 0:
            time.sleep(9)
        made += 1
except BlockingIOError:
    print(made)
os.killpg(0, 9)
"""
    with cgroup.group(SMALL) as group:
        line = cgroup.enter([sys.executable, "-u", "-I", "-S", "-c", code], group)
        done = subprocess.run(line, capture_output=True, text=True, start_new_session=True)
        assert done.stdout.split() == ["7"]


@here
def test_a_kill_by_somebody_else_is_not_the_budget():
    with cgroup.group(SMALL) as group:
        assert run("import os; os.kill(os.getpid(), 9)", group).returncode == -signal.SIGKILL
        assert not group.overran()


@here
def test_a_larger_group_that_is_full_is_not_the_budget():
    if cgroup._places()["memory"] != cgroup._own_folders().get("memory"):
        pytest.skip("made for version 1")
    with cgroup.group(SMALL) as around:
        folder = around.entrances[0].parent
        inner = cgroup.Group({"memory": folder}, cgroup.Budget(8 * 2**30, 8, 1.0))
        limit = int((folder / "memory.limit_in_bytes").read_text())
        inside = int((inner.entrances[0].parent / "memory.limit_in_bytes").read_text())
        try:
            assert inside <= limit * 3 // 4, "a budget is below what is around it"
            (inner.entrances[0].parent / "memory.memsw.limit_in_bytes").write_text("-1")
            (inner.entrances[0].parent / "memory.limit_in_bytes").write_text("-1")
            assert run("x = bytearray(300 << 20)", inner).returncode == -signal.SIGKILL
            assert not inner.overran()
        finally:
            inner.close()


def own():
    """The groups of this process and of those that are gone, not of tests that run beside it."""
    pids = {path: int(path.name.split("-")[2]) for path in left()}
    gone = {path for path, pid in pids.items() if not Path(f"/proc/{pid}").exists()}
    return gone | {path for path, pid in pids.items() if pid == os.getpid()}


@here
def test_nothing_stays_not_even_of_a_killed_run():
    before = own()
    with cgroup.group(SMALL) as group:
        subprocess.Popen(cgroup.enter(["/bin/sleep", "60"], group))
        time.sleep(0.1)
        assert own() - before
    assert own() <= before
    code = f"""
import os, subprocess
from workbook.grading.sandbox import cgroup
group = cgroup.Group(cgroup._places(), {SMALL!r}.__class__(96 << 20, 8, 1.0))
subprocess.Popen(cgroup.enter(["/bin/sleep", "60"], group))
os.kill(os.getpid(), 9)
""".replace(f"{SMALL!r}.__class__", "cgroup.Budget")
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == -signal.SIGKILL
    assert own() - before
    for place in set(cgroup._places().values()):
        cgroup._sweep(place)
    assert own() <= before


@linux
def test_what_runs_inside_is_ended_first_if_memory_runs_out():
    done = run("print(open('/proc/self/oom_score_adj').read())", None)
    assert done.stdout.split() == ["1000"]


@linux
def test_a_group_that_cannot_be_joined_runs_nothing(tmp_path):
    class Gone:
        entrances = (tmp_path / "gone" / "cgroup.procs",)

    done = run("print('ran')", Gone())
    assert done.returncode != 0 and done.stdout == ""


def test_where_there_is_none_the_report_says_so(monkeypatch):
    monkeypatch.setattr(cgroup, "available", lambda: False)
    assert "No control group" in cgroup.words(cgroup.counted())
    with cgroup.group(SMALL) as group:
        assert group is None


# Version 2, by files as the kernel shows them.


def proc(folder, cgroups, mounts):
    (folder / "self").mkdir(parents=True)
    (folder / "self" / "cgroup").write_text(cgroups)
    (folder / "self" / "mountinfo").write_text(mounts)
    return folder


def unified(folder, control="", controllers="cpu memory pids", processes=()):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cgroup.controllers").write_text(controllers)
    (folder / "cgroup.subtree_control").write_text(control)
    (folder / "cgroup.procs").write_text("\n".join(map(str, processes)))
    return folder


@linux
def test_the_group_of_each_controller_is_found(tmp_path, monkeypatch):
    mounts = (
        "31 25 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "32 25 0:28 /docker/a /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
        "33 25 0:29 /docker/b /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
        "34 25 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
        "35 25 0:31 / / rw - ext4 /dev/vda rw\n"
    )
    cgroups = (
        "4:memory:/one\n3:cpu,cpuacct:/docker/a\n2:pids:/docker/a\n1:name=systemd:/\n0::/two\n"
    )
    monkeypatch.setattr(cgroup, "_PROC", proc(tmp_path, cgroups, mounts))
    found = {name: str(path) for name, path in cgroup._own_folders().items() if name != "cpuacct"}
    assert found == {
        "memory": "/sys/fs/cgroup/memory/one",
        "cpu": "/sys/fs/cgroup/cpu,cpuacct",
        "": "/sys/fs/cgroup/unified/two",
    }


@linux
def test_version_2_makes_groups_where_they_were_delegated(tmp_path):
    above = unified(tmp_path / "app.slice", control="memory pids")
    own = unified(above / "terminal.scope", processes=[1, os.getpid()])
    assert cgroup._delegated(own) == above


@linux
def test_version_2_makes_room_in_a_group_of_its_own(tmp_path, monkeypatch):
    own = unified(tmp_path / "run.scope", processes=[os.getpid()])
    monkeypatch.setattr(cgroup, "_prefix", lambda: "workbook-1-2-3-")
    unified(own / "workbook-1-2-3-self")  # The kernel fills a folder that is made.
    assert cgroup._delegated(own) == own
    assert (own / "workbook-1-2-3-self" / "cgroup.procs").read_text() == str(os.getpid())
    assert set((own / "cgroup.subtree_control").read_text().split()) == {"+memory", "+pids", "+cpu"}
    shared = unified(tmp_path / "shared.scope", processes=[1, os.getpid()])
    assert cgroup._delegated(shared) is None


@linux
def test_version_2_is_limited_and_counted_by_its_own_files(tmp_path):
    place = unified(tmp_path / "place", control="memory pids cpu")
    (place / "memory.max").write_text(str(80 * MB))
    events = "low 0\nhigh 0\nmax 0\noom {}\noom_kill {}\n"
    numbers = cgroup.Group._numbers
    name = f"{cgroup._prefix()}{next(numbers) + 1}"
    # Made beforehand, with what the kernel would put there.
    (place / name).mkdir()
    (place / name / "memory.events").write_text(events.format(0, 0))
    (place / name / "memory.swap.max").write_text("max")

    class Prepared(cgroup.Group):
        def _distinct(self):
            return []

    group = Prepared(dict.fromkeys(("memory", "pids", "cpu"), place), SMALL)
    files = {path.name: path.read_text().split() for path in (place / name).iterdir()}
    assert files["memory.max"] == [str(60 * MB)] and files["pids.max"] == ["8"]
    assert files["cpu.max"] == ["100000", "100000"] and files["memory.swap.max"][0].startswith("0")
    (place / name / "memory.events").write_text(events.format(0, 1))
    assert not group.overran(), "a group around it was full"
    (place / name / "memory.events").write_text(events.format(1, 2))
    assert group.overran()
