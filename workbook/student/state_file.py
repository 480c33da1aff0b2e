"""What is remembered on this machine: small JSON files in the folder's `.workbook` directory."""

import json
from typing import Any

from workbook.student.atomic_write import write_text
from workbook.student.locations import state_folder

__all__ = ["read_state", "write_state"]


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
