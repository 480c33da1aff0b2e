"""Wrong ways to write batchnorm_forward, and right ones in other words."""

import numpy as np

MEAN = "mean = x.mean(axis=0)"
VAR = "var = (centred * centred).mean(axis=0)"
INV = "inv_std = 1 / np.sqrt(var + eps)"
TEST = "x_hat = (x - running_mean) / np.sqrt(running_var + eps)"
TRAIN_OUT = "out = gamma * x_hat + beta\n        cache = "
RUNNING_MEAN = 'bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean'
RUNNING_VAR = 'bn_param["running_var"] = momentum * running_var + (1 - momentum) * var'

wrong_edit(
    "batchnorm_forward.misspelt_name",
    ("cache = (x_hat, gamma, inv_std)", "cache = (x_normalized, gamma, inv_std)"),
    row="B1",
    outcome="error",
)
wrong_edit(
    "batchnorm_forward.running_keepdims",
    (MEAN, "mean = x.mean(axis=0, keepdims=True)"),
    (VAR, "var = (centred * centred).mean(axis=0, keepdims=True)"),
    row="B2",
    outcome="error",
)
wrong_edit(
    "batchnorm_forward.batch_names_in_test",
    (MEAN, "sample_mean = mean = x.mean(axis=0)"),
    (VAR, "sample_var = var = (centred * centred).mean(axis=0)"),
    (TEST, "x_hat = (x - sample_mean) / np.sqrt(sample_var + eps)"),
    row="B3",
    outcome="error",
)
wrong_edit(
    "batchnorm_forward.batch_statistics_in_test",
    (TEST, "x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)"),
    row="B3b",
)
wrong_edit(
    "batchnorm_forward.raise_in_test",
    (TEST, TEST + "\n        raise ValueError('Invalid forward batchnorm mode \"%s\"' % mode)"),
    row="B4",
    outcome="error",
)
wrong_edit("batchnorm_forward.eps_outside", (INV, "inv_std = 1 / (np.sqrt(var) + eps)"), row="B9")
wrong_edit(
    "batchnorm_forward.eps_outside_twice",
    (INV, "inv_std = 1 / (np.sqrt(var) + eps)"),
    (TEST, "x_hat = (x - running_mean) / (np.sqrt(running_var) + eps)"),
    message="batchnorm_forward.eps_outside",
)
wrong_edit(
    "batchnorm_forward.divided_by_the_variance", (INV, "inv_std = 1 / (var + eps)"), row="B10"
)
wrong_edit(
    "batchnorm_forward.divided_by_the_variance_twice",
    (INV, "inv_std = 1 / (var + eps)"),
    (TEST, "x_hat = (x - running_mean) / (running_var + eps)"),
    message="batchnorm_forward.divided_by_the_variance",
)
wrong_edit(
    "batchnorm_forward.divided_by_the_variance_in_test",
    (TEST, "x_hat = (x - running_mean) / (running_var + eps)"),
)
wrong_edit(
    "batchnorm_forward.swapped_momentum",
    (RUNNING_MEAN, 'bn_param["running_mean"] = (1 - momentum) * running_mean + momentum * mean'),
    (RUNNING_VAR, 'bn_param["running_var"] = (1 - momentum) * running_var + momentum * var'),
    row="B12",
)
wrong_edit(
    "batchnorm_forward.never_updated", (RUNNING_MEAN, "pass"), (RUNNING_VAR, "pass"), row="B13"
)
wrong_edit(
    "batchnorm_forward.updated_but_not_stored",
    (RUNNING_MEAN, "running_mean = momentum * running_mean + (1 - momentum) * mean"),
    (RUNNING_VAR, "running_var = momentum * running_var + (1 - momentum) * var"),
    message="batchnorm_forward.never_updated",
)
wrong_edit(
    "batchnorm_forward.stored_as_they_came",
    (RUNNING_MEAN, 'bn_param["running_mean"] = running_mean'),
    (RUNNING_VAR, 'bn_param["running_var"] = running_var'),
)
wrong_edit(
    "batchnorm_forward.eps_default",
    ('bn_param.get("eps", 1e-5)', 'bn_param.get("eps", 10e-7)'),
    row="B15",
)
wrong_edit(
    "batchnorm_forward.over_the_features",
    (MEAN, "mean = x.mean(axis=1, keepdims=True)"),
    (VAR, "var = (centred * centred).mean(axis=1, keepdims=True)"),
    row="B19",
)
wrong_edit(
    "batchnorm_forward.over_everything",
    (MEAN, "mean = x.mean()"),
    (VAR, "var = (centred * centred).mean()"),
)
wrong_edit("batchnorm_forward.one_less_than_N", (VAR, "var = x.var(axis=0, ddof=1)"))
wrong_edit(
    "batchnorm_forward.running_var_one_less",
    (
        RUNNING_VAR,
        'bn_param["running_var"] = momentum * running_var + (1 - momentum) * x.var(axis=0, ddof=1)',
    ),
)
wrong_edit(
    "batchnorm_forward.running_std",
    (
        RUNNING_VAR,
        'bn_param["running_var"] = momentum * running_var + (1 - momentum) * np.sqrt(var)',
    ),
)
wrong_edit(
    "batchnorm_forward.fixed_momentum",
    ('momentum = float(bn_param.get("momentum", 0.9))', "momentum = 0.9"),
)
wrong_edit("batchnorm_forward.no_shift", (TRAIN_OUT, "out = gamma * x_hat\n        cache = "))
wrong_edit("batchnorm_forward.no_scale", (TRAIN_OUT, "out = x_hat + beta\n        cache = "))
wrong_edit(
    "batchnorm_forward.no_scale_nor_shift_in_test",
    (TEST + "\n        out = gamma * x_hat + beta", TEST + "\n        out = x_hat"),
)
wrong_edit(
    "batchnorm_forward.gamma_and_beta_swapped",
    (TRAIN_OUT, "out = beta * x_hat + gamma\n        cache = "),
)
wrong_edit("batchnorm_forward.no_eps", (INV, "inv_std = 1 / np.sqrt(var)"))
wrong_edit("batchnorm_forward.not_centred", ("x_hat = centred * inv_std", "x_hat = x * inv_std"))
wrong_edit(
    "batchnorm_forward.averages_changed_in_place",
    (
        RUNNING_MEAN,
        'running_mean *= momentum\n        running_mean += (1 - momentum) * mean\n        bn_param["running_mean"] = running_mean',
    ),
    (
        RUNNING_VAR,
        'running_var *= momentum\n        running_var += (1 - momentum) * var\n        bn_param["running_var"] = running_var',
    ),
    outcome="almost",
)
wrong_edit(
    "batchnorm_forward.updated_in_test",
    (
        TEST,
        'bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * x.mean(axis=0)\n        bn_param["running_var"] = momentum * running_var + (1 - momentum) * x.var(axis=0)\n        '
        + TEST,
    ),
)
wrong_edit(
    "batchnorm_forward.input_changed", ("centred = x - mean", "x -= mean\n        centred = x")
)
wrong_edit(
    "batchnorm_forward.float64_averages",
    (RUNNING_MEAN, RUNNING_MEAN.replace("* mean", '* mean.astype("float64")')),
    (RUNNING_VAR, RUNNING_VAR.replace("* var", '* var.astype("float64")')),
    outcome="almost",
)
wrong_edit(
    "batchnorm_forward.float64_zeros",
    ('"running_mean", np.zeros(x.shape[1], dtype=x.dtype)', '"running_mean", np.zeros(x.shape[1])'),
    ('"running_var", np.zeros(x.shape[1], dtype=x.dtype)', '"running_var", np.zeros(x.shape[1])'),
    message="batchnorm_forward.float64_averages",
    outcome="almost",
)
wrong_edit(
    "batchnorm_forward.setting_changed",
    ('bn_param.get("eps", 1e-5)', 'bn_param.pop("eps", 1e-5)'),
    message="shared.setting_changed",
    outcome="almost",
)


