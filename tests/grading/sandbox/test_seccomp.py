"""A sandbox makes the system calls that NumPy, Python and its kernels need, and no others."""

import ctypes
import errno
import os
import platform
import signal
import socket
import sys

import pytest

from workbook.grading.sandbox import seccomp
from workbook.grading.sandbox.syscalls import CALLS, CHECKED, SOCKETS

resource = pytest.importorskip("resource")
here = pytest.mark.skipif(not seccomp.is_known(), reason="made for Linux on x86_64 and aarch64")
X86 = platform.machine() == "x86_64"
# By name: the numbers on x86_64 and aarch64.
FORBIDDEN = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "clone3": (435, 435),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "io_uring_setup": (425, 425),
    "io_setup": (206, 0),
    "userfaultfd": (323, 282),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "ioprio_get": (252, 31),
    "setrlimit": (160, 164),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "mount": (165, 40),
    "umount2": (166, 39),
    "fsopen": (430, 430),
    "open_tree": (428, 428),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "timer_create": (222, 107),
    "flock": (73, 32),
    "setxattr": (188, 5),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "fadvise64": (221, 223),
    "readahead": (187, 213),
    "mincore": (27, 232),
    "cachestat": (451, 451),
    "splice": (275, 76),
    "vmsplice": (278, 75),
    "sync": (162, 81),
    "personality": (135, 92),
    "setuid": (105, 146),
}
BY_ARGUMENT = {
    "clone of a user namespace": ("clone", (0x10000000 | 17, 0, 0, 0, 0)),
    "limits of the parent": ("prlimit64", (1, 0, 0, 0)),
    "a lock of a file": ("fcntl", (0, 6, 0)),
    "a lease of a file": ("fcntl", (0, 1024, 0)),
    "a signal of choice on input": ("fcntl", (0, 10, 9)),
    "input for a terminal": ("ioctl", (0, 0x5412, 0)),
    "a signal when the parent dies": ("prctl", (1, 9, 0, 0, 0)),
    "another process may look": ("prctl", (4, 1, 0, 0, 0)),
    "pages out of the cache": ("madvise", (0, 0, 21)),
    "whether the cache holds it": ("preadv2", (0, 0, 0, 0, 0, 8)),
    "the strict mode": ("seccomp", (0, 0, 0)),
}


def call(number, *arguments):
    """Return the error of a call; 0 if there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    ctypes.set_errno(0)
    failed = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)) == -1
    return ctypes.get_errno() if failed else 0


def in_a_child(act):
    """Return the exit code of a child: 0 if `act` holds."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if act() else 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@here
@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_call_that_is_not_listed_fails(name):
    number = FORBIDDEN[name][0 if X86 else 1]
    expected = errno.ENOSYS if number >= 424 else errno.EPERM
    assert in_a_child(lambda: seccomp.install() and call(number, 0, 0, 0, 0, 0, 0) == expected) == 0


@here
@pytest.mark.parametrize("what", BY_ARGUMENT)
def test_an_argument_that_is_not_listed_fails(what):
    name, arguments = BY_ARGUMENT[what]
    number = CHECKED[platform.machine()][name]
    assert in_a_child(lambda: seccomp.install() and call(number, *arguments) == errno.EPERM) == 0


@here
def test_it_stays_so_in_whatever_comes_of_it():
    number = FORBIDDEN["keyctl"][0 if X86 else 1]

    def act():
        seccomp.install()
        return in_a_child(lambda: call(number, 0, 0) == errno.EPERM) == 0

    assert in_a_child(act) == 0


