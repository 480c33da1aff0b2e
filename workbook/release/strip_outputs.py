"""Notebooks made ready to hand in: small, and with nothing in them about the machine."""

import contextlib
import getpass
import json
import platform
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from workbook.locale import text

__all__ = ["MAX_OUTPUT_BYTES", "PersonalTraces", "clean_notebook"]

# Bytes of one output, as JSON; a small figure stays, an animation does not.
MAX_OUTPUT_BYTES = 50_000
# Names that are words: as a user's name they tell nothing, and they stand in many outputs.
_COMMON_NAMES = {"root", "user", "admin", "student", "jovyan", "runner", "localhost", "test"}
_PATH = re.compile(r"(?:(?<![\w.])/(?:home|Users|root|tmp|var|mnt)/\S+)|(?:\b[A-Za-z]:\\+\S+)")


class PersonalTraces:
    """What gives a machine or its user away.

    Parameters
    ----------
    folder : Path
        The student's folder.
    """

    def __init__(self, folder: Path) -> None:
        homes = [folder, folder.resolve(), Path.home(), Path(sys.prefix), Path(sys.base_prefix)]
        homes.append(Path(tempfile.gettempdir()))
        self._paths = {str(path) for path in homes if len(path.parts) > 1} - {"/usr"}
        names = {Path.home().name, platform.node(), platform.node().partition(".")[0]}
        with contextlib.suppress(OSError, KeyError, ImportError):  # an account without a name
            names.add(getpass.getuser())
        names = {name for name in names if len(name) > 2 and name.lower() not in _COMMON_NAMES}
        self._names = re.compile("|".join(rf"\b{re.escape(n)}\b" for n in sorted(names)) or "(?!)")

    def found_in(self, words: str) -> bool:
        """Whether a path, the user's name or the machine's stands in it."""
        plain = re.sub("\x1b\\[[0-9;]*m", "", words).replace("\\\\", "\\")
        if _PATH.search(plain) or any(path in plain for path in self._paths):
            return True
        return self._names.search(plain) is not None


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return "".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _words(output: dict[str, Any]) -> str:
    """All text of an output; pictures are none."""
    data = output.get("data", {})
    parts = [_joined(v) for k, v in data.items() if not k.startswith("image/") or "svg" in k]
    parts += [_joined(output.get(key, "")) for key in ("text", "ename", "evalue")]
    return "\n".join(parts)


def _removed(why: str, **values: object) -> dict[str, Any]:
    words = text(f"release.output.{why}", **values)
    return {"output_type": "stream", "name": "stdout", "text": words + "\n"}


def _output(output: dict[str, Any], traces: PersonalTraces) -> dict[str, Any]:
    if output.get("output_type") == "error":
        # The frames of a traceback name files; what was raised is enough.
        output = {**output, "traceback": []}
    output = {key: value for key, value in output.items() if key != "metadata"} | (
        {"metadata": {}} if "metadata" in output else {}
    )
    if traces.found_in(_words(output)):
        return _removed("private")
    size = len(json.dumps(output, ensure_ascii=False).encode("utf-8", "replace"))
    return output if size <= MAX_OUTPUT_BYTES else _removed("large", kilobytes=size // 1000)


def clean_notebook(data: bytes, traces: PersonalTraces) -> bytes:
    """A notebook without tracebacks, large outputs, and outputs that name the machine.

    Raises
    ------
    ValueError
        If it is no notebook.
    """
    notebook = json.loads(data.decode("utf-8"))
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("no notebook")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook["metadata"] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    for cell in notebook["cells"]:
        if not isinstance(cell, dict):
            raise ValueError("no notebook")
        kept = cell.get("metadata", {})
        cell["metadata"] = {key: kept[key] for key in ("tags", "workbook") if key in kept}
        if "outputs" in cell:
            cell["outputs"] = [_output(output, traces) for output in cell["outputs"]]
    text_ = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    return (text_ + "\n").encode("utf-8", "replace")
