"""How many mechanical changes of the solutions do the checks notice?

    python tests/mutation/run.py [ID...] [--sample N] [--seed S]
    python tests/mutation/run.py [ID...] --random N [--minutes M] [--seed S]

Every operator, constant, comparison, axis, index, argument and name in the solution blocks is
changed, one at a time, and the cases of the exercise, its pair and its class run on the result.
Changes that survive must be listed in `survivors.toml` with the reason why they change nothing
that anyone asked for; the exit code is 1 if one is not, or if fewer than 97 % of the others are
caught. A sample says nothing about entries of the list that no survivor needs.

With `--random`, one to three of these changes at a time are made in the solutions and in the
right alternatives of `solutions/misconceptions`. What passes every case at the public seed runs
again at three other seeds, on inputs of random sizes too (`inputs.py`). A program that fails
there is wrong and was let pass: each is listed, and the exit code is 1.
"""

import argparse
import json
import os
import queue
import random
import re
import subprocess
import sys
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from mutants import Mutant, Mutants
from worker import Bench

from workbook import curriculum
from workbook.cases import DEFAULT_SEED
from workbook.student.locations import solutions_folder

HERE = Path(__file__).parent
NEEDED = 0.97
SECONDS = 30.0
HANGS = 8.0
FRESH_SEEDS = (1, 77, 4711)


class Reason:
    """An entry of `survivors.toml`: which survivors it explains, and why they change nothing."""

    def __init__(self, entry: dict[str, str]) -> None:
        self.why = entry["why"]
        self._patterns = {
            field: re.compile(entry.get(field, ".*"), re.DOTALL)
            for field in ("exercise", "code", "change")
        }
        self.used = 0

    def explains(self, mutant: Mutant) -> bool:
        return all(p.fullmatch(getattr(mutant, f)) for f, p in self._patterns.items())


def reasons() -> list[Reason]:
    """The committed list."""
    text = (HERE / "survivors.toml").read_text(encoding="utf-8")
    return [Reason(entry) for entry in tomllib.loads(text)["survivor"]]


class Worker:
    """A process that runs mutants; one that hangs is ended and replaced."""

    def __init__(self, folder: Path, seconds: float | None = None) -> None:
        self._folder = folder
        self._seconds = seconds
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()

    def _start(self) -> subprocess.Popen[str]:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        answers: queue.Queue[str] = queue.Queue()
        self._answers = answers

        def read() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                answers.put(line)
            answers.put("")

        threading.Thread(target=read, daemon=True).start()
        return process

    def caught_by(self, *mutants: Mutant, program: str = "", seed: int = DEFAULT_SEED) -> str:
        """The case that fails, `hangs` or `ends the process`; empty for a survivor.

        Several mutants are changes that are made together in one program.
        """
        if self._process is None:
            self._process = self._start()
        assert self._process.stdin is not None
        question = {
            "exercise": mutants[0].exercise,
            "numbers": [mutant.number for mutant in mutants],
            "program": program,
            "seed": seed,
        }
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        try:
            answer = self._answers.get(timeout=self._seconds or SECONDS)
        except queue.Empty:
            self.close()
            return "hangs"
        if not answer:
            self.close()
            return "ends the process"
        return str(json.loads(answer))

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def choose(ids: Iterable[str], folder: Path, sample: int | None, seed: int) -> list[Mutant]:
    """All mutants of the exercises, or some of them, in the order of learning."""
    found = [mutant for name in ids for mutant in Mutants(name, folder).all]
    if sample is None or sample >= len(found):
        return found
    chosen = random.Random(seed).sample(range(len(found)), sample)
    return [found[place] for place in sorted(chosen)]


def outcomes(mutants: list[Mutant], folder: Path) -> Iterator[tuple[Mutant, str]]:
    """Each mutant and what caught it; what is no program at all is left out."""
    worker = Worker(folder)
    try:
        for mutant in mutants:
            caught = worker.caught_by(mutant)
            if caught != "syntax":
                yield mutant, caught
    finally:
        worker.close()


