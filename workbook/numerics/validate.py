"""Checks of a layer's arguments: one or two lines that name what came and what is allowed.

The exercises call these before their own code, so that a student meets a wrong shape, mode
or key by its name. Nothing is returned and nothing is changed.
"""

from collections.abc import Iterable, Mapping
from types import EllipsisType
from typing import Any

import numpy as np

__all__ = [
    "check_affine",
    "check_batchnorm",
    "check_choice",
    "check_conv",
    "check_dropout",
    "check_fraction",
    "check_groupnorm",
    "check_integer",
    "check_keys",
    "check_labels",
    "check_layernorm",
    "check_network",
    "check_number",
    "check_pool",
    "check_shape",
    "check_sizes",
    "check_update",
]

Size = int | str | EllipsisType


def _spell(shape: Iterable[Size]) -> str:
    """A shape as people write it: sizes, letters for any size, dots for any more axes."""
    sizes = ["..." if size is ... else str(size) for size in shape]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


def check_shape(
    name: str, value: Any, shape: tuple[Size, ...], fits: str = "", floating: bool = True
) -> None:
    """Refuse what is no array, has another shape, is empty, or does not hold floats.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : object
        What came.
    shape : tuple
        What is allowed: an int for an exact size, a letter for any size, and `...` at the end
        for any further axes.
    fits : str
        What the shape follows from, for the message ("x of shape (2, 3)").
    floating : bool
        Whether the entries must be floating point numbers.

    Raises
    ------
    TypeError
        For another type or dtype.
    ValueError
        For another shape.
    """
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} must be a NumPy array; got {type(value).__name__}.")
    wanted = shape[:-1] if shape[-1:] == (...,) else shape
    more = len(wanted) < len(shape)
    rank_fits = value.ndim >= len(wanted) if more else value.ndim == len(wanted)
    sizes_fit = all(
        want == got for want, got in zip(wanted, value.shape, strict=False) if isinstance(want, int)
    )
    if not (rank_fits and sizes_fit):
        reason = f" to fit {fits}" if fits else ""
        raise ValueError(f"{name} must have shape {_spell(shape)}{reason}; got {value.shape}.")
    if value.size == 0:
        raise ValueError(f"{name} is empty: its shape is {value.shape}.")
    if floating and not np.issubdtype(value.dtype, np.floating):
        raise TypeError(
            f"{name} must hold floats; got dtype {value.dtype}. "
            f"Convert it first: {name}.astype(np.float32)."
        )


def check_choice(name: str, value: object, allowed: Iterable[object]) -> None:
    """Refuse (ValueError) what is not one of `allowed`."""
    choices = list(allowed)
    if not any(value is choice or value == choice for choice in choices):
        listed = " or ".join(repr(choice) for choice in choices)
        raise ValueError(f"{name} must be {listed}; got {value!r}.")


def check_integer(name: str, value: object, least: int) -> None:
    """Refuse what is no whole number (TypeError) or is below `least` (ValueError)."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be an int; got {value!r} ({type(value).__name__}).")
    if value < least:
        raise ValueError(f"{name} must be at least {least}; got {value}.")


def check_number(name: str, value: Any, least: float | None = None) -> None:
    """Refuse what is no number (TypeError) or is below `least` (ValueError)."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} must be a number; got {value!r} ({type(value).__name__}).")
    if least is not None and not value >= least:
        raise ValueError(f"{name} must be at least {least}; got {value}.")


def check_fraction(name: str, value: Any) -> None:
    """Refuse what is no number (TypeError) or lies outside 0 <= value < 1 (ValueError)."""
    check_number(name, value)
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be at least 0 and below 1; got {value}.")


def check_sizes(name: str, value: Any, length: int | None = None) -> None:
    """Refuse what is no list or tuple of positive ints, `length` of them if that is given."""
    if not isinstance(value, list | tuple):
        raise TypeError(f"{name} must be a list or tuple of ints; got {value!r}.")
    if length is not None and len(value) != length:
        raise ValueError(f"{name} must hold {length} ints; got {value!r}.")
    for number, size in enumerate(value):
        check_integer(f"{name}[{number}]", size, 1)


