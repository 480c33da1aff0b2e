"""Set this folder up and open it; needs Python 3.11 or newer and nothing else.

    python start.py                 make the environment where needed, open JupyterLab
    python start.py NOTEBOOK        the same, on another notebook than notebooks/Start.ipynb
    python start.py test [...]      run the tests; what follows goes to pytest
    python start.py --fresh [...]   first throw the environment away and make it anew

Further options of the first two go to JupyterLab, for example --no-browser.
"""

from __future__ import annotations  # Python 3.11 or newer is needed: python.org/downloads

import contextlib
import errno
import hashlib
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

OLDEST: tuple[int, int] = (3, 11)  # Python 3.11 or newer is needed: python.org/downloads

# All in one file: a student's folder has it without the project around it. Such a folder is
# installed from its `wheels`, or uses a Python that has the workbook (see `borrowed`).
#
# The comment, here and above, is what a Python shows that is too old to read this file.
# Python 3.7 to 3.10 read it, and `main` tells them; so no newer syntax in here.

ROOT = Path(__file__).resolve().parent
WINDOWS = os.name == "nt"

# The files, besides the kernels' sources, that decide what is installed.
INPUTS = ("pyproject.toml", "constraints.txt", "setup.py", "setup_ext.py")

# Settings that say where packages come from or how to get there. uv does not read pip's.
PIP_SOURCES = r"(extra-)?index-url|find-links|no-index|proxy|(client-)?cert|trusted-host"
UV_SOURCES = r"UV_(DEFAULT_|EXTRA_|NO_)?INDEX(_URL)?|UV_FIND_LINKS|UV_CONFIG_FILE"

# What an installer's own words mean, and what to do about it.
CAUSES = (
    (r"No space left on device|Errno 28", "The disk is full: make room and start again."),
    (
        r"CERTIFICATE_VERIFY_FAILED|UnknownIssuer|invalid peer certificate",
        "The connection's certificate is not trusted here: ask for your network's certificate "
        "file and set SSL_CERT_FILE and PIP_CERT to it.",
    ),
    (
        r"Failed to establish a new connection|Temporary failure in name resolution|getaddrinfo|"
        r"Network is unreachable|Read timed out|ConnectTimeout|ProxyError|dns error|"
        r"error sending request|Connection refused|Connection aborted",
        "The package index was not reached: check the network, or set the proxy "
        "(HTTPS_PROXY) or mirror (pip config set global.index-url ...) that yours needs.",
    ),
)


class Problem(Exception):
    """What stands in the way, and what to do; its text is all that is shown."""


def say(text: str) -> None:
    print(text, flush=True)


# --- the environment and its state ---------------------------------------------------------


def venv_of(root: Path) -> Path:
    return root / ".venv"


def python_of(root: Path) -> Path:
    return venv_of(root) / ("Scripts/python.exe" if WINDOWS else "bin/python")


def stamp_of(root: Path) -> Path:
    """What was installed, for which folder, from which files; written last."""
    return venv_of(root) / "workbook-start.json"


def marker_of(root: Path) -> Path:
    """Stands in an environment of ours while it is being made or changed."""
    return venv_of(root) / "workbook-unfinished"


def read_stamp(root: Path) -> dict[str, object]:
    try:
        found = json.loads(stamp_of(root).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def inputs(root: Path) -> dict[str, str]:
    """Hashes of the files that decide what is installed."""
    files = [root / name for name in INPUTS]
    native = [path for path in (root / "workbook" / "numerics").rglob("*") if path.is_file()]
    for path in native:
        generated = path.suffix == ".c" and path.with_suffix(".pyx").exists()
        if path.suffix in {".pyx", ".pxd", ".c", ".h"} and not generated:
            files.append(path)
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(files)
        if path.exists()
    }


