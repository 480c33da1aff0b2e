"""The curriculum: notebooks, topics and exercises, read from `workbook/course`."""

import graphlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any, get_origin

from workbook.errors import UsageError, WorkbookError

__all__ = [
    "COURSE",
    "DONE",
    "FAST_LAYERS",
    "MOST_FOR_RULES",
    "RULES",
    "Curriculum",
    "Exercise",
    "ExercisePlan",
    "Notebook",
    "load",
    "read",
]

COURSE = Path(__file__).with_name("course")
"""The folder of the course's content: `curriculum.toml` and a folder for each topic."""

FAST_LAYERS = "fast_layers"
"""In `refuses`: the given layers of `workbook.numerics.fast_layers` and the kernels below them."""

RULES = ("dtype", "argument", "axis", "size", "overflow", "tie")
"""What a docstring may ask for beyond the values.

`dtype`: a result has another dtype. `argument`: an argument was changed. `axis`: a result has an
axis of length 1 too many or too few. `size`: wrong at sizes that the course's own text does not
use. `overflow`: wrong at extreme inputs. `tie`: wrong at 0 or where entries are equal.
"""

MOST_FOR_RULES = 0.2
"""What the rules of an exercise may cost together, as a share of its points."""

DONE = frozenset({"pass", "almost"})
"""Outcomes of an exercise that is done: every value is right. It blocks no other exercise."""

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
    refuses : tuple of str
        What its code must not call: `fast_layers`, or ids of exercises of the same notebook.
    rules : mapping of str to float
        Those of `RULES` that its docstring states, each with what missing it costs, as a share of
        the points.
    topic : str
        Its folder in `workbook/course`.
    given_cache : bool
        Of a forward function: its docstring says what the cache holds, so that its backward half
        can be judged with the reference's.
    """

    id: str
    title: str
    file: str
    notebook: str
    points: int
    minutes: int
    topic: str
    requires: tuple[str, ...] = ()
    optional: bool = False
    refuses: tuple[str, ...] = ()
    rules: Mapping[str, float] = field(default_factory=dict, hash=False)
    given_cache: bool = False

    @property
    def is_scratch(self) -> bool:
        """Whether it belongs to the from-scratch track."""
        return self.id.startswith("scratch.")

    @property
    def module(self) -> str:
        """Dotted module inside an implementation, such as `classifiers.fc_net`."""
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


def _class(exercise: Exercise) -> tuple[str, str]:
    return exercise.file, exercise.qualname


@cache
def _pair(exercise_id: str) -> str:
    name = exercise_id.removesuffix("_alt")
    for half in ("_forward", "_backward"):
        if half in name:
            return name.replace(half, "")
    return exercise_id


@dataclass(frozen=True, slots=True)
class ExercisePlan:
    """What judging one exercise involves. All ids are in the order of learning.

    Attributes
    ----------
    requirements : tuple of str
        Every exercise that it requires, directly or not.
    own : tuple of str
        What is never replaced: the exercise, its pair and the other parts of its class.
    replaced : tuple of str
        What references stand in for in an isolated run. Whole pairs, because a cache is private
        to its pair.
    files : frozenset of str
        The files of all of these.
    level : int
        The same for all of `own`, and above the level of whatever any of them has replaced.
    """

    requirements: tuple[str, ...]
    own: tuple[str, ...]
    replaced: tuple[str, ...]
    files: frozenset[str]
    level: int


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

    def plan(self, exercise_id: str) -> ExercisePlan:
        """Return what judging an exercise involves; an unknown id is a `UsageError`."""
        if exercise_id not in self._plans:
            self._plans[exercise_id] = self._new_plan(self[exercise_id])
        return self._plans[exercise_id]

    @cached_property
    def _plans(self) -> dict[str, ExercisePlan]:
        return {}

    def _new_plan(self, exercise: Exercise) -> ExercisePlan:
        own = {
            other.id
            for other in self.exercises
            if other.pair == exercise.pair
            or (exercise.part and other.part and _class(other) == _class(exercise))
        }
        required = self._closure(exercise)
        replaced = self._whole_pairs(required - own) - own
        # One level for a whole pair or class: its parts may be the reason for one another.
        below = self._whole_pairs({n for name in own for n in self._closure(self[name])} - own)

        def in_order(names: set[str]) -> tuple[str, ...]:
            return tuple(other.id for other in self.exercises if other.id in names)

        return ExercisePlan(
            requirements=in_order(required),
            own=in_order(own),
            replaced=in_order(replaced),
            files=frozenset(self[name].file for name in required | own | replaced),
            level=max((self.plan(name).level + 1 for name in below - own), default=0),
        )

    def _closure(self, exercise: Exercise) -> set[str]:
        found = set(exercise.requires)
        return found.union(*(self._closure(self[name]) for name in exercise.requires))

    def _whole_pairs(self, names: set[str]) -> set[str]:
        pairs = {self[name].pair for name in names}
        return {other.id for other in self.exercises if other.pair in pairs}

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
        advice = f"`workbook check` lists all {len(known)}, {known[0]} for instance."
    else:
        advice = f"Known: {', '.join(known)}."
    return f"There is no {kind} called {name!r}. {advice}"


def read(course: Path) -> Curriculum:
    """Read the curriculum of a course folder.

    Raises
    ------
    WorkbookError
        If a file cannot be read, an id stands twice, or an exercise names an unknown notebook
        or requirement.
    """
    overview = _table(course / "curriculum.toml")
    try:
        notebooks = tuple(Notebook(**row) for row in overview["notebook"])
        topics = list(overview["topics"])
    except (KeyError, TypeError) as error:
        raise WorkbookError(f"{course / 'curriculum.toml'}: {error}.") from error
    exercises = tuple(
        exercise
        for topic in topics
        for exercise in _exercises(course / topic / "exercises.toml", topic)
    )
    _check(exercises, {notebook.name for notebook in notebooks}, course)
    return Curriculum(notebooks, exercises, tuple(overview.get("files", ())))


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WorkbookError(f"{path} cannot be read: {error}.") from error


# What an entry may state, with its type in TOML, and what it must state; a topic is a folder.
_OF_TYPE: dict[Any, type] = {tuple: list, Mapping: dict}
_KEYS: dict[str, Any] = {
    f.name: _OF_TYPE.get(get_origin(f.type), f.type) for f in fields(Exercise) if f.name != "topic"
}
_IN_TOML = {
    str: "a string",
    int: "a whole number",
    bool: "true or false",
    list: "a list of ids",
    dict: "a table of shares such as { dtype = 0.1 }",
}
_NEEDED = [
    f.name
    for f in fields(Exercise)
    if f.name in _KEYS and f.default is MISSING and f.default_factory is MISSING
]


def _exercises(path: Path, topic: str) -> list[Exercise]:
    rows = _table(path).get("exercise", [])
    if not rows:
        raise WorkbookError(f"{path} lists no [[exercise]].")
    return [_exercise(row, path, topic) for row in rows]


def _exercise(row: dict[str, Any], path: Path, topic: str) -> Exercise:
    where = f"{path}: {row.get('id', 'an exercise without id')}"
    for key, value in row.items():
        if key not in _KEYS:
            raise WorkbookError(f"{where} has an unknown key {key!r}. Known: {', '.join(_KEYS)}.")
        if type(value) is not _KEYS[key]:
            raise WorkbookError(f"{where}: {key} = {value!r} is not {_IN_TOML[_KEYS[key]]}.")
    for key in _NEEDED:
        if key not in row:
            raise WorkbookError(f"{where} does not state {key!r}.")
    _check_rules(row.get("rules", {}), where)
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items()
    }
    return Exercise(**given, topic=topic)


def _check_rules(rules: dict[str, Any], where: str) -> None:
    for rule, share in rules.items():
        if rule not in RULES:
            raise WorkbookError(f"{where} has an unknown rule {rule!r}. Known: {', '.join(RULES)}.")
        if type(share) is not float or not 0 < share <= MOST_FOR_RULES:
            raise WorkbookError(
                f"{where}: {rule} = {share!r} is no share of the points above 0 and up to "
                f"{MOST_FOR_RULES}."
            )
    if sum(rules.values()) > MOST_FOR_RULES + 1e-9:
        raise WorkbookError(
            f"{where}: its rules cost {sum(rules.values()):g} of the points together; "
            f"{MOST_FOR_RULES} is the most."
        )


def _check(exercises: tuple[Exercise, ...], notebooks: set[str], course: Path) -> None:
    ids = [exercise.id for exercise in exercises]
    for exercise in exercises:
        source = course / exercise.topic / "exercises.toml"
        if ids.count(exercise.id) > 1:
            raise WorkbookError(f"{source}: exercise {exercise.id!r} is listed twice.")
        if exercise.notebook not in notebooks:
            raise WorkbookError(
                f"{source}: {exercise.id} names the notebook {exercise.notebook!r}, "
                "which is not listed."
            )
        for required in exercise.requires:
            if required not in ids:
                raise WorkbookError(
                    f"{source}: {exercise.id} requires {required!r}, which is not listed."
                )
        beside = [other.id for other in exercises if other.notebook == exercise.notebook]
        for refused in exercise.refuses:
            if refused != FAST_LAYERS and refused not in beside:
                raise WorkbookError(
                    f"{source}: {exercise.id} refuses {refused!r}, which is neither "
                    f"{FAST_LAYERS!r} nor an exercise of its notebook."
                )
    try:
        graphlib.TopologicalSorter({e.id: e.requires for e in exercises}).prepare()
    except graphlib.CycleError as error:
        circle = " requires ".join(reversed(error.args[1]))
        raise WorkbookError(f"{course}: {circle}.") from None


@cache
def load() -> Curriculum:
    """Return the curriculum that this package ships."""
    return read(COURSE)
