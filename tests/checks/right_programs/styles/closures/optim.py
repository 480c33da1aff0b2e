"""A setting is read by a function of its name; arrays are replaced, never changed in place."""

import numpy as np


def _reader(config, **defaults):
    for name, default in defaults.items():
        config.setdefault(name, default)
    return lambda name: float(config[name])


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    get = _reader(config, learning_rate=1e-2, momentum=0.9)
    velocity = get("momentum") * config.get("velocity", np.zeros_like(w))
    config["velocity"] = velocity - get("learning_rate") * dw
    return w + config["velocity"], config


def rmsprop(w, dw, config=None):
    config = {} if config is None else config
    get = _reader(config, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8)
    keep = get("decay_rate")
    config["cache"] = keep * config.get("cache", np.zeros_like(w)) + (1 - keep) * dw**2
    step = dw / (np.sqrt(config["cache"]) + get("epsilon"))
    return w - get("learning_rate") * step, config


def adam(w, dw, config=None):
    config = {} if config is None else config
    get = _reader(config, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8)
    config["t"] = config.get("t", 0) + 1

    def average(name, beta, value):
        config[name] = beta * config.get(name, np.zeros_like(w)) + (1 - beta) * value
        return config[name] / (1 - beta ** config["t"])

    first = average("m", get("beta1"), dw)
    second = average("v", get("beta2"), dw * dw)
    return w - get("learning_rate") * first / (np.sqrt(second) + get("epsilon")), config
