"""start.py: what it decides about each state, and the whole of it on a small package.

The small package has its own build backend, so that pip installs it without a network;
CI runs start.py on this package itself.
"""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import venv
from importlib import metadata
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]


@pytest.fixture
def start():
    spec = importlib.util.spec_from_file_location("start", HERE / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path):
    """A folder to set up, named as some are."""
    root = tmp_path / "练习 one"
    (root / "workbook" / "numerics").mkdir(parents=True)
    for name in ("pyproject.toml", "constraints.txt", "setup_ext.py"):
        (root / name).write_text("", encoding="utf-8")
    return root.resolve()


@pytest.fixture
def made(start, folder):
    """The folder with a finished environment, but for pip and packages."""
    venv.create(folder / ".venv", with_pip=False, symlinks=os.name != "nt")
    write_stamp(start, folder)
    return folder


def write_stamp(start, folder, **changes):
    version = "{}.{}".format(*sys.version_info[:2])
    stamp = {"root": str(folder), "python": version, "extras": [], "inputs": start.inputs(folder)}
    (folder / start.STAMP).write_text(json.dumps({**stamp, **changes}), encoding="utf-8")


# --- the compiled kernels ------------------------------------------------------------------


@pytest.mark.parametrize("name, said", [("numpy", "no compiler.\n"), ("kernels", "")])
def test_missing_kernels_are_one_line(start, made, capsys, name, said):
    (made / "workbook" / "numerics" / "fast_layers.py").write_text(
        f"class backend:\n    name = {name!r}\n    reason = 'no compiler.'\n",
        encoding="utf-8",
    )
    start.tell_of_kernels(made)
    printed = capsys.readouterr().out
    assert printed.endswith(said)
    assert len(printed.splitlines()) == bool(said)


def test_nothing_is_said_of_kernels_where_nothing_is_known(start, made, capsys):
    start.tell_of_kernels(made)
    assert capsys.readouterr().out == ""


# --- reading the state ---------------------------------------------------------------------


def test_nothing_there_is_made(start, folder):
    assert start.judge(folder, set())[0] == "make"


def test_a_finished_environment_is_ready(start, made):
    assert start.judge(made, set()) == ("ready", "")


def test_an_interrupted_one_is_made_anew(start, made):
    (made / start.UNFINISHED).touch()
    assert start.judge(made, set()) == ("rebuild", "setting up was interrupted")


def test_an_empty_folder_is_made_anew(start, folder):
    (folder / ".venv").mkdir()
    assert start.judge(folder, set())[0] == "rebuild"


def test_a_folder_of_something_else_is_left_alone(start, folder):
    (folder / ".venv").mkdir()
    (folder / ".venv" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(start.Problem, match="not ours to delete"):
        start.judge(folder, set())


def test_a_moved_folder_is_made_anew(start, made, tmp_path):
    moved = tmp_path / "elsewhere"
    made.rename(moved)
    assert start.judge(moved, set()) == ("rebuild", "the folder was moved or copied")


def test_a_python_that_is_gone_is_noticed(start, made):
    (made / start.PYTHON).unlink()
    assert start.judge(made, set()) == ("rebuild", "its Python is gone")


def test_a_python_that_changed_is_noticed(start, made):
    write_stamp(start, made, python="3.10")
    assert start.judge(made, set())[0] == "rebuild"


@pytest.mark.parametrize("version, todo", [("3.10", "rebuild"), ("3.9", "rebuild")])
def test_an_environment_with_an_old_python_is_made_anew(start, made, monkeypatch, version, todo):
    monkeypatch.setattr(start, "version_of", lambda python: version)
    assert start.judge(made, set()) == (todo, f"it has Python {version}")


def test_an_environment_of_the_users_own_is_installed_into(start, made):
    (made / start.STAMP).unlink()
    assert start.judge(made, set()) == ("install", "it was not made by start.py")


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "setup_ext.py"])
def test_a_changed_file_brings_it_up_to_date(start, made, name):
    (made / name).write_text("changed", encoding="utf-8")
    assert start.judge(made, set()) == ("install", f"{name} has changed")


