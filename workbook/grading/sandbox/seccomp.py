"""The system calls that a sandbox may make; all others fail, in every process that comes of it.

What NumPy, Python and its kernels need is listed in `syscalls`. Left out is, for one, what gives a
process more than its limits (namespaces, memory without a file or a mapping, sockets, io_uring);
for another, what one exercise or submission could leave for the next: shared memory and queues by
name, keys, priorities, limits and affinity of other processes, file locks, access lists, watches,
and calls that show or change what lies in the page cache.
"""

import ctypes
import platform
import struct
import sys
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from workbook.grading.sandbox.syscalls import CALLS, CHECKED, SOCKETS

__all__ = ["install", "is_known", "refuse_kill"]

# Of linux/audit.h: how the kernel names the machine that a call is made for.
_MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# Of linux/seccomp.h, linux/filter.h and linux/prctl.h.
_NO_NEW_PRIVILEGES, _SET_FILTER = 38, 1
# The first flag keeps the processor's guess at what memory holds, which a filter would otherwise
# switch off on older kernels; the second includes threads that run already.
_FLAGS = (4 | 1, 1)
_LOAD, _AND, _EQUAL, _ABOVE, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x25, 0x35, 0x06
_ALLOW, _KILL_PROCESS = 0x7FFF0000, 0x80000000
_EPERM, _ENOSYS = 0x00050000 | 1, 0x00050000 | 38
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16
# Linux 5.1 and later: libc has a fallback for each of these calls, and takes it on ENOSYS.
_FIRST_WITH_FALLBACK = 424
_SIGKILL = 9

_Line = tuple[int, int, int, int]


class _Test(NamedTuple):
    """Holds if half of an argument, masked, is one of `values` (with `refused`: none of them).

    The kernel takes the lower half of what is an `int` to it; a pointer has two halves.
    """

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    upper: bool = False
    refused: bool = False

    def lines(self) -> list[_Line]:
        """Go on if it holds, else refuse the call."""
        offset = _ARGUMENTS + 8 * self.argument + 4 * self.upper
        found: list[_Line] = [(_LOAD, 0, 0, offset), (_AND, 0, 0, self.mask)]
        if self.refused:
            for value in self.values:
                found += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _EPERM)]
            return found
        left = len(self.values)
        for place, value in enumerate(self.values):
            found.append((_EQUAL, left - place, 0, value))
        return [*found, (_RETURN, 0, 0, _EPERM)]


_OWN_LIMITS = _Test(0, (0,))
_TESTS: dict[str, tuple[_Test, ...]] = {
    # No CLONE_NEW...: a thread or a process, never a namespace.
    "clone": (_Test(0, (0,), mask=0x7E020000),),
    # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC: no locks, leases or signals.
    "fcntl": (_Test(1, (0, 1, 2, 3, 4, 1030)),),
    # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX.
    "ioctl": (_Test(1, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),),
    # What malloc, threads and NumPy advise; not what moves pages of files or merges memory.
    "madvise": (_Test(2, (0, 1, 2, 3, 4, 8, 10, 14, 15, 18, 102, 103)),),
    # PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME.
    "prctl": (_Test(0, (3, 15, 16)),),
    # No RWF_NOWAIT, which tells whether the page cache holds something.
    "preadv2": (_Test(5, (0,)),),
    "pwritev2": (_Test(5, (0,)),),
    "prlimit64": (_OWN_LIMITS,),
    # A filter of its own, not the strict mode, which ends a process by SIGKILL.
    "seccomp": (_Test(0, (_SET_FILTER,)),),
    "kill": (),
    "tkill": (),
    "tgkill": (),
}
# What Jupyter's kernels need besides.
_WITH_SOCKETS: dict[str, tuple[_Test, ...]] = {
    # AF_UNIX, AF_INET, AF_INET6, and AF_NETLINK by which libc lists the addresses here.
    "socket": (_Test(0, (1, 2, 10, 16)), _Test(2, (0, 6, 17))),
    # ZeroMQ gives its threads the usual policy (SCHED_OTHER), and ends if it may not.
    "sched_setscheduler": (_Test(1, (0,)),),
    # F_GETLK, F_SETLK, F_SETLKW, F_OFD_...: SQLite locks its files.
    "fcntl": (_Test(1, (*_TESTS["fcntl"][0].values, 5, 6, 7, 36, 37, 38)),),
}
# After this a process cannot end another, or itself, by SIGKILL; lower limits would do so, too.
_NO_KILL: dict[str, tuple[_Test, ...]] = {
    "kill": (_Test(1, (_SIGKILL,), refused=True),),
    "tkill": (_Test(1, (_SIGKILL,), refused=True),),
    "tgkill": (_Test(2, (_SIGKILL,), refused=True),),
    "prlimit64": (_Test(2, (0,)), _Test(2, (0,), upper=True)),
    "seccomp": (_Test(0, ()),),
}


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _filter(
    machine: str, allowed: Iterable[int], tests: dict[str, tuple[_Test, ...]], last: list[_Line]
) -> bytes:
    """Return a filter: `allowed` numbers, calls that `tests` decide on, and what `last` says."""
    lines: list[_Line] = [(_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, _MACHINES[machine])]
    lines += [(_RETURN, 0, 0, _KILL_PROCESS), (_LOAD, 0, 0, _NUMBER)]
    for low, high in _ranges(allowed):
        lines += [(_AT_LEAST, 0, 2, low), (_ABOVE, 1, 0, high), (_RETURN, 0, 0, _ALLOW)]
    for name, each in tests.items():
        body = [line for test in each for line in test.lines()] + [(_RETURN, 0, 0, _ALLOW)]
        lines += [(_EQUAL, 0, len(body), CHECKED[machine][name]), *body]
    return b"".join(struct.pack("<HBBI", *line) for line in lines + last)


@cache
def _allow_list(machine: str, sockets: bool) -> bytes:
    allowed = [*CALLS[machine].values(), *(SOCKETS[machine].values() if sockets else ())]
    tests = {**_TESTS, **(_WITH_SOCKETS if sockets else {})}
    fallback = [(_AT_LEAST, 0, 1, _FIRST_WITH_FALLBACK), (_RETURN, 0, 0, _ENOSYS)]
    return _filter(machine, allowed, tests, [*fallback, (_RETURN, 0, 0, _EPERM)])


@cache
def _without_kill(machine: str) -> bytes:
    return _filter(machine, (), _NO_KILL, [(_RETURN, 0, 0, _ALLOW)])


def is_known() -> bool:
    """Return whether there are filters for this machine."""
    # A program of 32 bits calls by other numbers, whatever the machine.
    return sys.platform == "linux" and platform.machine() in _MACHINES and sys.maxsize > 2**32


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _install(lines: bytes) -> bool:
    program = _Program(len(lines) // 8, lines)
    number = CHECKED[platform.machine()]["seccomp"]
    return any(
        _libc().syscall(number, _SET_FILTER, flags, ctypes.byref(program)) == 0 for flags in _FLAGS
    )


def install(*, sockets: bool = False) -> bool:
    """Allow this process no more than the listed calls from now on; False where it cannot be had.

    Parameters
    ----------
    sockets : bool
        Whether to allow those of a network that ends in the sandbox, as kernels need them.
    """
    if not is_known() or _libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return _install(_allow_list(platform.machine(), sockets))


def refuse_kill() -> bool:
    """Refuse SIGKILL from here on, whoever is to get it; after `install`.

    Then a process that ended by it was ended from outside the sandbox or by the system, which
    student code cannot pretend.
    """
    return is_known() and _install(_without_kill(platform.machine()))
