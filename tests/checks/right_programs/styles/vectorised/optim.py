"""The settings are unpacked at once; the memory lives in the dictionary alone."""

import numpy as np


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate, keep = config.get("learning_rate", 1e-2), config.get("momentum", 0.9)
    old = config.get("velocity")
    config["velocity"] = -float(rate) * dw if old is None else float(keep) * old - float(rate) * dw
    return np.add(w, config["velocity"]), config


def rmsprop(w, dw, config=None):
    config = {} if config is None else config
    keep = float(config.setdefault("decay_rate", 0.99))
    squares = np.square(dw)
    average = config.get("cache", np.zeros(w.shape, dtype=w.dtype))
    config["cache"] = average + (1 - keep) * (squares - average)
    root = np.sqrt(config["cache"]) + float(config.get("epsilon", 1e-8))
    return w - float(config.get("learning_rate", 1e-2)) / root * dw, config


def adam(w, dw, config=None):
    config = {} if config is None else config
    names = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    rate, beta1, beta2, epsilon = (float(config.get(name, d)) for name, d in names.items())
    t = config["t"] = config.get("t", 0) + 1
    zeros = np.zeros_like(w)
    config.update(
        m=beta1 * config.get("m", zeros) + (1 - beta1) * dw,
        v=beta2 * config.get("v", zeros) + (1 - beta2) * dw**2,
    )
    first = config["m"] / (1 - beta1**t)
    second = config["v"] / (1 - beta2**t)
    return w - rate * first / (np.sqrt(second) + epsilon), config
