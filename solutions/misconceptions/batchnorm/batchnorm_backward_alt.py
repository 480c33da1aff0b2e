"""Wrong ways to write batchnorm_backward_alt, and right ones in other words."""

import numpy as np

from workbook.checks.misconceptions import right, right_edit, wrong_edit

DX = "dx = gamma * inv_std * (dout - dbeta / N - x_hat * (dgamma / N))"
DBETA = "dbeta = dout.sum(axis=0)"
DGAMMA = "dgamma = (dout * x_hat).sum(axis=0)"
SHARED = "batchnorm_backward."

wrong_edit("no_branches", (DX, "dx = gamma * inv_std * dout"), message=SHARED + "no_branches")
wrong_edit(
    "no_variance_branch",
    (DX, "dx = gamma * inv_std * (dout - dbeta / N)"),
    message=SHARED + "no_variance_branch",
)
wrong_edit(
    "no_mean_branch",
    (DX, "dx = gamma * inv_std * (dout - x_hat * (dgamma / N))"),
    message=SHARED + "no_mean_branch",
)
wrong_edit("sums_not_divided", (DX, "dx = gamma * inv_std * (dout - dbeta - x_hat * dgamma)"))
wrong_edit(
    "divided_twice", (DX, "dx = gamma * inv_std / N * (dout - dbeta / N - x_hat * (dgamma / N))")
)
wrong_edit("N_only_in_front", (DX, "dx = gamma * inv_std / N * (dout - dbeta - x_hat * dgamma)"))
wrong_edit(
    "not_divided_at_the_end", (DX, "dx = gamma * inv_std * (N * dout - dbeta - x_hat * dgamma)")
)
wrong_edit(
    "sign_of_the_variance_branch",
    (DX, "dx = gamma * inv_std * (dout - dbeta / N + x_hat * (dgamma / N))"),
)
wrong_edit(
    "gamma_forgotten",
    (DX, "dx = inv_std * (dout - dbeta / N - x_hat * (dgamma / N))"),
    message=SHARED + "gamma_forgotten",
)
wrong_edit("std_forgotten", (DX, "dx = gamma * (dout - dbeta / N - x_hat * (dgamma / N))"))
wrong_edit(
    "multiplied_by_the_std",
    (DX, "dx = gamma / inv_std * (dout - dbeta / N - x_hat * (dgamma / N))"),
)
wrong_edit(
    "gamma_twice",
    (
        DX,
        "dx = gamma * inv_std * (dout * gamma - dbeta * gamma / N - x_hat * (dgamma * gamma / N))",
    ),
)
wrong_edit(
    "mean_of_the_product_alone", (DX, "dx = gamma * inv_std * (dout - dbeta / N - dgamma / N)")
)
wrong_edit(
    "dbeta_scalar",
    (DBETA, "dbeta = dout.sum()"),
    (DX, DX.replace("dbeta / N", "dout.mean(axis=0)")),
    message=SHARED + "dbeta_scalar",
)
wrong_edit(
    "dbeta_keepdims",
    (DBETA, "dbeta = dout.sum(axis=0, keepdims=True)"),
    message=SHARED + "dbeta_keepdims",
)
wrong_edit(
    "returned_in_another_order",
    (DX, DX + "\n    dgamma, dbeta = dbeta, dgamma"),
    message=SHARED + "returned_in_another_order",
)
wrong_edit(
    "means_for_sums",
    (DX, DX + "\n    dgamma, dbeta = dgamma / N, dbeta / N"),
    message=SHARED + "means_for_sums",
)
wrong_edit(
    "dgamma_of_the_input",
    (DX, DX + "\n    dgamma = dgamma / inv_std"),
    message=SHARED + "dgamma_of_the_input",
)
wrong_edit(
    "dout_changed",
    (DX, "dout -= dbeta / N\n    dx = gamma * inv_std * (dout - x_hat * (dgamma / N))"),
    message=SHARED + "dout_changed",
)

right_edit("one_fraction", (DX, "dx = (gamma * inv_std / N) * (N * dout - dbeta - x_hat * dgamma)"))
right_edit(
    "means",
    (
        DX,
        "dx_hat = dout * gamma\n    dx = inv_std * (dx_hat - np.mean(dx_hat, 0) - x_hat * np.mean(dx_hat * x_hat, 0))",
    ),
)
right_edit(
    "einsum",
    (
        DX,
        "dx = np.einsum('d,nd->nd', gamma * inv_std, dout - dout.mean(0) - x_hat * np.einsum('nd,nd->d', dout, x_hat) / N)",
    ),
)
right_edit(
    "centred_products",
    (
        DX,
        "part = dout - dout.mean(axis=0)\n    dx = gamma * inv_std * (part - x_hat * (part * x_hat).mean(axis=0))",
    ),
)
