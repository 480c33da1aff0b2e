"""Questions in the notebooks: the learner writes first, then a model answer opens."""

import re
from datetime import datetime

from IPython.display import Markdown, display

from workbook.errors import UsageError
from workbook.locale import table, text
from workbook.student import course_policy
from workbook.student.locations import solutions_on
from workbook.student.state_file import read_state, write_state

__all__ = ["answer"]


def _refusal(written: str) -> str:
    """Return what to say to words that are no answer; empty if they are one, however short."""
    words = " ".join(re.findall(r"\w+", re.sub("['’]", "", written.casefold())))
    if not words or words == "write here":
        return text("question.empty")
    return text("question.no_answer") if words in text("question.do_not_know").split("\n") else ""


def answer(question: str, words: str) -> None:
    """Keep what the learner wrote and open the model answer beside it.

    Nothing opens while the cell holds its placeholder, nothing, or "I don't know"; a word or a
    number is enough. What is written is kept in the folder's `.workbook/answers.json`, except
    while solutions are on.

    Parameters
    ----------
    question : str
        The question's id.
    words : str
        The learner's answer.

    Raises
    ------
    UsageError
        If there is no question with that id.
    """
    if question not in table("answer"):
        raise UsageError(
            f"There is no question called {question!r}; the cell's first word names it."
        )
    written = words.strip()
    refusal = _refusal(written)
    if refusal:
        print(refusal)
        return
    if not solutions_on():
        answers = read_state("answers")
        answers[question] = {
            "text": written,
            "time": datetime.now().astimezone().isoformat(timespec="seconds"),
        }
        write_state("answers", answers)
    allowed = course_policy.current()
    if not allowed.answers_open() and allowed.answers_from is not None:
        print(text("policy.answers_later", date=allowed.answers_from.strftime("%Y-%m-%d")))
        return
    model = f"**{text('question.model')}**\n\n{table('answer')[question]}"
    display(Markdown(model))  # type: ignore[no-untyped-call]
