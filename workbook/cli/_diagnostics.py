"""The diagnoses of `workbook doctor` that need more than a moment, each a function of its own."""

import contextlib
import importlib.metadata
import importlib.util
import json
import mimetypes
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import url2pathname

from workbook.student.diagnostics import QUICK, Diagnostic, diagnostic, installed, pip

__all__ = [
    "ALL",
    "autoreload",
    "blas",
    "data_sets",
    "extension",
    "javascript",
    "kernel",
    "key",
    "port",
    "run_diagnostic",
    "widgets",
]

# Where JupyterLab looks for a free port, one after the other.
PORTS = range(8888, 8888 + 50)


def _package_parent() -> Path:
    """The folder that holds the package."""
    return Path(__file__).resolve().parents[2]


def _reinstall_command() -> str:
    """The command that puts the package's own files back."""
    if (_package_parent() / ".git").exists():
        return f'git -C "{_package_parent()}" checkout -- workbook'
    return pip("--force-reinstall", "--no-deps", _installed_from())


def _installed_from() -> str:
    """What the package was installed from: a file or a folder that is still there, or its name."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError, ValueError):
        direct_url = importlib.metadata.distribution("workbook").read_text("direct_url.json")
        url = str(json.loads(direct_url or "{}").get("url", ""))
        path = url2pathname(url.removeprefix("file://"))
        if url.startswith("file:") and Path(path).exists():
            return path
    return "workbook"


def _unset_command(variable: str) -> str:
    return f"set {variable}=" if os.name == "nt" else f"unset {variable}"


def kernel() -> Diagnostic:
    """The kernel that notebooks ask for runs this Python."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    repair = f'"{sys.executable}" -m ipykernel install --sys-prefix'
    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return diagnostic("kernel", "broken", repair=pip("ipykernel"))
    program = spec.argv[0]
    # A bare `python` is replaced by the Python that JupyterLab itself runs with.
    bare = Path(program).name == program
    if not bare and not _same(program, sys.executable):
        return diagnostic("kernel", "broken", "other", program=program, repair=repair)
    return diagnostic("kernel", "ok", program=sys.executable, prefix=sys.prefix)


def _same(one: str, other: str) -> bool:
    """Whether two programs are one; links to one Python from two environments are not."""
    return os.path.normcase(os.path.abspath(one)) == os.path.normcase(os.path.abspath(other))


def extension() -> Diagnostic:
    """The compiled kernels; without them everything works, only slower."""
    from workbook.numerics.fast_layers import backend
    from workbook.numerics.kernels_loader import REBUILD, SWITCH, switched_off

    used = backend()
    if used.name != "numpy":
        return diagnostic("extension", "ok", level=used.level, threads=used.threads)
    # Which command builds them stands below; where there is nothing to build, another one does.
    reason = used.reason.replace(REBUILD, "").rstrip(" ;")
    repair = f'"{sys.executable}" setup_ext.py build_ext --inplace'
    if switched_off():
        repair = _unset_command(SWITCH)
    elif not (_package_parent() / "setup_ext.py").is_file():
        repair = _reinstall_command()
    return diagnostic("extension", "warning", reason=reason, repair=repair)


def blas() -> Diagnostic:
    """NumPy's linear algebra, and how many threads it uses."""
    import numpy  # noqa: F401 (its libraries are to be seen)
    from threadpoolctl import threadpool_info

    found = [lib for lib in threadpool_info() if lib.get("user_api") == "blas"]
    cores = os.cpu_count() or 1
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        value = os.environ.get(name, "").split(",")[0].strip()
        if value and not (value.isdigit() and int(value) > 0):
            repair = _unset_command(name)
            return diagnostic(
                "blas", "warning", "variable", variable=name, value=value, repair=repair
            )
    if not found:
        return diagnostic("blas", "warning", repair=pip("--force-reinstall", "numpy"))
    names = ", ".join(f"{lib['internal_api']} {lib.get('version') or ''}".strip() for lib in found)
    threads = max(int(lib["num_threads"]) for lib in found)
    return diagnostic("blas", "ok", names=names, threads=threads, cores=cores)


def _labextensions() -> dict[str, Path]:
    """What lies in JupyterLab for the widgets, by the package that brings it."""
    above = Path(sys.prefix, "share/jupyter/labextensions")
    return {
        "jupyterlab_widgets": above / "@jupyter-widgets/jupyterlab-manager",
        "anywidget": above / "anywidget",
    }


