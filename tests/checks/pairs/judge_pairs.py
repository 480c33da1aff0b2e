"""Judge the cards of many pairs of misconceptions; a script for more than a test can wait for.

python tests/checks/pairs/judge_pairs.py --pairs 1000
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbook.checks.diagnose import diagnose
from workbook.checks.fingerprint import Fingerprint, changed_arguments
from workbook.checks.messages import ComparedCase, Message
from workbook.checks.references import FromSolutions, choose
from workbook.student import load_implementation

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from claims import denied  # noqa: E402
from planting import Overlap, Pair, Planter, pairs  # noqa: E402

__all__ = ["Tally", "judge"]


@dataclass
class Tally:
    """What came of all cards.

    Attributes
    ----------
    judged : int
        Pairs whose card was read.
    denied : list of (Pair, str)
        Sentences that the arrays of the card deny.
    unread : list of (Pair, str)
        Sentences about what is right that the judge does not understand.
    third : list of (Pair, str)
        Misconceptions that were named and not planted.
    named : Counter
        How many of the two were named.
    about_arguments : list of Pair
        Cards that speak of a case about unchanged arguments although no argument was changed.
    """

    judged: int = 0
    denied: list[tuple[Pair, str]] = field(default_factory=list)
    unread: list[tuple[Pair, str]] = field(default_factory=list)
    third: list[tuple[Pair, str]] = field(default_factory=list)
    named: Counter[int] = field(default_factory=Counter)
    about_arguments: list[Pair] = field(default_factory=list)

    def add(
        self, pair: Pair, cases: Sequence[ComparedCase], known: Sequence[Fingerprint]
    ) -> list[Message]:
        """Read the card of one pair."""
        self.judged += 1
        messages = diagnose(cases, known)
        shown = [messages[0], *(m for m in messages[1:] if m.misconception is not None)]
        for place, message in enumerate(shown):
            # Of further misconceptions a card shows only what they look like.
            words = [message.looks_like] if place else [message.seen, message.looks_like]
            for text in words:
                false, unread = denied(text, cases, message.case)
                self.denied += [(pair, each) for each in false]
                self.unread += [(pair, each) for each in unread]
        planted = _alike(pair, known)
        names = [m.misconception for m in messages if m.misconception is not None]
        self.third += [(pair, name) for name in names if name not in planted]
        self.named[len(names)] += 1
        first = next((c for c in cases if c.case.name == messages[0].case), None)
        if first is not None and first.case.keeps and not changed_arguments(first.comparison):
            self.about_arguments.append(pair)
        return messages


def _alike(pair: Pair, known: Sequence[Fingerprint]) -> set[str]:
    """Return the two, and what cannot be told from them."""
    planted = [f for f in known if f.id in (pair.first, pair.second)]
    return {f.id for f in known for p in planted if f.cases == p.cases or f.message == p.message}


def judge(references: FromSolutions, count: int, seed: int = 1) -> Tally:
    """Plant pairs until `count` of them fail their exercise, and read their cards."""
    tally = Tally()
    with load_implementation(references.folder) as impl:
        planter = Planter(impl, references)
        for pair in pairs(impl, seed):
            if tally.judged == count:
                break
            try:
                cases = planter.run(pair)
            except Overlap:
                continue
            if any(c.comparison.outcome != "pass" for c in cases):
                tally.add(pair, cases, references.fingerprints(pair.exercise))
    return tally


def main() -> None:
    """Print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--solutions", type=Path, default=HERE.parents[2] / "solutions")
    options = parser.parse_args()
    references = choose(options.solutions, None)
    assert isinstance(references, FromSolutions)
    try:
        tally = judge(references, options.pairs, options.seed)
    finally:
        references.close()
    print(f"{tally.judged} pairs; misconceptions named: {dict(sorted(tally.named.items()))}")
    for title, found in (
        ("denied sentences", tally.denied),
        ("sentences that could not be judged", tally.unread),
        ("third misconceptions", tally.third),
    ):
        print(f"{len({pair for pair, _ in found})} pairs with {title}")
        for pair, what in found:
            print(f"  {pair.first} + {pair.second}: {what}")
    print(f"{len(tally.about_arguments)} cards about an argument that nobody changed")
    for pair in tally.about_arguments:
        print(f"  {pair.first} + {pair.second}")


if __name__ == "__main__":
    main()
