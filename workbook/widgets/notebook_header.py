"""At the top of a notebook: which code runs, how far this notebook is, and what comes next."""

import contextlib
import os
import threading
from html import escape
from typing import Any

from workbook import curriculum
from workbook.curriculum import Exercise
from workbook.errors import UsageError, WorkbookError
from workbook.locale import text
from workbook.student import locations, progress
from workbook.student.notebook_session import session
from workbook.widgets.open_widgets import OpenWidgets

__all__ = ["NotebookHeader", "here", "status_lines"]

_STATIC = "WORKBOOK_STATIC"


def _exercises_of(notebook: str) -> list[Exercise]:
    found = [e for e in curriculum.load() if e.notebook == notebook]
    if not found:
        known = dict.fromkeys(e.notebook for e in curriculum.load())
        raise UsageError(text("here.no_such", name=notebook, known=", ".join(known)))
    return found


def status_lines(notebook: str | None = None) -> list[str]:
    """What stands in the panel: whose code, how much is done, what comes next.

    Parameters
    ----------
    notebook : str, optional
        A notebook of the curriculum; all of them by default.
    """
    exercises = _exercises_of(notebook) if notebook else list(curriculum.load())
    outcomes = progress.outcomes()
    needed = [e for e in exercises if not e.optional] or exercises
    passed = sum(outcomes.get(e.id) in curriculum.DONE for e in needed)
    lines = [
        text("here.solutions" if locations.solutions_on() else "here.yours"),
        text("here.passed" if notebook else "here.passed_all", count=passed, of=len(needed)),
    ]
    after = next((e for e in needed if outcomes.get(e.id) not in curriculum.DONE), None)
    if after is None:
        lines.append(text("here.all_done" if notebook else "here.course_done"))
    else:
        state = outcomes.get(after.id, "todo")
        key = "here.next_todo" if state in ("partial", "todo", "blocked") else "here.next_mend"
        if notebook:
            lines.append(text(key, id=after.id, title=after.title, file=after.file))
        else:
            lines.append(text("here.next_notebook", id=after.id, notebook=after.notebook))
    return lines


def _shell() -> Any:
    """The running IPython, if there is one."""
    from IPython.core.getipython import get_ipython

    return get_ipython()


class NotebookHeader:
    """The panel: two buttons for whose code runs, a bar, and one more to look again."""

    def __init__(self, notebook: str | None) -> None:
        import ipywidgets as w

        from workbook.widgets.key_guard import guard_keys

        self.notebook = notebook
        self._lock = threading.RLock()
        self._syncing = self.closed = False
        self.code_toggle: Any = w.ToggleButtons(
            options=[(text("here.stubs_button"), "stubs"), (text("here.on_button"), "solutions")],
            value="solutions" if locations.solutions_on() else "stubs",
            description=text("here.label"),
            style={"description_width": "initial", "button_width": "auto"},
            disabled=locations.solutions_folder() is None,
        )
        exercises = _exercises_of(notebook) if notebook else list(curriculum.load())
        self.bar: Any = w.IntProgress(
            min=0, max=len([e for e in exercises if not e.optional] or exercises)
        )
        self.refresh_button: Any = w.Button(
            description=text("here.look"), icon="refresh", layout=w.Layout(width="auto")
        )
        self.status: Any = w.HTML()
        self.code_toggle.observe(lambda change: self._on_toggle(change.new), names="value")
        self.refresh_button.on_click(lambda _: self.refresh())
        row = w.Layout(flex_flow="row wrap", align_items="center")
        self.box: Any = w.VBox(
            [w.HBox([self.code_toggle, self.bar, self.refresh_button], layout=row), self.status],
            layout=w.Layout(
                border="1px solid var(--jp-border-color2, #bdbdbd)",
                padding="8px",
                max_width="980px",
            ),
        )
        guard_keys(self.box)
        self.refresh()
        # What a cell checks or switches shows here at once.
        self._shell: Any = _shell()
        if self._shell is not None:
            self._shell.events.register("post_run_cell", self._after_cell)

    def _after_cell(self, _result: Any = None) -> None:
        with contextlib.suppress(WorkbookError):
            self.refresh()

    def refresh(self) -> None:
        """Read anew what passed and which code runs; also what `%solutions` switched."""
        with self._lock:
            if self.closed:
                return
            lines = status_lines(self.notebook)
            exercises = _exercises_of(self.notebook) if self.notebook else list(curriculum.load())
            needed = [e for e in exercises if not e.optional] or exercises
            outcomes = progress.outcomes()
            self.bar.value = sum(outcomes.get(e.id) in curriculum.DONE for e in needed)
            self._syncing = True
            try:
                self.code_toggle.value = "solutions" if locations.solutions_on() else "stubs"
            finally:
                self._syncing = False
            look = "margin:0;line-height:1.5;color:var(--jp-content-font-color1, inherit)"
            self.status.value = "".join(f'<p style="{look}">{escape(line)}</p>' for line in lines)

    def _on_toggle(self, which: str) -> None:
        if self._syncing or self.closed:
            return
        try:
            session.switch(which)
        except WorkbookError as problem:
            self.status.value = f"<p>{escape(str(problem))}</p>"
            return
        self.refresh()

    def close(self) -> None:
        """Take it out of the notebook."""
        with self._lock:
            self.closed = True
            if self._shell is not None:
                with contextlib.suppress(ValueError):
                    self._shell.events.unregister("post_run_cell", self._after_cell)
            parts = (self.code_toggle, self.bar, self.refresh_button, *self.box.children)
            for widget in (*parts, self.box):
                widget.close()


_open_headers: OpenWidgets[NotebookHeader] = OpenWidgets()


def here(notebook: str | None = None) -> None:
    """Show which code runs, how far this notebook is, and what to do next.

    Parameters
    ----------
    notebook : str, optional
        The notebook; without it the whole course.

    Raises
    ------
    UsageError
        If the curriculum has no such notebook.
    """
    if os.environ.get(_STATIC):
        print("\n".join(status_lines(notebook)))
        return
    from IPython.display import display

    shown = _open_headers.replace(notebook or "", lambda: NotebookHeader(notebook))
    display(shown.box)  # type: ignore[no-untyped-call]
