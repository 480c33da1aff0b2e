"""Wrong ways to write conv_forward_naive, and right ones in other words."""

import numpy as np

HEIGHT = "H_out = 1 + (H + 2 * pad - HH) // stride"
WIDTH = "W_out = 1 + (W + 2 * pad - WW) // stride"
PAD = "np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))"
ZEROS = "np.empty((N, F, H_out, W_out), dtype=x.dtype)"
CORNER = "top, left = i * stride, j * stride"
WINDOW = "window = x_pad[n, :, top : top + HH, left : left + WW]"
SUM = "out[n, f, i, j] = np.sum(window * w[f]) + b[f]"

wrong_edit("conv_forward_naive.no_bias", (SUM, "out[n, f, i, j] = np.sum(window * w[f])"), row="C1")
wrong_edit("conv_forward_naive.not_padded", (PAD, "x"), row="C2", outcome="fail")
wrong_edit(
    "conv_forward_naive.padding_ignored",
    (HEIGHT, "H_out = 1 + (H - HH) // stride"),
    (WIDTH, "W_out = 1 + (W - WW) // stride"),
    (PAD, "x"),
)
wrong_edit(
    "conv_forward_naive.flipped",
    (SUM, "out[n, f, i, j] = np.sum(window * w[f, :, ::-1, ::-1]) + b[f]"),
    row="C3",
)
wrong_edit(
    "conv_forward_naive.removed_name",
    (PAD, 'np.lib.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), "constant")'),
    row="C4",
    outcome="error",
)
wrong_edit(
    "conv_forward_naive.float64_out",
    (ZEROS, "np.zeros([N, F, H_out, W_out])"),
    row="C5",
    message="shared.float64_out",
    outcome="almost",
)
wrong_edit("conv_forward_naive.stride_ignored", (CORNER, "top, left = i, j"), row="C14")
wrong_edit("conv_forward_naive.stride_one_way", (CORNER, "top, left = i * stride, j"))
wrong_edit(
    "conv_forward_naive.sizes_with_a_point",
    (HEIGHT, HEIGHT.replace("//", "/")),
    (WIDTH, WIDTH.replace("//", "/")),
    row="C17",
    outcome="error",
)
wrong_edit(
    "conv_forward_naive.rounded_up",
    (HEIGHT, "H_out = 1 + -(-(H + 2 * pad - HH) // stride)"),
    (WIDTH, "W_out = 1 + -(-(W + 2 * pad - WW) // stride)"),
    (
        SUM,
        "out[n, f, i, j] = np.sum(window * w[f, :, : window.shape[1], : window.shape[2]]) + b[f]",
    ),
)
wrong_edit(
    "conv_forward_naive.size_without_one",
    (HEIGHT, "H_out = (H + 2 * pad - HH) // stride"),
    (WIDTH, "W_out = (W + 2 * pad - WW) // stride"),
)
wrong_edit(
    "conv_forward_naive.padding_counted_once",
    (HEIGHT, "H_out = 1 + (H + pad - HH) // stride"),
    (WIDTH, "W_out = 1 + (W + pad - WW) // stride"),
)
wrong_edit(
    "conv_forward_naive.height_and_width_swapped",
    (CORNER, "left, top = i * stride, j * stride"),
    (
        WINDOW,
        "window = np.zeros_like(w[f])\n                    part = x_pad[n, :, top : top + HH, left : left + WW]\n                    window[:, : part.shape[1], : part.shape[2]] = part",
    ),
)
wrong_edit(
    "conv_forward_naive.sizes_swapped",
    (HEIGHT, "W_out = 1 + (H + 2 * pad - HH) // stride"),
    (WIDTH, "H_out = 1 + (W + 2 * pad - WW) // stride"),
    (
        WINDOW,
        "window = np.zeros_like(w[f])\n                    part = x_pad[n, :, top : top + HH, left : left + WW]\n                    window[:, : part.shape[1], : part.shape[2]] = part",
    ),
    message="conv_forward_naive.height_and_width_swapped",
)
wrong_edit(
    "conv_forward_naive.edge_padding",
    (PAD, 'np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")'),
)
wrong_edit(
    "conv_forward_naive.first_channel",
    (SUM, "out[n, f, i, j] = np.sum(window[0] * w[f, 0]) + b[f]"),
)
wrong_edit(
    "conv_forward_naive.last_channel",
    (
        SUM,
        "for c in range(x.shape[1]):\n                        out[n, f, i, j] = np.sum(window[c] * w[f, c]) + b[f]",
    ),
)
wrong_edit(
    "conv_forward_naive.bias_for_each_channel",
    (
        SUM,
        "out[n, f, i, j] = 0\n                    for c in range(x.shape[1]):\n                        out[n, f, i, j] += np.sum(window[c] * w[f, c]) + b[f]",
    ),
)
wrong_edit(
    "conv_forward_naive.bias_for_each_entry",
    (SUM, "out[n, f, i, j] = np.sum(window * w[f] + b[f])"),
)
wrong_edit(
    "conv_forward_naive.mean_of_the_window",
    (SUM, "out[n, f, i, j] = np.mean(window * w[f]) + b[f]"),
)
wrong_edit(
    "conv_forward_naive.first_image",
    (WINDOW, "window = x_pad[0, :, top : top + HH, left : left + WW]"),
)


