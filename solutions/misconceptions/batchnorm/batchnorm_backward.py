"""Wrong ways to write batchnorm_backward, and right ones in other words."""

import numpy as np

CENTRED = "dcentred = dx_hat * inv_std + dvar * (2 / N) * centred"
DVAR = "dvar = dinv_std * -0.5 * inv_std**3"
DMEAN = "dmean = -dcentred.sum(axis=0)"
DX = "dx = dcentred + dmean / N"
DBETA = "dbeta = dout.sum(axis=0)"
DGAMMA = "dgamma = (dout * x_hat).sum(axis=0)"
DXHAT = "dx_hat = dout * gamma"


@wrong("batchnorm_backward.shape_before_the_cache", row="B5", outcome="error")
def batchnorm_backward(dout, cache):
    N, D = x.shape
    x, x_hat, gamma, inv_std = cache
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx = gamma * inv_std * (dout - dbeta / N - x_hat * (dgamma / N))
    return dx, dgamma, dbeta


wrong_edit(
    "batchnorm_backward.dnorm_for_dvar",
    (CENTRED, "dcentred = dx_hat * inv_std + dx_hat * (2 / N) * centred"),
    row="B6",
)
wrong_edit(
    "batchnorm_backward.dnorm_for_dvar_last",
    (DX, "dx = dx_hat * inv_std + dx_hat * (2 / N) * centred - (dx_hat * inv_std).mean(axis=0)"),
    message="batchnorm_backward.dnorm_for_dvar",
)
wrong_edit("batchnorm_backward.dbeta_scalar", (DBETA, "dbeta = dout.sum()"), row="B7")
wrong_edit(
    "batchnorm_backward.dbeta_keepdims",
    (DBETA, "dbeta = dout.sum(axis=0, keepdims=True)"),
    row="B8",
    outcome="almost",
)
wrong_edit(
    "batchnorm_backward.both_keepdims",
    (DBETA, "dbeta = dout.sum(axis=0, keepdims=True)"),
    (DGAMMA, "dgamma = (dout * x_hat).sum(axis=0, keepdims=True)"),
    message="batchnorm_backward.dbeta_keepdims",
    outcome="almost",
)
wrong_edit("batchnorm_backward.no_branches", (DX, "dx = dx_hat * inv_std"), row="B14")
wrong_edit("batchnorm_backward.no_variance_branch", (CENTRED, "dcentred = dx_hat * inv_std"))
wrong_edit("batchnorm_backward.no_mean_branch", (DX, "dx = dcentred"))
wrong_edit("batchnorm_backward.mean_branch_not_divided", (DX, "dx = dcentred + dmean"))
wrong_edit(
    "batchnorm_backward.variance_branch_not_divided",
    (CENTRED, "dcentred = dx_hat * inv_std + dvar * 2 * centred"),
)
wrong_edit(
    "batchnorm_backward.square_without_two",
    (CENTRED, "dcentred = dx_hat * inv_std + dvar / N * centred"),
)
wrong_edit("batchnorm_backward.sign_of_dvar", (DVAR, "dvar = dinv_std * 0.5 * inv_std**3"))
wrong_edit("batchnorm_backward.power_of_dvar", (DVAR, "dvar = dinv_std * -0.5 * inv_std**2"))
wrong_edit("batchnorm_backward.sign_of_dmean", (DMEAN, "dmean = dcentred.sum(axis=0)"))
wrong_edit("batchnorm_backward.gamma_forgotten", (DXHAT, "dx_hat = dout"))
wrong_edit(
    "batchnorm_backward.dgamma_of_the_input",
    (DGAMMA, "dgamma = (dout * x_hat / inv_std).sum(axis=0)"),
)
wrong_edit("batchnorm_backward.dgamma_like_dbeta", (DGAMMA, "dgamma = dout.sum(axis=0)"))
wrong_edit(
    "batchnorm_backward.dgamma_of_scaled", (DGAMMA, "dgamma = (dout * gamma * x_hat).sum(axis=0)")
)
wrong_edit(
    "batchnorm_backward.means_for_sums",
    (DBETA, "dbeta = dout.mean(axis=0)"),
    (DGAMMA, "dgamma = (dout * x_hat).mean(axis=0)"),
)
wrong_edit(
    "batchnorm_backward.sums_over_the_features",
    (DBETA, "dbeta = dout.sum(axis=1)"),
    (DGAMMA, "dgamma = (dout * x_hat).sum(axis=1)"),
)
wrong_edit(
    "batchnorm_backward.returned_in_another_order", (DX, DX + "\n    dgamma, dbeta = dbeta, dgamma")
)
wrong_edit(
    "batchnorm_backward.dout_changed", (DXHAT, "dout *= gamma\n    dx_hat = dout"), outcome="almost"
)
wrong_edit(
    "batchnorm_backward.float64_gradients",
    (DBETA, "dbeta = np.zeros(gamma.shape)\n    dbeta += dout.sum(axis=0)"),
    outcome="almost",
)
wrong_edit(
    "batchnorm_backward.float64_both",
    (DBETA, "dbeta = np.zeros(gamma.shape)\n    dbeta += dout.sum(axis=0)"),
    (DGAMMA, "dgamma = np.zeros(gamma.shape)\n    dgamma += (dout * x_hat).sum(axis=0)"),
    message="batchnorm_backward.float64_gradients",
    outcome="almost",
)
wrong_edit(
    "batchnorm_backward.one_cache_for_all",
    (
        "cache = (x_hat, gamma, inv_std)",
        "cache = batchnorm_forward.__dict__.setdefault('kept', [])\n        cache[:] = (x_hat, gamma, inv_std)",
    ),
    of="batchnorm_forward",
    message="shared.one_cache_for_all",
)
wrong_edit(
    "batchnorm_backward.any_dout",
    ('check_shape("dout", dout, x_hat.shape)', "dout = np.resize(dout, x_hat.shape)"),
    message="shared.any_dout",
)


