"""The widgets that this kernel shows: at most one under each name."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from workbook.widgets.panels.base import Panel

__all__ = ["OpenWidgets", "open_panels"]


class Closable(Protocol):
    """A widget that can be taken out of the notebook."""

    closed: bool

    def close(self) -> None:
        """Take it out of the notebook."""


T = TypeVar("T", bound=Closable)


class OpenWidgets(Generic[T]):
    """The widgets of one kind; a new one replaces the open one of its name."""

    def __init__(self) -> None:
        self._widgets: dict[str, T] = {}

    def replace(self, name: str, make: Callable[[], T]) -> T:
        """Close the widget of that name, if there is one, and return a new one."""
        if name in self._widgets:
            self._widgets.pop(name).close()
        self._widgets[name] = make()
        return self._widgets[name]

    def get(self, name: str) -> T | None:
        """Return the widget of that name, or None if none is open."""
        found = self._widgets.get(name)
        return None if found is None or found.closed else found


open_panels: "OpenWidgets[Panel]" = OpenWidgets()
