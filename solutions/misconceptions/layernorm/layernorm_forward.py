"""Wrong ways to write layernorm_forward, and right ones in other words."""

import numpy as np

CENTRED = "centred = x - x.mean(axis=1, keepdims=True)"
VAR = "var = (centred * centred).mean(axis=1, keepdims=True)"
INV = "inv_std = 1 / np.sqrt(var + eps)"
OUT = "out = gamma * x_hat + beta"

wrong_edit(
    "layernorm_forward.over_the_batch",
    (CENTRED, "centred = x - x.mean(axis=0)"),
    (VAR, "var = (centred * centred).mean(axis=0)"),
)
wrong_edit(
    "layernorm_forward.over_everything",
    (CENTRED, "centred = x - x.mean()"),
    (VAR, "var = (centred * centred).mean()"),
)
wrong_edit(
    "layernorm_forward.variance_over_the_batch",
    (VAR, "var = (centred * centred).mean(axis=0, keepdims=True)"),
)
wrong_edit(
    "layernorm_forward.axis_lost", (CENTRED, "centred = x - x.mean(axis=1)"), outcome="error"
)
wrong_edit(
    "layernorm_forward.axis_lost_in_the_variance",
    (VAR, "var = (centred * centred).mean(axis=1)"),
    message="layernorm_forward.axis_lost",
    outcome="error",
)
wrong_edit("layernorm_forward.eps_outside", (INV, "inv_std = 1 / (np.sqrt(var) + eps)"))
wrong_edit("layernorm_forward.no_eps", (INV, "inv_std = 1 / np.sqrt(var)"))
wrong_edit("layernorm_forward.divided_by_the_variance", (INV, "inv_std = 1 / (var + eps)"))
wrong_edit("layernorm_forward.one_less_than_D", (VAR, "var = x.var(axis=1, ddof=1, keepdims=True)"))
wrong_edit(
    "layernorm_forward.eps_default", ('ln_param.get("eps", 1e-5)', 'ln_param.get("eps", 1e-8)')
)
wrong_edit("layernorm_forward.no_scale", (OUT, "out = x_hat + beta"))
wrong_edit("layernorm_forward.no_shift", (OUT, "out = gamma * x_hat"))
wrong_edit(
    "layernorm_forward.scaled_before",
    (
        CENTRED,
        "centred = gamma * x + beta\n    centred = centred - centred.mean(axis=1, keepdims=True)",
    ),
    (OUT, "out = x_hat"),
)
wrong_edit("layernorm_forward.not_turned_back", (OUT, "out = (gamma * x_hat + beta).T"))
wrong_edit(
    "layernorm_forward.input_changed",
    (CENTRED, "x -= x.mean(axis=1, keepdims=True)\n    centred = x"),
    outcome="almost",
)
wrong_edit(
    "layernorm_forward.setting_changed",
    ('ln_param.get("eps", 1e-5)', 'ln_param.pop("eps", 1e-5)'),
    message="shared.setting_changed",
    outcome="almost",
)


right_edit(
    "layernorm_forward.none_axis",
    (CENTRED, "centred = x - np.mean(x, 1)[:, None]"),
    (VAR, "var = np.var(x, axis=-1)[:, np.newaxis]"),
)


@right("layernorm_forward.transposed")
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    xt = x.T
    std = np.sqrt(xt.var(axis=0) + eps)
    x_hat = ((xt - xt.mean(axis=0)) / std).T
    return gamma * x_hat + beta, (x_hat, gamma, 1 / std[:, None])


@right("layernorm_forward.sample_by_sample")
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    out, x_hat = np.empty_like(x), np.empty_like(x)
    inv_std = np.empty_like(x[:, :1])
    for n, row in enumerate(x):
        inv_std[n] = (np.var(row) + eps) ** -0.5
        x_hat[n] = (row - np.mean(row)) * inv_std[n]
        out[n] = gamma * x_hat[n] + beta
    return out, (x_hat, gamma, inv_std)


@right("layernorm_forward.through_batchnorm")
def layernorm_forward(x, gamma, beta, ln_param):
    ones = np.ones(len(x), dtype=x.dtype)
    bn_param = {"mode": "train", "eps": ln_param.get("eps", 1e-5)}
    turned, (x_hat, _, inv_std) = batchnorm_forward(x.T, ones, 0 * ones, bn_param)
    return turned.T * gamma + beta, (x_hat.T, gamma, inv_std[:, None])
