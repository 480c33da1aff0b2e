"""One budget for all processes of a sandbox: a control group of Linux, where one can be made.

Limits of a process do not add up: many small processes, files in memory and what the kernel keeps
for them count for nobody. In a group they count together, and its counters tell whether a process
was killed because of its own budget. Both versions are known; a group is made below this process's
own, or (version 2) below the nearest one that was delegated to this user.
"""

import contextlib
import itertools
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Budget", "Group", "available", "counted", "enter", "group", "words"]

_PROC, _SHELL = Path("/proc"), "/bin/sh"
_CONTROLLERS = ("memory", "pids", "cpu")
_PERIOD = 100_000  # Microseconds, as the kernel has it.
_SECONDS_TO_END = 2.0
# Joins groups, becomes what the kernel ends first if memory runs out, and runs the rest.
_ENTER = """{ echo 1000 > /proc/self/oom_score_adj; } 2> /dev/null
while [ "$1" != -- ]; do echo 0 > "$1" || exit 1; shift; done
shift; exec "$@"
"""


@dataclass(frozen=True)
class Budget:
    """What a sandbox may use as a whole.

    Attributes
    ----------
    memory : int
        Bytes, with files in memory and what the kernel keeps; less on a small machine.
    processes : int
        Processes and threads.
    cores : float
        Seconds of processor time in a second.
    """

    memory: int
    processes: int
    cores: float


class Group:
    """A group of processes with a budget.

    Parameters
    ----------
    places : mapping of str to Path
        By controller: the folder in which to make it. One folder for all in version 2.
    budget : Budget

    Raises
    ------
    OSError
        If it cannot be made.
    """

    _numbers = itertools.count()

    def __init__(self, places: Mapping[str, Path], budget: Budget) -> None:
        name = f"{_prefix()}{next(self._numbers)}"
        self._folders = {controller: place / name for controller, place in places.items()}
        self._version2 = (places["memory"] / "cgroup.controllers").exists()
        try:
            for folder in self._distinct():
                folder.mkdir()
            self._limit(budget, _ceiling(places["memory"], self._version2))
            self._counted = self._counts()
        except OSError:
            self.close()
            raise

    def _distinct(self) -> list[Path]:
        return list(dict.fromkeys(self._folders.values()))

    def _limit(self, budget: Budget, ceiling: int) -> None:
        memory = min(budget.memory, ceiling)
        quota = int(budget.cores * _PERIOD)
        if self._version2:
            values = {"memory": ("memory.max", str(memory))}
            values |= {"pids": ("pids.max", str(budget.processes))}
            values |= {"cpu": ("cpu.max", f"{quota} {_PERIOD}")}
            swap = ("memory.swap.max", "0")
        else:
            values = {"memory": ("memory.limit_in_bytes", str(memory))}
            values |= {"pids": ("pids.max", str(budget.processes))}
            values |= {"cpu": ("cpu.cfs_quota_us", str(quota))}
            # With swap a little more: of two limits that are reached at once, this is counted.
            swap = ("memory.memsw.limit_in_bytes", str(memory + 2**20))
        for controller, folder in self._folders.items():
            file, value = values[controller]
            (folder / file).write_text(value)
        # Not every kernel counts what is swapped out.
        with contextlib.suppress(OSError):
            _rewrite(self._folders["memory"] / swap[0], swap[1])

    @property
    def entrances(self) -> list[Path]:
        """Files that a process writes 0 to, to join."""
        return [folder / "cgroup.procs" for folder in self._distinct()]

    def overran(self) -> bool:
        """Return whether a process was killed because of this budget since the last call.

        A process that the kernel killed because a larger group, or the machine, had no memory left
        is not one of them.
        """
        before, self._counted = self._counted, self._counts()
        return all(now > then for now, then in zip(self._counted, before, strict=True))

    def _counts(self) -> tuple[int, int]:
        """Return how many processes were killed, and how often this limit was the reason."""
        folder = self._folders["memory"]
        if self._version2:
            events = _numbers_in(folder / "memory.events")
            return events.get("oom_kill", 0), events.get("oom", 0)
        kills = _numbers_in(folder / "memory.oom_control").get("oom_kill", 0)
        return kills, int((folder / "memory.failcnt").read_text())

    def close(self) -> None:
        """End what is left in it and remove it."""
        for folder in self._distinct():
            _remove(folder)


def _rewrite(path: Path, text: str) -> None:
    """Write to a file of the kernel that exists."""
    with open(path, "r+", encoding="utf-8") as file:
        file.write(text)


def _numbers_in(path: Path) -> dict[str, int]:
    """Return the numbers of a file of names and numbers."""
    lines = [line.split() for line in path.read_text().splitlines()]
    return {line[0]: int(line[1]) for line in lines if len(line) == 2 and line[1].isdigit()}


def _remove(folder: Path) -> None:
    """Remove a group and whatever runs in it; what does not end in time is left to the next run."""
    deadline = time.monotonic() + _SECONDS_TO_END
    while folder.is_dir():
        try:
            folder.rmdir()
        except OSError:
            if time.monotonic() > deadline:
                return
            with contextlib.suppress(OSError, ValueError):
                for process in map(int, (folder / "cgroup.procs").read_text().split()):
                    if process > 1:  # 0 stands for one that has no number in our namespace.
                        os.kill(process, signal.SIGKILL)
            time.sleep(0.001)


