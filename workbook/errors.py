"""Errors that a student or an instructor meets.

They carry one or two lines: what was wrong, where, and what to do. IPython asks
an exception for `_render_traceback_` and prints that in place of a traceback.
"""

__all__ = ["UsageError", "WorkbookError"]


class WorkbookError(Exception):
    """Something went wrong that the reader can mend; its text is all they need."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class UsageError(WorkbookError):
    """The command or call was wrong in itself (exit code 2 on the command line)."""
