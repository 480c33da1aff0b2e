"""The curriculum: every assignment and exercise, read from `curriculum.toml`."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from workbook.errors import UsageError, WorkbookError

__all__ = ["Curriculum", "Exercise", "Notebook", "load", "parse"]

# More names than that fill no line that is read.
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Notebook:
    """An assignment notebook; its file is `notebooks/<name>.ipynb`."""

    name: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """One piece that a student writes.

    Attributes
    ----------
    id : str
        The word that joins stub, notebook cell, check, hint, report and test.
    file : str
        Path inside the exercise folder, with forward slashes.
    points : int
        Full marks; a bonus if `optional`.
    minutes : int
        Time that a first-time learner needs.
    requires : tuple of str
        Ids of the exercises whose code this one runs.
    """

    id: str
    title: str
    file: str
    notebook: str
    points: int
    minutes: int
    requires: tuple[str, ...] = ()
    optional: bool = False

    @property
    def is_scratch(self) -> bool:
        """Whether it belongs to the from-scratch track."""
        return self.id.startswith("scratch.")

    @property
    def module(self) -> str:
        """Dotted module inside a room, such as `classifiers.fc_net`."""
        return _module(self.file)

    @property
    def qualname(self) -> str:
        """The function or class that holds it, as its module names it."""
        return _qualname(self.id)

    @property
    def part(self) -> str:
        """For a part of a class such as `FullyConnectedNet.loss`: the part; else empty."""
        return "" if self.is_scratch else self.id.partition(".")[2]

    @property
    def pair(self) -> str:
        """What a forward and its backward halves share, such as `conv_naive`; else its own id."""
        return _pair(self.id)


@cache
def _module(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


@cache
def _qualname(exercise_id: str) -> str:
    return exercise_id.removeprefix("scratch.").partition(".")[0]


@cache
def _pair(exercise_id: str) -> str:
    name = exercise_id.removesuffix("_alt")
    for half in ("_forward", "_backward"):
        if half in name:
            return name.replace(half, "")
    return exercise_id


@dataclass(frozen=True)
class Curriculum:
    """All notebooks and exercises, in the order of learning.

    Attributes
    ----------
    notebooks, exercises : tuple
    beside : tuple of str
        Exercise files that belong to the folder though a copy for fewer notebooks lists no
        exercise in them.
    """

    notebooks: tuple[Notebook, ...]
    exercises: tuple[Exercise, ...]
    beside: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Exercise]:
        return iter(self.exercises)

    def __getitem__(self, exercise_id: str) -> Exercise:
        if exercise_id not in self._by_id:
            raise UsageError(_unknown("exercise", exercise_id, self.ids()))
        return self._by_id[exercise_id]

    def __contains__(self, exercise_id: object) -> bool:
        return exercise_id in self._by_id

    @cached_property
    def _by_id(self) -> dict[str, Exercise]:
        return {exercise.id: exercise for exercise in self.exercises}

    def ids(self) -> list[str]:
        """Every exercise id, in order."""
        return [exercise.id for exercise in self.exercises]

    def files(self) -> list[str]:
        """Every exercise file, in order of first use."""
        return list(self._files)

    @cached_property
    def _files(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([e.file for e in self.exercises] + list(self.beside)))

    @cached_property
    def by_pair(self) -> dict[str, list[str]]:
        """The exercises that belong together, in order, by `Exercise.pair`."""
        found: dict[str, list[str]] = {}
        for exercise in self.exercises:
            found.setdefault(exercise.pair, []).append(exercise.id)
        return found

    def in_file(self, file: str) -> list[Exercise]:
        """The exercises of one file."""
        return list(self._by_file.get(file, ()))

    @cached_property
    def _by_file(self) -> dict[str, list[Exercise]]:
        found: dict[str, list[Exercise]] = {}
        for exercise in self.exercises:
            found.setdefault(exercise.file, []).append(exercise)
        return found

    def in_notebook(self, name: str) -> list[Exercise]:
        """The exercises of one notebook; an unknown name is a `UsageError`."""
        self.notebook(name)
        return [exercise for exercise in self.exercises if exercise.notebook == name]

    def notebook(self, name: str) -> Notebook:
        """The notebook of that name; an unknown name is a `UsageError`."""
        for notebook in self.notebooks:
            if notebook.name == name:
                return notebook
        raise UsageError(_unknown("notebook", name, [n.name for n in self.notebooks]))


def _unknown(kind: str, name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        advice = f"Did you mean {' or '.join(near)}?"
    elif len(known) > _LISTED:
        advice = f"`workbook status` lists all {len(known)}, {known[0]} for instance."
    else:
        advice = f"Known: {', '.join(known)}."
    return f"There is no {kind} called {name!r}. {advice}"


def parse(text: str, source: str = "curriculum.toml") -> Curriculum:
    """Read a curriculum from TOML text.

    Raises
    ------
    WorkbookError
        If an id stands twice, or an exercise names an unknown notebook or requirement.
    """
    try:
        raw = tomllib.loads(text)
        notebooks = tuple(Notebook(**row) for row in raw["notebook"])
        exercises = tuple(
            Exercise(**{**row, "requires": tuple(row.get("requires", ()))})
            for row in raw["exercise"]
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise WorkbookError(f"{source}: {error}.") from error
    ids = [exercise.id for exercise in exercises]
    names = {notebook.name for notebook in notebooks}
    for exercise in exercises:
        if ids.count(exercise.id) > 1:
            raise WorkbookError(f"{source}: exercise {exercise.id!r} is listed twice.")
        if exercise.notebook not in names:
            raise WorkbookError(
                f"{source}: {exercise.id} names the notebook {exercise.notebook!r}, "
                "which is not listed."
            )
        for required in exercise.requires:
            if required not in ids:
                raise WorkbookError(
                    f"{source}: {exercise.id} requires {required!r}, which is not listed."
                )
    return Curriculum(notebooks, exercises, tuple(raw.get("files", ())))


@cache
def load() -> Curriculum:
    """The curriculum that this package ships."""
    text = Path(__file__).with_name("curriculum.toml").read_text(encoding="utf-8")
    return parse(text)
