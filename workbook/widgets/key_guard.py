"""Keeps the keys that are pressed in a widget from JupyterLab's own commands."""

import importlib
from typing import Any

__all__ = ["KeyGuard", "guard_keys"]

# By name, so that the types are the same where it is not installed.
_AnyWidget: Any = importlib.import_module("anywidget").AnyWidget

_CLASS = "workbook-keeps-keys"

# JupyterLab takes a key before the element that has the focus does: x pressed on a slider would
# cut the cell. It passes over an element with this attribute. Its commands with Ctrl or Cmd still
# work, or Ctrl-S would save the page in the browser's way.
_SCRIPT = """
function render({ el }) {
  el.style.display = "none";
  const done = new AbortController();
  const guard = (event) => {
    const box = el.closest(".%s");
    if (box === null || !box.contains(event.target)) return;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !event.ctrlKey && !event.metaKey);
  };
  window.addEventListener("keydown", guard, { capture: true, signal: done.signal });
  return () => done.abort();
}
export default { render };
"""


class KeyGuard(_AnyWidget):  # type: ignore[misc]
    """An invisible part of a box; see `guard_keys`."""

    _esm = _SCRIPT % _CLASS


def guard_keys(box: Any) -> None:
    """Let no key that is pressed in an ipywidgets box start a command of JupyterLab."""
    box.add_class(_CLASS)
    box.children = (*box.children, KeyGuard())
