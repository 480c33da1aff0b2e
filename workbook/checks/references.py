"""Where the right answers come from: the answer key, or the solutions themselves."""

from pathlib import Path
from typing import Protocol

import msgspec

from workbook.cases import DEFAULT_SEED
from workbook.checks import answer_key
from workbook.checks.case_runner import CaseRunner
from workbook.checks.compare import compare
from workbook.checks.fingerprint import Fingerprint, fingerprint
from workbook.checks.raw_results import reduced
from workbook.checks.worker.messages import CaseJob, CatalogueJob
from workbook.course import cases_of
from workbook.errors import UsageError, WorkbookError
from workbook.records import Record

__all__ = ["FromKey", "FromSolutions", "References", "choose"]


class References(Protocol):
    """Reference records and misconceptions for one seed."""

    seed: int

    def seed_of(self, exercise_id: str) -> int:
        """The seed of one exercise's cases."""

    def records(self, exercise_id: str) -> dict[str, Record]:
        """The solution's record by case name."""

    def fingerprints(self, exercise_id: str) -> list[Fingerprint]:
        """The prints of the misconceptions."""

    def close(self) -> None:
        """Let go of processes."""


class FromKey:
    """The answer key, at the one seed that it was built for."""

    def __init__(self, key: "answer_key.AnswerKey") -> None:
        self._key = key
        self.seed = key.seed

    def seed_of(self, exercise_id: str) -> int:
        """The seed of one exercise's cases."""
        return self.seed

    def records(self, exercise_id: str) -> dict[str, Record]:
        """The solution's record by case name."""
        return self._key.records(exercise_id)

    def fingerprints(self, exercise_id: str) -> list[Fingerprint]:
        """The prints of the misconceptions."""
        return self._key.fingerprints(exercise_id)

    def close(self) -> None:
        """Nothing to let go of."""


class FromSolutions:
    """The solutions, run when they are needed; with a fresh key, only for other seeds.

    Parameters
    ----------
    folder : Path
        The solutions.
    seed : int
    key : Key, optional
        Used in their place for exercises for which it is fresh.
    """

    def __init__(self, folder: Path, seed: int, key: "answer_key.AnswerKey | None" = None) -> None:
        self.folder = folder
        self.seed = seed
        self._key = key if key is not None and key.seed == seed else None
        self._runner = CaseRunner(timeout=120.0, memory=0)
        self._records: dict[str, dict[str, Record]] = {}
        self._fingerprints: dict[str, list[Fingerprint]] = {}

    def seed_of(self, exercise_id: str) -> int:
        """The seed of one exercise's cases."""
        return self.seed

    def _from_key(self, exercise_id: str) -> "answer_key.AnswerKey | None":
        if self._key is not None and self._key.is_fresh(exercise_id, self.folder):
            return self._key
        return None

    def records(self, exercise_id: str) -> dict[str, Record]:
        """The solution's record by case name."""
        if exercise_id not in self._records:
            key = self._from_key(exercise_id)
            self._records[exercise_id] = (
                key.records(exercise_id) if key is not None else self.run(exercise_id)
            )
        return self._records[exercise_id]

    def run(self, exercise_id: str, misconception: str = "") -> dict[str, Record]:
        """Run the cases on the solutions, or on one misconception of them.

        Raises
        ------
        WorkbookError
            If the solution itself raises, or the run does not come to its end.
        """
        job = CaseJob(
            exercise=exercise_id,
            seed=self.seed_of(exercise_id),
            impl=str(self.folder.resolve()),
            trusted=True,
            misconception=misconception,
        )
        run = self._runner.run(job)
        if run.outcome:
            what = misconception or f"solution of {exercise_id}"
            raise WorkbookError(f"The {what} did not run: {run.outcome} {run.detail}".strip())
        for record in run.records:
            if record.raised is not None and not misconception:
                raised = record.raised
                raise WorkbookError(
                    f"The solution of {exercise_id} raised in {record.case!r}: "
                    f"{raised.type}: {raised.message} ({raised.file} line {raised.line})."
                )
        cases = {case.name: case for case in cases_of(exercise_id)}
        seed = self.seed_of(exercise_id)
        return {r.case: reduced(r, cases[r.case], seed) for r in run.records}

    def catalogue(self, exercise_id: str) -> list[dict[str, object]]:
        """The misconceptions: `id, row, message, outcome, correct`."""
        job = CatalogueJob(exercise=exercise_id, impl=str(self.folder.resolve()))
        run = self._runner.run(job)
        if run.outcome:
            raise WorkbookError(
                f"The misconceptions of {exercise_id} cannot be read: {run.detail}."
            )
        return [msgspec.structs.asdict(row) for row in run.catalogue]

    def fingerprints(self, exercise_id: str) -> list[Fingerprint]:
        """The prints of the misconceptions."""
        if exercise_id not in self._fingerprints:
            key = self._from_key(exercise_id)
            self._fingerprints[exercise_id] = (
                key.fingerprints(exercise_id)
                if key is not None
                else self.run_misconceptions(exercise_id)
            )
        return self._fingerprints[exercise_id]

    def run_misconceptions(self, exercise_id: str) -> list[Fingerprint]:
        """Run every misconception and take its print."""
        reference = self.records(exercise_id)
        projections = []
        for listed in self.catalogue(exercise_id):
            if listed["correct"]:
                continue
            name = str(listed["id"])
            records = self.run(exercise_id, name)
            runs = [
                (p, records[p.name], reference[p.name])
                for p in cases_of(exercise_id)
                if p.name in records
            ]
            projections.append(
                fingerprint(
                    exercise_id,
                    name,
                    str(listed["message"]),
                    [(p, got, want, compare(got, want, p)) for p, got, want in runs],
                )
            )
        return projections

    def known(self) -> int:
        """How many exercises have been run, solutions and mistakes apart."""
        return len(self._records) + len(self._fingerprints)

    def close(self) -> None:
        """End the process that runs the solutions."""
        self._runner.close()


def choose(solutions: Path | None, seed: int | None) -> References:
    """The references for a seed: the key where it serves, else the solutions.

    Raises
    ------
    UsageError
        If another seed than the key's is asked for and there are no solutions.
    """
    try:
        key = answer_key.shipped()
    except WorkbookError:
        if solutions is None:
            raise
        key = None
    wanted = DEFAULT_SEED if seed is None else seed
    if solutions is not None:
        return FromSolutions(solutions, wanted, key)
    if key is None:
        raise WorkbookError("This copy has no answer key. `workbook key` builds it from solutions.")
    if wanted != key.seed:
        raise UsageError(
            f"This copy has no solutions, so checks run with seed {key.seed} only, not {wanted}."
        )
    return FromKey(key)
