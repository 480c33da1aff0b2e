"""Which exercises an edit of a file touches."""

import difflib
import re

from workbook import curriculum

__all__ = ["touched"]

_BEGINS = re.compile(r"(?:async\s+def|def|class)\s+(\w+)")


def _owners(lines: list[str]) -> list[str]:
    """For each line the top-level function or class in which it stands; empty above the first."""
    owners: list[str] = []
    owner = ""
    for number, line in enumerate(lines):
        found = _BEGINS.match(line)
        if found:
            owner = found[1]
        elif line.startswith("@"):
            # A decorator belongs to what follows it.
            below = (_BEGINS.match(later) for later in lines[number + 1 :])
            owner = next((match[1] for match in below if match), owner)
        elif line.strip() and not line[0].isspace() and not line.startswith((")", "]", "}", "#")):
            owner = ""  # A statement between the functions.
        owners.append(owner)
    return owners


def touched(file: str, before: str | None, after: str | None) -> list[str]:
    """Exercises whose code is another than before, in the order of learning.

    It needs no file that parses: lines are compared, and each is counted to the function or
    class that it stands in. A change of anything else, such as an import or a helper, touches
    every exercise of the file.

    Parameters
    ----------
    file : str
        Inside the exercise folder, such as `layers.py`.
    before, after : str or None
        What it held and holds; None if it was or is not readable.
    """
    exercises = curriculum.load().in_file(file)
    if before is None or after is None:
        return [] if before == after else [e.id for e in exercises]
    old, new = before.split("\n"), after.split("\n")
    old_owners, new_owners = _owners(old), _owners(new)
    changed: set[str] = set()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        for lines, owners, first, last in ((old, old_owners, a, b), (new, new_owners, c, d)):
            changed |= {owners[i] for i in range(first, last) if lines[i].strip()}
    if changed - {e.qualname for e in exercises}:
        return [e.id for e in exercises]
    return [e.id for e in exercises if e.qualname in changed]