@here
def test_all_else_goes_on(tmp_path):
    def act():
        import shutil
        import subprocess
        import tempfile
        import threading

        import numpy as np

        seccomp.install()
        done = []
        thread = threading.Thread(target=lambda: done.append(np.ones((9, 9)) @ np.ones((9, 9))))
        thread.start()
        thread.join()
        (tmp_path / "file").write_text("x")
        shutil.copytree(tmp_path, tmp_path.parent / "copy", dirs_exist_ok=True)
        with tempfile.TemporaryFile() as file:
            file.write(np.ones(2**20).tobytes())
            assert os.preadv(file.fileno(), [bytearray(8)], 0) == 8
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 0
        said = subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, text=True)
        return done[0][0, 0] == 9.0 and said.stdout == "1\n" and seccomp.install() is False

    assert in_a_child(act) == 0


@here
def test_kernels_and_their_client_have_a_network_of_their_own():
    def act():
        seccomp.install(sockets=True)
        one, other = socket.socketpair()
        one.send(b"x")
        with pytest.raises(PermissionError):
            socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        with pytest.raises(PermissionError):
            socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9)  # The kernel's audit.
        with pytest.raises(PermissionError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        return other.recv(1) == b"x" and socket.socket() is not None

    assert in_a_child(act) == 0


@here
def test_nobody_inside_sends_the_signal_that_memory_ends_a_process_by():
    def act():
        seccomp.install()
        seccomp.refuse_kill()
        numbers = CHECKED[platform.machine()]
        me = os.getpid()
        refused = [
            call(numbers["kill"], me, 9),
            call(numbers["tkill"], me, 9),
            call(numbers["tgkill"], me, me, 9),
            call(numbers["kill"], 0, 9),
            call(numbers["kill"], me, 2**32 + 9),
            call(numbers["seccomp"], 1, 0, 0),
        ]
        with pytest.raises((PermissionError, ValueError)):
            resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        assert resource.getrlimit(resource.RLIMIT_CPU)[0] != 1
        assert set(refused) == {errno.EPERM}
        signal.signal(signal.SIGUSR1, lambda *_: None)
        os.kill(me, signal.SIGUSR1)
        return in_a_child(lambda: call(numbers["kill"], me, 9) == errno.EPERM) == 0

    assert in_a_child(act) == 0


@here
@pytest.mark.skipif(not X86, reason="made for x86_64")
def test_the_other_way_to_call_is_no_way_round():
    def act():
        seccomp.install()
        return call(0x40000000 + 39) == errno.ENOSYS

    assert in_a_child(act) == 0


@pytest.mark.parametrize(
    ("owner", "name", "value"),
    [(platform, "machine", lambda: "abacus"), (sys, "maxsize", 2**31 - 1)],
    ids=["another machine", "32 bits"],
)
def test_a_machine_that_it_does_not_know_goes_without(owner, name, value, monkeypatch):
    monkeypatch.setattr(owner, name, value)
    assert not seccomp.is_known()
    assert seccomp.install() is False
    assert seccomp.refuse_kill() is False


def test_the_numbers_are_those_of_libseccomp():
    try:
        resolve = ctypes.CDLL("libseccomp.so.2").seccomp_syscall_resolve_name_arch
    except OSError:
        pytest.skip("there is no libseccomp here")
    resolve.argtypes = [ctypes.c_uint32, ctypes.c_char_p]
    for machine, token in seccomp._MACHINES.items():
        for name, number in {
            **CALLS[machine],
            **SOCKETS[machine],
            **CHECKED[machine],
        }.items():
            # Calls that are newer than the library have the same number everywhere.
            assert resolve(token, name.encode()) in (number, -1), (machine, name)
        place = list(seccomp._MACHINES).index(machine)
        allowed = set(CALLS[machine].values())
        for name, numbers in FORBIDDEN.items():
            assert resolve(token, name.encode()) in (numbers[place], -1), (machine, name)
            assert numbers[place] not in allowed, (machine, name)


def test_both_machines_have_a_program_of_a_size_that_the_kernel_takes():
    for machine in seccomp._MACHINES:
        for sockets in (False, True):
            assert 8 * 100 < len(seccomp._allow_list(machine, sockets)) < 8 * 4096
