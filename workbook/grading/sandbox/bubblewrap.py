"""The command that puts a process into a bubblewrap sandbox.

No network, nothing of this machine but its system and the interpreter, read-only; a small
private /tmp; another user; everything ends with the process that started it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from workbook.errors import UsageError
from workbook.grading.sandbox import cgroup, seccomp

__all__ = [
    "LIMITS",
    "NOBODY",
    "available",
    "command",
    "hidden_folders",
    "measures",
    "private_folder",
    "sandbox_user",
    "select_sandbox",
    "selected_sandbox",
    "words",
]

NOBODY = 65534
_FIRST_USER = 300_000
# What Python, its packages and kernels need below a prefix. Not all of /usr: a course, its
# submissions and its gradebook may lie there.
_OF_PREFIX = (
    *("bin", "lib", "lib32", "lib64", "libx32", "pyvenv.cfg", "etc/jupyter", "share/jupyter"),
    *("share/fontconfig", "share/fonts", "share/zoneinfo"),
)
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("/etc/ld.so.cache", "/etc/fonts", "/etc/localtime")

LIMITS = {
    "bwrap": (
        "Each submission ran in a bubblewrap sandbox: no network, no view of other submissions, "
        "of the solutions or of the gradebook, a user without rights, limited time, memory, "
        "processes and files."
    ),
    "none": (
        "Submissions ran WITHOUT a sandbox, as separate processes with a time limit (and limits "
        "on memory and files where the system knows them). This does not stop a submission from "
        "reading or changing files of this account (solutions, gradebook and other submissions "
        "among them), from using the network, or from leaving a process behind. Grade only "
        "submissions that you would run yourself, or install bubblewrap (Linux)."
    ),
}
"""What a report says about how submissions were run; see `words`."""
_CALLS = "calls"


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def sandbox_user() -> int:
    """The user that the process inside must become; 0 if it is that user from the start.

    Root starts the sandbox without a user namespace, so that inside it the change to a user
    without rights is a real one: limits on processes do not bind root under another name. Each
    worker has a user of its own, so that one submission's processes do not count as another's.
    """
    return _FIRST_USER + os.getpid() % 100_000 if _is_root() else 0


def _visible(extra: Sequence[Path]) -> list[Path]:
    """What is bound read-only at its own place, outer folders before inner ones."""
    prefixes = [Path("/usr"), Path("/usr/local"), Path(sys.base_prefix), Path(sys.prefix)]
    prefixes.append(Path(sys.executable).resolve().parent.parent)
    needed = {prefix / name for prefix in prefixes for name in _OF_PREFIX}
    found: list[Path] = []
    for path in sorted(needed | set(extra), key=lambda p: (len(p.parts), p)):
        if path.exists() and not any(path.is_relative_to(outer) for outer in found):
            found.append(path)
    return found


def private_folder() -> str:
    """Where the sandbox's own writable folder is seen.

    Not /tmp where the interpreter lies inside that: one would hide the other, and what is
    emptied after each exercise must hold nothing else.
    """
    system = Path("/tmp")
    return "/private" if any(path.is_relative_to(system) for path in _visible(())) else "/tmp"


@cache
def _can_disable_namespaces() -> bool:
    """Return whether bubblewrap (0.8 or later) can refuse further user namespaces inside."""
    try:
        done = subprocess.run(["bwrap", "--help"], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return b"--disable-userns" in done.stdout + done.stderr


def command(
    arguments: Sequence[str],
    *,
    binds: Mapping[Path, str],
    environment: Mapping[str, str],
    tmp_size: int,
    hidden: Sequence[Path] = (),
    writable: Mapping[Path, str] | None = None,
    first: bool = False,
    shared_memory: bool = False,
) -> list[str]:
    """The whole command line.

    Parameters
    ----------
    arguments : sequence of str
        What runs inside.
    binds, writable : mapping of Path to str
        Folders of this machine, and where they are seen; `binds` read-only.
    environment : mapping of str to str
        All of it: nothing is inherited.
    tmp_size : int
        Bytes that its own folder (see `private_folder`) holds.
    hidden : sequence of Path
        Folders that must not be seen even if they lie inside what is visible.
    first : bool
        Whether it is the first process of the sandbox: no signal from inside can end that, and
        it must collect the orphans.
    shared_memory : bool
        Whether processes may have memory in common by its name. It outlives them.
    """
    line = [str(shutil.which("bwrap") or "bwrap"), "--unshare-ipc", "--unshare-pid"]
    line += ["--unshare-net", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox"]
    if not _is_root():
        line += ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
        line += ["--disable-userns"] if _can_disable_namespaces() else []
    line += ["--die-with-parent", "--new-session", "--clearenv"]
    line += ["--as-pid-1"] if first else []
    for name, value in environment.items():
        line += ["--setenv", name, value]
    visible = _visible(())
    made: set[Path] = set()
    for path in visible:
        for above in reversed(path.parents[:-1]):
            if above not in made:
                made.add(above)
                line += ["--perms", "0755", "--dir", str(above)]
        line += ["--ro-bind", str(path), str(path)]
    for name in _SYSTEM:
        if os.path.islink(name):
            line += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            line += ["--ro-bind", name, name]
    line += ["--perms", "0755", "--dir", "/etc"]
    for name in _ETC:
        line += ["--ro-bind-try", name, name]
    line += ["--proc", "/proc", "--dev", "/dev"]
    home = private_folder()
    tmpfs = [(home, tmp_size), *([("/dev/shm", 2**20)] if shared_memory else [])]
    for name, size in tmpfs:
        line += ["--perms", "1777", "--size", str(size), "--tmpfs", name]
    for path in hidden:
        if path.is_dir() and any(path.is_relative_to(outer) for outer in visible):
            line += ["--tmpfs", str(path)]
    for path, seen in binds.items():
        line += ["--ro-bind", str(path), seen]
    for path, seen in (writable or {}).items():
        line += ["--bind", str(path), seen]
    line += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", home, "--"]
    return [*line, *arguments]


def hidden_folders() -> list[Path]:
    """What must not be seen even where it lies inside the interpreter's own folders."""
    package = Path(__file__).resolve().parents[2]
    return [package, package.parent / "solutions"]


