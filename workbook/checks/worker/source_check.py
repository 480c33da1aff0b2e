"""Files that are no Python source at all, and what they are in place of it."""

import io
import json
import tokenize

from workbook import locale

__all__ = ["not_python_reason"]

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def not_python_reason(file: str, data: bytes) -> str:
    """Why these bytes cannot be an exercise file, as a sentence; empty if they may be one.

    Python itself lets some of them pass, and says of others only which name it does not know.
    """
    if data.startswith(_UTF16):
        return locale.text("finding.not_python.utf16", file=file)
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        return locale.text("finding.not_python.nul", file=file, line=line)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except SyntaxError:
        # Either a coding line that means nothing, or bytes that are not UTF-8 near the top.
        return locale.text("finding.not_python.encoding", file=file, line=_line(data))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return locale.text("finding.not_python.encoding", file=file, line=line)
    if text.lstrip().startswith("{") and _is_notebook(text):
        return locale.text("finding.not_python.notebook", file=file)
    return ""


def _line(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data[: error.start].count(b"\n") + 1
    return 1


def _is_notebook(text: str) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        # Cut off, or with something behind it: still no Python.
        return '"cells"' in text and '"cell_type"' in text
    return isinstance(found, dict) and "cells" in found
