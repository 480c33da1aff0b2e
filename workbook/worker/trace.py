"""Where a process is that does not end: it writes its stack to a file before its time is up."""

import re
from pathlib import Path

__all__ = ["TRACE_AT", "innermost"]

TRACE_AT = 0.9
"""After which share of its time a process says where it is; running code may not survive it."""
_LINE = re.compile(r'^\s*File "(.+)", line (\d+) in .+$', re.MULTILINE)


def innermost(trace: str, folder: Path) -> tuple[str, int]:
    """Return the file in `folder`, and its line, where a process was; an empty text if nowhere.

    Parameters
    ----------
    trace : str
        As faulthandler writes it.
    folder : Path
        The student's files.
    """
    # The innermost line comes first, and the student's thread may not be the only one.
    for path, line in _LINE.findall(trace):
        if Path(path).is_relative_to(folder):
            return Path(path).relative_to(folder).as_posix(), int(line)
    return "", 0
