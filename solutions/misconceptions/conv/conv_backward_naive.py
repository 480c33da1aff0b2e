"""Wrong ways to write conv_backward_naive, and right ones in other words."""

import numpy as np

CROP = "dx = dx_pad[:, :, pad : H_pad - pad, pad : W_pad - pad]"
DX = "dx_pad[n, :, rows, columns] += dout[n, f, i, j] * w[f]"
DW = "dw[f] += dout[n, f, i, j] * x_pad[n, :, rows, columns]"
DB = "db = dout.sum(axis=(0, 2, 3))"
CORNER = "top, left = i * stride, j * stride"

wrong_edit(
    "conv_backward_naive.crop_ends_too_early",
    (CROP, "H, W = H_pad - 2 * pad, W_pad - 2 * pad\n    dx = dx_pad[:, :, pad:H, pad:W]"),
    row="C8",
)
wrong_edit("conv_backward_naive.windows_overwritten", (DX, DX.replace("+=", "=")), row="C12")
wrong_edit("conv_backward_naive.not_cropped", (CROP, "dx = dx_pad"), row="C18")
wrong_edit(
    "conv_backward_naive.cropped_to_nothing", (CROP, "dx = dx_pad[:, :, pad:-pad, pad:-pad]")
)
wrong_edit(
    "conv_backward_naive.crop_from_the_corner",
    (CROP, "dx = dx_pad[:, :, : H_pad - 2 * pad, : W_pad - 2 * pad]"),
)
wrong_edit("conv_backward_naive.dw_overwritten", (DW, DW.replace("+=", "=")))
wrong_edit("conv_backward_naive.dw_for_w", (DX, DX.replace("* w[f]", "* dw[f]")))
wrong_edit("conv_backward_naive.flipped_in_dx", (DX, DX.replace("* w[f]", "* w[f, :, ::-1, ::-1]")))
wrong_edit("conv_backward_naive.stride_ignored", (CORNER, "top, left = i, j"))
wrong_edit("conv_backward_naive.db_scalar", (DB, "db = dout.sum()"))
wrong_edit("conv_backward_naive.db_of_one_pixel", (DB, "db = dout.sum(axis=0)"))
wrong_edit("conv_backward_naive.db_by_image", (DB, "db = dout.sum(axis=(2, 3))"))
wrong_edit("conv_backward_naive.db_over_the_filters", (DB, "db = dout.sum(axis=(1, 2, 3))"))
wrong_edit(
    "conv_backward_naive.db_keepdims",
    (DB, "db = dout.sum(axis=(0, 2, 3), keepdims=True)"),
    outcome="almost",
)
wrong_edit("conv_backward_naive.db_mean", (DB, "db = dout.mean(axis=(0, 2, 3))"))
wrong_edit(
    "conv_backward_naive.means_over_the_batch", (CROP, CROP + "\n    dw /= N\n    db = db / N")
)
wrong_edit(
    "conv_backward_naive.without_dout",
    (DX, "dx_pad[n, :, rows, columns] += w[f]"),
    (DW, "dw[f] += x_pad[n, :, rows, columns]"),
)
wrong_edit("conv_backward_naive.first_image", (DW, DW.replace("x_pad[n,", "x_pad[0,")))
wrong_edit(
    "conv_backward_naive.float64_gradients",
    ("dx_pad = np.zeros_like(x_pad)", "dx_pad = np.zeros(x_pad.shape)"),
    ("dw = np.zeros_like(w)", "dw = np.zeros(w.shape)"),
    outcome="almost",
)
wrong_edit(
    "conv_backward_naive.float64_dx",
    ("dx_pad = np.zeros_like(x_pad)", "dx_pad = np.zeros(x_pad.shape)"),
    message="conv_backward_naive.float64_gradients",
    outcome="almost",
)
wrong_edit(
    "conv_backward_naive.one_cache_for_all",
    (
        "cache = (x, w, b, conv_param)",
        "cache = conv_forward_naive.__dict__.setdefault('kept', [])\n    cache[:] = (x, w, b, conv_param)",
    ),
    of="conv_forward_naive",
    message="shared.one_cache_for_all",
)
wrong_edit(
    "conv_backward_naive.any_dout",
    (
        'check_shape("dout", dout, (N, F, H_out, W_out))',
        "dout = np.resize(dout, (N, F, H_out, W_out))",
    ),
    message="shared.any_dout",
)


@right("conv_backward_naive.one_entry_of_the_filter_at_a_time")
def conv_backward_naive(dout, cache):
    x, w, _, conv_param = cache
    s, p = conv_param["stride"], conv_param["pad"]
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    H2, W2 = dout.shape[2:]
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for di in range(w.shape[2]):
        for dj in range(w.shape[3]):
            rows, columns = slice(di, di + s * H2, s), slice(dj, dj + s * W2, s)
            dw[:, :, di, dj] = np.einsum("nfij,ncij->fc", dout, xp[:, :, rows, columns])
            dxp[:, :, rows, columns] += np.einsum("nfij,fc->ncij", dout, w[:, :, di, dj])
    H, W = xp.shape[2] - 2 * p, xp.shape[3] - 2 * p
    return dxp[:, :, p : p + H, p : p + W], dw, np.einsum("nfij->f", dout)


@right("conv_backward_naive.another_cache")
def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    xp = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
    windows = np.lib.stride_tricks.sliding_window_view(xp, w.shape[2:], axis=(2, 3))[:, :, ::s, ::s]
    out = (
        np.tensordot(windows, w, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)
        + b[:, None, None]
    )
    return out, (xp, x.shape, w, s, p)


@right("conv_backward_naive.another_cache")
def conv_backward_naive(dout, cache):
    xp, shape, w, s, p = cache
    dxp, dw, db = np.zeros_like(xp), np.zeros_like(w), np.zeros_like(w[:, 0, 0, 0])
    for f in range(w.shape[0]):
        db[f] = np.sum(dout[:, f])
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                window = xp[:, :, i * s : i * s + w.shape[2], j * s : j * s + w.shape[3]]
                d = dout[:, f, i, j].reshape(-1, 1, 1, 1)
                dw[f] += (d * window).sum(axis=0)
                dxp[:, :, i * s : i * s + w.shape[2], j * s : j * s + w.shape[3]] += d * w[f]
    return dxp[:, :, p : p + shape[2], p : p + shape[3]], dw, db


right_edit(
    "conv_backward_naive.other_crop",
    (
        CROP,
        "inner = np.arange(pad, W_pad - pad)\n    dx = dx_pad[:, :, pad : H_pad - pad][..., inner].copy()",
    ),
)
