"""One number at a time."""

import numpy as np


def sgd_momentum(w, dw, config=None):
    config = config if config is not None else {}
    velocity = np.array(config.get("velocity", 0 * w))
    out = np.empty_like(w)
    rate, keep = float(config.get("learning_rate", 0.01)), float(config.get("momentum", 0.9))
    for i in np.ndindex(w.shape):
        velocity[i] = keep * velocity[i] - rate * dw[i]
        out[i] = w[i] + velocity[i]
    config["velocity"] = velocity
    return out, config


def rmsprop(w, dw, config=None):
    config = config if config is not None else {}
    cache, out = np.array(config.get("cache", 0 * w)), w.copy()
    keep, tiny = float(config.get("decay_rate", 0.99)), float(config.get("epsilon", 1e-8))
    for i in np.ndindex(w.shape):
        cache[i] = keep * cache[i] + (1 - keep) * dw[i] ** 2
        out[i] -= float(config.get("learning_rate", 0.01)) * dw[i] / (np.sqrt(cache[i]) + tiny)
    config["cache"] = cache
    return out, config
