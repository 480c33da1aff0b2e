"""Wrong ways to write sgd_momentum, and right ones in other words."""

import numpy as np

from workbook.checks.misconceptions import right, right_edit, wrong, wrong_edit

FRICTION = 'v *= config["momentum"]'
GRADIENT = 'v -= config["learning_rate"] * dw'
STEP = "next_w = w + v"

wrong_edit(
    "rate_outside",
    (GRADIENT, "v += dw"),
    (STEP, 'next_w = w - config["learning_rate"] * v'),
    row="O1",
)
wrong_edit(
    "averaged_gradient",
    (GRADIENT, 'v -= (1 - config["momentum"]) * config["learning_rate"] * dw'),
    row="O2",
)
wrong_edit("uphill", (GRADIENT, 'v += config["learning_rate"] * dw'))
wrong_edit(
    "velocity_of_the_other_sign",
    (GRADIENT, 'v += config["learning_rate"] * dw'),
    (STEP, "next_w = w - v"),
)
wrong_edit("velocity_subtracted", (STEP, "next_w = w - v"))
wrong_edit("velocity_not_kept", (FRICTION, 'v = config["momentum"] * v'))
wrong_edit(
    "old_velocity",
    (FRICTION, 'old = v.copy()\n    v *= config["momentum"]'),
    (STEP, "next_w = w + old"),
)
wrong_edit("gradient_without_rate", (GRADIENT, "v -= dw"))
wrong_edit("rate_twice", (STEP, 'next_w = w + config["learning_rate"] * v'))
wrong_edit("no_friction", (FRICTION, "pass"))
wrong_edit("no_memory", (FRICTION, "v *= 0"))
wrong_edit(
    "friction_after_the_gradient",
    (FRICTION, "pass"),
    (GRADIENT, 'v -= config["learning_rate"] * dw\n    v *= config["momentum"]'),
)
wrong_edit("fixed_momentum", (FRICTION, "v *= 0.9"))
wrong_edit(
    "look_ahead",
    (STEP, 'next_w = w + config["momentum"] * v - config["learning_rate"] * dw'),
)
wrong_edit(
    "parameter_changed", (STEP, "w += v\n    next_w = w"), message="shared.parameter_changed"
)
wrong_edit("gradient_changed", (GRADIENT, 'dw *= config["learning_rate"]\n    v -= dw'))


@wrong("another_dictionary", message="shared.another_dictionary")
def sgd_momentum(w, dw, config=None):
    config = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}
    v = config.get("velocity", np.zeros_like(w))
    config["velocity"] = v = config["momentum"] * v - config["learning_rate"] * dw
    return w + v, config


@right("as_in_the_notes")
def sgd_momentum(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    v = config["momentum"] * v - config["learning_rate"] * dw
    next_w = w + v
    config["velocity"] = v
    return next_w, config


right_edit(
    "difference_of_parameters",
    (STEP, 'next_w = np.add(w, v)\n    config["velocity"] = next_w - w'),
)
right_edit(
    "other_order",
    (FRICTION, 'v -= config["learning_rate"] / config["momentum"] * dw'),
    (GRADIENT, 'v *= config["momentum"]'),
)
right_edit(
    "kept_anew", (GRADIENT, 'v = v - config["learning_rate"] * dw\n    config["velocity"] = v')
)
