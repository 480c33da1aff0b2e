"""Wrong ways to write scratch.col2im, and right ones in other words."""

import numpy as np

COL = "col = col.reshape(N, out_h, out_w, C, filter_h, filter_w)"
PADDED = "padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=col.dtype)"
CORNER = "top, left = i * stride, j * stride"
ADD = "padded[:, :, top : top + filter_h, left : left + filter_w] += col[:, i, j]"
RETURN = "return padded[:, :, pad : pad + H, pad : pad + W]"

wrong_edit("scratch.col2im.overwritten", (ADD, ADD.replace("+=", "=")), row="C12")
wrong_edit("scratch.col2im.padding_not_cut_off", (RETURN, "return padded"), row="C18")
wrong_edit(
    "scratch.col2im.cut_off_too_much", (RETURN, "return padded[:, :, pad:H, pad:W]"), row="C8"
)
wrong_edit("scratch.col2im.cut_off_on_one_side", (RETURN, "return padded[:, :, :H, :W]"))
wrong_edit("scratch.col2im.stride_ignored", (CORNER, "top, left = i, j"))
wrong_edit(
    "scratch.col2im.averaged",
    (
        RETURN,
        "counts = np.zeros_like(padded)\n    for i in range(out_h):\n        for j in range(out_w):\n            counts[:, :, i * stride : i * stride + filter_h, j * stride : j * stride + filter_w] += 1\n    padded /= np.maximum(counts, 1)\n    "
        + RETURN,
    ),
)
wrong_edit(
    "scratch.col2im.channels_last",
    (COL, "col = col.reshape(N, out_h, out_w, filter_h, filter_w, C).transpose(0, 1, 2, 5, 3, 4)"),
)
wrong_edit(
    "scratch.col2im.images_mixed",
    (COL, "col = col.reshape(out_h, out_w, N, C, filter_h, filter_w).transpose(2, 0, 1, 3, 4, 5)"),
)
wrong_edit(
    "scratch.col2im.columns_first",
    (COL, "col = col.reshape(N, out_w, out_h, C, filter_h, filter_w).transpose(0, 2, 1, 3, 4, 5)"),
)
wrong_edit(
    "scratch.col2im.window_column_by_column",
    (COL, "col = col.reshape(N, out_h, out_w, C, filter_w, filter_h).transpose(0, 1, 2, 3, 5, 4)"),
)
wrong_edit(
    "scratch.col2im.float64_out",
    (PADDED, "padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad))"),
    outcome="almost",
)
wrong_edit("scratch.col2im.ones_to_start_from", (PADDED, PADDED.replace("zeros", "ones")))


@right("scratch.col2im.entry_by_entry_of_the_window")
def col2im(col, input_shape, filter_h, filter_w, stride=1, pad=0):
    N, C, H, W = input_shape
    out_h = (H + 2 * pad - filter_h) // stride + 1
    out_w = (W + 2 * pad - filter_w) // stride + 1
    col = col.reshape(N, out_h, out_w, C, filter_h, filter_w).transpose(0, 3, 4, 5, 1, 2)
    img = np.zeros((N, C, H + 2 * pad + stride - 1, W + 2 * pad + stride - 1), dtype=col.dtype)
    for y in range(filter_h):
        for x in range(filter_w):
            img[:, :, y : y + stride * out_h : stride, x : x + stride * out_w : stride] += col[
                :, :, y, x
            ]
    return img[:, :, pad : H + pad, pad : W + pad]


@right("scratch.col2im.add_at")
def col2im(col, input_shape, filter_h, filter_w, stride=1, pad=0):
    N, C, H, W = input_shape
    places = np.arange(N * C * H * W).reshape(input_shape) + 1
    places = np.pad(places, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    view = np.lib.stride_tricks.sliding_window_view(places, (filter_h, filter_w), axis=(2, 3))
    rows = view[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5).reshape(col.shape)
    flat = np.zeros(N * C * H * W + 1, dtype=col.dtype)
    np.add.at(flat, rows, col)
    return flat[1:].reshape(input_shape)


right_edit(
    "scratch.col2im.a_copy",
    (RETURN, "out = padded[:, :, pad:, pad:]\n    return out[:, :, :H, :W].copy()"),
)
