"""Does a copy hold lines of the solutions? Searched for by their text, without spaces."""

import contextlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.checks import answer_key
from workbook.release import presolved

__all__ = ["Leak", "distinctive_lines", "find_leaks", "normalise", "readable_text"]

# A shorter line, `x = cache` say, is nobody's secret.
MIN_LENGTH = 14
# Folders of the package whose functions students are given to read.
TOOLS = ("numerics", "training", "plots", "data")
# What a release includes of the solutions by itself.
EXEMPT = "workbook/checks/bughunt/planted_code.json"

# Names handed on, or an exercise called with plain names: its signature says as much.
_PLAIN = re.compile(r"(?:return)?(?:[\w.,]+=)?(?P<name>[\w.,]+)(?P<call>\([\w.,=]*\))?")

_SPACE = re.compile(r"\s+")
_COMMENT = re.compile(r"#.*")

# File, exercise id and the solution's line.
Leak = tuple[str, str, str]


def normalise(line: str) -> str:
    """A line without comment and spaces, in one kind of quotes."""
    return _SPACE.sub("", _COMMENT.sub("", line)).replace("'", '"')


def _is_plain(text: str) -> bool:
    found = _PLAIN.fullmatch(text)
    if found is None:
        return False
    names = {exercise.qualname for exercise in curriculum.load()}
    return not found["call"] or found["name"] in names


def distinctive_lines(given_ids: Collection[str], package: Path) -> dict[str, tuple[str, str]]:
    """Lines that stand in the solutions alone.

    Parameters
    ----------
    given_ids : collection of str
        Exercises that are handed out solved: their lines are no secret.
    package : Path
        The package, for its tools.

    Returns
    -------
    dict of (exercise id, line) by normal text
    """
    public = "\n".join(normalise(line) for _, line in presolved.solution_lines(given_ids))
    public += "\n".join(
        normalise(line) for stub in presolved.stubs(()).values() for line in stub.split("\n")
    )
    for tool in TOOLS:
        for path in sorted((package / tool).rglob("*.py")):
            public += _SPACE.sub("", path.read_text(encoding="utf-8")).replace("'", '"')
    secret = set(curriculum.load().ids()) - set(given_ids)
    found: dict[str, tuple[str, str]] = {}
    for exercise_id, line in presolved.solution_lines(secret):
        text = normalise(line)
        if len(text) >= MIN_LENGTH and not _is_plain(text) and text not in public:
            found.setdefault(text, (exercise_id, line.strip()))
    return found


def _strings(value: Any) -> Iterator[str]:
    """All texts in what JSON holds; a list of texts is one text, as notebooks have it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if all(isinstance(each, str) for each in value):
            yield "".join(value)
        else:
            for each in value:
                yield from _strings(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if not str(key).startswith("image/"):
                yield from _strings(each)


def readable_text(path: Path) -> str:
    """All that can be read in a file, as text: of archives what is packed, of JSON its strings."""
    data = path.read_bytes()
    if path.suffix in (".ipynb", ".json"):
        try:
            return "\n".join(_strings(json.loads(data)))
        except ValueError:
            pass
    if path.name == answer_key.NAME:
        with contextlib.suppress(zlib.error):
            data = answer_key.unpack(data.partition(b"\n")[2])
    elif zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"\n".join(archive.read(name) for name in archive.namelist())
    # Not UTF-8 strictly: data files hold anything.
    return data.replace(b"\0", b"").decode("utf-8", "replace")


def find_leaks(copy: Path, secret: dict[str, tuple[str, str]]) -> list[Leak]:
    """Where lines of the solutions stand in a copy.

    Parameters
    ----------
    copy : Path
    secret : dict
        What `distinctive_lines` gives.
    """
    found: list[Leak] = []
    for path in sorted(copy.rglob("*")):
        name = path.relative_to(copy).as_posix()
        if not path.is_file() or name == EXEMPT or name.startswith("wheels/"):
            continue
        text = _SPACE.sub("", readable_text(path)).replace("'", '"')
        found += [(name, *secret[line]) for line in secret if line in text]
    return found
