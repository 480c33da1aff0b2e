"""Wrong ways to write sgd_momentum, and right ones in other words."""

import numpy as np

FRICTION = 'v *= config["momentum"]'
GRADIENT = 'v -= config["learning_rate"] * dw'
STEP = "next_w = w + v"

wrong_edit(
    "sgd_momentum.rate_outside",
    (GRADIENT, "v += dw"),
    (STEP, 'next_w = w - config["learning_rate"] * v'),
    row="O1",
)
wrong_edit(
    "sgd_momentum.averaged_gradient",
    (GRADIENT, 'v -= (1 - config["momentum"]) * config["learning_rate"] * dw'),
    row="O2",
)
wrong_edit("sgd_momentum.uphill", (GRADIENT, 'v += config["learning_rate"] * dw'))
wrong_edit(
    "sgd_momentum.velocity_of_the_other_sign",
    (GRADIENT, 'v += config["learning_rate"] * dw'),
    (STEP, "next_w = w - v"),
)
wrong_edit("sgd_momentum.velocity_subtracted", (STEP, "next_w = w - v"))
wrong_edit("sgd_momentum.velocity_not_kept", (FRICTION, 'v = config["momentum"] * v'))
wrong_edit(
    "sgd_momentum.old_velocity",
    (FRICTION, 'old = v.copy()\n    v *= config["momentum"]'),
    (STEP, "next_w = w + old"),
)
wrong_edit("sgd_momentum.gradient_without_rate", (GRADIENT, "v -= dw"))
wrong_edit("sgd_momentum.rate_twice", (STEP, 'next_w = w + config["learning_rate"] * v'))
wrong_edit("sgd_momentum.no_friction", (FRICTION, "pass"))
wrong_edit("sgd_momentum.no_memory", (FRICTION, "v *= 0"))
wrong_edit(
    "sgd_momentum.friction_after_the_gradient",
    (FRICTION, "pass"),
    (GRADIENT, 'v -= config["learning_rate"] * dw\n    v *= config["momentum"]'),
)
wrong_edit("sgd_momentum.fixed_momentum", (FRICTION, "v *= 0.9"))
wrong_edit(
    "sgd_momentum.look_ahead",
    (STEP, 'next_w = w + config["momentum"] * v - config["learning_rate"] * dw'),
)
wrong_edit(
    "sgd_momentum.parameter_changed",
    (STEP, "w += v\n    next_w = w"),
    message="shared.parameter_changed",
    outcome="almost",
)
wrong_edit(
    "sgd_momentum.gradient_changed",
    (GRADIENT, 'dw *= config["learning_rate"]\n    v -= dw'),
    outcome="almost",
)


@wrong("sgd_momentum.another_dictionary", message="shared.another_dictionary")
def sgd_momentum(w, dw, config=None):
    config = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}
    v = config.get("velocity", np.zeros_like(w))
    config["velocity"] = v = config["momentum"] * v - config["learning_rate"] * dw
    return w + v, config


@right("sgd_momentum.as_in_the_notes")
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
    "sgd_momentum.difference_of_parameters",
    (STEP, 'next_w = np.add(w, v)\n    config["velocity"] = next_w - w'),
)
right_edit(
    "sgd_momentum.other_order",
    (FRICTION, 'v -= config["learning_rate"] / config["momentum"] * dw'),
    (GRADIENT, 'v *= config["momentum"]'),
)
right_edit(
    "sgd_momentum.kept_anew",
    (GRADIENT, 'v = v - config["learning_rate"] * dw\n    config["velocity"] = v'),
)
