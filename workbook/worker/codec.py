"""The codec of all messages: MessagePack for their structure, raw bytes for their arrays.

A message is `<I length of the structure> structure arrays`. In the structure, an extension with
the dtype and the shape stands for each array; the arrays follow in the same order. Nothing is
executed when a message is read: there is no pickle, and every field has the type that it declares.
"""

import dataclasses
import math
import struct
import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import msgspec

from workbook.worker.frames import MAX_FRAME

# Some processes send messages without arrays and never import NumPy.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Codec", "CodecError"]

T = TypeVar("T")

_HEAD = struct.Struct("<I")
_ARRAY = 1  # The code of the MessagePack extension.
_ARRAY_HEAD = struct.Struct("<BB")  # Place in _DTYPES, number of axes; then each axis as <Q.
_DTYPES = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
)
_MAX_AXES = 16


class CodecError(ValueError):
    """Bytes that are not a message of the expected kind; one line says why."""


class Codec(Generic[T]):
    """Encodes and decodes messages of one type, or of a tagged union of types.

    Parameters
    ----------
    kind : type
        A dataclass, a `msgspec.Struct`, or a union of tagged structs.
    largest : int, optional
        Bytes of a message.
    structure : int, optional
        Bytes of its structure. In memory it takes up to sixty times as much.
    arrays : int, optional
        How many arrays it may hold.
    """

    def __init__(
        self,
        kind: Any,
        *,
        largest: int = MAX_FRAME,
        structure: int = 2 * 2**20,
        arrays: int = 256,
    ) -> None:
        self._largest, self._structure, self._arrays = largest, structure, arrays
        self._decoder = msgspec.msgpack.Decoder(kind, ext_hook=self._array)
        self._lock = threading.Lock()
        # What is left of the message that is being decoded.
        self._body, self._count = memoryview(b""), 0

    def encode(self, message: T) -> bytes:
        """Return a message as bytes.

        Raises
        ------
        TypeError
            If it holds something that no message can: an object array, a number beyond 64 bits.
        """
        try:
            return _encode(message)
        except UnicodeEncodeError:
            # Half of a surrogate pair, which only an odd program makes.
            return _encode(_escaped(message))
        except (OverflowError, RecursionError) as error:
            raise TypeError(f"a message cannot hold this: {error}") from error

    def decode(self, data: bytes) -> T:
        """Read a message; its arrays own their memory.

        Raises
        ------
        CodecError
            If the bytes are anything but a message that `encode` returns.
        """
        try:
            if len(data) > self._largest:
                raise CodecError(f"{len(data)} bytes are too many")
            (length,) = _HEAD.unpack_from(data)
            start = _HEAD.size + length
            if length > self._structure or start > len(data):
                raise CodecError("the structure reaches past its limit")
            whole = memoryview(data)
            with self._lock:
                self._body, self._count = whole[start:], self._arrays
                try:
                    message = self._decoder.decode(whole[_HEAD.size : start])
                    if self._body:
                        raise CodecError("there are bytes behind the last array")
                finally:
                    self._body = memoryview(b"")
            return cast(T, message)
        except (
            *(ValueError, TypeError, ArithmeticError, LookupError, AttributeError),
            *(RecursionError, MemoryError, struct.error, msgspec.MsgspecError),
        ) as error:
            why = " ".join(str(error).split())[:200]
            raise CodecError(f"not a message: {why or type(error).__name__}") from None

    def _array(self, code: int, head: memoryview) -> "NDArray[Any]":
        """Take the next array of the message; called for each extension in its structure."""
        import numpy as np

        number, axes = _ARRAY_HEAD.unpack_from(head)
        self._count -= 1
        if code != _ARRAY or number >= len(_DTYPES) or axes > _MAX_AXES or self._count < 0:
            raise CodecError("an array of no known kind, or too many arrays")
        if len(head) != _ARRAY_HEAD.size + 8 * axes:
            raise CodecError("an array's shape is cut off")
        shape = struct.unpack_from(f"<{axes}Q", head, _ARRAY_HEAD.size)
        dtype = np.dtype(_DTYPES[number])
        size = math.prod(shape) * dtype.itemsize
        if size > len(self._body):
            raise CodecError("an array reaches past the end of the message")
        data, self._body = self._body[:size], self._body[size:]
        if not size:
            return np.empty(shape, dtype)
        # Of a boolean, any byte but 0 is true.
        stored = np.dtype(np.uint8) if dtype.kind == "b" else dtype.newbyteorder("<")
        return np.frombuffer(data, stored).reshape(shape).astype(dtype)


def _encode(message: object) -> bytes:
    arrays: list[bytes] = []

    def extension(value: Any) -> msgspec.msgpack.Ext:
        name = getattr(getattr(value, "dtype", None), "name", "")
        if name not in _DTYPES or not hasattr(value, "tobytes"):
            raise TypeError(f"a message cannot hold {type(value).__name__} {name}".strip())
        array: np.ndarray[Any, Any] = value
        little = array.dtype.newbyteorder("<")
        arrays.append((array if array.dtype == little else array.astype(little)).tobytes())
        head = _ARRAY_HEAD.pack(_DTYPES.index(name), array.ndim)
        return msgspec.msgpack.Ext(_ARRAY, head + struct.pack(f"<{array.ndim}Q", *array.shape))

    structure = msgspec.msgpack.encode(message, enc_hook=extension)
    return b"".join((_HEAD.pack(len(structure)), structure, *arrays))


def _escaped(value: Any) -> Any:
    """Return a message with an escape in the place of what is no Unicode."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_escaped(key): _escaped(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_escaped, value))
    if isinstance(value, msgspec.Struct):
        names = value.__struct_fields__
        return msgspec.structs.replace(value, **{n: _escaped(getattr(value, n)) for n in names})
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [field.name for field in dataclasses.fields(value)]
        return dataclasses.replace(value, **{n: _escaped(getattr(value, n)) for n in fields})
    return value
