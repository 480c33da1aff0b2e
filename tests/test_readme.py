"""What the README tells a newcomer is there: commands, pictures, pages."""

import re
import shlex
from pathlib import Path

import click
import pytest

from workbook.cli import workbook

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """The code lines that begin with `workbook`, without the words that explain them."""
    lines = re.findall(r"^ {4}(?:\w+=\S+ )?(workbook .*)$", README, re.MULTILINE)
    return [re.split(r" {2,}", line)[0] for line in lines]


def test_there_are_commands():
    assert len(commands()) > 10


@pytest.mark.parametrize("line", commands())
def test_a_command_is_one_that_the_program_takes(line):
    for part in line.removeprefix("workbook ").split(", "):
        words = shlex.split(part)
        if words == ["--help"]:
            continue
        group = click.Context(workbook, info_name="workbook")
        name, command, rest = workbook.resolve_command(group, words)
        assert command is not None, f"README.md names `workbook {name}`"
        if "," not in line:
            # Parses the arguments and runs nothing.
            command.make_context(name, rest, parent=group)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_what_is_linked_is_there(target):
    assert (ROOT / target).is_file(), f"README.md leads to {target}"


def test_both_commands_are_those_of_start_py():
    assert "    python start.py\n" in README
    assert "    python start.py test\n" in README


def test_every_command_is_called_by_a_test():
    tests = Path(__file__).parent
    called = "".join(path.read_text(encoding="utf-8") for path in tests.rglob("*.py"))
    names = {part.split()[0] for line in commands() for part in line[9:].split(", ")} - {"--help"}
    assert len(names) > 15
    # As the first word that is given to the program, by whichever helper calls it.
    lacking = [name for name in names if not re.search(rf"""[(,\[]\s*["']{name}["'\s]""", called)]
    assert not lacking, f"no test calls {lacking}"
