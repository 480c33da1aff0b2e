"""Running a copy's own two commands, with this Python's packages in place of a download."""

import contextlib
import json
import os
import queue
import re
import runpy
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path

__all__ = ["environment", "lab", "run"]

# Seconds: generous, for a machine that does other things.
CHECK_TIMEOUT, LAB_TIMEOUT = 300.0, 120.0


def environment(copy: Path) -> None:
    """Make the copy's `.venv` as `start.py` would, but with the packages that are here.

    The workbook in it is the copy's own: the folders of this Python's packages are added by
    a .pth file, in which other .pth files, and so this project's own, do not count.
    """
    start = runpy.run_path(str(copy / "start.py"))
    venv.create(copy / ".venv", with_pip=False, symlinks=os.name != "nt")
    python = copy / start["PYTHON"]
    site = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    packages = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (Path(site) / "copy.pth").write_text("\n".join([str(copy), *packages]) + "\n", encoding="utf-8")
    done = {
        "root": str(copy),
        "python": start["version_of"](python),
        "extras": [],
        "inputs": start["inputs"](copy),
    }
    (copy / start["STAMP"]).write_text(json.dumps(done), encoding="utf-8")


def _environment() -> dict[str, str]:
    ours = ("WORKBOOK_", "JUPYTER", "PYTHON", "IPYTHON", "PYTEST")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def run(copy: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`python start.py ARGUMENTS` in the copy."""
    return subprocess.run(
        [sys.executable, str(copy / "start.py"), *arguments],
        cwd=copy,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=CHECK_TIMEOUT,
    )


def lab(copy: Path) -> list[str]:
    """What fails when `python start.py` opens JupyterLab; empty if the map can be fetched."""
    process = subprocess.Popen(
        [sys.executable, str(copy / "start.py"), "--no-browser", "--ServerApp.port=0"],
        cwd=copy,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)

    threading.Thread(target=read, daemon=True).start()
    try:
        return _wait_for_lab(process, lines)
    finally:
        _end(process)


def _wait_for_lab(process: "subprocess.Popen[str]", lines: "queue.Queue[str]") -> list[str]:
    deadline, last_line = time.monotonic() + LAB_TIMEOUT, "nothing was printed"
    while time.monotonic() < deadline:
        try:
            line = lines.get(timeout=0.5)
        except queue.Empty:
            if process.poll() is not None:
                return [f"`python start.py` ended: {last_line}"]
            continue
        last_line = line.strip() or last_line
        found = re.search(r"(http://(?:127\.0\.0\.1|localhost):\d+)/\S*?token=(\w+)", line)
        if found is None:
            continue
        page = f"{found[1]}/api/contents/notebooks/Start.ipynb?content=0&token={found[2]}"
        for _ in range(20):
            with contextlib.suppress(urllib.error.URLError, OSError):
                # Not through a proxy: it is this machine.
                opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                with opener.open(page, timeout=10) as answer:
                    return [] if answer.status == 200 else [f"JupyterLab answers {answer.status}"]
            time.sleep(0.5)
        return ["`python start.py` starts JupyterLab, but it does not show notebooks/Start.ipynb"]
    return [
        f"`python start.py` did not start JupyterLab within {LAB_TIMEOUT:.0f} seconds: {last_line}"
    ]


def _end(process: "subprocess.Popen[str]") -> None:
    if os.name == "nt":  # start.py waits there for the one that it started
        subprocess.run(
            ["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False
        )
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
