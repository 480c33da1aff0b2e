"""The numbers in the hints are those of the solutions."""

from hint_cases import X, hint_case, said


@hint_case("scratch.im2col")
def test_scratch_im2col(r):
    im2col, x = r.scratch.im2col, X[None, None]
    assert said(im2col(x, 1, 2)) == "[[1, 2], [3, 4]]"
    assert said(im2col(x, 2, 1)) == "[[1, 3], [2, 4]]"
    yield "rows [1, 2] and [3, 4]", None
    yield "[1, 3] and [2, 4]", None
    rows = im2col(x, 2, 2, pad=1)
    assert len(rows) == 9
    yield "the first one [0, 0, 0, 1]", rows[0]
    yield "the fifth [1, 2, 3, 4]", rows[4]


@hint_case("scratch.col2im")
def test_scratch_col2im(r):
    yield "[1, 5, 4]", r.scratch.col2im(X, (1, 1, 1, 3), 1, 2)[0, 0, 0]