class RandomEdits:
    """Programs with a few random changes, each exercise as often as any other.

    Parameters
    ----------
    ids : list of str
        Exercises.
    folder : Path
        The solutions.
    seed : int
    """

    def __init__(self, ids: list[str], folder: Path, seed: int) -> None:
        self._ids = ids
        self._bench = Bench(folder)
        self._random = random.Random(seed)

    def __iter__(self) -> Iterator[tuple[str, list[Mutant]]]:
        """The id of a program, empty for the solution, and the changes to make; without end."""
        while True:
            exercise = self._random.choice(self._ids)
            alternatives = list(self._bench.catalogue(exercise).alternatives)
            program = self._random.choice(["", *alternatives])
            possible = self._bench.mutants(exercise, program).all
            count = min(self._random.choice((1, 1, 2, 3)), len(possible))
            yield program, self._random.sample(possible, count)


def random_edits(
    ids: list[str], folder: Path, number: int, seed: int, minutes: float
) -> tuple[Counter[str], list[str]]:
    """Try random edits; what became of them, and the wrong programs that pass every case."""
    worker = Worker(folder, seconds=HANGS)
    found: Counter[str] = Counter()
    wrong: list[str] = []
    end = time.monotonic() + 60 * minutes
    try:
        for program, edits in RandomEdits(ids, folder, seed):
            if found.total() - found["syntax"] >= number or time.monotonic() > end:
                break
            caught = worker.caught_by(*edits, program=program)
            if caught:
                found["syntax" if caught == "syntax" else "caught"] += 1
                continue
            by = ""
            for fresh in FRESH_SEEDS:
                by = by or worker.caught_by(*edits, program=program, seed=fresh)
            found["wrong" if by else "equivalent"] += 1
            if by:
                changes = "; ".join(f"{m.code!r}: {m.change}" for m in edits)
                wrong.append(f"{program or edits[0].exercise}: {changes} (seen by {by})")
    finally:
        worker.close()
    return found, wrong


def _report_random(ids: list[str], folder: Path, number: int, seed: int, minutes: float) -> int:
    found, wrong = random_edits(ids, folder, number, seed, minutes)
    for line in sorted(set(wrong)):
        print(f"passes: {line}")
    print(
        f"{found.total() - found['syntax']} random edits, {found['caught']} caught, "
        f"{found['equivalent']} the same on {len(FRESH_SEEDS)} other seeds, "
        f"{found['wrong']} wrong and not caught"
    )
    return 1 if wrong else 0


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("ids", nargs="*", metavar="ID", help="exercises; all by default")
    parser.add_argument("--sample", type=int, metavar="N", help="only N of the mutants")
    parser.add_argument("--seed", type=int, default=0, help="which N")
    parser.add_argument("--random", type=int, metavar="N", help="N random edits in their place")
    parser.add_argument("--minutes", type=float, default=600.0, help="stop after M minutes")
    options = parser.parse_args(arguments)
    folder = solutions_folder()
    if folder is None:
        print("The mutation test needs the solutions.")
        return 2
    known = curriculum.load()
    ids = [known[name].id for name in options.ids] or known.ids()
    if options.random is not None:
        return _report_random(ids, folder, options.random, options.seed, options.minutes)
    listed = reasons()
    total: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    equivalent: Counter[str] = Counter()
    unlisted = []
    for mutant, by in outcomes(choose(ids, folder, options.sample, options.seed), folder):
        total[mutant.exercise] += 1
        if by:
            caught[mutant.exercise] += 1
            continue
        explained = [reason for reason in listed if reason.explains(mutant)]
        for reason in explained[:1]:
            reason.used += 1
        equivalent[mutant.exercise] += bool(explained)
        if not explained:
            unlisted.append(mutant)
    for name in ids:
        if total[name]:
            print(f"{name}: {caught[name]} caught, {equivalent[name]} equivalent, of {total[name]}")
    for mutant in unlisted:
        print(f"survives: {mutant}")
    stale = [] if options.sample or options.ids else [r for r in listed if not r.used]
    for reason in stale:
        print(f"no survivor needs: {reason.why}")
    changing = total.total() - equivalent.total()
    share = caught.total() / changing if changing else 1.0
    print(
        f"{total.total()} mutants, {equivalent.total()} equivalent, "
        f"{caught.total()} of the other {changing} caught: {share:.2%} (at least {NEEDED:.0%})"
    )
    return 1 if unlisted or stale or share < NEEDED else 0


if __name__ == "__main__":
    sys.exit(main())
