"""A check cell prints all its verdicts before it stops; in a real IPython shell."""

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from workbook.numerics import check_cells
from workbook.numerics.verdict import VerdictError, cell_verdicts, verdict

OK = "verdict('a', 1.0, 1.0, 0)\n"
NOT_OK = "verdict('b', 2.0, 1.0, 0)\n"
A = "a: error 0.0e+00 (limit 0) ok\n"
B = "b: error 3.3e-01 (limit 0) NOT ok\n"


@pytest.fixture(scope="module")
def shell():
    made = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    check_cells.install(made)
    check_cells.install(made)
    made.user_ns.update(verdict=verdict, np=np)
    return made


@pytest.fixture
def run(shell, capsys):
    def run(cell):
        result = shell.run_cell(cell)
        printed = capsys.readouterr().out
        return printed, result.error_in_exec

    return run


def test_all_verdicts_are_printed_and_one_error_follows(run):
    printed, error = run(NOT_OK + OK + "x = 1\n" + NOT_OK.replace("'b'", "'c d'"))
    *lines, last = printed.splitlines(keepends=True)
    assert lines == [B, A, B.replace("b", "c d", 1)]
    assert type(error) is VerdictError
    assert str(error) == last.strip() == "NOT ok: b, c d"


def test_a_cell_that_is_ok_passes(run):
    assert run(OK + "x = 2") == (A, None)


def test_the_last_value_is_shown_only_if_all_is_ok(run):
    assert run(OK + "41 + 1")[0].startswith(A) and "42" in run(OK + "41 + 1")[0]
    printed, error = run(NOT_OK + "41 + 1")
    assert "42" not in printed and isinstance(error, VerdictError)


def test_what_is_called_in_a_loop_or_a_function_counts(run):
    loop = f"for _ in range(2):\n    {NOT_OK}"
    printed, error = run(loop + OK)
    assert printed.startswith(B + B + A) and str(error) == "NOT ok: b"
    printed, error = run(f"def f():\n    {NOT_OK}    {OK}f()\nx = 3")
    assert printed.startswith(B + A) and str(error) == "NOT ok: b"


def test_many_names_are_cut_short(run):
    _, error = run("for name in 'abcdef':\n    verdict(name, 2.0, 1.0, 0)")
    assert str(error) == "NOT ok: a, b, c, d and 2 more"


def test_another_error_comes_as_it_is_and_the_next_cell_starts_anew(run):
    printed, error = run(NOT_OK + "x = 1 / 0\n" + OK)
    assert printed.startswith(B) and isinstance(error, ZeroDivisionError)
    assert run(OK) == (A, None)


def test_where_nothing_is_collected_it_is_an_error_at_once(run):
    run(f"def f():\n    {NOT_OK}    {OK}")
    printed, error = run("f()")
    assert A not in printed and str(error) == B.strip()


def test_a_cell_without_verdicts_is_left_alone(run):
    assert run("x = 5") == ("", None)
    assert not cell_verdicts.collects
