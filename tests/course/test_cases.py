"""Every case says what it judges, how closely and why, and judges only what is asked for."""

import ast
from pathlib import Path

import numpy as np
import pytest

from workbook import course, curriculum
from workbook.cases import Case, Limit
from workbook.checks.compare import compare
from workbook.checks.references import FromSolutions
from workbook.course import cases_of, digest
from workbook.records import Record, Value

ALL = [case for name in curriculum.load().ids() for case in cases_of(name)]
IDS = [f"{case.exercise}: {case.name}" for case in ALL]


def _docstrings(folder: Path, exercise_id: str) -> str:
    """What a student reads about an exercise: its docstring, its methods' and its module's."""
    exercise = curriculum.load()[exercise_id]
    tree = ast.parse((folder / exercise.file).read_text(encoding="utf-8"))
    found = [ast.get_docstring(tree) or ""]
    for node in tree.body:
        if getattr(node, "name", "") == exercise.qualname:
            found += [
                ast.get_docstring(inner) or ""
                for inner in ast.walk(node)
                if isinstance(inner, (ast.FunctionDef, ast.ClassDef))
            ]
    return " ".join(" ".join(found).split())


@pytest.mark.parametrize("exercise_id", curriculum.load().ids())
def test_every_exercise_has_cases(exercise_id: str) -> None:
    assert cases_of(exercise_id)


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_the_docstring_asks_for_what_is_judged(case: Case, solutions: Path) -> None:
    assert " ".join(case.asks.split()) in _docstrings(solutions, case.exercise)


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_limits_have_reasons_and_arrays_are_small(case: Case, live: FromSolutions) -> None:
    assert case.weight > 0
    for limit in case.limits.values():
        assert len(limit.reason) > 10
        assert limit.measure in ("relative", "absolute", "statistic", "exact")
    arrays = live.records(case.exercise)[case.name].arrays
    assert arrays
    for name, value in arrays.items():
        assert value.kind in ("array", "scalar"), f"{name} is {value.kind}"
        assert value.array is not None and value.array.size <= 500


def _planted(value: Value, limit: Limit) -> Value:
    """The same array with one 0.1 % error."""
    assert value.array is not None
    wrong = np.array(value.array, copy=True)
    if wrong.dtype.kind in "biu":
        wrong = wrong + 1 if wrong.dtype.kind != "b" else ~wrong
    elif limit.measure == "absolute" or not wrong.any():
        wrong = wrong + np.array(1e-3, dtype=wrong.dtype)
    else:
        wrong = wrong * np.array(1.001, dtype=wrong.dtype)
    return Value(value.kind, value.type, wrong)


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_an_error_of_a_thousandth_fails(case: Case, live: FromSolutions) -> None:
    reference = live.records(case.exercise)[case.name]
    assert compare(reference, reference, case).outcome == "pass"
    for name, value in reference.arrays.items():
        limit = case.limit(name)
        if limit.measure == "statistic":
            continue
        arrays = {**reference.arrays, name: _planted(value, limit)}
        wrong = Record(case.exercise, case.name, arrays, calls=reference.calls)
        comparison = compare(wrong, reference, case)
        assert comparison.outcome == ("almost" if case.rule else "fail"), name
        assert comparison.failing == (name,)


def test_names_are_unique_and_files_follow_the_exercises() -> None:
    assert len(set(IDS)) == len(IDS)
    for case in ALL:
        topic = curriculum.load()[case.exercise].topic
        assert case.run.__module__.startswith("workbook.course.")
        assert topic in curriculum.COURSE.joinpath("curriculum.toml").read_text("utf-8")


def test_all_cases_together_take_little_time(live: FromSolutions) -> None:
    """No wall clock: processor time of the solutions, with room for a loaded machine."""
    seconds = sum(
        r.seconds for name in curriculum.load().ids() for r in live.records(name).values()
    )
    assert seconds < 20


def test_a_case_draws_the_same_inputs_whatever_runs_before_it() -> None:
    first = ALL[0].rng(5).standard_normal(3)
    ALL[1].rng(5).standard_normal(100)
    assert np.array_equal(first, ALL[0].rng(5).standard_normal(3))
    assert not np.array_equal(first, ALL[0].rng(6).standard_normal(3))
    assert not np.array_equal(first, ALL[1].rng(5).standard_normal(3))


def test_the_digest_changes_with_the_cases_of_one_exercise_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import inspect

    names = ("relu_forward", "relu_backward", "affine_forward")

    def digests(source: str) -> dict[str, str]:
        course._pieces.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(
                inspect,
                "getsource",
                lambda o: source if o.__name__ == "workbook.course.relu.cases" else real(o),
            )
            return {name: digest(name) for name in names}

    real = inspect.getsource
    path = Path(str(next(p for p in ALL if p.exercise == names[0]).run.__code__.co_filename))
    source = path.read_text(encoding="utf-8")
    old = "out, _ = impl.relu_forward(floats(rng, 4, 5))"
    assert source.count(old) == 1
    before, after = digests(source), digests(source.replace(old, old.replace("5", "6")))
    helped = digests(source + "\nHELPER = 1\n")
    course._pieces.cache_clear()
    assert before == {name: digest(name) for name in names}
    assert [name for name in names if before[name] != after[name]] == ["relu_forward"]
    assert [name for name in names if before[name] != helped[name]] == list(names[:2])
