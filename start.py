"""Set this folder up and open it; needs Python 3.11 or newer and nothing else.

    python start.py                 make the environment where needed, open JupyterLab
    python start.py NOTEBOOK        the same, on another notebook than notebooks/Start.ipynb
    python start.py test [...]      run the tests; what follows goes to pytest
                                    (in a student's copy: check every exercise)
    python start.py --fresh [...]   first throw the environment away and make it anew

Further options of the first two go to JupyterLab, for example --no-browser.
"""

from __future__ import annotations  # Python 3.11 or newer is needed: python.org/downloads

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, Popen
from typing import Any

OLDEST: tuple[int, int] = (3, 11)  # Python 3.11 or newer is needed: python.org/downloads

# A Python that is too old to read this file shows one of the two lines that say so. Python 3.7
# to 3.10 can read it, and `main` tells them; so no newer syntax in here. All is in one file,
# because a folder that `workbook init` made has it without the project around it.

ROOT = Path(__file__).resolve().parent
WINDOWS = os.name == "nt"

# In the folder: the environment's Python; what was installed there, and from which files; a file
# that stands in an environment of ours while it is made or changed.
PYTHON = ".venv/Scripts/python.exe" if WINDOWS else ".venv/bin/python"
STAMP = ".venv/workbook-start.json"
UNFINISHED = ".venv/workbook-unfinished"

# What an installer's own words mean, and what to do about it.
CAUSES = {
    "No space left on device|Errno 28": "The disk is full: make room and start again.",
    "CERTIFICATE_VERIFY_FAILED|UnknownIssuer|invalid peer certificate": "The connection's "
    "certificate is not trusted here: ask for your network's certificate file and set "
    "SSL_CERT_FILE and PIP_CERT to it.",
    "Failed to establish a new connection|name resolution|getaddrinfo|Network is unreachable|"
    "Read timed out|ConnectTimeout|ProxyError|dns error|error sending request|Connection refused|"
    "Connection aborted": "The package index was not reached: check the network, or set the proxy "
    "(HTTPS_PROXY) or mirror (pip config set global.index-url ...) that yours needs.",
}


class Problem(Exception):
    """What stands in the way, and what to do; its text is all that is shown."""


