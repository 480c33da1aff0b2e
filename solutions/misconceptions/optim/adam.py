"""Wrong ways to write adam, and right ones in other words."""

import numpy as np

COUNT = 'config["t"] += 1'
FIRST = 'correction1 = 1 - beta1 ** config["t"]'
SECOND = 'correction2 = 1 - beta2 ** config["t"]'
M = "np.multiply(dw, 1 - beta1, out=step)"
V = "np.multiply(dw, dw, out=step)"
END = "next_w = np.subtract(w, step, out=step)"
EPSILON = 'step += config["epsilon"]'
LAST = 'step *= config["learning_rate"] / correction1'

wrong_edit("adam.no_correction", (FIRST, "correction1 = 1"), (SECOND, "correction2 = 1"), row="O7")
wrong_edit(
    "adam.corrected_averages_kept",
    (END, END + "\n    m /= correction1\n    v /= correction2"),
    row="O10",
)
wrong_edit(
    "adam.epsilon_inside",
    ("np.sqrt(v, out=step)", 'np.sqrt(v / correction2 + config["epsilon"], out=step)'),
    ("step /= correction2**0.5", "pass"),
    (EPSILON, "pass"),
    row="O11",
)
wrong_edit(
    "adam.epsilon_inside_before_correction",
    ("np.sqrt(v, out=step)", 'np.sqrt(v + config["epsilon"], out=step)'),
    (EPSILON, "pass"),
    message="adam.epsilon_inside",
)
wrong_edit("adam.gradient_not_squared", (V, "step[...] = dw"), row="O12")
wrong_edit("adam.first_uncorrected", (FIRST, "correction1 = 1"))
wrong_edit("adam.second_uncorrected", (SECOND, "correction2 = 1"))
wrong_edit(
    "adam.corrected_without_power",
    (FIRST, "correction1 = 1 - beta1"),
    (SECOND, "correction2 = 1 - beta2"),
)
wrong_edit("adam.count_too_late", (COUNT, "pass"), (END, END + '\n    config["t"] += 1'))


@wrong("adam.count_too_late_plain", message="adam.count_too_late")
def adam(w, dw, config=None):
    state = ("m", "v", "t")
    config = _with_defaults(
        w, dw, config, state, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8
    )
    m, v, t = (
        config.get("m", np.zeros_like(w)),
        config.get("v", np.zeros_like(w)),
        config.get("t", 0),
    )
    b1, b2 = config["beta1"], config["beta2"]
    config["m"] = m = b1 * m + (1 - b1) * dw
    config["v"] = v = b2 * v + (1 - b2) * dw**2
    m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
    config["t"] = t + 1
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    return next_w, config


wrong_edit(
    "adam.count_not_kept",
    (COUNT, "pass"),
    (FIRST, 'correction1 = 1 - beta1 ** (config["t"] + 1)'),
    (SECOND, 'correction2 = 1 - beta2 ** (config["t"] + 1)'),
)
wrong_edit(
    "adam.swapped_betas",
    (
        'beta1, beta2 = config["beta1"], config["beta2"]',
        'beta2, beta1 = config["beta1"], config["beta2"]',
    ),
)
wrong_edit(
    "adam.swapped_weights",
    (M, "np.multiply(dw, beta1, out=step)"),
    ("m *= beta1", "m *= 1 - beta1"),
    ("step *= 1 - beta2", "step *= beta2"),
    ("v *= beta2", "v *= 1 - beta2"),
)
wrong_edit("adam.m_without_complement", (M, "step[...] = dw"))
wrong_edit("adam.v_without_complement", ("step *= 1 - beta2", "pass"))
wrong_edit(
    "adam.no_root",
    ("np.sqrt(v, out=step)", "step[...] = v"),
    ("step /= correction2**0.5", "step /= correction2"),
)
wrong_edit("adam.no_epsilon", (EPSILON, "pass"))
wrong_edit("adam.uphill", (END, "next_w = np.add(w, step, out=step)"))
wrong_edit(
    "adam.raw_gradient",
    ("np.divide(m, step, out=step)", "np.divide(dw, step, out=step)"),
    (LAST, 'step *= config["learning_rate"]'),
)
wrong_edit(
    "adam.averages_not_kept", ("m *= beta1", "m = m * beta1"), ("v *= beta2", "v = v * beta2")
)
wrong_edit(
    "adam.parameter_changed",
    (END, "w -= step\n    next_w = w"),
    message="shared.parameter_changed",
    outcome="almost",
)


@right("adam.as_in_the_paper")
def adam(w, dw, config=None):
    config = {} if config is None else config
    for key, value in {
        "learning_rate": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
    }.items():
        config.setdefault(key, value)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    b1, b2 = config["beta1"], config["beta2"]
    config["t"] += 1
    config["m"] = b1 * config["m"] + (1 - b1) * dw
    config["v"] = b2 * config["v"] + (1 - b2) * dw**2
    m_hat = config["m"] / (1 - b1 ** config["t"])
    v_hat = config["v"] / (1 - b2 ** config["t"])
    return w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"]), config


@wrong("adam.epsilon_not_corrected")
def adam(w, dw, config=None):
    config = {} if config is None else config
    rate = config.setdefault("learning_rate", 1e-3)
    b1, b2 = config.setdefault("beta1", 0.9), config.setdefault("beta2", 0.999)
    eps = config.setdefault("epsilon", 1e-8)
    t = config["t"] = config.get("t", 0) + 1
    config["m"] = b1 * config.get("m", np.zeros_like(w)) + (1 - b1) * dw
    config["v"] = b2 * config.get("v", np.zeros_like(w)) + (1 - b2) * dw**2
    rate = rate * (1 - b2**t) ** 0.5 / (1 - b1**t)
    return w - rate * config["m"] / (np.sqrt(config["v"]) + eps), config


@right("adam.extra_contents")
def adam(w, dw, config=None):
    state = ("m", "v", "t")
    config = _with_defaults(
        w, dw, config, state, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8
    )
    t = config["t"] = config.get("t", 0) + 1
    m, v = own_array(config, "m", w), own_array(config, "v", w)
    m += (1 - config["beta1"]) * (dw - m)
    v += (1 - config["beta2"]) * (np.square(dw) - v)
    config["m_hat"] = m / (1 - config["beta1"] ** t)
    config["v_hat"] = v / (1 - config["beta2"] ** t)
    return w - config["learning_rate"] * config["m_hat"] / (
        config["v_hat"] ** 0.5 + config["epsilon"]
    ), config


right_edit(
    "adam.rate_corrected", (LAST, 'step *= config["learning_rate"]\n    step /= correction1')
)
