"""The verdicts of one exercise over all of its cases: what may be claimed of the whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbook.cases import Limit
from workbook.checks.compare import ArrayVerdict
from workbook.checks.fingerprint import changed_arguments
from workbook.checks.messages import ComparedCase, called, plain
from workbook.locale.sentence import Sentence, Value

__all__ = ["FEW", "CaseVerdicts", "shortened"]

FEW = 4
"""More names than these are not listed in a sentence."""

_Wrong = tuple[ComparedCase, ArrayVerdict]


@dataclass(frozen=True, eq=False)
class CaseVerdicts:
    """What holds in all cases of an exercise, and what in some.

    Parameters
    ----------
    cases : sequence of ComparedCase
        Every case of the exercise that ran.
    """

    cases: Sequence[ComparedCase]

    @cached_property
    def failing(self) -> tuple[ComparedCase, ...]:
        """The cases that did not pass, the best to speak of first: what fails most plainly.

        Wrong values come before TODOs, and these before rules that are missed.
        """
        failing = [c for c in self.cases if c.comparison.outcome != "pass"]
        return tuple(sorted(failing, key=lambda c: (_rank(c), self.only_repeats(c), c.size)))

    @cached_property
    def worst(self) -> tuple[ComparedCase, ...]:
        """The failing cases that a headline is about: those with the first one's rank."""
        return tuple(c for c in self.failing if _rank(c) == _rank(self.failing[0]))

    @cached_property
    def passing(self) -> tuple[ComparedCase, ...]:
        """The cases that passed, in their order."""
        return tuple(c for c in self.cases if c.comparison.outcome == "pass")

    def only_repeats(self, compared: ComparedCase) -> bool:
        """Return whether a case about unchanged arguments shows no more than that values are wrong.

        Its values go through the same code as those of other cases, so it fails with them. It
        says something of its own only if an argument was changed.
        """
        return bool(compared.case.keeps) and not changed_arguments(compared.comparison)

    @cached_property
    def own_failing(self) -> tuple[ComparedCase, ...]:
        """The failing cases without those that only repeat what others show."""
        return tuple(c for c in self.failing if not self.only_repeats(c)) or self.failing

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all arrays that are compared, in their order."""
        return tuple(dict.fromkeys(name for c in self.cases for name in c.reference.arrays))

    @cached_property
    def wrong(self) -> dict[str, tuple[_Wrong, ...]]:
        """The arrays that are wrong somewhere, each with the failing cases that show it.

        Those come last that only a case about unchanged arguments returns.
        """
        found: dict[str, list[_Wrong]] = {}
        for compared in self.failing:
            for verdict in compared.comparison.arrays:
                if not verdict.ok:
                    found.setdefault(verdict.name, []).append((compared, verdict))
        order = {name: place for place, name in enumerate(self.names)}
        last = len(order)

        def place(name: str) -> tuple[bool, int]:
            return all(self.only_repeats(c) for c, _ in found[name]), order.get(name, last)

        return {name: tuple(found[name]) for name in sorted(found, key=place)}

    @cached_property
    def all_ran(self) -> bool:
        """Return whether every case came to results, so that all of them can be spoken of."""
        return all(c.record.raised is None for c in self.cases)

    @cached_property
    def right(self) -> tuple[str, ...]:
        """The arrays that are right in every case; none if a case came to no results."""
        return tuple(n for n in self.names if n not in self.wrong) if self.all_ran else ()

    def everywhere(self, name: str) -> bool:
        """Return whether an array is wrong in every case that returns it."""
        judged = [c for c in self.cases if name in c.reference.arrays]
        return len(self.wrong.get(name, ())) == len(judged) and self.all_ran

    def scope(self, name: str) -> Sentence:
        """Return the words for the cases in which an array is wrong."""
        wrong = self.wrong[name]
        if self.everywhere(name):
            return Sentence.of("finding.in_every_case")
        if len(wrong) == 1:
            return Sentence.of("finding.in_one_case", case=wrong[0][0].case.name)
        return Sentence.of("finding.in_every_failing_case")

    # What the sentences of a message may claim.

    def claims(self) -> dict[str, object]:
        """Return the placeholders that say what is right; each is empty where nothing is.

        `{right}`
            The arrays that are right in every case: "dw and db are right."
        `{right_cases}`
            The cases in which everything is right, or the few in which something is not.
        `{numbers[dx]}`
            "The numbers in it are right.", where only the shape or the dtype of an array is
            wrong, in every case.
        """
        return {
            "right": self.right_arrays,
            "right_cases": self.right_cases,
            "numbers": {plain(n): self.numbers_right(n) for n in (*self.names, *self.wrong)},
        }

    @cached_property
    def right_arrays(self) -> Value:
        """The sentence that names the arrays that are right; empty if it would say nothing."""
        right = [called(name) for name in self.shown_names(self.right)]
        if not right:
            return ""
        if len(right) == 1:
            return Sentence.of("finding.right_one", name=right[0])
        if len(right) <= FEW:
            return Sentence.of("finding.right_some", names=right)
        if not self.wrong:
            return Sentence.of("finding.right_all")
        if len(self.wrong) <= FEW:
            return Sentence.of("finding.right_others", wrong=[called(n) for n in self.wrong])
        return ""

    @cached_property
    def right_cases(self) -> Value:
        """The sentence that names the cases that are right, or the few that are not."""
        good = [c.case.name for c in self.passing if not c.case.keeps]
        bad = [c.case.name for c in self.own_failing]
        if not good or not bad:
            return ""
        if len(good) <= len(bad) and len(good) < FEW:
            return Sentence.of("finding.right_for", cases=good)
        if len(bad) < FEW:
            return Sentence.of("finding.wrong_only_for", cases=self._in_order(bad))
        return Sentence.of("finding.right_for", cases=good) if len(good) < FEW else ""

    def _in_order(self, names: Iterable[str]) -> list[str]:
        known = set(names)
        return [c.case.name for c in self.cases if c.case.name in known]

    def shown_names(self, names: Iterable[str]) -> list[str]:
        """Leave out what is counted or observed beside the results, such as a flag."""
        results = {
            name
            for c in self.cases
            for name in c.reference.arrays
            if _limit(c, name).measure in ("relative", "absolute")
        }
        return [name for name in names if name in results]

    def numbers_right(self, name: str) -> Value:
        """Return the sentence that only the shape or the dtype of an array is wrong, or ""."""
        if name in self.wrong and self._same_numbers(name):
            return Sentence.of("finding.numbers_right")
        return ""

    def _same_numbers(self, name: str) -> bool:
        for compared, verdict in self.wrong.get(name, ()):
            got, want = compared.record.arrays.get(name), compared.reference.arrays.get(name)
            if verdict.rules:
                continue
            if got is None or want is None or got.array is None or want.array is None:
                return False
            if verdict.problem != "shape" or got.array.size != want.array.size:
                return False
            scale = float(np.abs(want.array).max(initial=0.0))
            near = np.allclose(got.array.ravel(), want.array.ravel(), rtol=1e-5, atol=1e-7 * scale)
            if not near:
                return False
        return True


def shortened(names: list[str]) -> list[str]:
    """Return the first of many names, and how many others there are."""
    if len(names) <= FEW + 1:
        return names
    others = Sentence.of("finding.others", count=len(names) - FEW)
    return [*names[:FEW], str(others)]


def _rank(compared: ComparedCase) -> int:
    return {"almost": 2, "todo": 1, "blocked": 1}.get(compared.comparison.outcome, 0)


def _limit(compared: ComparedCase, name: str) -> Limit:
    return compared.case.limit(name)