def _started(process: int | str) -> str:
    """Return when a process was started, in ticks: its number alone is given away again."""
    text = (_PROC / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    return text.rpartition(")")[2].split()[19]


def _namespace() -> int:
    return os.stat(_PROC / "self" / "ns" / "pid").st_ino


def _prefix() -> str:
    """Return how the names of this process's groups begin; `_sweep` reads it."""
    return f"workbook-{_namespace()}-{os.getpid()}-{_started('self')}-"


def _sweep(place: Path) -> None:
    """Remove groups of processes that are gone, such as those of a killed run."""
    for folder in place.glob(f"workbook-{_namespace()}-*"):
        found = re.fullmatch(r"workbook-\d+-(\d+)-(\d+)-\w+", folder.name)
        if found is None:
            continue
        try:
            alive = _started(found[1]) == found[2]
        except OSError:
            alive = False
        if not alive:
            _remove(folder)


def _ceiling(place: Path, version2: bool) -> int:
    """Return what a budget must not be above: three quarters of what there is for everybody here.

    The rest is for the process that grades; only a budget that is hit before the limit around it
    says whose memory it was.
    """
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    if version2:
        for folder in (place, *place.parents):
            with contextlib.suppress(OSError, ValueError):
                limits.append(int((folder / "memory.max").read_text()))
    else:
        stat = _numbers_in(place / "memory.stat")
        limits.append(stat.get("hierarchical_memory_limit", limits[0]))
    return min(limits) * 3 // 4


def _own_folders() -> dict[str, Path]:
    """Return this process's own groups by controller; by the empty name that of version 2."""
    paths: dict[str, str] = {}
    for line in (_PROC / "self" / "cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        paths |= dict.fromkeys(controllers.split(","), path)
    found: dict[str, Path] = {}
    for line in (_PROC / "self" / "mountinfo").read_text().splitlines():
        fields, _, rest = line.partition(" - ")
        root, point = fields.split()[3:5]
        kind, *_, options = rest.split()
        mounted = {"cgroup": options.split(","), "cgroup2": [""]}.get(kind, [])
        for controller in mounted:
            # A container may see a part of the groups only, and its own outside of that.
            if controller in paths and Path(paths[controller]).is_relative_to(root):
                place = Path(point) / Path(paths[controller]).relative_to(root)
                found.setdefault(controller, place)
    return found


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)


def _delegated(own: Path) -> Path | None:
    """Return the nearest group of version 2 below which one with a limit on memory can be made."""
    for folder in (own, *own.parents):
        control = folder / "cgroup.subtree_control"
        if not control.exists():
            return None
        if _writable(folder) and "memory" in control.read_text().split():
            return folder
        if folder == own and _writable(own) and _make_room(own):
            return own
    return None


def _make_room(own: Path) -> bool:
    """Have a group pass its controllers on, if this is its only process.

    Version 2 wants processes in leaves: this one moves to a leaf of its own.
    """
    controllers = (own / "cgroup.controllers").read_text().split()
    processes = (own / "cgroup.procs").read_text().split()
    if "memory" not in controllers or processes != [str(os.getpid())]:
        return False
    try:
        leaf = own / f"{_prefix()}self"
        leaf.mkdir(exist_ok=True)
        _rewrite(leaf / "cgroup.procs", str(os.getpid()))
        wanted = " ".join(f"+{name}" for name in _CONTROLLERS if name in controllers)
        _rewrite(own / "cgroup.subtree_control", wanted)
    except OSError:
        return False
    return True


@cache
def _places() -> Mapping[str, Path]:
    """Return where groups are made, by controller; empty where none can be."""
    if not sys.platform.startswith("linux"):
        return {}
    try:
        own = _own_folders()
        if "memory" in own:
            found = {name: own[name] for name in _CONTROLLERS if name in own}
            found = {name: folder for name, folder in found.items() if _writable(folder)}
        else:
            folder = _delegated(own[""]) if "" in own else None
            control = (folder / "cgroup.subtree_control").read_text() if folder else ""
            found = {name: folder for name in _CONTROLLERS if folder and name in control.split()}
        if "memory" not in found:
            return {}
        for place in set(found.values()):
            _sweep(place)
        return found
    except (OSError, ValueError, IndexError):
        return {}


@cache
def available() -> bool:
    """Return whether a sandbox can have a budget here; tried once."""
    if not _places():
        return False
    try:
        with contextlib.closing(Group(_places(), Budget(2**28, 16, 1.0))) as tried:
            line = enter([_SHELL, "-c", "exit 0"], tried)
            return subprocess.run(line, capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextlib.contextmanager
def group(budget: Budget) -> Iterator[Group | None]:
    """Make a group and remove it at the end; None where there can be none."""
    if not available():
        yield None
        return
    with contextlib.closing(Group(_places(), budget)) as made:
        yield made


def enter(line: Sequence[str], into: Group | None) -> list[str]:
    """Return a command that joins a group before it becomes another; as it is where it cannot."""
    if not sys.platform.startswith("linux") or not os.access(_SHELL, os.X_OK):
        return list(line)
    entrances = into.entrances if into is not None else ()
    return [_SHELL, "-c", _ENTER, _SHELL, *map(str, entrances), "--", *line]


def counted() -> tuple[str, ...]:
    """Return the controllers of a sandbox's budget here: of `memory`, `pids` and `cpu`."""
    return tuple(_places()) if available() else ()


def words(controllers: Collection[str]) -> str:
    """Return what a report says about a budget that these controllers set."""
    if not controllers:
        return (
            "No control group could be made, so that memory and processes were limited one by one: "
            "a submission that spreads over many can slow down this machine or use up its memory. "
            "Then the system ends processes of submissions first; what it ended has no verdict."
        )
    names = {"memory": "memory", "pids": "processes", "cpu": "processor time"}
    *most, last = (name for controller, name in names.items() if controller in controllers)
    listed = f"{', '.join(most)} and {last}" if most else last
    return f"All processes of a sandbox together had one budget of {listed}."
