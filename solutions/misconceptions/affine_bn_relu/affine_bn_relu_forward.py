"""Wrong ways to write affine_bn_relu_forward, and right ones in other words."""

import numpy as np

NORM = "normalised, bn_cache = batchnorm_forward(a, gamma, beta, bn_param)"
RELU = "out, relu_cache = relu_forward(normalised)"

wrong_edit(
    "affine_bn_relu_forward.relu_before_the_norm",
    (NORM, "active, relu_cache = relu_forward(a)"),
    (RELU, "out, bn_cache = batchnorm_forward(active, gamma, beta, bn_param)"),
)
wrong_edit(
    "affine_bn_relu_forward.no_relu",
    (RELU, "out, relu_cache = normalised, relu_forward(normalised)[1]"),
)
wrong_edit(
    "affine_bn_relu_forward.relu_of_the_affine_output", (RELU, "out, relu_cache = relu_forward(a)")
)
wrong_edit(
    "affine_bn_relu_forward.gamma_and_beta_swapped",
    (NORM, NORM.replace("gamma, beta", "beta, gamma")),
)
wrong_edit(
    "affine_bn_relu_forward.copied_bn_param", (NORM, NORM.replace("bn_param)", "dict(bn_param))"))
)
wrong_edit(
    "affine_bn_relu_forward.always_training",
    (NORM, NORM.replace("bn_param)", '{**bn_param, "mode": "train"})')),
)
wrong_edit(
    "affine_bn_relu_forward.settings_forgotten",
    (
        NORM,
        NORM.replace(
            "bn_param)",
            '{"mode": bn_param["mode"], **{k: bn_param[k] for k in ("running_mean", "running_var") if k in bn_param}})',
        ),
    ),
)
wrong_edit(
    "affine_bn_relu_forward.norm_of_the_input",
    (
        NORM,
        "normalised, bn_cache = batchnorm_forward(x.reshape(len(x), -1) @ w, gamma, beta * 0 + b, bn_param)",
    ),
)


@right("affine_bn_relu_forward.written_out")
def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
    out, fc_cache = affine_forward(x, w, b)
    out, bn_cache = batchnorm_forward(out, gamma, beta, bn_param)
    out, relu_cache = relu_forward(out)
    return out, {"fc": fc_cache, "bn": bn_cache, "relu": relu_cache}


@right("affine_bn_relu_forward.bias_left_to_beta_in_training")
def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
    a, fc_cache = affine_forward(x, w, b)
    n, bn_cache = batchnorm_forward(a, gamma, beta, bn_param)
    return n * (n > 0), (fc_cache, bn_cache, n)
