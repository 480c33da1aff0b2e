"""What counts in a class, and for how much: the curriculum, or what a `scheme.toml` changes."""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.errors import UsageError

__all__ = ["EXAMPLE", "Scheme", "default_scheme", "parse_scheme", "read_scheme", "seed_secret"]

EXAMPLE = """\
# What counts, and for how much. Every line may be left out.

[count]
# Exercises of these notebooks count, and nbval runs these notebooks.
notebooks = ["FullyConnectedNet", "BatchNorm", "Dropout", "CNN"]
# Of those, these do not.
leave_out = ["rmsprop"]
# What the curriculum calls optional: "bonus" (on top of the maximum), "count", or "none".
optional = "bonus"

[points]
# Instead of the curriculum's points.
affine_forward = 2
"FullyConnectedNet.loss" = 12

[attempts]
# Which of several attempts counts: "latest" or "best".
count = "latest"
# After it (or after a student's own extension in the roster) an attempt is late: "flag" counts
# it and says so, "ignore" does not count it.
deadline = 2026-11-30T23:59:00Z
late = "flag"

[canvas]
# The column's title in Canvas, with the number that Canvas gave the assignment.
assignment = "Workbook (12345)"
"""

_KNOWN: dict[str, tuple[str, ...]] = {
    "count": ("notebooks", "exercises", "leave_out", "optional"),
    "attempts": ("count", "deadline", "late"),
    "canvas": ("assignment",),
}
_CHOICES = {
    "count.optional": ("bonus", "count", "none"),
    "attempts.count": ("latest", "best"),
    "attempts.late": ("flag", "ignore"),
}


@dataclass(frozen=True)
class Scheme:
    """What counts.

    Attributes
    ----------
    points : dict of float by exercise id
        In the order of learning; only those that count.
    bonus : tuple of str
        Exercises whose points are on top of the maximum.
    notebooks : tuple of str
        What nbval runs.
    attempts : str
        `latest` or `best`.
    deadline : datetime or None
    late : str
        `flag` or `ignore`.
    assignment : str
        The column's title in the Canvas file.
    """

    points: dict[str, float]
    bonus: tuple[str, ...] = ()
    notebooks: tuple[str, ...] = ()
    attempts: str = "latest"
    deadline: datetime | None = None
    late: str = "flag"
    assignment: str = "Workbook"

    @property
    def exercises(self) -> tuple[str, ...]:
        return tuple(self.points)

    @property
    def maximum(self) -> float:
        """What a student can get without a bonus."""
        return sum(points for name, points in self.points.items() if name not in self.bonus)

    def as_json(self) -> dict[str, Any]:
        """As plain data, for the gradebook."""
        return {
            "points": dict(self.points),
            "bonus": list(self.bonus),
            "notebooks": list(self.notebooks),
            "attempts": self.attempts,
            "deadline": self.deadline.isoformat() if self.deadline else None,
            "late": self.late,
            "assignment": self.assignment,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Scheme":
        """What `as_json` gave."""
        deadline = data["deadline"]
        return cls(
            points={name: float(value) for name, value in data["points"].items()},
            bonus=tuple(data["bonus"]),
            notebooks=tuple(data["notebooks"]),
            attempts=data["attempts"],
            deadline=datetime.fromisoformat(deadline) if deadline else None,
            late=data["late"],
            assignment=data["assignment"],
        )


def _table(raw: dict[str, Any], name: str, source: str) -> dict[str, Any]:
    table = raw.get(name, {})
    if not isinstance(table, dict):
        raise UsageError(f"{source}: [{name}] must be a table.")
    for key, value in table.items():
        if name in _KNOWN and key not in _KNOWN[name]:
            raise UsageError(
                f"{source}: [{name}] has no key {key!r}. Known: {', '.join(_KNOWN[name])}."
            )
        choices = _CHOICES.get(f"{name}.{key}")
        if choices and value not in choices:
            raise UsageError(
                f"{source}: [{name}] {key} = {value!r} must be one of {', '.join(choices)}."
            )
    return table


def _names(table: dict[str, Any], key: str, source: str) -> list[str]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise UsageError(f"{source}: {key} must be a list of names.")
    return list(value)


def _points(name: str, value: object, source: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        raise UsageError(f"{source}: the points of {name}, {value!r}, must be a number from 0 on.")
    return float(value)


def _deadline(value: object, source: str) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(23, 59, 59)).astimezone(UTC)
    raise UsageError(f"{source}: deadline = {value!r} is no date. Write 2026-11-30T23:59:00Z.")


def parse_scheme(text: str, source: str = "scheme.toml") -> Scheme:
    """Read a scheme from TOML text.

    Raises
    ------
    UsageError
        If it is not TOML, or names what does not exist.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{source} is not TOML: {error}.") from error
    for name in raw:
        if name not in (*_KNOWN, "points"):
            raise UsageError(f"{source} has no table [{name}]. Known: points, {', '.join(_KNOWN)}.")
    count, attempts = _table(raw, "count", source), _table(raw, "attempts", source)
    changed, known = _table(raw, "points", source), curriculum.load()
    try:
        only = [known[name].id for name in _names(count, "exercises", source)]
        without = [known[name].id for name in _names(count, "leave_out", source)]
        wanted = [known.notebook(name).name for name in _names(count, "notebooks", source)]
        points = {known[name].id: _points(name, v, source) for name, v in changed.items()}
    except UsageError as error:
        message = str(error)
        raise UsageError(
            message if message.startswith(source) else f"{source}: {message}"
        ) from None
    optional = count.get("optional", "bonus")
    counted = [
        exercise
        for exercise in known
        if (not only or exercise.id in only)
        and (not wanted or exercise.notebook in wanted)
        and exercise.id not in without
        and not (exercise.optional and optional == "none" and exercise.id not in only)
    ]
    if not counted:
        raise UsageError(f"{source}: no exercise counts.")
    notebooks = {exercise.notebook for exercise in counted}
    return Scheme(
        points={e.id: points.get(e.id, float(e.points)) for e in counted},
        bonus=tuple(e.id for e in counted if e.optional and optional == "bonus"),
        notebooks=tuple(n.name for n in known.notebooks if n.name in notebooks),
        attempts=attempts.get("count", "latest"),
        deadline=_deadline(attempts.get("deadline"), source),
        late=attempts.get("late", "flag"),
        assignment=str(_table(raw, "canvas", source).get("assignment", "Workbook")),
    )


def default_scheme() -> Scheme:
    """The curriculum as it is."""
    return parse_scheme("")


def read_scheme(path: Path) -> Scheme:
    """Read a scheme from a file; see `parse_scheme`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"The scheme {path} cannot be read: {why}.") from error
    return parse_scheme(text, path.name)


def seed_secret(seed: int) -> str:
    """The secret that `--seed` stands for."""
    return hashlib.sha256(f"workbook grade --seed {seed}".encode()).hexdigest()