@right("batchnorm_forward.as_in_the_notes")
def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))
    out, cache = None, None
    if mode == "train":
        sample_mean = np.mean(x, axis=0)
        sample_var = np.var(x, axis=0)
        running_mean = momentum * running_mean + (1 - momentum) * sample_mean
        running_var = momentum * running_var + (1 - momentum) * sample_var
        std = np.sqrt(sample_var + eps)
        x_norm = (x - sample_mean) / std
        out = x_norm * gamma + beta
        cache = (x_norm, gamma, 1 / std)
    elif mode == "test":
        out = gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache


right_edit(
    "batchnorm_forward.variance_of_squares",
    (VAR, "var = np.einsum('nd,nd->d', centred, centred) / len(x)"),
)
right_edit(
    "batchnorm_forward.difference_to_the_average",
    (
        RUNNING_MEAN,
        'bn_param["running_mean"] = running_mean + (1 - momentum) * (mean - running_mean)',
    ),
    (
        RUNNING_VAR,
        "bn_param.update(running_var=running_var + (1 - momentum) * (var - running_var))",
    ),
)
right_edit(
    "batchnorm_forward.keeps_more_in_bn_param",
    (INV, INV + '\n        bn_param["last_mean"] = mean'),
)
right_edit(
    "batchnorm_forward.scale_in_one",
    (
        TEST + "\n        out = gamma * x_hat + beta",
        "scale = gamma / np.sqrt(running_var + eps)\n        out = scale * x + (beta - scale * running_mean)",
    ),
)
