"""A job as it is sent into the sandbox: what to do, and the references of its requirements.

The head is all that the fork server reads. The rest is for the child alone, which the server
hands it in memory that it then gives back: what one exercise was sent, no other can find.
"""

import marshal
import mmap
import os
import struct
from collections.abc import Mapping
from types import CodeType
from typing import Any

__all__ = ["HEAD", "pack", "read", "unpack"]

HEAD = struct.Struct("<d?I")
"""Seconds, whether the integrated run follows, and the length of the rest."""

_LENGTH = struct.Struct("<I")


def pack(job: Mapping[str, Any], references: bytes, limit: float) -> bytes:
    """A job, the code of its references (see `slices.compiled`) and its limit in seconds."""
    encoded_job = marshal.dumps(dict(job))
    payload = _LENGTH.pack(len(encoded_job)) + encoded_job + references
    return HEAD.pack(limit, bool(job.get("integrated")), len(payload)) + payload


def read(descriptor: int, length: int) -> mmap.mmap | None:
    """So many bytes in memory of their own; None if no more come."""
    found = mmap.mmap(-1, max(length, 1))
    with memoryview(found) as view:
        at = 0
        while at < length:
            count = os.readv(descriptor, [view[at:length]])
            if not count:
                return None
            at += count
    return found


def unpack(payload: bytes) -> tuple[dict[str, Any], dict[str, CodeType]]:
    """The job and its references by file."""
    (length,) = _LENGTH.unpack_from(payload)
    start = _LENGTH.size + length
    code = payload[start:]
    return marshal.loads(payload[_LENGTH.size : start]), marshal.loads(code) if code else {}
