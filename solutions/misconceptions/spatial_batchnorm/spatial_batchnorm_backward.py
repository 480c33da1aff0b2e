"""Wrong ways to write spatial_batchnorm_backward, and right ones in other words."""

import numpy as np

PIXELS = "dpixels = dout.transpose(0, 2, 3, 1).reshape(-1, C)"
CALL = "dx, dgamma, dbeta = batchnorm_backward(dpixels, cache)"
BACK = "dx = dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)"

wrong_edit(
    "spatial_batchnorm_backward.no_transpose_back", (BACK, "dx = dx.reshape(N, C, H, W)"), row="X2"
)
wrong_edit("spatial_batchnorm_backward.no_transpose", (PIXELS, "dpixels = dout.reshape(-1, C)"))
wrong_edit(
    "spatial_batchnorm_backward.no_transpose_at_all",
    (PIXELS, "dpixels = dout.reshape(-1, C)"),
    (BACK, "dx = dx.reshape(N, C, H, W)"),
    message="spatial_batchnorm_backward.no_transpose",
)
wrong_edit(
    "spatial_batchnorm_backward.other_axes_back",
    (BACK, "dx = dx.reshape(N, H, W, C).transpose(0, 3, 2, 1)"),
)
wrong_edit(
    "spatial_batchnorm_backward.turned_over",
    (PIXELS, "dpixels = dout.reshape(C, -1).T"),
    (BACK, "dx = dx.T.reshape(N, C, H, W)"),
)
wrong_edit("spatial_batchnorm_backward.not_brought_back", (BACK, "dx = dx.reshape(N, H, W, C)"))
wrong_edit("spatial_batchnorm_backward.still_pixels", (BACK, "pass"))
wrong_edit(
    "spatial_batchnorm_backward.returned_in_another_order",
    (CALL, "dx, dbeta, dgamma = batchnorm_backward(dpixels, cache)"),
    message="batchnorm_backward.returned_in_another_order",
)
wrong_edit(
    "spatial_batchnorm_backward.four_axes",
    (BACK, BACK + "\n    dgamma, dbeta = dgamma.reshape(1, C, 1, 1), dbeta.reshape(1, C, 1, 1)"),
    outcome="almost",
)
wrong_edit(
    "spatial_batchnorm_backward.divided_by_the_pixels",
    (BACK, BACK + "\n    dgamma, dbeta = dgamma / (H * W), dbeta / (H * W)"),
)
wrong_edit(
    "spatial_batchnorm_backward.one_cache_for_all",
    (
        "out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)",
        "cache = spatial_batchnorm_forward.__dict__.setdefault('kept', [])\n"
        "    out, cache[:] = batchnorm_forward(pixels, gamma, beta, bn_param)",
    ),
    of="spatial_batchnorm_forward",
    message="shared.one_cache_for_all",
)


right_edit(
    "spatial_batchnorm_backward.short_backward", (CALL, CALL.replace("backward(", "backward_alt("))
)
right_edit(
    "spatial_batchnorm_backward.moveaxis",
    (PIXELS, "dpixels = np.moveaxis(dout, 1, -1).reshape(N * H * W, C)"),
    (BACK, "dx = np.moveaxis(dx.reshape(N, H, W, C), -1, 1)"),
)


@right("spatial_batchnorm_backward.without_batchnorm")
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    x_hat = (x - x.mean(axis=(0, 2, 3), keepdims=True)) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, gamma, std)


@right("spatial_batchnorm_backward.without_batchnorm")
def spatial_batchnorm_backward(dout, cache):
    x_hat, gamma, std = cache
    axes = (0, 2, 3)
    part = dout - dout.mean(axis=axes, keepdims=True)
    dx = gamma[:, None, None] / std * (part - x_hat * (dout * x_hat).mean(axis=axes, keepdims=True))
    return dx, np.einsum("nchw,nchw->c", dout, x_hat), dout.sum(axis=axes)