right_edit(
    "batchnorm_backward.sum_that_is_zero",
    (DMEAN, "dmean = -(dx_hat * inv_std).sum(axis=0) - 2 * dvar * centred.sum(axis=0)"),
    row="B23",
)
right_edit(
    "batchnorm_backward.mean_branch_alone", (DMEAN, "dmean = -(dx_hat * inv_std).sum(axis=0)")
)


@right("batchnorm_backward.node_by_node")
def batchnorm_forward(x, gamma, beta, bn_param):
    eps = bn_param.get("eps", 1e-5)
    mu = np.mean(x, axis=0)
    xmu = x - mu
    sq = xmu**2
    var = np.mean(sq, axis=0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1.0 / sqrtvar
    xhat = xmu * ivar
    return gamma * xhat + beta, (xhat, gamma, xmu, ivar, sqrtvar, var, eps)


@right("batchnorm_backward.node_by_node")
def batchnorm_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / (sqrtvar**2) * divar
    dvar = 0.5 * 1.0 / np.sqrt(var + eps) * dsqrtvar
    dsq = 1.0 / N * np.ones((N, D), dtype=dout.dtype) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1.0 / N * np.ones((N, D), dtype=dout.dtype) * dmu
    return dx1 + dx2, dgamma, dbeta


@right("batchnorm_backward.one_expression")
def batchnorm_backward(dout, cache):
    x_hat, gamma, inv_std = cache
    dx_hat = dout * gamma
    dx = dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)
    return inv_std * dx, np.einsum("nd,nd->d", dout, x_hat), np.einsum("nd->d", dout)


@right("batchnorm_backward.matrix_of_derivatives")
def batchnorm_backward(dout, cache):
    x_hat, gamma, inv_std = cache
    N, D = x_hat.shape
    dx = np.empty_like(dout)
    for d in range(D):
        jacobian = np.eye(N, dtype=dout.dtype) - (1 + np.outer(x_hat[:, d], x_hat[:, d])) / N
        dx[:, d] = jacobian @ dout[:, d] * (gamma[d] * inv_std[d])
    return dx, np.sum(x_hat * dout, 0), np.sum(dout, 0)
