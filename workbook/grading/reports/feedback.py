"""The page that one student reads."""

from itertools import groupby

from workbook import curriculum
from workbook.checks.card.rows import rules_sentence
from workbook.checks.results import OUTCOMES
from workbook.grading.grades import ExerciseGrade, Grade
from workbook.grading.reports.pages import render
from workbook.locale import table, text

__all__ = ["STYLE_CLASSES", "feedback_page"]

# How an outcome is shown beside its word.
STYLE_CLASSES = {outcome: "wrong" for outcome in OUTCOMES} | {
    "pass": "pass",
    "almost": "almost",
    "partial": "partial",
    "todo": "wait",
    "blocked": "wait",
    "infra": "wait",
}


def feedback_page(grade: Grade) -> str:
    """One student's page as HTML that needs no other file.

    It says what was seen and what to try; neither a hidden value nor how to write it right.
    """
    notebooks = {notebook.name: notebook.title for notebook in curriculum.load().notebooks}
    exercises = grade.exercises.values()
    parts = [
        (notebooks[name], list(group)) for name, group in groupby(exercises, lambda e: e.notebook)
    ]
    right = sum(exercise.outcome in curriculum.DONE for exercise in exercises)
    if grade.total is None:
        title = text("feedback.title_open")
    else:
        total, maximum = f"{grade.total:g}", f"{grade.maximum:g}"
        title = text("feedback.title", total=total, maximum=maximum)
    return render(
        "feedback.html",
        grade=grade,
        title=title,
        summary=text("feedback.summary", right=right, count=len(exercises)),
        parts=parts,
        look=STYLE_CLASSES,
        words=table("outcome"),
        done=curriculum.DONE,
        missed=_missed,
        source=grade.submission.source.rpartition("/")[2],
    )


def _missed(exercise: ExerciseGrade) -> str:
    """Return which rules cost points; empty where points were set by hand."""
    if exercise.correction is not None:
        return ""
    return rules_sentence(exercise.id, exercise.outcome, exercise.rules, exercise.maximum)
