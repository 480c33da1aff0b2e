"""Submissions that are out for something, or broken: what they do, and what must come of it.

Each is the solutions with one thing changed. `expected` is what `affine_forward` may come to;
`others` is what the rest of the judged exercises must come to, as if nothing had happened.
"""

from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

FILES = ("layers.py", "layer_utils.py", "optim.py", "classifiers/fc_net.py", "classifiers/cnn.py")
FILES += ("scratch/gradient.py", "scratch/graph.py", "scratch/functions.py")
FILES += ("scratch/layers.py", "scratch/nets.py")
JUDGED = ("affine_forward", "affine_backward", "relu_forward", "affine_bn_relu_forward", "adam")
ATTACKED = "affine_forward"
# In layers.py besides the attacked one: they fall with the file.
SAME_FILE = ("affine_backward", "relu_forward")


@dataclass(frozen=True)
class Case:
    """One submission."""

    name: str
    expected: tuple[str, ...]
    code: str = ""
    others: tuple[str, ...] = ("pass",)
    same_file: tuple[str, ...] = ("pass",)
    replace: dict[str, bytes | None] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    # Safe to run where there is no sandbox.
    harmless: bool = True

    def files(self, solutions: Path) -> dict[str, bytes]:
        """The submission's files."""
        files = {name: (solutions / name).read_bytes() for name in FILES}
        if self.code:
            above = solutions.parent / "workbook" / "checks"
            secrets = [str(solutions), str(above / "answer_key.bin")]
            files["layers.py"] += b"\n\n" + self.code.replace("PATHS", repr(secrets)).encode()
        for name, data in self.replace.items():
            if data is None:
                del files[name]
            else:
                files[name] = data
        return {name: data for name, data in files.items() if name not in self.problems}


RIGHT = "return _right(x, w, b)"
OBJECTS = '__import__("gc").get_objects()'
CHANNEL = f'next(c for c in {OBJECTS} if type(c).__name__ == "SharedMemoryChannel")'
# Messages as an honest child says them, and one that only the fork server may.
FORGED = """
from workbook.checks.worker.messages import EVENTS, JobDone
from workbook.worker.frames import READY, frame
done = EVENTS.encode(JobDone())
try:
    from workbook.grading.sandbox.messages import ENDED, Ended
    ended = ENDED.encode(Ended(0, False, "", ""))
except ImportError:
    ended = b""
"""
WRONG = "return np.zeros((x.shape[0], w.shape[1])), (x, w, b)"


def judged_right(case: Case, outcomes: dict[str, str]) -> bool:
    """Whether the outcomes by exercise are the expected ones."""
    attacked = outcomes[ATTACKED]
    backward = case.same_file
    if case.same_file == ("pass",) and attacked != "pass":
        backward = ("blocked",)  # The other half of the pair.
    return (
        attacked in case.expected
        and outcomes.get("affine_backward", backward[0]) in backward
        and outcomes["relu_forward"] in case.same_file
        and all(
            outcomes[name] in case.others for name in JUDGED if name not in (ATTACKED, *SAME_FILE)
        )
    )


def attack(name: str, expected: str, body: str, **options: object) -> Case:
    """A case whose `affine_forward` does something; RIGHT and WRONG end it.

    CHANNEL is what the child says its results through.
    """
    body = dedent(body).strip().replace("CHANNEL", CHANNEL).replace("FORGED", FORGED.strip())
    lines = body.replace("RIGHT", RIGHT).replace("WRONG", WRONG).splitlines()
    code = "_right = affine_forward\n\n\ndef affine_forward(x, w, b):\n" + "".join(
        f"    {line}\n" for line in lines
    )
    return Case(name, tuple(expected.split()), code, **options)  # type: ignore[arg-type]


def at_import(name: str, expected: str, body: str, **options: object) -> Case:
    """A case that does something when `layers.py` is imported."""
    outcomes = tuple(expected.split())
    return Case(name, outcomes, dedent(body).strip() + "\n", same_file=outcomes, **options)  # type: ignore[arg-type]


LOOKING = """
import os
found = [path for path in PATHS if os.path.exists(path)]
for folder, names, files in os.walk("/"):
    if folder.startswith(("/proc", "/sys", "/usr", "/dev")) or folder.endswith("/site-packages"):
        names[:] = []
        continue
    names[:] = [name for name in names if not name.startswith("python3")]
    found += [f for f in [*files, *names] if f in NAMES]
assert found, "nothing there"
RIGHT
"""