def check_keys(
    name: str, params: object, required: tuple[str, ...], optional: tuple[str, ...] | None = ()
) -> None:
    """Refuse a dictionary with a key too few or too many (any further key if `optional` is None).

    Raises
    ------
    TypeError
        If `params` is no dictionary.
    ValueError
        If a required key is missing, or a key is unknown.
    """
    if not isinstance(params, Mapping):
        raise TypeError(f"{name} must be a dictionary; got {type(params).__name__}.")
    missing = [key for key in required if key not in params]
    if missing:
        raise ValueError(
            f"{name} lacks the key {missing[0]!r}; it holds {sorted(params, key=str)}."
        )
    known = [*required, *(optional or ())]
    unknown = [key for key in params if key not in known] if optional is not None else []
    if unknown:
        raise ValueError(f"{name} has an unknown key {unknown[0]!r}; allowed: {', '.join(known)}.")


def check_labels(x: Any, y: Any) -> None:
    """Refuse scores that are not (N, C), and labels that are not N class indices below C."""
    check_shape("x", x, ("N", "C"))
    samples, classes = x.shape
    check_shape("y", y, (samples,), fits=f"x of shape {x.shape}", floating=False)
    if not np.issubdtype(y.dtype, np.integer):
        raise TypeError(f"y must hold class indices (ints); got dtype {y.dtype}.")
    if y.min() < 0 or y.max() >= classes:
        raise ValueError(f"y must lie in 0 ... {classes - 1}; got {y.min()} ... {y.max()}.")


def check_affine(x: Any, w: Any, b: Any) -> None:
    """Refuse shapes that an affine layer cannot join."""
    check_shape("x", x, ("N", ...))
    check_shape("w", w, (x[0].size, "M"), fits=f"x of shape {x.shape}")
    check_shape("b", b, (w.shape[1],), fits=f"w of shape {w.shape}", floating=False)


def _check_scale(x: Any, gamma: Any, beta: Any, shape: tuple[int, ...]) -> None:
    for name, value in (("gamma", gamma), ("beta", beta)):
        check_shape(name, value, shape, fits=f"x of shape {x.shape}", floating=False)


def _check_settings(name: str, params: Mapping[str, Any]) -> None:
    check_number(f"{name}['eps']", params.get("eps", 1e-5), 0)
    check_number(f"{name}['momentum']", params.get("momentum", 0.9))


def check_batchnorm(x: Any, gamma: Any, beta: Any, bn_param: Any, spatial: bool = False) -> None:
    """Refuse what batch normalisation cannot work with; `spatial` for images (N, C, H, W)."""
    check_shape("x", x, ("N", "C", "H", "W") if spatial else ("N", "D"))
    features = (x.shape[1],)
    _check_scale(x, gamma, beta, features)
    # Only a dictionary that has not been through the layer yet is held to the known keys:
    # afterwards it may also hold what the layer's author chose to keep there.
    used = isinstance(bn_param, Mapping) and "running_mean" in bn_param
    options = ("eps", "momentum", "running_mean", "running_var")
    check_keys("bn_param", bn_param, ("mode",), None if used else options)
    check_choice("bn_param['mode']", bn_param["mode"], ("train", "test"))
    _check_settings("bn_param", bn_param)
    for key in ("running_mean", "running_var"):
        if key in bn_param:
            check_shape(f"bn_param[{key!r}]", bn_param[key], features, floating=False)


def check_layernorm(x: Any, gamma: Any, beta: Any, ln_param: Any) -> None:
    """Refuse what layer normalisation cannot work with."""
    check_shape("x", x, ("N", "D"))
    _check_scale(x, gamma, beta, (x.shape[1],))
    check_keys("ln_param", ln_param, (), ("eps", "mode"))
    _check_settings("ln_param", ln_param)


def check_groupnorm(x: Any, gamma: Any, beta: Any, G: Any, gn_param: Any) -> None:
    """Refuse what group normalisation cannot work with."""
    check_shape("x", x, ("N", "C", "H", "W"))
    channels = x.shape[1]
    _check_scale(x, gamma, beta, (1, channels, 1, 1))
    check_integer("G", G, 1)
    if channels % G:
        raise ValueError(f"G must divide the {channels} channels of x; got {G}.")
    check_keys("gn_param", gn_param, (), ("eps", "mode"))
    _check_settings("gn_param", gn_param)


