"""What one case saw, and its form on a pipe: a JSON header and raw bytes, never a pickle."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MAX_FRAME",
    "Call",
    "Changed",
    "Printed",
    "Raised",
    "Record",
    "Value",
    "WireError",
    "decode",
    "dtype_name",
    "encode",
]

MAX_FRAME = 32 * 2**20
"""Largest message accepted from a child, in bytes."""

_MAX_ARRAYS = 256
_DTYPES = frozenset(
    {"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"}
    | {"float16", "float32", "float64", "complex64", "complex128"}
)


class WireError(ValueError):
    """A child sent something that is not a record."""


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
    options : mapping of str to JSON value
        The plain arguments that it passed in: numbers, strings, `conv_param` and the like.
    aliases : tuple of (str, str)
        Returned arrays that share memory with an argument: `("affine_forward[0]", "x")`.
    size : int
        How many numbers were passed in, in all.
    """

    exercise: str
    case: str
    arrays: Mapping[str, Value] = field(default_factory=dict)
    inputs: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    changed: tuple[Changed, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    printed: Printed = Printed()
    raised: Raised | None = None
    size: int = 0
    seconds: float = 0.0


@cache
def dtype_name(dtype: "np.dtype[Any]") -> str:
    """`dtype.name`, which NumPy puts together anew each time."""
    return dtype.name


def encode(record: Record) -> bytes:
    """The record as `<I header length> header body`."""
    body: list[bytes] = []
    offset = 0

    def put(array: NDArray[Any] | None) -> dict[str, Any] | None:
        nonlocal offset
        if array is None:
            return None
        data = (array if _is_little(array.dtype) else array.astype(_little(array.dtype))).tobytes()
        body.append(data)
        offset += len(data)
        return {"dtype": dtype_name(array.dtype), "shape": array.shape, "at": offset - len(data)}

    raised = record.raised
    header = {
        "exercise": record.exercise,
        "case": record.case,
        "arrays": {
            name: {"kind": v.kind, "type": v.type, "data": put(v.array)}
            for name, v in record.arrays.items()
        },
        "inputs": {name: put(array) for name, array in record.inputs.items()},
        "options": dict(record.options),
        "calls": [[c.function, list(c.arguments), c.returned] for c in record.calls],
        "changed": [[c.call, c.owner, c.argument] for c in record.changed],
        "aliases": [list(pair) for pair in record.aliases],
        "printed": [record.printed.lines, record.printed.head],
        "raised": None
        if raised is None
        else [getattr(raised, name) for name in Raised.__dataclass_fields__],
        "size": record.size,
        "seconds": record.seconds,
    }
    text = json.dumps(header, ensure_ascii=True, allow_nan=True).encode("ascii")
    return struct.pack("<I", len(text)) + text + b"".join(body)


def _text(value: object, longest: int = 4000) -> str:
    if not isinstance(value, str):
        raise WireError("text expected")
    return value[:longest]


def _array(spec: Any, body: memoryview) -> NDArray[Any]:
    if spec["dtype"] not in _DTYPES:
        raise WireError(f"dtype {spec['dtype']!r} is not allowed")
    dtype = _little(spec["dtype"])
    shape = tuple(int(n) for n in spec["shape"])
    if any(n < 0 for n in shape) or len(shape) > 16:
        raise WireError("impossible shape")
    count, start = 1, int(spec["at"])
    for n in shape:
        count *= n
    if start < 0 or start + count * dtype.itemsize > len(body):
        raise WireError("array reaches past the end of the message")
    flat = np.frombuffer(body, dtype, count, start) if count else np.empty(0, dtype)
    return flat.reshape(shape).astype(spec["dtype"])


@cache
def _little(kind: "str | np.dtype[Any]") -> "np.dtype[Any]":
    return np.dtype(kind).newbyteorder("<")


@cache
def _is_little(dtype: "np.dtype[Any]") -> bool:
    return dtype == _little(dtype)


def _raised(raw: Any) -> Raised:
    kind, message, file, line, source, function, unwritten = raw
    return Raised(
        type=_text(kind),
        message=_text(message),
        file=_text(file),
        line=int(line),
        source=_text(source),
        function=_text(function),
        unwritten=_text(unwritten),
    )


def decode(data: bytes) -> Record:
    """Read a record back; every type is enforced.

    Raises
    ------
    WireError
        If `data` is not what `encode` writes.
    """
    try:
        (length,) = struct.unpack_from("<I", data)
        header = json.loads(data[4 : 4 + length])
        body = memoryview(data)[4 + length :]
        if len(header["arrays"]) + len(header["inputs"]) > _MAX_ARRAYS:
            raise WireError("too many arrays")
        raised = header["raised"]
        return Record(
            exercise=_text(header["exercise"]),
            case=_text(header["case"]),
            arrays={
                _text(name): Value(
                    _text(spec["kind"]),
                    _text(spec["type"]),
                    None if spec["data"] is None else _array(spec["data"], body),
                )
                for name, spec in header["arrays"].items()
            },
            inputs={_text(name): _array(spec, body) for name, spec in header["inputs"].items()},
            options=dict(header["options"]),
            calls=tuple(
                Call(_text(f), tuple(_text(a) for a in args), _text(r))
                for f, args, r in header["calls"]
            ),
            changed=tuple(Changed(int(c), int(o), _text(a)) for c, o, a in header["changed"]),
            aliases=tuple((_text(a), _text(b)) for a, b in header["aliases"]),
            printed=Printed(int(header["printed"][0]), _text(header["printed"][1])),
            raised=None if raised is None else _raised(raised),
            size=int(header["size"]),
            seconds=float(header["seconds"]),
        )
    except WireError:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error) as error:
        raise WireError(f"not a record: {error}") from error
    except (RecursionError, OverflowError, MemoryError) as error:
        raise WireError("not a record") from error
