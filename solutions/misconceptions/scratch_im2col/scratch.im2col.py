"""Wrong ways to write scratch.im2col, and right ones in other words."""

import numpy as np

OUT_H = "out_h = 1 + (H + 2 * pad - filter_h) // stride"
OUT_W = "out_w = 1 + (W + 2 * pad - filter_w) // stride"
PAD = "padded = np.pad(input_data, ((0, 0), (0, 0), (pad, pad), (pad, pad)))"
COL = "col = np.empty((N, out_h, out_w, C * filter_h * filter_w), dtype=input_data.dtype)"
CORNER = "top, left = i * stride, j * stride"
WINDOW = "window = padded[:, :, top : top + filter_h, left : left + filter_w]"
PUT = "col[:, i, j] = window.reshape(N, -1)"
RETURN = "return col.reshape(N * out_h * out_w, -1)"

wrong_edit("scratch.im2col.stride_ignored", (CORNER, "top, left = i, j"))
wrong_edit(
    "scratch.im2col.padding_ignored",
    (
        PAD,
        "pad = 0\n    out_h = 1 + (H - filter_h) // stride\n    out_w = 1 + (W - filter_w) // stride\n    padded = input_data",
    ),
)
wrong_edit(
    "scratch.im2col.padding_on_one_side",
    (PAD, "padded = np.pad(input_data, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))"),
)
wrong_edit("scratch.im2col.padding_of_edge_pixels", (PAD, PAD[:-1] + ', mode="edge")'))
wrong_edit(
    "scratch.im2col.windows_of_padding_left_out",
    (OUT_H, "out_h = 1 + (H - filter_h) // stride"),
    (OUT_W, "out_w = 1 + (W - filter_w) // stride"),
)
wrong_edit(
    "scratch.im2col.images_mixed",
    (RETURN, "return col.transpose(1, 2, 0, 3).reshape(N * out_h * out_w, -1)"),
)
wrong_edit(
    "scratch.im2col.columns_first",
    (RETURN, "return col.transpose(0, 2, 1, 3).reshape(N * out_h * out_w, -1)"),
)
wrong_edit(
    "scratch.im2col.channels_last",
    (PUT, "col[:, i, j] = window.transpose(0, 2, 3, 1).reshape(N, -1)"),
)
wrong_edit(
    "scratch.im2col.window_column_by_column",
    (PUT, "col[:, i, j] = window.transpose(0, 1, 3, 2).reshape(N, -1)"),
)
wrong_edit("scratch.im2col.turned_over", (RETURN, "return col.reshape(N * out_h * out_w, -1).T"))
wrong_edit("scratch.im2col.axes_kept", (RETURN, "return col"))
wrong_edit(
    "scratch.im2col.height_and_width_swapped",
    (WINDOW, "window = padded[:, :, top : top + filter_w, left : left + filter_h]"),
)
wrong_edit(
    "scratch.im2col.float64_out",
    (COL, "col = np.zeros((N, out_h, out_w, C * filter_h * filter_w))"),
    outcome="almost",
)
wrong_edit(
    "scratch.im2col.first_channel_only",
    (PUT, "col[:, i, j] = np.repeat(window[:, :1], C, axis=1).reshape(N, -1)"),
)


@right("scratch.im2col.entry_by_entry_of_the_window")
def im2col(input_data, filter_h, filter_w, stride=1, pad=0):
    N, C, H, W = input_data.shape
    out_h = (H + 2 * pad - filter_h) // stride + 1
    out_w = (W + 2 * pad - filter_w) // stride + 1
    img = np.pad(input_data, [(0, 0), (0, 0), (pad, pad), (pad, pad)], "constant")
    col = np.zeros((N, C, filter_h, filter_w, out_h, out_w), dtype=img.dtype)
    for y in range(filter_h):
        for x in range(filter_w):
            col[:, :, y, x] = img[
                :, :, y : y + stride * out_h : stride, x : x + stride * out_w : stride
            ]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(N * out_h * out_w, -1)


@right("scratch.im2col.sliding_windows")
def im2col(input_data, filter_h, filter_w, stride=1, pad=0):
    padded = np.pad(input_data, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (filter_h, filter_w), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)
    return windows.reshape(-1, input_data.shape[1] * filter_h * filter_w).copy()


right_edit(
    "scratch.im2col.row_by_row",
    (
        RETURN,
        "rows = []\n    for n in range(N):\n        rows.extend(list(col[n].reshape(out_h * out_w, -1)))\n    return np.array(rows)",
    ),
)
