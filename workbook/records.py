"""What one case saw, as plain data; how it travels says `workbook.worker.codec`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Call", "Changed", "Option", "Printed", "Raised", "Record", "Value", "dtype_name"]

# Letters of any text that a record holds; whoever runs student code may say anything.
_LONGEST = 4000

Scalar = bool | int | float | str | None
_Nested = Scalar | list[Scalar] | dict[str, Scalar]
Option = Scalar | list[_Nested] | dict[str, _Nested]
"""A plain argument: a number, a text, or a list or mapping of such, two levels deep."""


def _bounded(*texts: str) -> None:
    if max(map(len, texts)) > _LONGEST:
        raise ValueError("a text is too long")


@dataclass(frozen=True, eq=False)
class Value:
    """Something that an implementation returned.

    Attributes
    ----------
    kind : str
        `array`, `scalar` (a number, or an array of no dimensions), `list`, `none` or `other`.
    type : str
        The name of its Python type.
    array : ndarray or None
        Its numbers as a base-class array; None if it has none.
    """

    kind: str
    type: str
    array: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        _bounded(self.kind, self.type)

    @cached_property
    def is_finite(self) -> bool:
        """Whether all of its numbers are."""
        return self.array is None or bool(np.isfinite(self.array).all())


@dataclass(frozen=True, slots=True)
class Call:
    """One call that a case made: whom, with which arguments, and what came back."""

    function: str
    arguments: tuple[str, ...]
    returned: str = ""

    def __post_init__(self) -> None:
        _bounded(self.function, self.returned, *self.arguments)


@dataclass(frozen=True, slots=True)
class Changed:
    """A call (by number) left one of the case's arrays other than it found it.

    `owner` is the call that first received the array and `argument` its place there, so that
    a cached input which `backward` changes is known as the `x` of `forward`.
    """

    call: int
    owner: int
    argument: str


@dataclass(frozen=True, slots=True)
class Printed:
    """What was written to stdout and stderr: the number of lines and how it begins."""

    lines: int = 0
    head: str = ""

    def __post_init__(self) -> None:
        _bounded(self.head)


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception: class, message without addresses and paths, and the student's line.

    `unwritten` is the exercise id that a stub raised, or empty.
    """

    type: str
    message: str
    file: str = ""
    line: int = 0
    source: str = ""
    function: str = ""
    unwritten: str = ""

    def __post_init__(self) -> None:
        _bounded(self.type, self.message, self.file, self.source, self.function, self.unwritten)


@dataclass(frozen=True, eq=False)
class Record:
    """Everything that one case saw of one implementation.

    Attributes
    ----------
    arrays : mapping of str to Value
        What the case returned, by name.
    inputs : mapping of str to ndarray
        The arrays that it passed in, as they were before the first call; very large ones are
        left out.
    options : mapping of str to Option
        The plain arguments that it passed in: numbers, strings, `conv_param` and the like.
    aliases : tuple of (str, str)
        Returned arrays that share memory with an argument: `("affine_forward[0]", "x")`.
    used : tuple of str
        The required exercises that ran.
    size : int
        How many numbers were passed in, in all.
    """

    exercise: str
    case: str
    arrays: Mapping[str, Value] = field(default_factory=dict)
    inputs: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    options: Mapping[str, Option] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    changed: tuple[Changed, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    printed: Printed = Printed()
    raised: Raised | None = None
    used: tuple[str, ...] = ()
    size: int = 0
    seconds: float = 0.0


@cache
def dtype_name(dtype: "np.dtype[Any]") -> str:
    """`dtype.name`, which NumPy puts together anew each time."""
    return dtype.name