@cache
def available() -> bool:
    """Whether a sandbox can be made here; tried once, with the interpreter inside."""
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        return False
    line = command(
        [sys.executable, "-I", "-c", "import os, socket; os.listdir('.')"],
        binds={},
        environment={},
        tmp_size=2**20,
    )
    try:
        return subprocess.run(line, capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def select_sandbox(requested: str) -> str:
    """`bwrap` or `none` for what was asked: one of them, or `auto`.

    Raises
    ------
    UsageError
        If it is none of them, or bubblewrap is asked for and does not work here.
    """
    if requested == "auto":
        return "bwrap" if available() else "none"
    if requested not in LIMITS:
        raise UsageError(f"There is no sandbox {requested!r}. Known: auto, bwrap, none.")
    if requested == "bwrap" and not available():
        raise UsageError("bubblewrap does not work here. Install it, or use --sandbox none.")
    return requested


def selected_sandbox(requested: str) -> str:
    """What a worker uses: what was chosen before the work was given out, without a trial.

    On a loaded machine a trial may come to another end; a sandbox that cannot be made here
    after all is an error of each unit, never a weaker sandbox.
    """
    return requested if requested in LIMITS else select_sandbox(requested)


def measures(mode: str) -> list[str]:
    """Return what else holds submissions in a sandbox of this machine, for `words`."""
    if mode != "bwrap":
        return []
    return [*cgroup.counted(), *([_CALLS] if seccomp.is_known() else [])]


def words(mode: str, measures: Sequence[str] | None) -> str:
    """Return what a report says about how submissions were run, and what that does not stop.

    Parameters
    ----------
    mode : str
        `bwrap` or `none`.
    measures : sequence of str or None
        Those of the run; None if it did not record them.
    """
    said = [LIMITS[mode]]
    if mode == "bwrap" and measures is not None:
        said.append(cgroup.words([name for name in measures if name != _CALLS]))
        if _CALLS not in measures:
            said.append("There is no filter of system calls for this kind of machine.")
    return " ".join(said)