wrong_edit(
    "conv_forward_naive.view_of_the_window",
    (SUM, "window *= w[f]\n                    out[n, f, i, j] = window.sum() + b[f]"),
)
wrong_edit(
    "conv_forward_naive.setting_changed",
    (
        "cache = (x, w, b, conv_param)",
        'conv_param["pad"] = 0\n    cache = (x, w, b, conv_param)',
    ),
    message="shared.setting_changed",
    outcome="almost",
)


@right("conv_forward_naive.windows_at_once")
def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    xp = np.pad(x, ((0,), (0,), (p,), (p,)), mode="constant")
    windows = np.lib.stride_tricks.sliding_window_view(xp, w.shape[2:], axis=(2, 3))[:, :, ::s, ::s]
    out = np.einsum("ncijhw,fchw->nfij", windows, w) + b[:, None, None]
    return out, (xp, w, s, p)


@right("conv_forward_naive.filters_as_rows")
def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H2, W2 = 1 + (H + 2 * p - HH) // s, 1 + (W + 2 * p - WW) // s
    xp = np.zeros((N, C, H + 2 * p, W + 2 * p), dtype=x.dtype)
    xp[:, :, p : p + H, p : p + W] = x
    out = np.zeros((N, F, H2, W2), dtype=x.dtype)
    for i in range(H2):
        for j in range(W2):
            patch = xp[:, :, i * s : i * s + HH, j * s : j * s + WW].reshape(N, -1)
            out[:, :, i, j] = patch.dot(w.reshape(F, -1).T) + b
    return out, (xp, w, s, p)


@right("conv_forward_naive.one_entry_of_the_filter_at_a_time")
def conv_forward_naive(x, w, b, conv_param):
    s, p = int(conv_param["stride"]), int(conv_param["pad"])
    xp = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
    H2 = (x.shape[2] + 2 * p - w.shape[2]) // s + 1
    W2 = (x.shape[3] + 2 * p - w.shape[3]) // s + 1
    out = np.zeros((x.shape[0], w.shape[0], H2, W2), dtype=x.dtype)
    for di in range(w.shape[2]):
        for dj in range(w.shape[3]):
            part = xp[:, :, di : di + s * H2 : s, dj : dj + s * W2 : s]
            out += np.tensordot(part, w[:, :, di, dj], axes=(1, 1)).transpose(0, 3, 1, 2)
    return out + b.reshape(1, -1, 1, 1), (xp, w, s, p)


right_edit(
    "conv_forward_naive.prints",
    (WINDOW, WINDOW + "\n                    print(n, f, i, j, window.shape)"),
)
right_edit(
    "conv_forward_naive.starts_with_the_bias",
    (
        SUM,
        "total = b[f]\n                    for c in range(x.shape[1]):\n                        total = total + (window[c] * w[f, c]).sum()\n                    out[n, f, i, j] = total",
    ),
)