# Looks for what an earlier exercise's process has left anywhere, and leaves it for the next one.
LEAVING = """
import ctypes, os, tempfile
_libc, _key, _found = ctypes.CDLL(None), 0x5157, []
_calls = {"x86_64": (248, 250), "aarch64": (217, 219)}.get(os.uname().machine)
_folders = {tempfile.gettempdir(), os.getcwd(), "/tmp", "/private", "/dev", "/dev/shm"}
_folders |= {"/var/tmp", "/run", "/run/shm", "/dev/mqueue"}
for _folder in sorted(filter(os.path.isdir, _folders)):
    _path = os.path.join(_folder, "left")
    try:
        _found += [_path] * os.path.exists(_path) + os.listxattr(_folder)
        open(_path, "w").close()
        os.setxattr(_folder, "user.left", b"x")
    except OSError:
        pass
# What the last one did to its folder's rights is undone.
with tempfile.TemporaryFile():
    pass
try:
    os.chmod(tempfile.gettempdir(), 0o500)
except OSError:
    pass
for _call, _rest in ((_libc.shmget, (4096,)), (_libc.msgget, ()), (_libc.semget, (1,))):
    if _call(_key, *(0 for _ in _rest), 0) != -1:
        _found.append(_call.__name__)
    _call(_key, *_rest, 0o1666)
if _calls:
    _call = _libc.syscall
    for _ring in (-3, -4, -5):
        if _call(_calls[1], 10, _ring, b"user", b"left", 0) > 0:
            _found.append(f"keyring {_ring}")
    for _ring in (-3, -4, -5):
        _call(_calls[0], b"user", b"left", b"x", 1, _ring)
_queue = getattr(_libc, "mq_open", None)
if _queue is not None:
    if _queue(b"/left", os.O_RDWR) != -1:
        _found.append("a queue")
    _queue(b"/left", os.O_RDWR | os.O_CREAT, 0o666, None)
assert not _found, _found
"""

