"""The page that the instructor reads: how the class did, and where to look."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from workbook import curriculum, locale
from workbook.grading.gradebook.models import GradingRun
from workbook.grading.grades import Grade
from workbook.grading.reports.feedback import STYLE_CLASSES
from workbook.grading.reports.pages import render

__all__ = ["class_page"]

_BINS = 10
_MAX_MISTAKES = 15


@dataclass(frozen=True)
class ExerciseStatistics:
    """One exercise over the class; `right` counts those that are done."""

    id: str
    title: str
    right: int
    tried: int
    outcomes: str


def class_page(
    run: GradingRun, grades: Sequence[Grade], pages: dict[str, str], sandbox: str
) -> str:
    """The class page as HTML that needs no other file.

    Parameters
    ----------
    run : Run
    grades : sequence of Grade
    pages : dict of str by student id
        Where each feedback page lies, relative to this one.
    sandbox : str
        Which sandbox was used and what it does not stop.
    """
    judged = [grade for grade in grades if grade.status == "graded"]
    totals = [grade.total for grade in judged if grade.total is not None]
    bins = distribution(totals, judged[0].maximum if judged else 0.0)
    return render(
        "class.html",
        run=run,
        grades=grades,
        pages=pages,
        statuses=Counter(grade.status for grade in grades),
        average=f"{mean(totals):.1f}" if totals else "",
        middle=f"{median(totals):.1f}" if totals else "",
        maximum=f"{grades[0].maximum:g}" if grades else "",
        bins=bins,
        most=max((count for _, count in bins), default=0) or 1,
        exercises=hardest(judged),
        mistakes=mistakes(judged),
        differing=[(g, e) for g in judged for e in g.exercises.values() if e.differs],
        flagged=[grade for grade in grades if grade.flags],
        corrected=[(g, e) for g in grades for e in g.exercises.values() if e.correction],
        sandbox=sandbox,
        look=STYLE_CLASSES,
    )


def distribution(totals: Sequence[float], maximum: float) -> list[tuple[str, int]]:
    """How many totals lie in each tenth of the maximum, and how many beyond it (by a bonus)."""
    step = 100 // _BINS
    labels = [f"{step * i}-{step * (i + 1)} %" for i in range(_BINS)]
    counts = dict.fromkeys([*labels, "over 100 %"], 0)
    for total in totals:
        share = total / maximum if maximum else 0.0
        place = min(_BINS - 1, int(share * _BINS + 1e-9))
        counts["over 100 %" if share > 1 + 1e-9 else labels[place]] += 1
    if not counts["over 100 %"]:
        del counts["over 100 %"]
    return list(counts.items())


def hardest(judged: Sequence[Grade]) -> list[ExerciseStatistics]:
    """Every exercise, the one that fewest got right first."""
    found: dict[str, Counter[str]] = {}
    titles: dict[str, str] = {}
    for grade in judged:
        for exercise in grade.exercises.values():
            found.setdefault(exercise.id, Counter())[exercise.outcome] += 1
            titles[exercise.id] = exercise.title
    rows = [
        ExerciseStatistics(
            name,
            titles[name],
            sum(counts[outcome] for outcome in curriculum.DONE),
            counts.total() - counts["todo"] - counts["missing"],
            ", ".join(f"{word} {n}" for word, n in counts.most_common() if word != "pass"),
        )
        for name, counts in found.items()
    ]
    return sorted(rows, key=lambda row: row.right)


def mistakes(judged: Sequence[Grade]) -> list[dict[str, Any]]:
    """The misconceptions by how many made them."""
    found: Counter[str] = Counter()
    for grade in judged:
        for exercise in grade.exercises.values():
            if exercise.misconception:
                found[exercise.misconception] += 1
    return [
        {"id": name, "count": count, "words": _words(name)}
        for name, count in found.most_common(_MAX_MISTAKES)
    ]


def _words(misconception: str) -> str:
    sentence = f"{misconception}.looks_like"
    return locale.sentences().get(sentence, "")
