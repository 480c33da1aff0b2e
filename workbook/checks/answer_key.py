"""The answer key: a data file built from the solutions. No code, no pickle.

It says its format in the clear; the rest is a message, compressed. It holds the arrays of the
solutions, whole, and the fingerprints of the misconceptions.
"""

import hashlib
import zlib
from functools import cache
from pathlib import Path

import msgspec

from workbook import curriculum
from workbook.checks.fingerprint import Fingerprint
from workbook.course import cases_of, digest
from workbook.errors import WorkbookError
from workbook.records import Record
from workbook.worker.codec import Codec, CodecError

__all__ = [
    "FORMAT",
    "HERE",
    "NAME",
    "AnswerKey",
    "KeyEntry",
    "shipped",
    "sources",
    "stale",
    "unpack",
]

FORMAT = 2
HERE = Path(__file__).parent
NAME = "answer_key.bin"
_MAGIC = b"workbook answer key "
_LARGEST = 64 * 2**20


class KeyEntry(msgspec.Struct, frozen=True):
    """One exercise; both parts are encoded, so that a check reads no more than it needs.

    Attributes
    ----------
    sources : dict of str to str
        See `sources`.
    records, fingerprints : bytes
        The solution's records, and the misconceptions.
    """

    sources: dict[str, str]
    records: bytes
    fingerprints: bytes


class _Content(msgspec.Struct, frozen=True):
    seed: int
    exercises: dict[str, KeyEntry]


_CONTENT: Codec[_Content] = Codec(_Content, largest=_LARGEST, structure=_LARGEST)
RECORDS: Codec[list[Record]] = Codec(list[Record], arrays=10_000)
FINGERPRINTS: Codec[list[Fingerprint]] = Codec(list[Fingerprint], structure=_LARGEST)


def sources(exercise_id: str, folder: Path) -> dict[str, str]:
    """SHA-256 of what an exercise's part of the key was built from.

    Parameters
    ----------
    exercise_id : str
    folder : Path
        The solutions.

    Returns
    -------
    dict
        By file, with forward slashes; `cases` for the cases themselves, `rules` for what the
        exercise states beside the values.
    """
    known = curriculum.load()
    plan = curriculum.load().plan(exercise_id)
    involved = {*plan.requirements, *plan.own}
    files = sorted({known[name].file for name in involved})
    files.append(f"misconceptions/{known[exercise_id].topic}/{exercise_id}.py")
    rules = hashlib.sha256(repr(sorted(known[exercise_id].rules)).encode()).hexdigest()
    found = {"cases": digest(exercise_id), "rules": rules}
    for file in files:
        path = folder / file
        if path.is_file():
            # As text: line ends differ between systems, their meaning does not.
            text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
            found[file] = hashlib.sha256(text.encode()).hexdigest()
    return found


class AnswerKey:
    """A key as it was read or built."""

    def __init__(self, seed: int, exercises: dict[str, KeyEntry]) -> None:
        self.seed = seed
        self.exercises = exercises

    def encode(self) -> bytes:
        """Return the file, the same bytes for the same key."""
        content = _CONTENT.encode(_Content(self.seed, self.exercises))
        return b"%s%d\n" % (_MAGIC, FORMAT) + zlib.compress(content, 9)

    @classmethod
    def decode(cls, data: bytes) -> "AnswerKey":
        """Read a file that `encode` made.

        Raises
        ------
        WorkbookError
            If it is damaged or of another format.
        """
        head, _, packed = data.partition(b"\n")
        if head.startswith(_MAGIC) and head != b"%s%d" % (_MAGIC, FORMAT):
            raise WorkbookError("The answer key has another format. `workbook key` rebuilds it.")
        try:
            content = _CONTENT.decode(unpack(packed))
        except (zlib.error, CodecError) as error:
            raise _damaged() from error
        return cls(content.seed, content.exercises)

    def ids(self) -> list[str]:
        """The exercises that it knows."""
        return list(self.exercises)

    def _entry(self, exercise_id: str) -> KeyEntry:
        try:
            return self.exercises[exercise_id]
        except KeyError:
            raise WorkbookError(
                f"The answer key does not know {exercise_id}. `workbook key` rebuilds it."
            ) from None

    def is_fresh(self, exercise_id: str, folder: Path) -> bool:
        """Whether nothing has changed since that exercise's part was built."""
        entry = self.exercises.get(exercise_id)
        return entry is not None and entry.sources == sources(exercise_id, folder)

    def records(self, exercise_id: str) -> dict[str, Record]:
        """The solution's record by case name.

        Raises
        ------
        WorkbookError
            If the cases of this copy are not those that the key was built with.
        """
        entry = self._entry(exercise_id)
        if entry.sources["cases"] != digest(exercise_id):
            raise WorkbookError(f"The answer key does not fit the cases of {exercise_id}.")
        try:
            return {record.case: record for record in RECORDS.decode(entry.records)}
        except CodecError as error:
            raise _damaged() from error

    def alike(self, exercise_id: str) -> list[list[Fingerprint]]:
        """Groups of misconceptions that no case tells from one another."""
        groups: list[list[Fingerprint]] = []
        for misconception in self.fingerprints(exercise_id):
            same = (group for group in groups if group[0].cases == misconception.cases)
            found = next(same, None)
            if found is None:
                groups.append([misconception])
            else:
                found.append(misconception)
        return [group for group in groups if len(group) > 1]

    def fingerprints(self, exercise_id: str) -> list[Fingerprint]:
        """The prints of the misconceptions."""
        try:
            return FINGERPRINTS.decode(self._entry(exercise_id).fingerprints)
        except CodecError as error:
            raise _damaged() from error


def unpack(packed: bytes) -> bytes:
    """Decompress what follows the first line; a `zlib.error` for what is damaged or too large."""
    stream = zlib.decompressobj()
    content = stream.decompress(packed, _LARGEST)
    if not stream.eof:
        raise zlib.error("the data are cut off")
    return content


def _damaged() -> WorkbookError:
    return WorkbookError(f"The answer key is damaged: take {NAME} from a fresh copy of the course.")


@cache
def _read(path: Path, stamp: int) -> AnswerKey:
    return AnswerKey.decode(path.read_bytes())


def shipped(folder: Path = HERE) -> AnswerKey | None:
    """The key in a folder, by default the one that this package ships; None without one.

    Raises
    ------
    WorkbookError
        If it cannot be read.
    """
    path = folder / NAME
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else None


def stale(solutions: Path, folder: Path = HERE) -> list[str]:
    """Ids of exercises whose part of the shipped key is missing or out of date."""
    try:
        key = shipped(folder)
    except WorkbookError:
        key = None
    known = [name for name in curriculum.load().ids() if cases_of(name)]
    return [name for name in known if key is None or not key.is_fresh(name, solutions)]