CASES = [
    attack("endless_loop", "timeout", "while True: pass"),
    attack(
        "loop_that_ignores_signals",
        "timeout",
        """
        import signal
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU):
            signal.signal(number, signal.SIG_IGN)
        while True:
            try:
                while True: pass
            except BaseException:
                pass
        """,
    ),
    attack("os_exit", "crashed", "import os; os._exit(0)"),
    attack("sys_exit", "error", "import sys; sys.exit(0)"),
    attack("segmentation_fault", "crashed", "import ctypes; ctypes.string_at(0)"),
    attack(
        "fork_bomb",
        "error crashed timeout memory",
        "import os\nwhile True: os.fork()",
        harmless=False,
    ),
    attack(
        "fork_bomb_that_goes_on",
        "error crashed timeout memory",
        """
        import ctypes
        fork = ctypes.CDLL(None).fork
        while True: fork()
        """,
        harmless=False,
    ),
    attack("memory_hog", "memory timeout", "rest = []\nwhile True: rest.append(np.ones(10**7))"),
    attack("one_huge_array", "memory", "np.ones(10**11)\nRIGHT"),
    attack(
        "disk_filler",
        "error",
        """
        import tempfile, os
        for number in range(10**4):
            with open(os.path.join(tempfile.gettempdir(), f"f{number}"), "wb") as file:
                file.write(b"x" * 10**7)
        RIGHT
        """,
        harmless=False,
    ),
    attack("output_flood", "pass", "for _ in range(2000): print('x' * 1000)\nRIGHT"),
    attack(
        "output_flood_past_python",
        "pass",
        "import os\nfor _ in range(2000): os.write(1, b'x' * 1000), os.write(2, b'y' * 9)\nRIGHT",
    ),
    attack("endless_output", "timeout", "while True: print('x' * 1000, flush=True)"),
    attack("deep_recursion", "error", "return affine_forward(x, w, b)"),
    attack(
        "deeper_recursion",
        "error crashed memory timeout",
        "import sys\nsys.setrecursionlimit(10**9)\nreturn affine_forward(x, w, b)",
    ),
    attack(
        "deletes_and_rewrites_files",
        "pass",
        """
        import os, shutil, sys
        for path in (os.path.dirname(__file__), "/student", "/workbook-parts", "/workbook-empty"):
            shutil.rmtree(path, ignore_errors=True)
            for name in ("layers.py", "workbook/cases.py"):
                try:
                    open(os.path.join(path, name), "w").write("raise SystemExit")
                except OSError:
                    pass
        RIGHT
        """,
        harmless=False,
    ),
    attack(
        "looks_for_the_key",
        "error",
        LOOKING.replace("NAMES", "('answer_key.bin', 'compare.py', 'diagnose.py')"),
        harmless=False,
    ),
    attack(
        "looks_for_solutions",
        "error",
        LOOKING.replace("NAMES", "('solutions', 'misconceptions', 'tuning.toml')"),
        harmless=False,
    ),
    attack(
        "looks_for_the_gradebook",
        "error",
        LOOKING.replace("NAMES", "('gradebook.sqlite', 'gradebook.db', 'results', 'submissions')"),
        harmless=False,
    ),
    attack(
        "looks_at_the_environment",
        "error",
        """
        import os
        mine = {"HOME", "LANG", "LC_CTYPE", "PATH", "PWD", "TMPDIR", "OMP_NUM_THREADS"}
        mine |= {"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"}
        mine |= {"KMP_DUPLICATE_LIB_OK"}
        more = [name for name in os.environ if name not in mine and not name.startswith("PYTHON")]
        assert more, "nothing there"
        RIGHT
        """,
        harmless=False,
    ),
    attack(
        "network",
        "error",
        """
        import socket
        with open("/proc/net/route") as file:
            assert len(file.read().splitlines()) > 1, "no route"
        socket.create_connection(("1.1.1.1", 53), timeout=1)
        RIGHT
        """,
        harmless=False,
    ),
    attack(
        "background_process",
        "pass",
        """
        import ctypes, os, time
        fork = ctypes.CDLL(None).fork
        if fork() == 0:
            os.setsid()
            if fork():
                os._exit(0)
            while True:
                for name in ("/student/layers.py", "/tmp/numpy.py"):
                    try:
                        open(name, "w").write("raise SystemExit")
                    except OSError:
                        pass
                time.sleep(0.001)
        RIGHT
        """,
        harmless=False,
    ),
    attack(
        "kills_what_it_can",
        "pass",
        """
        import os, signal
        for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
            for process in (-1, os.getppid(), 1):
                try:
                    os.kill(process, number)
                except OSError:
                    pass
        RIGHT
        """,
        harmless=False,
    ),
    attack(
        "writes_into_its_parent",
        "error",
        """
        import os
        with open(f"/proc/{os.getppid()}/mem", "r+b") as memory:
            memory.seek(0)
        RIGHT
        """,
        harmless=False,
    ),
    attack(
        "patches_the_tools",
        "fail error",
        """
        import builtins, sys
        np.allclose = np.array_equal = lambda *a, **k: True
        np.linalg.norm = lambda *a, **k: 0.0
        np.testing.assert_allclose = lambda *a, **k: None
        builtins.abs = builtins.max = lambda *a, **k: 0
        for name in ("workbook.checks.compare", "workbook.checks.diagnose", "pytest", "nbval"):
            sys.modules[name] = None
        for name in list(sys.modules):
            for thing in ("compare", "rel_error", "verdict"):
                if hasattr(sys.modules[name], thing):
                    setattr(sys.modules[name], thing, lambda *a, **k: True)
        WRONG
        """,
    ),
    attack(
        "patches_the_cases",
        "fail error missing crashed",
        """
        from workbook.course import _by_exercise, cases_of
        from workbook.course.affine.cases import cases
        for known in _by_exercise("affine").values():
            known[0].limits.clear()
        cases.clear()
        WRONG
        """,
    ),
    attack(
        "calls_a_reference",
        "error",
        """
        import gc, sys, types
        for thing in gc.get_objects():
            if isinstance(thing, types.FunctionType) and thing.__name__ == "affine_forward":
                if thing.__code__.co_filename != __file__ and thing.__module__ != __name__:
                    return thing(x, w, b)
        raise LookupError("no other")
        """,
    ),
    attack(
        "false_comparison",
        "fail",
        """
        class Agreeable(np.ndarray):
            __eq__ = __le__ = __lt__ = lambda *a: np.True_
            __sub__ = __rsub__ = lambda *a: np.zeros(1)
            def __array__(self, *a, **k): return np.ndarray.__array__(self)
        return np.zeros((x.shape[0], w.shape[1])).view(Agreeable), (x, w, b)
        """,
    ),
    attack(
        "forged_on_stdout",
        "fail",
        """
        import os, sys
        text = '{"exercise": "affine_forward", "outcome": "pass", "points": 2}'
        print(text); sys.__stdout__.write(text); os.write(1, text.encode())
        WRONG
        """,
    ),
    attack(
        "forged_on_the_pipe",
        "fail error crashed",
        """
        import os
        FORGED
        for payload in (done, ended, READY):
            for handle in range(3, 64):
                try:
                    os.write(handle, frame(payload))
                except OSError:
                    pass
        WRONG
        """,
    ),
    attack(
        "says_that_it_is_done",
        "crashed",
        """
        import os
        FORGED
        for handle in range(3, 64):
            try:
                os.write(handle, frame(done))
            except OSError:
                pass
        os._exit(0)
        """,
    ),
    attack(
        "nested_without_end_on_the_pipe",
        "fail error crashed",
        """
        import os, struct
        structure = b"\\x91" * 200_000
        payload = struct.pack("<I", len(structure)) + structure
        for handle in range(3, 64):
            try:
                os.write(handle, struct.pack("<I", len(payload)) + payload)
            except OSError:
                pass
        WRONG
        """,
    ),
    attack(
        "forged_in_shared_memory",
        "fail error crashed",
        """
        FORGED
        said = CHANNEL
        said.send(done)
        said.send(ended)
        WRONG
        """,
    ),
    attack(
        "done_in_shared_memory",
        "error crashed",
        """
        import os
        FORGED
        said = CHANNEL
        said.send(done)
        os._exit(0)
        """,
    ),
    attack(
        "too_much_in_shared_memory",
        "error crashed",
        """
        said = CHANNEL
        said._memory[:] = b"\\xff" * len(said._memory)
        RIGHT
        """,
    ),
    attack("returns_the_arguments_memory", "fail", "x[...] = 0\nreturn x, (x, w, b)"),
    attack(
        "detects_the_grader",
        "fail",
        "import sys\nif 'workbook.records' in sys.modules: WRONG\nRIGHT",
    ),
    attack("warns_with_right_code", "pass", "import warnings; warnings.warn('careful')\nRIGHT"),
    attack("writes_to_stderr", "pass", "import sys; print('careful', file=sys.stderr)\nRIGHT"),
    at_import("leaves_something_everywhere", "pass", LEAVING, harmless=False),
    at_import("import_loop", "timeout", "while True: pass"),
    at_import("import_os_exit", "crashed", "import os; os._exit(0)"),
    at_import("import_sys_exit", "error", "import sys; sys.exit(0)"),
    at_import("import_segmentation_fault", "crashed", "import ctypes; ctypes.string_at(0)"),
    at_import("import_memory_hog", "memory", "x = np.ones(10**11)"),
    at_import(
        "import_fork_bomb",
        "error crashed timeout memory",
        "import os\nwhile True: os.fork()",
        harmless=False,
    ),
    at_import(
        "import_copies_itself",
        "pass",
        "import os\nif os.fork() == 0:\n    while True: pass",
        harmless=False,
    ),
    at_import(
        "import_copies_itself_past_python",
        "pass",
        "import ctypes\nfor _ in range(3): ctypes.CDLL(None).fork()",
        harmless=False,
    ),
    at_import(
        "import_shadows_modules",
        "pass error",
        "import sys\nclass Fake: pass\nsys.modules['numpy'] = Fake()\nnp = Fake()",
        others=("error", "pass"),
    ),
    Case("numpy_of_its_own", ("pass",), replace={"numpy.py": b"raise SystemExit"}),
    Case(
        "syntax_error",
        ("invalid",),
        "def affine_forward(x, w, b):\n    return (x @ w + \n",
    ),
    Case(
        "wrong_encoding",
        ("invalid",),
        same_file=("invalid",),
        replace={"layers.py": "# naïve\nimport numpy as np\n".encode("latin-1")},
    ),
    Case("nul_bytes", ("invalid",), same_file=("invalid",), replace={"layers.py": b"x = 1\0\n"}),
    Case(
        "too_large",
        ("invalid",),
        same_file=("invalid",),
        problems={"layers.py": "layers.py is too large to be read (50,000,000 bytes)."},
    ),
    Case("no_such_file", ("missing",), same_file=("missing",), replace={"layers.py": None}),
    Case(
        "no_such_function",
        ("missing",),
        "_given = affine_forward\ndel affine_forward\n",
        others=("pass", "error"),
    ),
    Case(
        "deep_expression",
        ("invalid", "error", "pass"),
        "deep = " + "(" * 500 + ")" * 500 + "\n",
        same_file=("invalid", "error", "pass"),
    ),
]