def widgets() -> Diagnostic:
    """JupyterLab, ipywidgets and the part of it that lies in JupyterLab fit together."""
    lab, python, manager = map(installed, ("jupyterlab", "ipywidgets", "jupyterlab_widgets"))
    repair = pip("jupyterlab>=4.2", "ipywidgets>=8.1", "jupyterlab_widgets>=3.0.11")
    versions = {
        "lab": _dotted(lab),
        "widgets": _dotted(python),
        "manager": _dotted(manager),
    }
    if not lab or not python or not manager or lab < (4,) or python < (8,) or manager < (3,):
        return diagnostic("widgets", "broken", repair=repair, **versions)
    for package, folder in _labextensions().items():
        try:
            json.loads((folder / "package.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            repair = pip("--force-reinstall", "--no-deps", package)
            return diagnostic("widgets", "broken", "lost", folder=folder, repair=repair)
    return diagnostic("widgets", "ok", **versions)


def _dotted(numbers: tuple[int, ...] | None) -> str:
    return "-" if numbers is None else ".".join(map(str, numbers))


def javascript() -> Diagnostic:
    """Files ending in .js are served as programs; Windows may have been told otherwise."""
    kind, _ = mimetypes.guess_type("lab.js")
    if kind in ("text/javascript", "application/javascript"):
        return diagnostic("javascript", "ok", kind=kind)
    repair = 'reg add "HKCU\\Software\\Classes\\.js" /v "Content Type" /d text/javascript /f'
    if os.name != "nt":
        repair = "echo text/javascript js >> ~/.mime.types"
    return diagnostic("javascript", "broken", kind=kind or "-", repair=repair)


def _is_free(port: int) -> bool:
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe_socket:
        if os.name != "nt":
            # As JupyterLab does; on Windows the option would let two servers share one port.
            probe_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe_socket.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def port() -> Diagnostic:
    """There is a port for JupyterLab."""
    free = next((number for number in PORTS if _is_free(number)), None)
    if free is None:
        first, last = PORTS[0], PORTS[-1]
        return diagnostic("port", "broken", first=first, last=last, repair="workbook lab --port=0")
    return diagnostic("port", "ok", port=free)


def data_sets() -> Diagnostic:
    """The bundled pictures are here and intact, and what was fetched is too."""
    from workbook.data.registry import all_sets

    good = []
    for name, each in all_sets().items():
        if each.needs_folder or not (each.bundled or each.present()):
            continue
        wrong = [report for report in each.verify() if report.state in ("missing", "damaged")]
        if wrong and each.bundled:
            repair = _reinstall_command()
            return diagnostic("data", "broken", name=name, file=wrong[0].file, repair=repair)
        if wrong:
            repair = f"workbook data get {name}"
            return diagnostic("data", "broken", name=name, file=wrong[0].file, repair=repair)
        good.append(name)
    return diagnostic("data", "ok", names=", ".join(good))


def key() -> Diagnostic:
    """The answer key, without which a copy without solutions cannot check."""
    from workbook.checks.answer_key import shipped
    from workbook.errors import WorkbookError

    repair = _reinstall_command()
    try:
        found = shipped()
    except WorkbookError:
        found = None
    if found is None:
        return diagnostic("key", "broken", repair=repair)
    return diagnostic("key", "ok", count=len(found.ids()))


def autoreload() -> Diagnostic:
    """Notebooks see the exercise files as last saved; IPython's own reloading is there too."""
    for module in ("IPython.extensions.autoreload", "workbook.student.hot_reload"):
        try:
            there = importlib.util.find_spec(module)
        except ImportError:
            there = None
        if there is None:
            return diagnostic(
                "autoreload", "broken", module=module, repair=pip("ipython", "ipykernel")
            )
    return diagnostic("autoreload", "ok")


ALL: tuple[Callable[[], Diagnostic], ...] = (
    *QUICK,
    kernel,
    extension,
    blas,
    widgets,
    javascript,
    port,
    data_sets,
    key,
    autoreload,
)


def run_diagnostic(diagnosis: Callable[[], Diagnostic]) -> Diagnostic:
    """A diagnosis; if it fails itself, that is what is found."""
    try:
        return diagnosis()
    except Exception as error:
        words = str(error).strip().splitlines()
        message = f"{type(error).__name__}: {words[0] if words else ''}"
        return Diagnostic(diagnosis.__name__, "broken", message, "python start.py --fresh")