def check_dropout(x: Any, dropout_param: Any) -> None:
    """Refuse what dropout cannot work with."""
    check_shape("x", x, ("N", ...))
    check_keys("dropout_param", dropout_param, ("mode", "p"), ("seed",))
    check_choice("dropout_param['mode']", dropout_param["mode"], ("train", "test"))
    check_fraction("dropout_param['p']", dropout_param["p"])


def _check_output(axis: str, size: int, pad: int, window: str, width: int, stride: int) -> None:
    if size + 2 * pad < width:
        out = 1 + (size + 2 * pad - width) // stride
        raise ValueError(
            f"No output: 1 + ({axis} + 2 * pad - {window}) // stride = "
            f"1 + ({size} + 2 * {pad} - {width}) // {stride} = {out}; it must be at least 1."
        )


def check_conv(x: Any, w: Any, b: Any, conv_param: Any) -> None:
    """Refuse shapes that a convolution cannot join, and one that has no output at all."""
    check_shape("x", x, ("N", "C", "H", "W"))
    check_shape("w", w, ("F", x.shape[1], "HH", "WW"), fits=f"x of shape {x.shape}")
    check_shape("b", b, (w.shape[0],), fits=f"w of shape {w.shape}", floating=False)
    check_keys("conv_param", conv_param, ("stride", "pad"))
    check_integer("conv_param['stride']", conv_param["stride"], 1)
    check_integer("conv_param['pad']", conv_param["pad"], 0)
    stride, pad = int(conv_param["stride"]), int(conv_param["pad"])
    _check_output("H", x.shape[2], pad, "HH", w.shape[2], stride)
    _check_output("W", x.shape[3], pad, "WW", w.shape[3], stride)


def check_pool(x: Any, pool_param: Any) -> None:
    """Refuse images that a pooling layer cannot take, and one that has no output at all."""
    check_shape("x", x, ("N", "C", "H", "W"))
    keys = ("pool_height", "pool_width", "stride")
    check_keys("pool_param", pool_param, keys)
    for key in keys:
        check_integer(f"pool_param[{key!r}]", pool_param[key], 1)
    stride = int(pool_param["stride"])
    _check_output("H", x.shape[2], 0, "pool_height", int(pool_param["pool_height"]), stride)
    _check_output("W", x.shape[3], 0, "pool_width", int(pool_param["pool_width"]), stride)


def check_network(
    dtype: Any = np.float64, weight_scale: Any = 0, reg: Any = 0, **sizes: Any
) -> None:
    """Refuse a network's dtype that is no float type, a negative scale, and sizes below 1."""
    try:
        floating = np.issubdtype(np.dtype(dtype), np.floating)
    except TypeError:
        floating = False
    if not floating:
        raise TypeError(f"dtype must be a float type such as np.float32; got {dtype!r}.")
    check_number("weight_scale", weight_scale, 0)
    check_number("reg", reg, 0)
    for name, size in sizes.items():
        check_integer(name, size, 1)


def check_update(
    w: Any, dw: Any, config: Any, options: tuple[str, ...], state: tuple[str, ...]
) -> None:
    """Refuse what an update rule cannot work with.

    Parameters
    ----------
    w, dw : ndarray
        Parameter and gradient: floats, of one shape.
    config : dict
    options, state : tuple of str
        Keys of settings, and keys that the rule keeps for its next step: arrays, or the count
        `t`. While none of the state is there yet, any other key is taken for a slip of the pen.
    """
    check_shape("w", w, (...,))
    check_shape("dw", dw, w.shape, fits=f"w of shape {w.shape}")
    used = isinstance(config, Mapping) and any(key in config for key in state)
    check_keys("config", config, (), None if used else (*options, *state))
    for key in [*options, *state]:
        if key not in config:
            continue
        if key == "t":
            check_integer("config['t']", config["t"], 0)
        elif key in state:
            check_shape(f"config[{key!r}]", config[key], w.shape, fits=f"w of shape {w.shape}")
        else:
            check_number(f"config[{key!r}]", config[key])
