"""The `workbook` command itself: help, version, exit codes."""

import os
import subprocess
import sys

import click
import pytest

from workbook import cli
from workbook.errors import UsageError, WorkbookError
from workbook.version import __version__

NAMES = cli.workbook.list_commands(click.Context(cli.workbook))


def leave(*args):
    """The exit code of `workbook ARGS`."""
    with pytest.raises(SystemExit) as left:
        cli.main(list(args))
    return left.value.code


@pytest.fixture
def command(monkeypatch):
    """Make `workbook case` do what the test says."""

    def use(action):
        case = click.command("case")(action)
        monkeypatch.setattr(cli._Commands, "get_command", lambda *_: case)

    return use


def test_version(capsys):
    assert leave("--version") == 0
    assert capsys.readouterr().out == f"workbook, version {__version__}\n"


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_says_where_a_beginner_starts(capsys, monkeypatch, option):
    monkeypatch.setenv("COLUMNS", "80")
    assert leave(option) == 0
    said = capsys.readouterr().out
    assert "New here? `workbook lab` opens the notebooks" in said
    assert all(len(line) <= 80 for line in said.splitlines())
    for name in NAMES:
        [line] = [line for line in said.splitlines() if line.startswith(f"  {name} ")]
        assert not line.endswith("..."), f"say what `workbook {name}` does in fewer words"


@pytest.mark.parametrize("name", NAMES)
def test_every_command_helps(capsys, name):
    assert leave(name, "--help") == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Usage: workbook {name}")


def test_a_mistyped_command_is_guessed(capsys):
    assert leave("notebok") == 2
    assert "Did you mean `workbook notebooks`?" in capsys.readouterr().err
    assert leave("qqqqq") == 2
    assert "Did you mean" not in capsys.readouterr().err


def test_an_unknown_option_is_wrong_usage():
    assert leave("notebooks", "run", "--quickly") == 2


@pytest.mark.parametrize("error, code", [(WorkbookError, 1), (UsageError, 2)])
def test_our_errors_are_one_line(command, capsys, error, code):
    def action():
        raise error("layers.py line 4: not this way. Do it so.")

    command(action)
    assert leave("case") == code
    assert capsys.readouterr().err == "workbook: layers.py line 4: not this way. Do it so.\n"


def test_fine_is_0_and_a_command_may_choose(command):
    command(lambda: None)
    assert leave("case") == 0
    command(lambda: click.get_current_context().exit(1))
    assert leave("case") == 1


def test_ctrl_c_is_no_traceback(command, capsys):
    def action():
        raise KeyboardInterrupt

    command(action)
    assert leave("case") == 1
    assert capsys.readouterr().err.strip() == "workbook: stopped."


def test_a_console_without_utf8_gets_a_substitute(tmp_path):
    folder = tmp_path / "练习"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "workbook", "notebooks", "run", "练习"],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode in (1, 2)
    assert b"workbook: There is no" in done.stderr and b"Traceback" not in done.stderr
