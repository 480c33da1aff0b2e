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
    known = {"question.model": "Model"}
    monkeypatch.setattr(questions, "text", lambda name: known.get(name, "Write first."))
    return kept, shown


@pytest.mark.parametrize("words", ["", "\n(write here)\n", "dunno"])
def test_nothing_opens_before_something_is_written(impl, capsys, words):
    questions.answer("dead-units", words)
    assert impl == ({}, [])
    assert capsys.readouterr().out == "Write first.\n"


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
