"""Wrong ways to write rmsprop, and right ones in other words."""

import numpy as np

DECAY = 'cache *= config["decay_rate"]'
SQUARE = 'cache += (1 - config["decay_rate"]) * (dw * dw)'
ROOT = "scale = np.sqrt(cache)"
EPSILON = 'scale += config["epsilon"]'
STEP = 'next_w = w - config["learning_rate"] * dw / scale'

wrong_edit(
    "rmsprop.epsilon_inside",
    (ROOT, 'scale = np.sqrt(cache + config["epsilon"])'),
    (EPSILON, "pass"),
    row="O4",
)
wrong_edit(
    "rmsprop.swapped_decay",
    (DECAY, 'cache *= 1 - config["decay_rate"]'),
    (SQUARE, 'cache += config["decay_rate"] * (dw * dw)'),
    row="O6",
)
wrong_edit("rmsprop.no_epsilon", (EPSILON, "pass"))
wrong_edit("rmsprop.no_root", (ROOT, "scale = cache.copy()"))
wrong_edit(
    "rmsprop.gradient_not_squared",
    (SQUARE, 'cache += (1 - config["decay_rate"]) * dw'),
    (ROOT, "scale = np.sqrt(np.abs(cache))"),
)
wrong_edit(
    "rmsprop.gradient_not_squared_nan",
    (SQUARE, 'cache += (1 - config["decay_rate"]) * dw'),
    message="rmsprop.gradient_not_squared",
)
wrong_edit(
    "rmsprop.absolute_gradient", (SQUARE, 'cache += (1 - config["decay_rate"]) * np.abs(dw)')
)
wrong_edit("rmsprop.sum_of_squares", (DECAY, "pass"), (SQUARE, "cache += dw * dw"))
wrong_edit("rmsprop.no_complement", (SQUARE, "cache += dw * dw"))
wrong_edit("rmsprop.cache_not_kept", (DECAY, 'cache = config["decay_rate"] * cache'))
wrong_edit(
    "rmsprop.old_cache",
    (DECAY, 'old = cache.copy()\n    cache *= config["decay_rate"]'),
    (ROOT, "scale = np.sqrt(old)"),
)
wrong_edit("rmsprop.uphill", (STEP, 'next_w = w + config["learning_rate"] * dw / scale'))
wrong_edit("rmsprop.multiplied", (STEP, 'next_w = w - config["learning_rate"] * dw * scale'))
wrong_edit("rmsprop.one_scale_for_all", (ROOT, "scale = np.sqrt(cache.mean()) * np.ones_like(w)"))
wrong_edit(
    "rmsprop.norm_of_the_gradient", (SQUARE, 'cache += (1 - config["decay_rate"]) * np.sum(dw**2)')
)
wrong_edit(
    "rmsprop.fixed_decay", (DECAY, "cache *= 0.99"), (SQUARE, "cache += (1 - 0.99) * (dw * dw)")
)
wrong_edit("rmsprop.fixed_epsilon", (EPSILON, "scale += 1e-8"))
wrong_edit(
    "rmsprop.parameter_changed",
    (STEP, 'w -= config["learning_rate"] * dw / scale\n    next_w = w'),
    message="shared.parameter_changed",
    outcome="almost",
)


@right("rmsprop.as_in_the_notes")
def rmsprop(w, dw, config=None):
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))
    decay = config["decay_rate"]
    config["cache"] = decay * config["cache"] + (1 - decay) * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"])
    return next_w, config


right_edit(
    "rmsprop.difference_to_the_square",
    (DECAY, "pass"),
    (SQUARE, 'cache += (1 - config["decay_rate"]) * (dw**2 - cache)'),
)
right_edit(
    "rmsprop.power_of_a_half",
    (ROOT, 'scale = cache**0.5 / config["learning_rate"]'),
    (EPSILON, 'scale += config["epsilon"] / config["learning_rate"]'),
    (STEP, "next_w = w - dw / scale"),
)
