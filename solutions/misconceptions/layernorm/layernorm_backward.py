"""Wrong ways to write layernorm_backward, and right ones in other words."""

import numpy as np

DBETA = "dbeta = dout.sum(axis=0)"
DGAMMA = "dgamma = (dout * x_hat).sum(axis=0)"
DXHAT = "dx_hat = dout * gamma"
FIRST = "dx_hat\n        - dx_hat.mean(axis=1, keepdims=True)"
MEAN = "- dx_hat.mean(axis=1, keepdims=True)"
VARIANCE = "- x_hat * (dx_hat * x_hat).mean(axis=1, keepdims=True)"

wrong_edit(
    "layernorm_backward.gamma_outside",
    (DXHAT, "dx_hat = dout"),
    ("dx = inv_std * (", "dx = gamma * inv_std * ("),
)
wrong_edit("layernorm_backward.gamma_forgotten", (DXHAT, "dx_hat = dout"))
wrong_edit(
    "layernorm_backward.means_over_the_batch",
    (MEAN, "- dx_hat.mean(axis=0)"),
    (VARIANCE, "- x_hat * (dx_hat * x_hat).mean(axis=0)"),
)
wrong_edit("layernorm_backward.no_branches", (MEAN, ""), (VARIANCE, ""))
wrong_edit("layernorm_backward.no_variance_branch", (VARIANCE, ""))
wrong_edit("layernorm_backward.no_mean_branch", (MEAN, ""))
wrong_edit(
    "layernorm_backward.divided_by_N",
    (MEAN, "- dx_hat.sum(axis=1, keepdims=True) / len(dout)"),
    (VARIANCE, "- x_hat * (dx_hat * x_hat).sum(axis=1, keepdims=True) / len(dout)"),
)
wrong_edit(
    "layernorm_backward.sums_not_divided",
    (MEAN, "- dx_hat.sum(axis=1, keepdims=True)"),
    (VARIANCE, "- x_hat * (dx_hat * x_hat).sum(axis=1, keepdims=True)"),
)
wrong_edit(
    "layernorm_backward.sign_of_the_variance_branch",
    (VARIANCE, "+ x_hat * (dx_hat * x_hat).mean(axis=1, keepdims=True)"),
)
wrong_edit("layernorm_backward.std_forgotten", ("dx = inv_std * (", "dx = ("))
wrong_edit(
    "layernorm_backward.sums_over_the_features",
    (DBETA, "dbeta = dout.sum(axis=1)"),
    (DGAMMA, "dgamma = (dout * x_hat).sum(axis=1)"),
)
wrong_edit(
    "layernorm_backward.dgamma_like_dbeta",
    (DGAMMA, "dgamma = dout.sum(axis=0)"),
    message="batchnorm_backward.dgamma_like_dbeta",
)
wrong_edit(
    "layernorm_backward.dgamma_of_the_input",
    (DGAMMA, "dgamma = (dout * x_hat / inv_std).sum(axis=0)"),
    message="batchnorm_backward.dgamma_of_the_input",
)
wrong_edit(
    "layernorm_backward.both_keepdims",
    (DBETA, "dbeta = dout.sum(axis=0, keepdims=True)"),
    (DGAMMA, "dgamma = (dout * x_hat).sum(axis=0, keepdims=True)"),
    message="batchnorm_backward.dbeta_keepdims",
    outcome="almost",
)
wrong_edit(
    "layernorm_backward.dbeta_keepdims",
    (DBETA, "dbeta = dout.sum(axis=0, keepdims=True)"),
    message="batchnorm_backward.dbeta_keepdims",
    outcome="almost",
)
wrong_edit(
    "layernorm_backward.returned_in_another_order",
    (DXHAT, DXHAT + "\n    dgamma, dbeta = dbeta, dgamma"),
    message="batchnorm_backward.returned_in_another_order",
)
wrong_edit(
    "layernorm_backward.dout_changed",
    (DXHAT, "dout *= gamma\n    dx_hat = dout"),
    message="batchnorm_backward.dout_changed",
    outcome="almost",
)
wrong_edit(
    "layernorm_backward.one_cache_for_all",
    (
        "cache = (x_hat, gamma, inv_std)",
        "cache = layernorm_forward.__dict__.setdefault('kept', [])\n    cache[:] = (x_hat, gamma, inv_std)",
    ),
    of="layernorm_forward",
    message="shared.one_cache_for_all",
)
wrong_edit(
    "layernorm_backward.any_dout",
    ('check_shape("dout", dout, x_hat.shape)', "dout = np.resize(dout, x_hat.shape)"),
    message="shared.any_dout",
)


@right("layernorm_backward.node_by_node")
def layernorm_forward(x, gamma, beta, ln_param):
    mu = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + ln_param.get("eps", 1e-5)) + beta, (
        x,
        mu,
        var,
        gamma,
        ln_param.get("eps", 1e-5),
    )


@right("layernorm_backward.node_by_node")
def layernorm_backward(dout, cache):
    x, mu, var, gamma, eps = cache
    D = x.shape[1]
    x_hat = (x - mu) / np.sqrt(var + eps)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * (x - mu) * -0.5 * (var + eps) ** -1.5, axis=1, keepdims=True)
    dmu = np.sum(-dx_hat / np.sqrt(var + eps), axis=1, keepdims=True)
    dx = dx_hat / np.sqrt(var + eps) + dvar * 2 * (x - mu) / D + dmu / D
    return dx, np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)


@right("layernorm_backward.turned_over")
def layernorm_backward(dout, cache):
    x_hat, gamma, inv_std = cache
    d, h, D = (dout * gamma).T, x_hat.T, dout.shape[1]
    dx = (D * d - d.sum(0) - h * (d * h).sum(0)) * inv_std[:, 0] / D
    return dx.T, np.einsum("nd,nd->d", dout, x_hat), np.einsum("nd->d", dout)
