"""Wrong ways to write batchnorm_backward_alt, and right ones in other words."""

import numpy as np

DX = "dx = gamma * inv_std * (dout - dbeta / N - x_hat * (dgamma / N))"
DBETA = "dbeta = dout.sum(axis=0)"
DGAMMA = "dgamma = (dout * x_hat).sum(axis=0)"

wrong_edit(
    "batchnorm_backward_alt.no_branches",
    (DX, "dx = gamma * inv_std * dout"),
    message="batchnorm_backward.no_branches",
)
wrong_edit(
    "batchnorm_backward_alt.no_variance_branch",
    (DX, "dx = gamma * inv_std * (dout - dbeta / N)"),
    message="batchnorm_backward.no_variance_branch",
)
wrong_edit(
    "batchnorm_backward_alt.no_mean_branch",
    (DX, "dx = gamma * inv_std * (dout - x_hat * (dgamma / N))"),
    message="batchnorm_backward.no_mean_branch",
)
wrong_edit(
    "batchnorm_backward_alt.sums_not_divided",
    (DX, "dx = gamma * inv_std * (dout - dbeta - x_hat * dgamma)"),
)
wrong_edit(
    "batchnorm_backward_alt.divided_twice",
    (DX, "dx = gamma * inv_std / N * (dout - dbeta / N - x_hat * (dgamma / N))"),
)
wrong_edit(
    "batchnorm_backward_alt.N_only_in_front",
    (DX, "dx = gamma * inv_std / N * (dout - dbeta - x_hat * dgamma)"),
)
wrong_edit(
    "batchnorm_backward_alt.not_divided_at_the_end",
    (DX, "dx = gamma * inv_std * (N * dout - dbeta - x_hat * dgamma)"),
)
wrong_edit(
    "batchnorm_backward_alt.sign_of_the_variance_branch",
    (DX, "dx = gamma * inv_std * (dout - dbeta / N + x_hat * (dgamma / N))"),
)
wrong_edit(
    "batchnorm_backward_alt.gamma_forgotten",
    (DX, "dx = inv_std * (dout - dbeta / N - x_hat * (dgamma / N))"),
    message="batchnorm_backward.gamma_forgotten",
)
wrong_edit(
    "batchnorm_backward_alt.std_forgotten",
    (DX, "dx = gamma * (dout - dbeta / N - x_hat * (dgamma / N))"),
)
wrong_edit(
    "batchnorm_backward_alt.multiplied_by_the_std",
    (DX, "dx = gamma / inv_std * (dout - dbeta / N - x_hat * (dgamma / N))"),
)
wrong_edit(
    "batchnorm_backward_alt.gamma_twice",
    (
        DX,
        "dx = gamma * inv_std * (dout * gamma - dbeta * gamma / N - x_hat * (dgamma * gamma / N))",
    ),
)
wrong_edit(
    "batchnorm_backward_alt.mean_of_the_product_alone",
    (DX, "dx = gamma * inv_std * (dout - dbeta / N - dgamma / N)"),
)
wrong_edit(
    "batchnorm_backward_alt.dbeta_scalar",
    (DBETA, "dbeta = dout.sum()"),
    (DX, DX.replace("dbeta / N", "dout.mean(axis=0)")),
    message="batchnorm_backward.dbeta_scalar",
)
wrong_edit(
    "batchnorm_backward_alt.dbeta_keepdims",
    (DBETA, "dbeta = dout.sum(axis=0, keepdims=True)"),
    message="batchnorm_backward.dbeta_keepdims",
    outcome="almost",
)
wrong_edit(
    "batchnorm_backward_alt.returned_in_another_order",
    (DX, DX + "\n    dgamma, dbeta = dbeta, dgamma"),
    message="batchnorm_backward.returned_in_another_order",
)
wrong_edit(
    "batchnorm_backward_alt.means_for_sums",
    (DX, DX + "\n    dgamma, dbeta = dgamma / N, dbeta / N"),
    message="batchnorm_backward.means_for_sums",
)
wrong_edit(
    "batchnorm_backward_alt.dgamma_of_the_input",
    (DX, DX + "\n    dgamma = dgamma / inv_std"),
    message="batchnorm_backward.dgamma_of_the_input",
)
wrong_edit(
    "batchnorm_backward_alt.dout_changed",
    (DX, "dout -= dbeta / N\n    dx = gamma * inv_std * (dout - x_hat * (dgamma / N))"),
    message="batchnorm_backward.dout_changed",
    outcome="almost",
)
wrong_edit(
    "batchnorm_backward_alt.one_cache_for_all",
    (
        "cache = (x_hat, gamma, inv_std)",
        "cache = batchnorm_forward.__dict__.setdefault('kept', [])\n        cache[:] = (x_hat, gamma, inv_std)",
    ),
    of="batchnorm_forward",
    message="shared.one_cache_for_all",
)
wrong_edit(
    "batchnorm_backward_alt.any_dout",
    ('check_shape("dout", dout, x_hat.shape)', "dout = np.resize(dout, x_hat.shape)"),
    message="shared.any_dout",
)


right_edit(
    "batchnorm_backward_alt.one_fraction",
    (DX, "dx = (gamma * inv_std / N) * (N * dout - dbeta - x_hat * dgamma)"),
)
right_edit(
    "batchnorm_backward_alt.means",
    (
        DX,
        "dx_hat = dout * gamma\n    dx = inv_std * (dx_hat - np.mean(dx_hat, 0) - x_hat * np.mean(dx_hat * x_hat, 0))",
    ),
)
right_edit(
    "batchnorm_backward_alt.einsum",
    (
        DX,
        "dx = np.einsum('d,nd->nd', gamma * inv_std, dout - dout.mean(0) - x_hat * np.einsum('nd,nd->d', dout, x_hat) / N)",
    ),
)
right_edit(
    "batchnorm_backward_alt.centred_products",
    (
        DX,
        "part = dout - dout.mean(axis=0)\n    dx = gamma * inv_std * (part - x_hat * (part * x_hat).mean(axis=0))",
    ),
)
