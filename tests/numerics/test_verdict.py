import numpy as np
import pytest

from workbook.errors import WorkbookError
from workbook.numerics import VerdictError, verdict


def refused(*args, **options):
    with pytest.raises(VerdictError) as caught:
        verdict(*args, **options)
    return str(caught.value)


def test_one_line_when_ok(capsys):
    verdict("out", np.array([1.0, 2.0 + 1e-9]), np.array([1.0, 2.0]), 1e-7)
    assert capsys.readouterr().out == "out: error 2.5e-10 (limit 1e-07) ok\n"


def test_not_ok_is_an_error_with_the_line_and_nothing_printed(capsys):
    line = refused("dw", np.array([1.0, 2.1]), np.array([1.0, 2.0]), 1e-7)
    assert line == "dw: error 2.4e-02 (limit 1e-07) NOT ok"
    assert capsys.readouterr().out == ""


def test_a_notebook_shows_the_line_alone():
    error = VerdictError("dw: error 2.4e-02 (limit 1e-07) NOT ok")
    assert isinstance(error, WorkbookError)
    assert error._render_traceback_() == ["dw: error 2.4e-02 (limit 1e-07) NOT ok"]


@pytest.mark.parametrize(
    ("got", "want"),
    [(3, 3), (3.0, 3), ([1, 2], (1, 2)), (np.int64([1, 2]), [1.0, 2.0]), (True, 1), ([], [])],
)
def test_scalars_lists_and_integers_will_do(got, want, capsys):
    verdict("value", got, want, 0)
    assert capsys.readouterr().out == "value: error 0.0e+00 (limit 0) ok\n"


def test_shapes_that_broadcast_are_not_ok():
    line = refused("db", np.ones((1, 3)), np.ones(3), 1e-7)
    assert line == "db: shape (1, 3), expected (3,) (limit 1e-07) NOT ok"


def test_a_number_for_an_array_is_not_ok():
    assert "shape (), expected (3,)" in refused("db", 1.0, np.ones(3), 1e-7)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_not_finite_is_not_ok_even_where_it_is_expected(bad):
    line = refused("loss", [bad, 1.0, bad], [bad, 1.0, bad], 1e9)
    assert line == "loss: 2 of 3 values are NaN or infinite (limit 1e+09) NOT ok"


def test_not_finite_where_it_is_expected_is_not_ok():
    assert refused("loss", 1.0, np.nan, 1.0).endswith("NOT ok")


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (None, "got None"),
        ((np.ones(3), {"cache": 1}), "got a tuple of 2"),
        ([1, [2, 3]], "got a list of 2"),
        (np.array(["1", "2", "3"]), "got an array of <U1"),
    ],
)
def test_what_is_no_array_is_not_ok(got, words):
    line = refused("dx", got, np.ones(3), 1e-7)
    assert line == f"dx: {words}, expected an array of shape (3,) (limit 1e-07) NOT ok"


def test_absolute_measure(capsys):
    verdict("mean", [1e-12], [0.0], 1e-10, measure="absolute")
    assert "error 1.0e-12 (limit 1e-10) ok" in capsys.readouterr().out
    assert refused("mean", [1e-12], [0.0], 1e-10).endswith("error 1.0e-04 (limit 1e-10) NOT ok")


def test_an_error_at_the_limit_is_ok(capsys):
    verdict("step", 1.5, 1.0, 0.5, measure="absolute")
    assert capsys.readouterr().out.endswith("ok\n")


def test_the_limit_is_printed_as_it_is(capsys):
    verdict("x", 1.0, 1.0, 1.5e-6)
    assert "(limit 1.5e-06)" in capsys.readouterr().out


def test_a_name_of_two_lines_stays_one_line(capsys):
    verdict("dw of\n the net", 1.0, 1.0, 1e-7)
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize("limit", [-1.0, np.nan, np.inf])
def test_refuses_a_limit_that_is_none(limit):
    with pytest.raises(ValueError, match="limit"):
        verdict("x", 1.0, 1.0, limit)


def test_refuses_an_unknown_measure():
    with pytest.raises(ValueError, match="'relative', 'absolute'"):
        verdict("x", 1.0, 1.0, 1e-7, measure="norm")


def test_refuses_a_reference_that_is_no_array():
    with pytest.raises(TypeError, match="want must be an array of real numbers; got None"):
        verdict("x", 1.0, None, 1e-7)
