"""What no child may ask of Linux: things that would outlive it.

Shared memory, queues and semaphores by number or name, and keys: the kernel keeps them when the
process that made them is gone, so one exercise could leave something there for the next. The
calls fail with EPERM, in this process and in all that come of it.
"""

import ctypes
import platform
import struct
import sys

__all__ = ["CALLS", "install"]

# By machine: how the kernel's audit names it, and the numbers of the calls (asm/unistd.h).
_MACHINES: dict[str, tuple[int, int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        317,
        {"shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240}
        | {"add_key": 248, "request_key": 249, "keyctl": 250},
    ),
    "aarch64": (
        0xC00000B7,
        277,
        {"mq_open": 180, "msgget": 186, "semget": 190, "shmget": 194}
        | {"add_key": 217, "request_key": 218, "keyctl": 219},
    ),
}
# Of linux/seccomp.h, linux/filter.h and linux/prctl.h. The flag keeps the processor's guess at
# what memory holds, which a filter would otherwise switch off on older kernels.
_NO_NEW_PRIVILEGES, _SET_FILTER, _KEEP_SPECULATION = 38, 1, 4
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000
_NUMBER, _MACHINE = 0, 4
# From here on lie the numbers of another way to call, on x86_64 only.
_OTHER_NUMBERS = 0x40000000

CALLS = tuple(_MACHINES["x86_64"][2])
"""The calls that are refused."""


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _filter(machine: int, numbers: list[int]) -> bytes:
    """The filter: a call of another machine kills, one of `numbers` is refused."""
    tests = [(_AT_LEAST, _OTHER_NUMBERS), *((_EQUAL, number) for number in numbers)]
    lines = [(_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, machine), (_RETURN, 0, 0, _KILL)]
    lines.append((_LOAD, 0, 0, _NUMBER))
    # A test that holds goes to the last line, past the tests that follow and the line before it.
    lines += [(test, len(tests) - place, 0, value) for place, (test, value) in enumerate(tests)]
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("<HBBI", *line) for line in lines)


def install() -> bool:
    """Refuse the calls from now on; False where the system cannot."""
    # A program of 32 bits calls by other numbers, whatever the machine.
    if sys.platform != "linux" or platform.machine() not in _MACHINES or sys.maxsize < 2**32:
        return False
    machine, seccomp, calls = _MACHINES[platform.machine()]
    lines = _filter(machine, sorted(calls.values()))
    program = _Program(len(lines) // 8, lines)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    flag_choices = (_KEEP_SPECULATION, 0)
    return any(
        libc.syscall(seccomp, _SET_FILTER, flags, ctypes.byref(program)) == 0
        for flags in flag_choices
    )
