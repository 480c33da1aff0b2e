"""Every probe says what it judges, how closely and why, and judges only what is asked for."""

import ast
from pathlib import Path

import numpy as np
import pytest

from workbook import curriculum
from workbook.checks import probe as probes
from workbook.checks.compare import compare
from workbook.checks.probe import Limit, Probe
from workbook.checks.record import Record, Value
from workbook.checks.references import FromSolutions

ALL = [probe for name in curriculum.load().ids() for probe in probes.for_exercise(name)]
IDS = [f"{probe.exercise}: {probe.name}" for probe in ALL]


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
def test_every_exercise_has_probes(exercise_id: str) -> None:
    assert probes.for_exercise(exercise_id)


@pytest.mark.parametrize("probe", ALL, ids=IDS)
def test_the_docstring_asks_for_what_is_judged(probe: Probe, solutions: Path) -> None:
    assert " ".join(probe.asks.split()) in _docstrings(solutions, probe.exercise)


@pytest.mark.parametrize("probe", ALL, ids=IDS)
def test_limits_have_reasons_and_arrays_are_small(probe: Probe, live: FromSolutions) -> None:
    assert probe.weight > 0
    for limit in probe.limits.values():
        assert len(limit.reason) > 10
        assert limit.measure in ("relative", "absolute", "statistic", "exact")
    arrays = live.records(probe.exercise)[probe.name].arrays
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


@pytest.mark.parametrize("probe", ALL, ids=IDS)
def test_an_error_of_a_thousandth_fails(probe: Probe, live: FromSolutions) -> None:
    reference = live.records(probe.exercise)[probe.name]
    assert compare(reference, reference, probe).outcome == "pass"
    for name, value in reference.arrays.items():
        limit = probe.limit(name)
        if limit.measure == "statistic":
            continue
        arrays = {**reference.arrays, name: _planted(value, limit)}
        wrong = Record(probe.exercise, probe.name, arrays, calls=reference.calls)
        comparison = compare(wrong, reference, probe)
        assert comparison.outcome == "fail", name
        assert comparison.failing == (name,)


def test_names_are_unique_and_files_follow_the_exercises() -> None:
    assert len(set(IDS)) == len(IDS)
    for probe in ALL:
        module = curriculum.load()[probe.exercise].module
        assert probe.function.__module__.startswith(f"workbook.checks.probes.{module}")


def test_all_probes_together_take_little_time(live: FromSolutions) -> None:
    """No wall clock: processor time of the solutions, with room for a loaded machine."""
    seconds = sum(
        r.seconds for name in curriculum.load().ids() for r in live.records(name).values()
    )
    assert seconds < 20


def test_a_probe_draws_the_same_inputs_whatever_runs_before_it() -> None:
    first = ALL[0].rng(5).standard_normal(3)
    ALL[1].rng(5).standard_normal(100)
    assert np.array_equal(first, ALL[0].rng(5).standard_normal(3))
    assert not np.array_equal(first, ALL[0].rng(6).standard_normal(3))
    assert not np.array_equal(first, ALL[1].rng(5).standard_normal(3))


def test_the_digest_changes_with_the_probes_of_one_exercise_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import inspect

    names = ("relu_forward", "relu_backward", "affine_forward")

    def digests(source: str) -> dict[str, str]:
        probes._pieces.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(
                inspect, "getsource", lambda o: source if o.__name__.endswith("relu") else real(o)
            )
            return {name: probes.digest(name) for name in names}

    real = inspect.getsource
    path = Path(str(next(p for p in ALL if p.exercise == names[0]).function.__code__.co_filename))
    source = path.read_text(encoding="utf-8")
    old = "out, _ = impl.relu_forward(floats(rng, 4, 5))"
    assert source.count(old) == 1
    before, after = digests(source), digests(source.replace(old, old.replace("5", "6")))
    helped = digests(source + "\nHELPER = 1\n")
    probes._pieces.cache_clear()
    assert before == {name: probes.digest(name) for name in names}
    assert [name for name in names if before[name] != after[name]] == ["relu_forward"]
    assert [name for name in names if before[name] != helped[name]] == list(names[:2])
