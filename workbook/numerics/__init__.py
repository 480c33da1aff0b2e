"""Given tools that know only arrays.

The fast layers are fetched on first use: they may load compiled code, which the
error measures and gradient checks do not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from workbook.numerics.errors import abs_error, rel_error
from workbook.numerics.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    grad_check_sparse,
)
from workbook.numerics.verdict import VerdictError, verdict

if TYPE_CHECKING:
    from workbook.numerics.fast_layers import (
        backend,
        col2im,
        conv_backward_fast,
        conv_forward_fast,
        im2col,
        max_pool_backward_fast,
        max_pool_forward_fast,
    )

__all__ = [
    "VerdictError",
    "abs_error",
    "backend",
    "col2im",
    "conv_backward_fast",
    "conv_forward_fast",
    "eval_numerical_gradient",
    "eval_numerical_gradient_array",
    "grad_check_sparse",
    "im2col",
    "max_pool_backward_fast",
    "max_pool_forward_fast",
    "rel_error",
    "verdict",
]

_FAST = {
    "backend",
    "col2im",
    "conv_backward_fast",
    "conv_forward_fast",
    "im2col",
    "max_pool_backward_fast",
    "max_pool_forward_fast",
}


def __getattr__(name: str) -> Any:
    if name in _FAST:
        return getattr(import_module("workbook.numerics.fast_layers"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_FAST})
