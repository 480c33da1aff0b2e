"""Wrong ways to write max_pool_backward_naive, and right ones in other words."""

import numpy as np

WINDOW = "window = x[n, c, top : top + pool_height, left : left + pool_width]"
PLACE = "row, column = divmod(window.argmax(), pool_width)"
ADD = "dx[n, c, top + row, left + column] += dout[n, c, i, j]"
CORNER = "top, left = i * stride, j * stride"
INTO = "dx[n, c, top : top + pool_height, left : left + pool_width]"

wrong_edit(
    "max_pool_backward_naive.windows_overwritten",
    (PLACE, "mask = np.arange(window.size).reshape(window.shape) == window.argmax()"),
    (ADD, INTO + " = mask * dout[n, c, i, j]"),
    row="P2",
)
wrong_edit("max_pool_backward_naive.winner_overwritten", (ADD, ADD.replace("+=", "=")))
wrong_edit(
    "max_pool_backward_naive.all_maxima",
    (PLACE, "mask = window == np.max(window)"),
    (ADD, INTO + " += mask * dout[n, c, i, j]"),
    row="P3",
    outcome="almost",
)
wrong_edit(
    "max_pool_backward_naive.view_of_the_cache",
    (
        PLACE,
        "window -= window.max()\n                    row, column = divmod(window.argmax(), pool_width)",
    ),
    row="P5",
)
wrong_edit(
    "max_pool_backward_naive.place_in_the_window",
    (ADD, "dx[n, c, row, column] += dout[n, c, i, j]"),
)
wrong_edit(
    "max_pool_backward_naive.divided_by_the_height",
    (
        PLACE,
        "row, column = divmod(window.argmax(), pool_height)\n                    row, column = min(row, pool_height - 1), min(column, pool_width - 1)",
    ),
)
wrong_edit(
    "max_pool_backward_naive.row_and_column_swapped",
    (
        PLACE,
        "column, row = divmod(window.argmax(), pool_width)\n                    row, column = min(row, x.shape[2] - 1 - top), min(column, x.shape[3] - 1 - left)",
    ),
)
wrong_edit(
    "max_pool_backward_naive.shared_by_all",
    (PLACE, "pass"),
    (ADD, INTO + " += dout[n, c, i, j] / window.size"),
)
wrong_edit(
    "max_pool_backward_naive.given_to_all", (PLACE, "pass"), (ADD, INTO + " += dout[n, c, i, j]")
)
wrong_edit("max_pool_backward_naive.stride_ignored", (CORNER, "top, left = i, j"))
wrong_edit(
    "max_pool_backward_naive.minimum", (PLACE, "row, column = divmod(window.argmin(), pool_width)")
)
wrong_edit(
    "max_pool_backward_naive.largest_size",
    (PLACE, "row, column = divmod(np.abs(window).argmax(), pool_width)"),
)
wrong_edit("max_pool_backward_naive.without_dout", (ADD, "dx[n, c, top + row, left + column] += 1"))
wrong_edit(
    "max_pool_backward_naive.times_the_maximum",
    (ADD, "dx[n, c, top + row, left + column] += dout[n, c, i, j] * window.max()"),
)
wrong_edit("max_pool_backward_naive.first_channel", (WINDOW, WINDOW.replace("x[n, c,", "x[n, 0,")))
wrong_edit(
    "max_pool_backward_naive.float64_dx",
    ("dx = np.zeros_like(x)", "dx = np.zeros(x.shape)"),
    message="shared.float64_dx",
    outcome="almost",
)
wrong_edit(
    "max_pool_backward_naive.one_cache_for_all",
    (
        "cache = (x, pool_param)",
        "cache = max_pool_forward_naive.__dict__.setdefault('kept', [])\n    cache[:] = (x, pool_param)",
    ),
    of="max_pool_forward_naive",
    message="shared.one_cache_for_all",
)
wrong_edit(
    "max_pool_backward_naive.any_dout",
    (
        'check_shape("dout", dout, (N, C, H_out, W_out))',
        "dout = np.resize(dout, (N, C, H_out, W_out))",
    ),
    message="shared.any_dout",
)


right_edit(
    "max_pool_backward_naive.divided_among_ties",
    (PLACE, "mask = window == np.max(window)"),
    (ADD, INTO + " += mask * dout[n, c, i, j] / mask.sum()"),
)
right_edit(
    "max_pool_backward_naive.unravel",
    (PLACE, "row, column = np.unravel_index(np.argmax(window), window.shape)"),
)
right_edit(
    "max_pool_backward_naive.last_of_several",
    (PLACE, "row, column = divmod(window.size - 1 - window[::-1, ::-1].argmax(), pool_width)"),
)
right_edit(
    "max_pool_backward_naive.copy_of_the_window",
    (WINDOW, WINDOW + ".copy()\n                    window -= window.max()"),
)


@right("max_pool_backward_naive.cached_mask")
def max_pool_forward_naive(x, pool_param):
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    windows = np.lib.stride_tricks.sliding_window_view(x, (ph, pw), axis=(2, 3))[:, :, ::s, ::s]
    flat = windows.reshape(*windows.shape[:4], -1)
    return flat.max(axis=-1), {"winners": flat.argmax(axis=-1), "x": x, "sizes": (ph, pw, s)}


@right("max_pool_backward_naive.cached_mask")
def max_pool_backward_naive(dout, cache):
    ph, pw, s = cache["sizes"]
    dx = np.zeros_like(cache["x"])
    n, c, i, j = np.indices(dout.shape)
    rows, columns = np.divmod(cache["winners"], pw)
    np.add.at(dx, (n, c, i * s + rows, j * s + columns), dout)
    return dx
