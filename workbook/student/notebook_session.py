"""The notebook that this process runs: its hot reloader, and which exercise folder it shows."""

import sys
from typing import Any

from workbook import locale
from workbook.student import locations
from workbook.student.hot_reload import HotReloader, forget_modules
from workbook.student.importer import PUBLIC

__all__ = ["NotebookSession", "banner", "session"]


def banner(switched: bool = False) -> str:
    """Return one line that says what `workbook.exercises` shows."""
    location = locations.current()
    parts = [
        locale.text(
            f"student.toggle.{location.which}",
            folder=locations.display_path(location.folder),
            because=locale.text(f"student.because.{location.decided_by}"),
        )
    ]
    if switched:
        parts.append(locale.text("student.toggle.old_objects"))
    return " ".join(parts)


class NotebookSession:
    """State of one notebook; in a process without a notebook it has no reloader.

    Attributes
    ----------
    reloader : HotReloader or None
        Keeps the notebook's variables in step with the exercise files.
    undefined : dict of str to str
        Names that are not there because their cell stopped at something still to do, each with
        the line that says so.
    """

    def __init__(self) -> None:
        self.reloader: HotReloader | None = None
        self.undefined: dict[str, str] = {}

    @property
    def cell(self) -> str:
        """The source of the cell that runs now."""
        return self.reloader.cell if self.reloader is not None else ""

    def runs_in(self, namespace: dict[str, Any]) -> bool:
        """Return whether this session keeps these variables up to date already."""
        return self.reloader is not None and self.reloader.namespace is namespace

    def refresh(self) -> None:
        """Read the exercise files as last saved, as happens before each cell of a notebook."""
        if self.reloader is not None:
            self.reloader.refresh()

    def switch(self, which: str) -> None:
        """Show `stubs`, `solutions` or a folder in this process, in names imported before too.

        Raises
        ------
        WorkbookError
            If solutions are asked for in a copy without them; nothing changes then.
        """
        locations.use(which)
        if self.reloader is not None:
            self.reloader.refresh()
        elif PUBLIC in sys.modules:
            forget_modules()
            sys.modules[PUBLIC].__path__ = [str(locations.exercises_folder())]

    def use_solutions(self, on: bool = True) -> None:
        """Switch the solutions on or off in a running notebook, and say so.

        Nothing is written to a student's file. Objects made before keep their old code.
        """
        self.switch("solutions" if on else "stubs")
        print(banner(switched=True))


session = NotebookSession()
"""The one of this process."""

refresh, use_solutions = session.refresh, session.use_solutions