def version_of(python: Path) -> str:
    """`3.12` for a Python that runs, the empty text for one that does not."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run(
            [str(python), "-I", "-S", "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("ascii", "replace").strip() if done.returncode == 0 else ""


def judge(root: Path, extras: set[str]) -> tuple[str, str]:
    """What has to be done, and why.

    Returns
    -------
    tuple of str
        One of `ready`, `install` (into what is there), `make` (nothing is there), `rebuild`
        (what is there is of no use); and the reason, a few words.
    """
    venv, stamp = venv_of(root), read_stamp(root)
    if not venv.exists() and not venv.is_symlink():
        return "make", ""
    if marker_of(root).exists():
        return "rebuild", "setting up was interrupted"
    if not (venv / "pyvenv.cfg").is_file():
        if venv.is_dir() and any(venv.iterdir()):
            raise Problem(
                f"{venv} is no Python environment, and it is not ours to delete.\n"
                "Rename it or move it away, then start again."
            )
        return "rebuild", "it was empty"
    version = version_of(python_of(root))
    if not version:
        return "rebuild", "its Python is gone"
    if tuple(int(part) for part in version.split(".")) < OLDEST:
        return "rebuild", f"it has Python {version}"
    if not stamp:
        return "install", "it was not made by start.py"
    if stamp.get("root") != str(root):
        return "rebuild", "the folder was moved or copied"
    if stamp.get("python") != version:
        return "rebuild", f"its Python is {version} now"
    have = stamp.get("extras")
    if not extras <= set(have if isinstance(have, list) else []):
        return "install", "more is needed"
    was, now = stamp.get("inputs"), inputs(root)
    if was != now:
        before = was if isinstance(was, dict) else {}
        changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
        return "install", f"{changed[0]} has changed"
    return "ready", ""


@contextlib.contextmanager
def alone(root: Path) -> Iterator[tuple[int, ...]]:
    """Keep a second start.py out while this one sets up; yields what the installer inherits.

    An installer that outlives a killed start.py goes on holding the lock (not on Windows).
    """
    try:
        (root / ".workbook").mkdir(exist_ok=True)
        handle = open(root / ".workbook" / "start.lock", "a+b")  # noqa: SIM115 (closed below)
    except OSError as error:
        raise Problem(
            f"Nothing can be written in {root} ({error.strerror}).\n"
            "Copy the folder to where you may write, and start there."
        ) from None
    told = False
    with handle:
        while True:
            try:
                if WINDOWS:
                    import msvcrt

                    handle.seek(0)
                    msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
                else:
                    import fcntl

                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                    break  # a file system without locks
                if not told:
                    say("Another start.py is setting this folder up; waiting for it.")
                    told = True
                time.sleep(0.3)
        yield () if WINDOWS else (handle.fileno(),)


# --- running things ------------------------------------------------------------------------


def environment(root: Path, python: str = "") -> dict[str, str]:
    """This process's variables, with the Python's folder first and other Pythons' left out."""
    env = dict(os.environ)
    # PYTHONPATH and PYTHONHOME of another Python would put its packages before ours.
    for name in ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"):
        env.pop(name, None)
    own = python or str(python_of(root))
    if own == str(python_of(root)):
        env["VIRTUAL_ENV"] = str(venv_of(root))
    env["PATH"] = str(Path(own).parent) + os.pathsep + env.get("PATH", "")
    return env


def step_in(line: str) -> str:
    """What an installer's line of output says it is doing, in few words, or the empty text."""
    words = re.match(r"\s*(Collecting|Downloading|Building|Installing|Prepar)\w*\s+(\S+)?", line)
    if not words:
        return ""
    verb, what = words.group(1).lower(), words.group(2) or ""
    name = re.split(r"[-=<>!~;\[ (]", what.rsplit("/", 1)[-1])[0]
    if verb == "collecting":
        return f"finding {name}"
    if verb == "downloading":
        return f"downloading {name}"
    if verb == "building":
        return "building the workbook"
    return "installing the packages" if name == "collected" else ""


