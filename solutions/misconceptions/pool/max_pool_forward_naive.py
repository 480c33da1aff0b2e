"""Wrong ways to write max_pool_forward_naive, and right ones in other words."""

import numpy as np

HEIGHT = "H_out = 1 + (H - pool_height) // stride"
WIDTH = "W_out = 1 + (W - pool_width) // stride"
CORNER = "top, left = i * stride, j * stride"
WINDOW = "window = x[:, :, top : top + pool_height, left : left + pool_width]"
MAX = "out[:, :, i, j] = window.max(axis=(2, 3))"
EMPTY = "np.empty((N, C, H_out, W_out), dtype=x.dtype)"

wrong_edit(
    "max_pool_forward_naive.window_times_stride",
    (WINDOW, "window = x[:, :, top : top + pool_height, left : left + stride * pool_width]"),
    row="P1",
)
wrong_edit(
    "max_pool_forward_naive.window_times_stride_both",
    (
        WINDOW,
        "window = x[:, :, top : top + stride * pool_height, left : left + stride * pool_width]",
    ),
    message="max_pool_forward_naive.window_times_stride",
)
wrong_edit(
    "max_pool_forward_naive.float64_out",
    (EMPTY, "np.zeros([N, C, H_out, W_out])"),
    row="P7",
    message="shared.float64_out",
    outcome="almost",
)
wrong_edit("max_pool_forward_naive.stride_ignored", (CORNER, "top, left = i, j"))
wrong_edit(
    "max_pool_forward_naive.stride_is_the_window",
    (CORNER, "top, left = min(i * pool_height, H - 1), min(j * pool_width, W - 1)"),
)
wrong_edit("max_pool_forward_naive.mean", (MAX, "out[:, :, i, j] = window.mean(axis=(2, 3))"))
wrong_edit("max_pool_forward_naive.minimum", (MAX, "out[:, :, i, j] = window.min(axis=(2, 3))"))
wrong_edit(
    "max_pool_forward_naive.largest_size",
    (MAX, "out[:, :, i, j] = np.abs(window).max(axis=(2, 3))"),
)
wrong_edit(
    "max_pool_forward_naive.never_below_zero",
    (EMPTY, "np.zeros((N, C, H_out, W_out), dtype=x.dtype)"),
    (MAX, "out[:, :, i, j] = np.maximum(out[:, :, i, j], window.max(axis=(2, 3)))"),
)
wrong_edit(
    "max_pool_forward_naive.over_all_channels",
    (MAX, "out[:, :, i, j] = window.max(axis=(1, 2, 3))[:, None]"),
)
wrong_edit("max_pool_forward_naive.over_everything", (MAX, "out[:, :, i, j] = window.max()"))
wrong_edit(
    "max_pool_forward_naive.height_and_width_swapped",
    (WINDOW, "window = x[:, :, top : top + pool_width, left : left + pool_height]"),
)
wrong_edit(
    "max_pool_forward_naive.one_less",
    (
        WINDOW,
        "window = x[:, :, top : top + max(pool_height - 1, 1), left : left + max(pool_width - 1, 1)]",
    ),
)
wrong_edit(
    "max_pool_forward_naive.rounded_up",
    (HEIGHT, "H_out = 1 + -(-(H - pool_height) // stride)"),
    (WIDTH, "W_out = 1 + -(-(W - pool_width) // stride)"),
)
wrong_edit(
    "max_pool_forward_naive.size_without_window",
    (HEIGHT, "H_out = H // stride"),
    (WIDTH, "W_out = W // stride"),
    (WINDOW, WINDOW + "\n            if window.size == 0:\n                continue"),
    (EMPTY, "np.zeros((N, C, H_out, W_out), dtype=x.dtype)"),
)
wrong_edit(
    "max_pool_forward_naive.sizes_with_a_point",
    (HEIGHT, HEIGHT.replace("//", "/")),
    (WIDTH, WIDTH.replace("//", "/")),
    outcome="error",
)
wrong_edit(
    "max_pool_forward_naive.setting_changed",
    ('stride = pool_param["stride"]', 'stride = pool_param.pop("stride")'),
    message="shared.setting_changed",
    outcome="almost",
)


@right("max_pool_forward_naive.sliding_windows", row="P8")
def max_pool_forward_naive(x, pool_param):
    size, s = (pool_param["pool_height"], pool_param["pool_width"]), pool_param["stride"]
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::s, ::s]
    return windows.max(axis=(-1, -2)), (x, *size, s)


@right("max_pool_forward_naive.columns", row="P8")
def max_pool_forward_naive(x, pool_param):
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out_h, out_w = 1 + (H - ph) // s, 1 + (W - pw) // s
    columns = np.empty((N, C, ph * pw, out_h, out_w), dtype=x.dtype)
    for k in range(ph * pw):
        i, j = divmod(k, pw)
        columns[:, :, k] = x[:, :, i : i + s * out_h : s, j : j + s * out_w : s]
    return columns.max(axis=2), (x, ph, pw, s)


right_edit(
    "max_pool_forward_naive.from_minus_infinity",
    (EMPTY, "np.full((N, C, H_out, W_out), -np.inf, dtype=x.dtype)"),
    (
        MAX,
        "for column in range(window.shape[3]):\n                out[:, :, i, j] = np.maximum(out[:, :, i, j], window[:, :, :, column].max(axis=2))",
    ),
)
right_edit(
    "max_pool_forward_naive.channel_by_channel",
    (
        MAX,
        "for n in range(N):\n                for c in range(C):\n                    out[n, c, i, j] = np.max(window[n, c])",
    ),
)