def test_a_changed_kernel_brings_it_up_to_date(start, made):
    (made / "workbook" / "numerics" / "kernels.pyx").write_text("x = 1", encoding="utf-8")
    assert start.judge(made, set())[0] == "install"


def test_what_cython_generates_is_no_change(start, made):
    source = made / "workbook" / "numerics" / "kernels.pyx"
    source.write_text("x = 1", encoding="utf-8")
    write_stamp(start, made)
    source.with_suffix(".c").write_text("int x = 1;", encoding="utf-8")
    assert start.judge(made, set())[0] == "ready"


def test_the_tests_need_more_and_keep_it(start, made):
    assert start.judge(made, {"dev"}) == ("install", "more is needed")
    write_stamp(start, made, extras=["dev"])
    for wanted in ({"dev"}, {"grading"}, set()):
        assert start.judge(made, wanted)[0] == "ready"


def test_a_spoilt_stamp_counts_as_none(start, made):
    (made / start.STAMP).write_text("{", encoding="utf-8")
    assert start.judge(made, set())[0] == "install"


# --- which Python, which installer ---------------------------------------------------------


def test_an_old_python_gets_two_lines(start, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    text = start.too_old((3, 9))
    assert "needs Python 3.11 or newer" in text and "is 3.9" in text
    assert len(text.splitlines()) == 2
    assert start.too_old((3, 11)) == ""
    assert start.too_old((3, 14)) == ""


def test_old_pythons_can_read_the_file_or_show_the_reason():
    source = (HERE / "start.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    # What Python 2.7 and 3.6 print is the first line that they cannot read.
    first = [line for line in source.splitlines() if "needed: python.org" in line]
    assert first[0].startswith("from __future__") and first[1].startswith("OLDEST:")


def test_it_imports_the_standard_library_only():
    tree = ast.parse((HERE / "start.py").read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module.split(".")[0])
    assert names <= set(sys.stdlib_module_names)


@pytest.fixture
def pip_here(start, folder, monkeypatch, tmp_path):
    """pip of this environment, without any settings of this machine's."""
    if not list(metadata.distributions(name="pip")):
        pytest.skip("this environment has no pip")
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setattr(start, "PYTHON", sys.executable)


def test_uv_is_used_where_pip_is_not_configured(start, folder, pip_here, monkeypatch):
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "60")
    assert [name for name, _ in start.installers(folder, "/bin/uv", set())] == ["uv", "pip"]
    assert [name for name, _ in start.installers(folder, "", set())] == ["pip"]


def test_a_mirror_in_pips_file_is_respected(start, folder, pip_here, monkeypatch, capsys):
    (folder / "pip.conf").write_text("[global]\nproxy = mirror.invalid\n", encoding="utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(folder / "pip.conf"))
    assert [name for name, _ in start.installers(folder, "/bin/uv", set())] == ["pip"]
    assert "proxy" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["INDEX_URL", "EXTRA_INDEX_URL", "CERT"])
def test_a_mirror_in_a_variable_is_respected(start, folder, pip_here, monkeypatch, name):
    monkeypatch.setenv(f"PIP_{name}", "mirror.invalid")
    assert [name for name, _ in start.installers(folder, "/bin/uv", set())] == ["pip"]


def test_uv_with_settings_of_its_own_keeps_them(start, folder, pip_here, monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_INDEX_URL", "mirror.invalid")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "mirror.invalid")
    assert [name for name, _ in start.installers(folder, "/bin/uv", set())] == ["uv", "pip"]
    monkeypatch.delenv("UV_DEFAULT_INDEX")
    if os.name != "nt":
        (tmp_path / "config" / "uv").mkdir(parents=True)
        (tmp_path / "config" / "uv" / "uv.toml").touch()
        assert start.uv_is_configured()


def test_extras_and_constraints_reach_both_installers(start, folder, pip_here):
    for _, command in start.installers(folder, "/bin/uv", {"grading", "dev"}):
        assert command[command.index("--editable") + 1] == ".[dev,grading]"
        assert command[command.index("--constraint") + 1] == "constraints.txt"


def test_children_do_not_see_another_pythons_packages(start, folder, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    env = start.environment(folder)
    assert "PYTHONPATH" not in env and "PYTHONHOME" not in env
    assert env["PATH"].split(os.pathsep)[0] == str((folder / start.PYTHON).parent)


# --- installing, with an installer of the tests' own ----------------------------------------


@pytest.fixture
def installing(start, monkeypatch):
    """Replace the installers by scripts: `installing(uv="...", pip="...")`."""

    def use(**scripts):
        commands = [(name, [sys.executable, "-c", code]) for name, code in scripts.items()]
        monkeypatch.setattr(start, "installers", lambda *_: iter(commands))

    return use


def test_an_installation_is_stamped(start, made, installing):
    installing(pip="print('fine')")
    (made / "pyproject.toml").write_text("changed", encoding="utf-8")
    start.prepare(made, {"dev"})
    assert start.judge(made, {"dev"}) == ("ready", "")
    assert not (made / start.UNFINISHED).exists()


def test_pip_is_tried_where_uv_fails(start, made, installing, capsys):
    installing(uv="raise SystemExit(2)", pip="print('fine')")
    (made / "pyproject.toml").write_text("changed", encoding="utf-8")
    start.prepare(made, set())
    assert "uv could not install; trying pip." in capsys.readouterr().out
    assert start.judge(made, set())[0] == "ready"


@pytest.mark.parametrize(
    "said, advice",
    [
        ("Failed to establish a new connection: [Errno -3]", "check the network"),
        ("OSError: [Errno 28] No space left on device", "make room"),
        ("SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED", "certificate"),
        ("ERROR: No matching distribution found for numpy==9", "No matching distribution"),
    ],
)
def test_a_failed_installation_says_what_to_do(start, made, installing, said, advice):
    installing(pip=f"print({said!r}); raise SystemExit(1)")
    (made / start.STAMP).unlink()
    with pytest.raises(start.Problem) as caught:
        start.prepare(made, set())
    first, second = str(caught.value).splitlines()
    assert advice in first
    log = made / ".workbook" / "start.log"
    assert str(log) in second
    assert said in log.read_text(encoding="utf-8")


def test_without_a_network_an_outdated_environment_still_opens(start, made, installing, capsys):
    installing(pip="print('Read timed out'); raise SystemExit(1)")
    (made / "pyproject.toml").write_text("changed", encoding="utf-8")
    start.prepare(made, set())
    assert "Going on with what was installed before." in capsys.readouterr().out
    assert start.judge(made, set()) == ("install", "pyproject.toml has changed")
    with pytest.raises(start.Problem):
        start.prepare(made, {"dev"})
    assert start.judge(made, set())[0] == "install"


def test_an_interrupted_update_is_made_anew_next_time(start, made, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    (made / "pyproject.toml").write_text("changed", encoding="utf-8")
    monkeypatch.setattr(start, "install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start.prepare(made, set())
    assert start.judge(made, set()) == ("rebuild", "setting up was interrupted")


def test_an_interrupted_update_of_the_users_own_never_deletes_it(start, made, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    (made / start.STAMP).unlink()
    monkeypatch.setattr(start, "install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start.prepare(made, set())
    assert start.judge(made, set())[0] == "install"


def test_a_second_start_waits_for_the_first(start, made, capsys):
    with start.alone(made):
        second = threading.Thread(target=start.prepare, args=(made, {"dev"}), daemon=True)
        second.start()
        deadline, said = time.monotonic() + 30, ""
        while "waiting for it" not in said and time.monotonic() < deadline:
            time.sleep(0.05)
            said += capsys.readouterr().out
        assert "Another start.py is setting this folder up" in said
        write_stamp(start, made, extras=["dev"])  # what the first one leaves
    second.join(timeout=30)
    assert not second.is_alive()
    assert capsys.readouterr().out == ""


def test_a_python_without_its_venv_module_says_which_package(start, folder, monkeypatch):
    said = "The virtual environment was not created because ensurepip is not available."
    monkeypatch.setattr(start, "watch", lambda *_: (1, said))
    with pytest.raises(start.Problem, match="sudo apt install python3"):
        start.make_venv(folder, "")


def test_uv_makes_the_environment_where_python_cannot(start, folder, monkeypatch):
    commands = []

    def run(command, *_):
        commands.append(command)
        return (1, "ensurepip is not available") if command[1:3] == ["-m", "venv"] else (0, "")

    monkeypatch.setattr(start, "watch", run)
    start.make_venv(folder, "/bin/uv")
    assert commands[1][:3] == ["/bin/uv", "venv", "--seed"]  # with pip, for `%pip install`
    assert (folder / start.UNFINISHED).exists()


@pytest.mark.skipif(os.name == "nt", reason="needs the right to make links")
def test_a_link_to_an_environment_elsewhere_is_unlinked_only(start, made, tmp_path):
    elsewhere = tmp_path / "shared environment"
    (made / ".venv").rename(elsewhere)
    (made / ".venv").symlink_to(elsewhere)
    start.throw_away(made)
    assert not (made / ".venv").is_symlink()
    assert (elsewhere / "pyvenv.cfg").is_file()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="anything is writable here")
def test_a_read_only_folder_is_named(start, folder):
    folder.chmod(0o500)
    with pytest.raises(start.Problem, match="Copy the folder"):
        start.prepare(folder, set())


# --- the tests' command ---------------------------------------------------------------------


def test_the_tests_run_on_all_cores(start, folder, monkeypatch):
    (folder / "tests").mkdir()
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    command = start.test_command(folder, [], "python")
    assert command[2:5] == ["pytest", "--dist", "loadfile"]
    assert command[-2:] == ["-n", "2"]
    assert start.test_command(folder, ["-q"], "python")[-1:] == ["-q"]
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert start.test_command(folder, [], "python")[2:] == ["pytest"]


@pytest.mark.parametrize("own", ["-n0", "--pdb", "-s", "tests", "tests/test_a.py::test_b"])
def test_narrower_arguments_are_left_as_they_are(start, folder, own):
    (folder / "tests").mkdir()
    (folder / "tests" / "test_a.py").touch()
    assert start.test_command(folder, [own], "python")[2:] == ["pytest", own]


def test_a_copy_without_tests_checks_the_exercises(start, folder):
    assert start.test_command(folder, ["-v"], "python")[1:] == ["-m", "workbook", "check", "-v"]


def test_tests_beside_a_students_folder_are_not_ours(start, tmp_path):
    (tmp_path / "tests").mkdir()
    assert start.test_command(tmp_path, [], "python") == ["python", "-m", "workbook", "check"]


# --- a folder of exercises alone --------------------------------------------------------------


def test_a_folder_alone_uses_a_python_that_has_the_workbook(start, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with pytest.raises(start.Problem, match="has the workbook"):
        start.borrowed(tmp_path)
    monkeypatch.undo()
    (tmp_path / ".workbook").mkdir()
    (tmp_path / ".workbook" / "python.txt").write_text(sys.executable + "\n", encoding="utf-8")
    python = sys.executable
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    assert start.borrowed(tmp_path) == python
    assert start.prepare(tmp_path, set()) == python
    assert not (tmp_path / ".venv").exists()


def test_its_terminals_find_the_command(start, tmp_path):
    env = start.environment(tmp_path, str(tmp_path / "other" / "python"))
    assert env["PATH"].split(os.pathsep)[0] == str(tmp_path / "other")


def test_wheels_that_lie_in_the_folder_are_installed_without_an_index(start, folder):
    (folder / "wheels").mkdir()
    (folder / "wheels" / "numpy-2.0-py3-none-any.whl").touch()
    for _, command in start.installers(folder, "", set()):
        assert command[-3:] == ["--no-index", "--find-links", "wheels"]


# --- all of it, on a small package ----------------------------------------------------------

BACKEND = """
import base64, hashlib, os, time, zipfile
from pathlib import Path

INFO = "workbook-1.dist-info/"

def build_editable(folder, config_settings=None, metadata_directory=None):
    while Path("slow").exists():
        Path("building").touch()
        time.sleep(0.1)
    files = {
        "workbook.pth": os.getcwd(),
        INFO + "METADATA": "Metadata-Version: 2.1\\nName: workbook\\nVersion: 1\\n"
                           "Provides-Extra: dev\\n",
        INFO + "WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\n"
                        "Tag: py3-none-any\\n",
    }
    record = "".join(name + ",,\\n" for name in [*files, INFO + "RECORD"])
    with zipfile.ZipFile(Path(folder, "workbook-1-py3-none-any.whl"), "w") as wheel:
        for name, text in {**files, INFO + "RECORD": record}.items():
            wheel.writestr(name, text)
    return "workbook-1-py3-none-any.whl"
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "workbook"
version = "1"
"""
SAYS = "import sys; print('{} got', *sys.argv[1:], 'in', ascii(sys.prefix))"


@pytest.fixture
def small(tmp_path):
    root = (tmp_path / "学习 two").resolve()
    (root / "workbook").mkdir(parents=True)
    (root / "tests").mkdir()
    shutil.copy(HERE / "start.py", root)
    (root / "backend.py").write_text(BACKEND, encoding="utf-8")
    (root / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (root / "constraints.txt").write_text("", encoding="utf-8")
    (root / "workbook" / "__main__.py").write_text(SAYS.format("workbook"), encoding="utf-8")
    (root / "pytest.py").write_text(SAYS.format("pytest"), encoding="utf-8")
    return root


def variables(**changes):
    # uv would look for its cache and settings; pip needs none of the machine's.
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV"))}
    env.update(PIP_CONFIG_FILE=os.devnull, PATH=os.defpath, HOME=os.devnull)
    return {**env, "PYTHONIOENCODING": "ascii", **changes}


def run(root, *args, **changes):
    done = subprocess.run(
        [sys.executable, str(root / "start.py"), *args],
        env=variables(**changes),
        cwd=root.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
    )
    said = done.stdout.decode("ascii") + done.stderr.decode("ascii")  # an ASCII console
    return done.returncode, said


def kill_half_way(root):
    """Start, and end it while the package is being built."""
    (root / "slow").touch()
    process = subprocess.Popen(
        [sys.executable, str(root / "start.py")],
        env=variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 240
    while not (root / "building").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.terminate()
    code = process.wait(timeout=60)
    assert (root / "building").exists()
    (root / "slow").unlink()
    return code


@pytest.mark.slow
def test_from_half_way_to_moved(small):
    if os.name != "nt":  # there, terminating a process asks it nothing
        assert kill_half_way(small) == 130
    code, said = run(small, "--no-browser")
    assert code == 0, said
    assert ("setting up was interrupted" in said) == (os.name != "nt")
    assert "workbook got lab --no-browser in" in said

    code, said = run(small)
    assert code == 0 and said.startswith("workbook got lab in"), said

    code, said = run(small, "test", "-x")
    assert code == 0, said
    assert "more is needed" in said and "pytest got" in said and "-x in" in said

    moved = small.rename(small.with_name("three"))
    code, said = run(moved)
    assert code == 0, said
    assert "the folder was moved or copied" in said
    assert f"in {str(moved / '.venv')!a}" in said

    code, said = run(moved, "tset")
    assert code == 2 and len(said.splitlines()) == 1
