"""Wrong ways to write spatial_batchnorm_forward, and right ones in other words."""

import numpy as np

PIXELS = "pixels = x.transpose(0, 2, 3, 1).reshape(-1, C)"
CALL = "out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)"
BACK = "out = out.reshape(N, H, W, C).transpose(0, 3, 1, 2)"

wrong_edit(
    "spatial_batchnorm_forward.no_transpose",
    (PIXELS, "pixels = x.reshape(-1, C)"),
    (BACK, "out = out.reshape(N, C, H, W)"),
    row="X1",
)
wrong_edit(
    "spatial_batchnorm_forward.no_transpose_forward",
    (PIXELS, "pixels = x.reshape(-1, C)"),
    message="spatial_batchnorm_forward.no_transpose",
)
wrong_edit("spatial_batchnorm_forward.no_transpose_back", (BACK, "out = out.reshape(N, C, H, W)"))


@wrong("spatial_batchnorm_forward.one_mean_for_each_pixel", row="X3")
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    scale, shift = np.repeat(gamma, H * W), np.repeat(beta, H * W)
    inner = {
        key: np.repeat(value, H * W) if np.ndim(value) and np.size(value) == C else value
        for key, value in bn_param.items()
    }
    out, cache = batchnorm_forward(x.reshape(N, -1), scale, shift, inner)
    bn_param.update({key: inner[key] for key in ("running_mean", "running_var") if key in inner})
    return out.reshape(x.shape), cache


wrong_edit(
    "spatial_batchnorm_forward.other_axes_back",
    (BACK, "out = out.reshape(N, H, W, C).transpose(0, 3, 2, 1)"),
)
wrong_edit(
    "spatial_batchnorm_forward.reshaped_to_channels_first",
    (PIXELS, "pixels = x.reshape(N * H * W, C, order='C')"),
    (BACK, "out = out.reshape(N, H, W, C).transpose(0, 3, 1, 2)"),
    message="spatial_batchnorm_forward.no_transpose",
)
wrong_edit(
    "spatial_batchnorm_forward.turned_over",
    (PIXELS, "pixels = x.reshape(C, -1).T"),
    (BACK, "out = out.T.reshape(N, C, H, W)"),
)
wrong_edit(
    "spatial_batchnorm_forward.each_image_alone",
    (
        CALL,
        "parts = [batchnorm_forward(image.reshape(C, -1).T, gamma, beta, bn_param) for image in x]\n    out, cache = np.concatenate([part[0] for part in parts]), parts[-1][1]",
    ),
)
wrong_edit(
    "spatial_batchnorm_forward.copied_bn_param",
    (CALL, CALL.replace("bn_param)", "dict(bn_param))")),
)
wrong_edit(
    "spatial_batchnorm_forward.always_training",
    (CALL, CALL.replace("bn_param)", '{**bn_param, "mode": "train"})')),
)
wrong_edit(
    "spatial_batchnorm_forward.gamma_and_beta_swapped",
    (CALL, CALL.replace("gamma, beta", "beta, gamma")),
)
wrong_edit("spatial_batchnorm_forward.not_brought_back", (BACK, "out = out.reshape(N, H, W, C)"))
wrong_edit("spatial_batchnorm_forward.still_pixels", (BACK, "pass"))
wrong_edit(
    "spatial_batchnorm_forward.setting_changed",
    (
        "out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)",
        'out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)\n    bn_param.pop("eps", None)',
    ),
    message="shared.setting_changed",
    outcome="almost",
)


right_edit(
    "spatial_batchnorm_forward.moveaxis",
    (PIXELS, "pixels = np.moveaxis(x, 1, -1).reshape(N * H * W, C)"),
    (BACK, "out = np.moveaxis(out.reshape(N, H, W, C), -1, 1)"),
)
right_edit(
    "spatial_batchnorm_forward.channels_first",
    (PIXELS, "pixels = x.transpose(1, 0, 2, 3).reshape(C, -1).T"),
    (BACK, "out = out.T.reshape(C, N, H, W).transpose(1, 0, 2, 3)"),
)
right_edit(
    "spatial_batchnorm_forward.contiguous",
    (BACK, "out = np.ascontiguousarray(out.reshape(N, H, W, C).swapaxes(2, 3).swapaxes(1, 2))"),
)


@right("spatial_batchnorm_forward.without_batchnorm_forward")
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    shape = (1, -1, 1, 1)
    old_mean = bn_param.get("running_mean", np.zeros_like(gamma))
    old_var = bn_param.get("running_var", np.zeros_like(gamma))
    train = bn_param["mode"] == "train"
    mean = x.mean(axis=(0, 2, 3)) if train else old_mean
    var = x.var(axis=(0, 2, 3)) if train else old_var
    if train:
        bn_param["running_mean"] = momentum * old_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * old_var + (1 - momentum) * var
    x_hat = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)
    return gamma.reshape(shape) * x_hat + beta.reshape(shape), (x_hat, gamma, var + eps)
