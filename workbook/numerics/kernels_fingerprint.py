"""A mark of the kernels' sources, built into the extension and compared when it is loaded.

Standard library only, and nothing from this package: `setup_ext.py` runs this file by its path.
"""

import hashlib
from pathlib import Path

__all__ = ["fingerprint", "sources"]


def sources(folder: Path) -> list[Path]:
    """Every file that the extension is built from; `folder` is workbook/numerics."""
    native = folder / "native"
    return [folder / "_kernels.pyx", *sorted(native.glob("*.c")), *sorted(native.glob("*.h"))]


def fingerprint(folder: Path) -> str | None:
    """One word for the content of the sources; None where they are not shipped."""
    files = sources(folder)
    if len(files) < 2 or not files[0].is_file():
        return None
    digest = hashlib.sha256()
    for file in files:
        # Git may have written other line ends on another system.
        content = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(file.name.encode() + b"\0" + content + b"\0")
    return "s" + digest.hexdigest()[:16]
