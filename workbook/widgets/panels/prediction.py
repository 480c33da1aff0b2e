"""A question to predict the answer of: never scored; the observation stands beside it later."""

from collections.abc import Mapping
from typing import Any

import ipywidgets as w

from workbook.locale import text
from workbook.widgets.panels.components import paragraph

__all__ = ["Observation", "Prediction"]

# The keys of the answers that came true, and what to say of it.
Observation = tuple[tuple[str, ...], str] | None


class Prediction:
    """The question at the head of a panel.

    Parameters
    ----------
    question : str
    answers : dict of str
        The words of each answer by its key; without any there is only the question.
    """

    def __init__(self, question: str, answers: Mapping[str, str]) -> None:
        self.answers = dict(answers)
        self.choice: Any = w.ToggleButtons(
            options=[(text("panel.no_prediction"), ""), *((v, k) for k, v in self.answers.items())],
            value="",
            description=text("panel.prediction"),
            style={"description_width": "initial", "button_width": "auto"},
        )
        self._said: Any = w.HTML()
        lines = [self.choice, self._said] if answers else []
        self.box: Any = w.VBox([w.HTML(paragraph(question, strong=True)), *lines])

    def show(self, observation: Observation) -> None:
        """Show the observation beside the prediction; None clears it."""
        if observation is None:
            self._said.value = ""
            return
        keys, sentence = observation
        predicted = self.choice.value
        if predicted and self.answers:
            what = "panel.predicted_right" if predicted in keys else "panel.predicted_otherwise"
            sentence = text(what, guess=self.answers[predicted], sentence=sentence)
        self._said.value = paragraph(sentence)

    @property
    def said(self) -> str:
        """What stands beside the prediction, as HTML."""
        return str(self._said.value)
