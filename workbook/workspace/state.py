"""What is remembered on this machine: small JSON files in the folder's `.workbook` directory."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

__all__ = ["read_state", "state_folder", "write_state", "write_text"]


def state_folder() -> Path:
    """The `.workbook` directory that belongs to the student's files; made when first written.

    It lies beside the exercise folder's top: in a checkout at its root, in a folder made by
    `workbook init` in that folder.
    """
    from workbook.workspace.choice import student_root

    return student_root() / ".workbook"


def write_text(path: Path, text: str) -> None:
    """Write a whole file or none of it: beside it first, then renamed over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_state(name: str) -> dict[str, Any]:
    """What `write_state` kept under `name`; empty if nothing, or nothing readable, is there."""
    try:
        found = json.loads((state_folder() / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_state(name: str, value: dict[str, Any]) -> None:
    """Keep `value`, which must be JSON, under `name`."""
    write_text(state_folder() / f"{name}.json", json.dumps(value, indent=1, sort_keys=True) + "\n")
