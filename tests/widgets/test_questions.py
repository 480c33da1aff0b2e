"""Questions: the model answer opens once something was written, and the writing is kept."""

import pytest

from workbook.errors import UsageError
from workbook.widgets import questions


@pytest.fixture
def impl(monkeypatch):
    """One question, solutions off; what is kept and shown can be looked at."""
    kept, shown = {}, []
    monkeypatch.setattr(questions, "solutions_on", lambda: False)
    monkeypatch.setattr(questions, "read_state", lambda name: dict(kept.get(name, {})))
    monkeypatch.setattr(questions, "write_state", kept.__setitem__)
    monkeypatch.setattr(questions, "display", shown.append)
    answers = {"answer": {"dead-units": "Because the gradient is 0."}}
    monkeypatch.setattr(questions, "table", answers.__getitem__)
    real = questions.text
    known = {"question.model": "Model", "question.do_not_know": real("question.do_not_know")}
    monkeypatch.setattr(questions, "text", lambda name: known.get(name, "Write first."))
    return kept, shown


@pytest.mark.parametrize(
    "words",
    [
        "",
        "\n(write here)\n",
        "...",
        "?",
        "dunno",
        "I don't know",
        "I don’t know!",
        "No idea ...",
        "IDK",
    ],
)
def test_nothing_opens_before_something_is_written(impl, capsys, words):
    questions.answer("dead-units", words)
    assert impl == ({}, [])
    assert capsys.readouterr().out == "Write first.\n"


@pytest.mark.parametrize(
    "words", ["2.3 and 4.6", "no", "0", "ja", "差", "I don't know why, but I saw 2.3."]
)
def test_a_short_answer_is_enough(impl, words):
    kept, shown = impl
    questions.answer("dead-units", f"\n{words}\n")
    assert kept["answers"]["dead-units"]["text"] == words
    assert len(shown) == 1


def test_who_does_not_know_is_asked_for_a_guess(capsys):
    questions.answer("scratch-clueless", "I don't know")
    assert "guess" in capsys.readouterr().out


def test_the_answer_is_kept_and_the_model_opens(impl):
    kept, shown = impl
    questions.answer("dead-units", "\nThe unit never fires again.\n")
    assert kept["answers"]["dead-units"]["text"] == "The unit never fires again."
    assert "Because the gradient is 0." in shown[0].data


def test_nothing_is_kept_while_solutions_are_on(impl, monkeypatch):
    monkeypatch.setattr(questions, "solutions_on", lambda: True)
    questions.answer("dead-units", "The unit never fires again.")
    assert impl[0] == {}
    assert len(impl[1]) == 1


def test_an_unknown_question_is_refused(impl):
    with pytest.raises(UsageError, match="dead-units-2"):
        questions.answer("dead-units-2", "whatever I write here")
