"""Wrong ways to write spatial_groupnorm_backward, and right ones in other words."""

import numpy as np

DBETA = "dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)"
DGAMMA = "dgamma = (dout * x_hat).sum(axis=(0, 2, 3), keepdims=True)"
DGROUPS = "dgroups = (dout * gamma).reshape(inv_std.shape[0], -1)"
MEAN = "- dgroups.mean(axis=1, keepdims=True)"
VARIANCE = "- groups * (dgroups * groups).mean(axis=1, keepdims=True)"
END = "dx = dx.reshape(dout.shape)"

wrong_edit(
    "spatial_groupnorm_backward.one_axis",
    (DBETA, "dbeta = dout.sum(axis=(0, 2, 3))"),
    (DGAMMA, "dgamma = (dout * x_hat).sum(axis=(0, 2, 3))"),
    outcome="almost",
)
wrong_edit(
    "spatial_groupnorm_backward.images_kept_apart",
    (DBETA, "dbeta = dout.sum(axis=(2, 3), keepdims=True)"),
    (DGAMMA, "dgamma = (dout * x_hat).sum(axis=(2, 3), keepdims=True)"),
)
wrong_edit(
    "spatial_groupnorm_backward.summed_over_the_channels",
    (DBETA, "dbeta = dout.sum(axis=(1, 2, 3), keepdims=True)"),
    (DGAMMA, "dgamma = (dout * x_hat).sum(axis=(1, 2, 3), keepdims=True)"),
)
wrong_edit(
    "spatial_groupnorm_backward.summed_over_the_batch_alone",
    (DBETA, "dbeta = dout.sum(axis=0, keepdims=True)"),
    (DGAMMA, "dgamma = (dout * x_hat).sum(axis=0, keepdims=True)"),
)
wrong_edit(
    "spatial_groupnorm_backward.gamma_outside",
    (DGROUPS, "dgroups = dout.reshape(inv_std.shape[0], -1)"),
    (END, "dx = gamma * dx.reshape(dout.shape)"),
)
wrong_edit(
    "spatial_groupnorm_backward.gamma_forgotten",
    (DGROUPS, "dgroups = dout.reshape(inv_std.shape[0], -1)"),
)
wrong_edit("spatial_groupnorm_backward.no_branches", (MEAN, ""), (VARIANCE, ""))
wrong_edit("spatial_groupnorm_backward.no_variance_branch", (VARIANCE, ""))
wrong_edit("spatial_groupnorm_backward.no_mean_branch", (MEAN, ""))
wrong_edit(
    "spatial_groupnorm_backward.divided_by_the_channels",
    (MEAN, "- dgroups.sum(axis=1, keepdims=True) / dout.shape[1]"),
    (VARIANCE, "- groups * (dgroups * groups).sum(axis=1, keepdims=True) / dout.shape[1]"),
)
wrong_edit(
    "spatial_groupnorm_backward.means_over_the_groups",
    (MEAN, "- dgroups.mean(axis=0)"),
    (VARIANCE, "- groups * (dgroups * groups).mean(axis=0)"),
)
wrong_edit("spatial_groupnorm_backward.std_forgotten", ("dx = inv_std * (", "dx = ("))
wrong_edit("spatial_groupnorm_backward.still_groups", (END, "pass"))
wrong_edit("spatial_groupnorm_backward.dgamma_like_dbeta", (DGAMMA, "dgamma = dbeta.copy()"))
wrong_edit(
    "spatial_groupnorm_backward.returned_in_another_order",
    (END, END + "\n    dgamma, dbeta = dbeta, dgamma"),
)
wrong_edit(
    "spatial_groupnorm_backward.dout_changed",
    (DGROUPS, "dout *= gamma\n    dgroups = dout.reshape(inv_std.shape[0], -1)"),
    message="batchnorm_backward.dout_changed",
    outcome="almost",
)
wrong_edit(
    "spatial_groupnorm_backward.float64_gradients",
    (
        DBETA,
        "dbeta = np.zeros((1, dout.shape[1], 1, 1))\n    dbeta += dout.sum(axis=(0, 2, 3), keepdims=True)",
    ),
    message="batchnorm_backward.float64_gradients",
    outcome="almost",
)
wrong_edit(
    "spatial_groupnorm_backward.one_cache_for_all",
    (
        "cache = (x_hat, gamma, inv_std)",
        "cache = spatial_groupnorm_forward.__dict__.setdefault('kept', [])\n    cache[:] = (x_hat, gamma, inv_std)",
    ),
    of="spatial_groupnorm_forward",
    message="shared.one_cache_for_all",
)
wrong_edit(
    "spatial_groupnorm_backward.any_dout",
    ('check_shape("dout", dout, x_hat.shape)', "dout = np.resize(dout, x_hat.shape)"),
    message="shared.any_dout",
)


@right("spatial_groupnorm_backward.five_axes")
def spatial_groupnorm_backward(dout, cache):
    x_hat, gamma, inv_std = cache
    N, C, H, W = dout.shape
    G = inv_std.shape[0] // N
    five = (N, G, C // G, H, W)
    d, h = (dout * gamma).reshape(five), x_hat.reshape(five)
    axes = (2, 3, 4)
    dx = d - d.mean(axis=axes, keepdims=True) - h * (d * h).mean(axis=axes, keepdims=True)
    dx = dx * inv_std.reshape(N, G, 1, 1, 1)
    dgamma = np.einsum("nchw,nchw->c", dout, x_hat).reshape(1, C, 1, 1)
    return dx.reshape(N, C, H, W), dgamma, np.einsum("nchw->c", dout).reshape(1, C, 1, 1)


@right("spatial_groupnorm_backward.with_layernorm")
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    ones = np.ones(x[0].size // G, dtype=x.dtype)
    out, inner = layernorm_forward(
        x.reshape(N * G, -1), ones, 0 * ones, {"eps": gn_param.get("eps", 1e-5)}
    )
    return out.reshape(x.shape) * gamma + beta, (inner, out.reshape(x.shape), gamma, G)


@right("spatial_groupnorm_backward.with_layernorm")
def spatial_groupnorm_backward(dout, cache):
    inner, x_hat, gamma, G = cache
    dx, _, _ = layernorm_backward((dout * gamma).reshape(len(dout) * G, -1), inner)
    axes = (0, 2, 3)
    return (
        dx.reshape(dout.shape),
        np.sum(dout * x_hat, axis=axes, keepdims=True),
        np.sum(dout, axis=axes, keepdims=True),
    )
