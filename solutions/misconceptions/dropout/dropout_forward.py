"""Wrong ways to write dropout_forward, and right ones in other words."""

import numpy as np

MASK = "mask = (np.random.rand(*x.shape) < keep).astype(x.dtype) / keep"
TEST = "### BEGIN SOLUTION\n        out = x\n"
DRAW = "np.random.rand(*x.shape)"


def _mask(text):
    return (MASK, "mask = " + text)


def _test(text):
    return (TEST, f"out = {text}\n")


wrong_edit("dropout_forward.not_scaled", _mask(f"({DRAW} < keep).astype(x.dtype)"), row="D1")
wrong_edit(
    "dropout_forward.not_scaled_but_in_test",
    _mask(f"({DRAW} < keep).astype(x.dtype)"),
    _test("x * keep_probability"),
    ("mask = None\n", "mask = None\n    keep_probability = 1 - p\n"),
)
wrong_edit(
    "dropout_forward.p_keeps",
    _mask(f"({DRAW} < p).astype(x.dtype) / np.maximum(p, 1e-300)"),
    row="D2",
)
wrong_edit(
    "dropout_forward.p_keeps_plain",
    _mask(f"({DRAW} < p).astype(x.dtype) / x.dtype.type(p)"),
    message="dropout_forward.p_keeps",
)
wrong_edit(
    "dropout_forward.p_keeps_scaled_right",
    _mask(f"({DRAW} < p).astype(x.dtype) / keep"),
    message="dropout_forward.opposite_comparison",
)
wrong_edit("dropout_forward.scaled_in_test_too", _test("x * (1 - p)"), row="D3")
wrong_edit(
    "dropout_forward.normal_numbers",
    _mask("(np.random.randn(*x.shape) < keep).astype(x.dtype) / keep"),
    row="D7",
)
wrong_edit(
    "dropout_forward.opposite_comparison",
    _mask(f"({DRAW} > keep).astype(x.dtype) / keep"),
    row="D8",
)
wrong_edit(
    "dropout_forward.float64_out",
    _mask(f"({DRAW} < keep) / keep"),
    row="D10",
    message="shared.float64_out",
    outcome="almost",
)
wrong_edit(
    "dropout_forward.scaled_by_p", _mask(f"({DRAW} < keep).astype(x.dtype) / x.dtype.type(p)")
)
wrong_edit("dropout_forward.multiplied_by_keep", _mask(f"({DRAW} < keep).astype(x.dtype) * keep"))
wrong_edit(
    "dropout_forward.whole_rows",
    _mask("(np.random.rand(*x.shape[:1], *[1] * (x.ndim - 1)) < keep).astype(x.dtype) / keep"),
)
wrong_edit(
    "dropout_forward.whole_columns",
    _mask("(np.random.rand(*x.shape[1:]) < keep).astype(x.dtype) / keep"),
)
wrong_edit("dropout_forward.always_the_same_mask", (MASK, "np.random.seed(0)\n        " + MASK))
wrong_edit(
    "dropout_forward.dropped_in_test",
    _test(f"x * ({DRAW} < 1 - p).astype(x.dtype) / x.dtype.type(1 - p)"),
)
wrong_edit("dropout_forward.nothing_dropped", _mask("np.ones_like(x) / keep"))
wrong_edit("dropout_forward.noise", _mask(f"{DRAW}.astype(x.dtype) / keep"))
wrong_edit(
    "dropout_forward.input_changed",
    ("out = x * mask", "x *= mask\n        out = x"),
    outcome="almost",
)
wrong_edit(
    "dropout_forward.exactly_one_value",
    _mask("x.dtype.type(np.random.rand() < keep) / keep * np.ones_like(x)"),
)
wrong_edit(
    "dropout_forward.setting_changed",
    (
        'p, mode = float(dropout_param["p"]), dropout_param["mode"]',
        'p, mode = float(dropout_param.pop("p")), dropout_param["mode"]',
    ),
    message="shared.setting_changed",
    outcome="almost",
)
wrong_edit(
    "dropout_forward.own_generator",
    _mask("(np.random.default_rng().random(x.shape) < keep).astype(x.dtype) / keep"),
)
wrong_edit(
    "dropout_forward.mask_from_the_input",
    _mask("(np.abs(1e4 * x) % 1 < keep).astype(x.dtype) / keep"),
)


right_edit(
    "dropout_forward.greater_than_p",
    _mask(f"({DRAW} > p) / keep"),
    ("out = x * mask", "out = (x * mask).astype(x.dtype, copy=False)"),
    row="D9",
)
right_edit(
    "dropout_forward.greater_than_p_typed",
    _mask(f"({DRAW} >= p).astype(x.dtype) / (1 - p)"),
    row="D9",
)
right_edit(
    "dropout_forward.binomial",
    _mask("np.random.binomial(1, keep, size=x.shape).astype(x.dtype) / keep"),
)
right_edit(
    "dropout_forward.choice",
    _mask("np.random.choice([0, 1 / keep], size=x.shape, p=[p, keep]).astype(x.dtype)"),
)
right_edit(
    "dropout_forward.where",
    (MASK, f"mask = {DRAW} < keep"),
    (
        "out = x * mask",
        "out = np.where(mask, x / keep, x.dtype.type(0))\n        mask = mask / keep",
    ),
)
right_edit("dropout_forward.copy_in_test", _test("x.copy()"))
right_edit(
    "dropout_forward.uniform",
    _mask("(np.random.uniform(size=x.shape) < keep) * x.dtype.type(1 / keep)"),
)
