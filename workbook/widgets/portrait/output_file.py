"""Where the page goes: a portrait may be replaced by a newer one, any other file may not."""

from pathlib import Path

from workbook.errors import UsageError
from workbook.locale import text
from workbook.student import atomic_write

__all__ = ["MADE_BY", "NAME", "check_replaceable", "write_page"]

NAME = "my-network.html"
MADE_BY = "workbook portrait"
"""In the page's head."""


def check_replaceable(path: Path) -> None:
    """See that nothing but an older portrait stands there.

    Raises
    ------
    UsageError
        If something does.
    """
    if path.is_dir():
        raise UsageError(text("portrait.folder", file=path))
    if path.exists() and f'content="{MADE_BY}"'.encode() not in path.read_bytes()[:1000]:
        raise UsageError(text("portrait.other", file=path))


def write_page(path: Path, page: str) -> int:
    """Write the page, whole or not at all; return its size in kB."""
    check_replaceable(path)
    atomic_write.write_text(path, page)
    return max(1, len(page.encode("utf-8")) // 1000)