def run_watched(
    command: Sequence[str],
    cwd: Path,
    env: dict[str, str],
    title: str,
    keep: tuple[int, ...] = (),
) -> tuple[int, str]:
    """Run an installer, showing in one line what it does; give its exit code and output."""
    process = subprocess.Popen(
        list(command),
        cwd=str(cwd),
        env={**env, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=keep,
    )
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line.decode("utf-8", "replace").rstrip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    live, began, output = sys.stdout.isatty(), time.monotonic(), []
    step, told = "", set()
    try:
        if not live:
            say(f"{title} ...")
        while True:
            try:
                line = lines.get(timeout=0.5)
            except queue.Empty:
                line = ""
            if line is None:
                break
            output.append(line)
            step = step_in(line) or step
            if live:
                width = shutil.get_terminal_size().columns - 1
                status = f"{title}: {time.monotonic() - began:3.0f} s  {step}"
                print("\r" + status[:width].ljust(width), end="", flush=True)
            else:
                stage = re.sub(r"^(finding|downloading) .*", "finding and fetching packages", step)
                if stage and stage not in told:
                    told.add(stage)
                    say(f"  {stage}")
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        if live:
            print()
    return code, "\n".join(line for line in output if line)


def hand_over(command: Sequence[str], root: Path) -> int:
    """Let the command take this process's place; Ctrl-C is then for it to answer."""
    os.chdir(str(root))
    sys.stdout.flush()
    if not WINDOWS:
        os.execve(command[0], list(command), environment(root, command[0]))
    process = subprocess.Popen(list(command), env=environment(root, command[0]))
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return process.wait()


# --- making the environment ----------------------------------------------------------------


def find_uv() -> str:
    """uv, where it says it is, on the path, or where its own installer puts it."""
    home = Path.home()
    found = [os.environ.get("UV"), shutil.which("uv")]
    found += [shutil.which("uv", path=str(home / place / "bin")) for place in (".local", ".cargo")]
    return next((path for path in found if path and Path(path).is_file()), "")


def uv_is_configured() -> bool:
    """Whether uv was told by itself where packages come from."""
    if any(value and re.fullmatch(UV_SOURCES, name) for name, value in os.environ.items()):
        return True
    if WINDOWS:
        folders = [os.environ.get(name, "") for name in ("APPDATA", "PROGRAMDATA")]
    else:
        folders = [os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")]
        folders += ["/etc/xdg", "/etc"]
    return any(Path(folder, "uv", "uv.toml").is_file() for folder in folders if folder)


def pip_sources(root: Path) -> list[str]:
    """The names of pip's settings, in files or variables, that say where packages come from."""
    done = subprocess.run(
        [str(python_of(root)), "-m", "pip", "config", "list"],
        env=environment(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    names = re.findall(r"^\S*\.([\w-]+)=", done.stdout.decode("utf-8", "replace"), re.MULTILINE)
    return sorted({name for name in names if re.fullmatch(PIP_SOURCES, name)})


def throw_away(root: Path) -> None:
    """Move the environment out of the way, in one step."""
    venv = venv_of(root)
    if venv.is_symlink():
        venv.unlink()  # what it points to is not ours
        return
    old = root / ".workbook" / f"old-environment-{time.time_ns()}"
    try:
        venv.replace(old)
    except OSError:
        raise Problem(
            f"{venv} is in use and cannot be replaced.\n"
            "Close JupyterLab and the terminals that use it, then start again."
        ) from None


def delete_old(root: Path) -> None:
    """Delete environments thrown away, in the background: 30,000 files can take a minute."""
    code = "import shutil, sys; [shutil.rmtree(old, ignore_errors=True) for old in sys.argv[1:]]"
    old = [str(path) for path in (root / ".workbook").glob("old-environment-*")]
    if old:
        subprocess.Popen(
            [below(), "-c", code, *old],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=not WINDOWS,
        )


def below() -> str:
    """The Python that this one's environment, if it is in one, was made from."""
    return getattr(sys, "_base_executable", "") or sys.executable


def make_venv(root: Path, uv: str, keep: tuple[int, ...]) -> None:
    """An empty environment with pip, marked unfinished."""
    venv_of(root).mkdir()
    marker_of(root).touch()
    base = below()
    command = [base, "-m", "venv", str(venv_of(root))]
    code, output = run_watched(command, root, dict(os.environ), "Making .venv", keep)
    if code and uv:  # Debian's Python without python3-venv, say
        marker_of(root).parent.mkdir(exist_ok=True)
        command = [uv, "venv", "--seed", "--allow-existing", "--python", base, str(venv_of(root))]
        code, output = run_watched(command, root, dict(os.environ), "Making .venv with uv", keep)
    if code:
        about = output.strip().splitlines() or ["no reason given"]
        text = f"Python could not make an environment: {about[-1]}"
        if "ensurepip" in output:
            mine = "python{}.{}-venv".format(*sys.version_info[:2])
            text = (
                "This Python lacks its venv module, which Debian and Ubuntu pack separately.\n"
                f"Install it (sudo apt install {mine}), then start again."
            )
        raise Problem(text)


def installers(root: Path, uv: str, extras: set[str]) -> Iterator[tuple[str, list[str]]]:
    """The ways to install, the preferred one first."""
    what = "." + (f"[{','.join(sorted(extras))}]" if extras else "")
    wanted = ["--editable", what, "--constraint", "constraints.txt"]
    python = str(python_of(root))
    house = any((root / "wheels").glob("*.whl"))
    if house:  # all that is needed was handed out with the folder
        wanted += ["--no-index", "--find-links", "wheels"]
    if uv:
        sources = [] if house or uv_is_configured() else pip_sources(root)
        if sources:
            say(f"Using pip instead of uv, for its own settings ({', '.join(sources)}).")
        else:
            command = [uv, "pip", "install", "--python", python, "--compile-bytecode"]
            yield "uv", [*command, "--build-constraint", "constraints.txt", *wanted]
    yield "pip", [python, "-m", "pip", "install", "--prefer-binary", *wanted]


def install(root: Path, uv: str, extras: set[str], keep: tuple[int, ...]) -> None:
    env = environment(root)
    # A `user = true` in pip.conf cannot hold inside an environment.
    env.update(PIP_USER="0", PIP_NO_INPUT="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    # For what builds the package; by its name alone, since pip splits the value at spaces.
    for name in ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT"):
        env[name] = " ".join([*env.get(name, "").split(), "constraints.txt"])
    log = root / ".workbook" / "start.log"
    output = ""
    for name, command in installers(root, uv, extras):
        code, output = run_watched(command, root, env, f"Installing with {name}", keep)
        log.write_text(output + "\n", encoding="utf-8")
        if code == 0:
            return
        if name == "uv":
            say("uv could not install; trying pip.")
    advice = next((advice for pattern, advice in CAUSES if re.search(pattern, output)), "")
    said = [line for line in output.splitlines() if line.lstrip().startswith("ERROR")]
    reason = (said or output.splitlines() or ["no reason given"])[-1].strip()
    raise Problem(f"Installing failed: {advice or reason}\nAll that pip said is in {log}")


# Prints why there are no compiled kernels, or nothing.
ASK_KERNELS = """
from workbook.numerics.fast_layers import backend
print(backend().reason if backend().name == "numpy" else "")
"""


def tell_of_kernels(root: Path) -> None:
    """One line if the fast layers could not be compiled here; an installer hides what it says."""
    asked = subprocess.run(
        [str(python_of(root)), "-c", ASK_KERNELS],
        cwd=str(root),
        env=environment(root),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        errors="replace",
    )
    reason = asked.stdout.strip()
    if asked.returncode == 0 and reason:
        say(f"The fast layers use NumPy here, which is fine: {reason}")


def prepare(root: Path, extras: set[str], fresh: bool = False, may_be_old: bool = False) -> None:
    """Bring the environment to what this folder's files ask for, from whatever is there."""
    todo, why = judge(root, extras)
    if todo == "ready" and not fresh:
        return
    with alone(root) as keep:
        todo, why = judge(root, extras)  # another start.py may just have finished
        if fresh and todo != "make":
            todo, why = "rebuild", "as you asked"
        if todo == "ready":
            return
        stamp, uv = read_stamp(root), find_uv()
        have = stamp.get("extras")
        extras = extras | set(have if isinstance(have, list) else [])
        if todo == "rebuild":
            say(f"Making the environment .venv anew: {why}.")
            throw_away(root)
        elif todo == "make":
            say("Making the environment .venv: once, a minute or so.")
        else:
            say(f"Bringing the environment .venv up to date: {why}.")
        if todo != "install":
            delete_old(root)
            make_venv(root, uv, keep)
        elif stamp:  # one that is not ours is never marked, so never thrown away
            marker_of(root).touch()
        try:
            install(root, uv, extras, keep)
        except Problem as problem:
            if todo != "install" or not stamp:
                raise
            marker_of(root).unlink()  # pip gave up by itself: what was there still works
            if not may_be_old:
                raise
            say(f"{problem}\nGoing on with what was installed before.")
            return
        done = {
            "root": str(root),
            "python": version_of(python_of(root)),
            "extras": sorted(extras),
            "inputs": inputs(root),
        }
        beside = stamp_of(root).with_suffix(".new")
        beside.write_text(json.dumps(done, indent=1), encoding="utf-8")
        beside.replace(stamp_of(root))
        with contextlib.suppress(FileNotFoundError):
            marker_of(root).unlink()
        tell_of_kernels(root)


# --- a folder of exercises, without the project around it ------------------------------------


def is_project(root: Path) -> bool:
    """Whether the workbook itself is here, and not only a folder that `workbook init` made."""
    return (root / "pyproject.toml").is_file()


def borrowed(root: Path) -> str:
    """A Python that has the workbook: the folder's, the one that made the folder, or this one."""
    try:
        maker = (root / ".workbook" / "python.txt").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        maker = ""
    for python in (str(python_of(root)), maker, sys.executable):
        if not python or not Path(python).is_file():
            continue
        asked = subprocess.run(
            [python, "-c", "import workbook.cli"],
            cwd=str(root),
            env=environment(root, python),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if asked.returncode == 0:
            return python
    raise Problem(
        "No Python here has the workbook. Install it where you have it from, for example\n"
        f"    {sys.executable} -m pip install workbook-VERSION.whl\n"
        "and start again."
    )


def ready_python(root: Path, extras: set[str], fresh: bool, may_be_old: bool) -> str:
    """The Python to go on with, its environment made or brought up to date where it is ours."""
    if not is_project(root):
        return borrowed(root)
    prepare(root, extras, fresh, may_be_old)
    return str(python_of(root))


# --- the two commands ----------------------------------------------------------------------


def has_tests(root: Path) -> bool:
    """Whether this is the whole project; a student's copy is checked instead."""
    return (root / "tests").is_dir() and is_project(root)


def test_command(root: Path, args: list[str], python: str = "") -> list[str]:
    """pytest, on all cores unless the arguments ask for something narrower."""
    python = python or str(python_of(root))
    if not has_tests(root):
        return [python, "-m", "workbook", "check", *args]
    own = ("-n", "--numprocesses", "--dist", "--pdb", "--trace", "-s", "-p", "--co")
    narrow = any(word.startswith(own) or (root / word.split("::")[0]).exists() for word in args)
    cores = os.cpu_count() or 1
    spread = ["--dist", "loadfile", "--no-loadscope-reorder", "-n", str(min(cores, 8))]
    return [python, "-m", "pytest", *([] if narrow or cores < 2 else spread), *args]


def too_old(version: tuple[int, int]) -> str:
    if version >= OLDEST:
        return ""
    names = [f"python3.{minor}" for minor in range(20, OLDEST[1] - 1, -1)]
    found = next((name for name in names if version_of(Path(shutil.which(name) or name))), "")
    if found:
        remedy = f"There is a newer one here: {found} start.py"
    elif WINDOWS and shutil.which("py"):
        remedy = "Try: py -3 start.py, or install a newer one from python.org/downloads"
    else:
        remedy = "Install a newer one from python.org/downloads, then start again with it."
    needed, this = ".".join(map(str, OLDEST)), ".".join(map(str, version))
    return f"This needs Python {needed} or newer; {sys.executable} is {this}.\n{remedy}"


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def main(args: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    old = too_old((sys.version_info[0], sys.version_info[1]))
    if old:
        print(old, file=sys.stderr)
        return 1
    fresh = args[:1] == ["--fresh"]
    args = args[1:] if fresh else args
    if args[:1] in (["-h"], ["--help"]):
        print((__doc__ or "").strip())
        return 0
    testing = args[:1] == ["test"]
    first = args[0] if args and not args[0].startswith("-") else ""
    if first and not testing and not Path(first).exists():
        print(
            f"start.py: there is no file {first!r}; the commands are `python start.py` and "
            "`python start.py test`.",
            file=sys.stderr,
        )
        return 2
    # A closed window or a plain `kill` should stop the installer too, and leave the marker.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
    try:
        extras = {"dev"} if testing and has_tests(ROOT) else set()
        python = ready_python(ROOT, extras, fresh, may_be_old=not extras)
        if testing:
            return hand_over(test_command(ROOT, args[1:], python), ROOT)
        args = [str(Path(first).resolve()), *args[1:]] if first else args
        return hand_over([python, "-m", "workbook", "lab", *args], ROOT)
    except Problem as problem:
        print(f"start.py: {problem}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