def main(args: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):  # a console may lack letters of the folder's name
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace", line_buffering=True)  # type: ignore[union-attr]
    # A closed window or a plain `kill` stops the installer as Ctrl-C does.
    for name in {"SIGTERM", "SIGHUP"} & set(dir(signal)):
        signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        reason = too_old((sys.version_info[0], sys.version_info[1]))
        if reason:
            raise Problem(reason)
        fresh = args[:1] == ["--fresh"]
        args = args[1:] if fresh else args
        if args[:1] in (["-h"], ["--help"]):
            print((__doc__ or "").strip())
            return 0
        # Whoever has the solutions grades with them.
        extras = {"grading"} if (ROOT / "solutions").is_dir() else set[str]()
        if args[:1] == ["test"]:
            python = prepare(ROOT, {"dev"} if has_tests(ROOT) else extras, fresh)
            return hand_over(test_command(ROOT, args[1:], python))
        if args and not args[0].startswith("-"):
            if not Path(args[0]).exists():
                print(f"start.py: no file or command {args[0]!r}; try --help", file=sys.stderr)
                return 2
            args = [str(Path(args[0]).resolve()), *args[1:]]
        return hand_over([prepare(ROOT, extras, fresh), "-m", "workbook", "lab", *args])
    except (Problem, OSError) as problem:
        print(f"start.py: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


def too_old(version: tuple[int, int]) -> str:
    """Return what to do about a Python of this version; empty if it is new enough."""
    if version >= OLDEST:
        return ""
    names = [f"python3.{minor}" for minor in range(20, OLDEST[1] - 1, -1)]
    newer = next((name for name in names if version_of(Path(shutil.which(name) or name))), "")
    remedy = "Install a newer one from python.org/downloads, then start again with it."
    if newer:
        remedy = f"There is a newer one here: {newer} start.py"
    this = "{}.{}".format(*version)
    return f"This needs Python 3.11 or newer; {sys.executable} is {this}.\n{remedy}"


def has_tests(root: Path) -> bool:
    """Return whether this is the whole project; a student's copy is checked instead."""
    return (root / "tests").is_dir() and (root / "pyproject.toml").is_file()


def test_command(root: Path, args: list[str], python: str) -> list[str]:
    """Return the call of pytest, on all cores unless the arguments ask for something narrower."""
    if not has_tests(root):
        return [python, "-m", "workbook", "check", *args]
    own = ("-n", "--numprocesses", "--dist", "--pdb", "--trace", "-s", "-p", "--co")
    narrow = any(word.startswith(own) or (root / word.split("::")[0]).exists() for word in args)
    cores = min(os.cpu_count() or 1, 8)
    spread = ["--dist", "loadfile", "--no-loadscope-reorder", "-n", str(cores)]
    return [python, "-m", "pytest", *([] if narrow or cores < 2 else spread), *args]


def prepare(root: Path, extras: set[str], fresh: bool = False) -> str:
    """Bring the environment to what this folder's files ask for; return its Python."""
    if not (root / "pyproject.toml").is_file():
        return borrowed(root)
    python = str(root / PYTHON)
    if judge(root, extras, fresh)[0] == "ready":
        return python
    with alone(root):
        todo, why = judge(root, extras, fresh)  # another start.py may just have finished
        if todo == "ready":
            return python
        stamp, uv = read_stamp(root), shutil.which("uv") or ""
        kept = extras | set(stamp.get("extras", []))
        if todo == "install":
            print(f"Bringing the environment .venv up to date: {why}.")
            if stamp:  # an environment that is not ours is never marked, so never thrown away
                (root / UNFINISHED).touch()
        else:
            anew = f"anew: {why}." if why else "once, a minute or so."
            print(f"Making the environment .venv {anew}")
            throw_away(root)
            make_venv(root, uv)
        try:
            install(root, uv, kept)
        except Problem as problem:
            if todo != "install" or not stamp:
                raise
            (root / UNFINISHED).unlink()  # it failed by itself: what was there still works
            if "dev" in extras:
                raise
            print(f"{problem}\nGoing on with what was installed before.")
            return python
        done = {"root": str(root), "python": version_of(root / PYTHON), "extras": sorted(kept)}
        (root / STAMP).write_text(json.dumps({**done, "inputs": inputs(root)}), encoding="utf-8")
        with contextlib.suppress(FileNotFoundError):
            (root / UNFINISHED).unlink()
        tell_of_kernels(root)
    return python


def borrowed(root: Path) -> str:
    """Return a Python that has the workbook: the folder's, the one that made it, or this one."""
    maker = root / ".workbook" / "python.txt"
    made_by = maker.read_text(encoding="utf-8").strip() if maker.is_file() else ""
    for python in (str(root / PYTHON), made_by, sys.executable):
        if Path(python).is_file() and ask(root, python, "-c", "import workbook.cli") is not None:
            return python
    raise Problem(
        "No Python here has the workbook. Install it where you have it from, for example\n"
        f"    {sys.executable} -m pip install workbook-VERSION.whl\nand start again."
    )


def judge(root: Path, extras: set[str], fresh: bool = False) -> tuple[str, str]:
    """Return what has to be done, and why in a few words.

    It is `ready`, `install` (into what is there), `make` (nothing is there) or `rebuild` (what
    is there is of no use).
    """
    venv, stamp = root / ".venv", read_stamp(root)
    if not venv.exists() and not venv.is_symlink():
        return "make", ""
    if (root / UNFINISHED).exists():
        return "rebuild", "setting up was interrupted"
    if not (venv / "pyvenv.cfg").is_file():
        if venv.is_dir() and any(venv.iterdir()):
            raise Problem(
                f"{venv} is no Python environment, and it is not ours to delete.\n"
                "Rename it or move it away, then start again."
            )
        return "rebuild", "it was empty"
    if fresh:
        return "rebuild", "as you asked"
    version = version_of(root / PYTHON)
    if not version:
        return "rebuild", "its Python is gone"
    if tuple(map(int, version.split("."))) < OLDEST:
        return "rebuild", f"it has Python {version}"
    if not stamp:
        return "install", "it was not made by start.py"
    if stamp["root"] != str(root):
        return "rebuild", "the folder was moved or copied"
    if stamp["python"] != version:
        return "rebuild", f"its Python is {version} now"
    there = set(stamp["extras"])
    if not extras <= there | ({"grading"} if "dev" in there else set()):
        return "install", "more is needed"
    changed = sorted({name for name, _ in stamp["inputs"].items() ^ inputs(root).items()})
    return ("install", f"{changed[0]} has changed") if changed else ("ready", "")


def read_stamp(root: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((root / STAMP).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def inputs(root: Path) -> dict[str, str]:
    """Return hashes of the files that decide what is installed, the kernels' sources included."""
    files = [root / n for n in ("pyproject.toml", "constraints.txt", "setup.py", "setup_ext.py")]
    for path in (root / "workbook" / "numerics").rglob("*.*"):
        generated = path.suffix == ".c" and path.with_suffix(".pyx").exists()
        if path.suffix in {".pyx", ".pxd", ".c", ".h"} and not generated:
            files.append(path)
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.exists()
    }


def version_of(python: Path) -> str:
    """Return `3.12` for a Python that runs, the empty text for one that does not."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return ask(ROOT, str(python), "-I", "-S", "-c", code) or ""


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Keep a second start.py out while this one sets up; a killed one lets go by itself."""
    try:
        (root / ".workbook").mkdir(exist_ok=True)
        # SQLite's lock is the one in the standard library that is the same on every system.
        lock = sqlite3.connect(str(root / ".workbook" / "start.lock"), timeout=0)
    except (OSError, sqlite3.Error) as error:
        raise Problem(
            f"Nothing can be written in {root} ({error}).\n"
            "Copy the folder to where you may write, and start there."
        ) from None
    with contextlib.closing(lock):
        told = False
        while not lock.in_transaction:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    break  # a file system without locks
                if not told:
                    print("Another start.py is setting this folder up; waiting for it.")
                    told = True
                time.sleep(0.3)
        yield


def throw_away(root: Path) -> None:
    """Move the environment out of the way in one step, and delete it in the background."""
    venv = root / ".venv"
    if venv.is_symlink():
        venv.unlink()  # what it points to is not ours
    elif venv.exists():
        try:
            venv.replace(root / ".workbook" / f"old-environment-{time.time_ns()}")
        except OSError:
            raise Problem(
                f"{venv} is in use and cannot be replaced.\n"
                "Close JupyterLab and the terminals that use it, then start again."
            ) from None
    for old in (root / ".workbook").glob("old-environment-*"):  # 30,000 files can take a minute
        threading.Thread(target=shutil.rmtree, args=(old, True), daemon=True).start()


def make_venv(root: Path, uv: str) -> None:
    """Make an empty environment with pip, marked unfinished."""
    venv = root / ".venv"
    venv.mkdir()
    (root / UNFINISHED).touch()
    # The Python below this one's environment, if it is in one: that may be what was thrown away.
    base = getattr(sys, "_base_executable", "") or sys.executable
    code, output = watch([base, "-m", "venv", str(venv)], root, "Making .venv")
    if code and uv:  # Debian's Python without python3-venv, say
        command = [uv, "venv", "--seed", "--allow-existing", "--python", base, str(venv)]
        code, output = watch(command, root, "Making .venv with uv")
    if code and "ensurepip" in output:
        mine = "python{}.{}-venv".format(*sys.version_info[:2])
        raise Problem(
            "This Python lacks its venv module, which Debian and Ubuntu pack separately.\n"
            f"Install it (sudo apt install {mine}), then start again."
        )
    if code:
        last = (output.splitlines() or ["no reason given"])[-1]
        raise Problem(f"Python could not make an environment: {last}")


def install(root: Path, uv: str, extras: set[str]) -> None:
    log = root / ".workbook" / "start.log"
    for name, command in installers(root, uv, extras):
        code, output = watch(command, root, f"Installing with {name}")
        log.write_text(output + "\n", encoding="utf-8")
        if code == 0:
            return
        if name == "uv":
            print("uv could not install; trying pip.")
    advice = next((text for said, text in CAUSES.items() if re.search(said, output)), "")
    lines = output.splitlines() or ["no reason given"]
    errors = [line for line in lines if line.lstrip().startswith("ERROR")]
    reason = advice or (errors or lines)[-1].strip()
    raise Problem(f"Installing failed: {reason}\nAll that pip said is in {log}")


def installers(root: Path, uv: str, extras: set[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the ways to install, the preferred one first."""
    what = "." + (f"[{','.join(sorted(extras))}]" if extras else "")
    wanted = ["--editable", what, "--constraint", "constraints.txt"]
    python = str(root / PYTHON)
    handed_out = any((root / "wheels").glob("*.whl"))
    if handed_out:  # all that is needed came with the folder
        wanted += ["--no-index", "--find-links", "wheels"]
    if uv:
        # uv does not read pip's settings: where to get packages, and how to get there.
        listed = ask(root, python, "-m", "pip", "config", "list") or ""
        where = "(?:extra-)?index-url|find-links|no-index|proxy|(?:client-)?cert|trusted-host"
        settings = sorted(set(re.findall(rf"^\S*\.({where})=", listed, re.MULTILINE)))
        if settings and not handed_out and not uv_is_configured():
            print(f"Using pip instead of uv, for its own settings ({', '.join(settings)}).")
        else:
            command = [uv, "pip", "install", "--python", python, "--compile-bytecode"]
            yield "uv", [*command, "--build-constraint", "constraints.txt", *wanted]
    yield "pip", [python, "-m", "pip", "install", "--prefer-binary", *wanted]


def uv_is_configured() -> bool:
    """Return whether uv was told by itself where packages come from."""
    variable = "UV_(DEFAULT_|EXTRA_|NO_)?INDEX(_URL)?|UV_FIND_LINKS|UV_CONFIG_FILE"
    if any(value and re.fullmatch(variable, name) for name, value in os.environ.items()):
        return True
    named = map(os.environ.get, ("XDG_CONFIG_HOME", "APPDATA", "PROGRAMDATA"))
    folders = [*filter(None, named), str(Path.home() / ".config"), "/etc/xdg", "/etc"]
    return any(Path(folder, "uv", "uv.toml").is_file() for folder in folders)


def tell_of_kernels(root: Path) -> None:
    """Say in one line if the fast layers could not be compiled here; an installer hides it."""
    code = "from workbook.numerics.fast_layers import backend as b; print(b().name, b().reason)"
    name, _, reason = (ask(root, str(root / PYTHON), "-c", code) or "").partition(" ")
    if name == "numpy":
        print(f"The fast layers use NumPy here, which is fine: {reason}")


def environment(root: Path, python: str = "") -> dict[str, str]:
    """Return this process's variables, with a Python's folder first and other Pythons' left out."""
    # PYTHONPATH and PYTHONHOME of another Python would put its packages before ours.
    others = ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__")
    env = {name: value for name, value in os.environ.items() if name not in others}
    python = python or str(root / PYTHON)
    if python == str(root / PYTHON):
        env["VIRTUAL_ENV"] = str(root / ".venv")
    env["PATH"] = str(Path(python).parent) + os.pathsep + env.get("PATH", "")
    return env


def ask(root: Path, python: str, *args: str) -> str | None:
    """Return what a Python prints, or None if it fails."""
    env = {**environment(root, python), "PYTHONIOENCODING": "utf-8"}
    command = [python, *args]
    try:
        process = Popen(command, cwd=str(root), env=env, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL)
    except OSError:
        return None
    said = process.communicate()[0].decode("utf-8", "replace")
    return None if process.returncode else said.strip()


def watch(command: list[str], root: Path, title: str) -> tuple[int, str]:
    """Run an installer, showing in one line what it last said; return its exit code and output."""
    env = environment(root)
    env.update(PYTHONIOENCODING="utf-8", PYTHONUNBUFFERED="1")
    # A `user = true` in pip.conf cannot hold inside an environment.
    env.update(PIP_USER="0", PIP_NO_INPUT="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    # For what builds the package; by its name alone, since pip splits the value at spaces.
    for name in ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT"):
        env[name] = " ".join([*env.get(name, "").split(), "constraints.txt"])
    live, began, output = sys.stdout.isatty(), time.monotonic(), []
    print(f"{title} ...", end="" if live else "\n", flush=True)
    process = Popen(command, cwd=str(root), env=env, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
    try:
        for line in process.stdout or ():
            output.append(line.decode("utf-8", "replace").rstrip())
            if live:
                width = shutil.get_terminal_size().columns - 1
                status = f"{title}: {time.monotonic() - began:3.0f} s  {output[-1].strip()}"
                print("\r" + status[:width].ljust(width), end="", flush=True)
    except BaseException:
        process.terminate()
        raise
    finally:
        process.wait()
        if live:
            print()
    return process.returncode, "\n".join(filter(None, output))


def hand_over(command: list[str]) -> int:
    """Let the command take this process's place; Ctrl-C is then for it to answer."""
    os.chdir(str(ROOT))
    sys.stdout.flush()
    if not WINDOWS:
        os.execve(command[0], command, environment(ROOT, command[0]))
    process = Popen(command, env=environment(ROOT, command[0]))
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
