"""The answer key: fresh, small, plain data, the same bytes each time."""

import zlib
from pathlib import Path

import numpy as np
import pytest

from workbook import curriculum
from workbook.checks import answer_key, answer_key_build
from workbook.checks.references import FromKey, FromSolutions, choose
from workbook.course import cases_of
from workbook.errors import WorkbookError

SOME = ("affine_backward", "dropout_forward", "relu_backward")
ALL = [name for name in curriculum.load().ids() if cases_of(name)]


@pytest.fixture(scope="module")
def built(solutions: Path) -> answer_key.AnswerKey:
    return answer_key_build.build(solutions, SOME)


def test_it_is_fresh(solutions: Path) -> None:
    assert answer_key.stale(solutions) == [], "run `workbook key`"


@pytest.mark.parametrize("exercise_id", ALL)
def test_its_values_are_those_of_the_solutions(exercise_id: str, live: FromSolutions) -> None:
    key = answer_key.shipped()
    assert key is not None
    stored, real = key.records(exercise_id), live.records(exercise_id)
    assert list(stored) == list(real)
    for name, record in real.items():
        assert list(stored[name].arrays) == list(record.arrays)
        assert stored[name].calls == record.calls
        for array, value in record.arrays.items():
            kept = stored[name].arrays[array]
            assert (kept.kind, kept.type) == (value.kind, value.type)
            assert kept.array is not None and value.array is not None
            assert kept.array.dtype == value.array.dtype
            coarse = value.array.dtype.itemsize < 8
            np.testing.assert_allclose(kept.array, value.array, 1e-5 if coarse else 1e-9, 1e-9)


def test_it_is_small() -> None:
    assert (answer_key.HERE / answer_key.NAME).stat().st_size < 941_000


@pytest.mark.parametrize("exercise_id", ALL)
def test_mistakes_that_no_case_tells_apart_share_a_message(exercise_id: str) -> None:
    """`workbook key --alike` lists them."""
    key = answer_key.shipped()
    assert key is not None
    for group in key.alike(exercise_id):
        assert len({misconception.message for misconception in group}) == 1


def test_what_is_alike_is_found() -> None:
    key = answer_key.shipped()
    assert key is not None
    groups = [[misconception.id for misconception in group] for group in key.alike("relu_backward")]
    assert groups == [["relu_backward.float64_mask", "relu_backward.float64_zeros"]]
    assert key.alike("affine_forward") == []


def test_it_is_plain_numbers_and_text() -> None:
    head, _, packed = (answer_key.HERE / answer_key.NAME).read_bytes().partition(b"\n")
    assert head == f"workbook answer key {answer_key.FORMAT}".encode()
    content = zlib.decompress(packed)
    for code in (b"def ", b"import ", b"lambda", b"return ", b"__reduce__"):
        assert code not in content


def test_another_format_is_said(built: answer_key.AnswerKey) -> None:
    data = built.encode().replace(b"key %d" % answer_key.FORMAT, b"key 1", 1)
    with pytest.raises(WorkbookError, match="another format"):
        answer_key.AnswerKey.decode(data)


def test_the_same_bytes_each_time(
    solutions: Path, built: answer_key.AnswerKey, tmp_path: Path
) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    answer_key_build.write(built, tmp_path / "one")
    answer_key_build.write(answer_key_build.build(solutions, SOME), tmp_path / "two")
    one, two = ((tmp_path / folder / answer_key.NAME).read_bytes() for folder in ("one", "two"))
    assert one == two


def test_what_is_taken_over_from_an_older_key_stays_the_same(
    solutions: Path, built: answer_key.AnswerKey
) -> None:
    again = answer_key_build.build(solutions, ["relu_backward"], old=built)
    assert again.encode() == built.encode()


def test_one_exercise_is_built_while_another_is_out_of_date(
    solutions: Path, built: answer_key.AnswerKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = answer_key.digest
    monkeypatch.setattr(
        answer_key, "digest", lambda name: "other" if name == "dropout_forward" else real(name)
    )
    again = answer_key_build.build(solutions, ["relu_backward"], old=built)
    assert {n: e.records for n, e in again.exercises.items()} == {
        n: e.records for n, e in built.exercises.items()
    }
    assert {n: e.fingerprints for n, e in again.exercises.items()} == {
        n: e.fingerprints for n, e in built.exercises.items()
    }
    assert again.exercises["dropout_forward"] == built.exercises["dropout_forward"]
    assert not again.is_fresh("dropout_forward", solutions)


def test_it_reads_back_what_was_written(built: answer_key.AnswerKey, tmp_path: Path) -> None:
    answer_key_build.write(built, tmp_path)
    read = answer_key.shipped(tmp_path)
    assert read is not None
    assert read.fingerprints("affine_backward") == built.fingerprints("affine_backward")
    assert read.records("dropout_forward").keys() == built.records("dropout_forward").keys()


def test_a_change_of_the_solution_makes_it_stale(
    solutions: Path, built: answer_key.AnswerKey, tmp_path: Path
) -> None:
    assert built.is_fresh("relu_backward", solutions)
    (tmp_path / "layers.py").write_text("# changed\n", encoding="utf-8")
    assert not built.is_fresh("relu_backward", tmp_path)


def test_other_cases_than_it_was_built_with_are_noticed(
    built: answer_key.AnswerKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_key, "digest", lambda exercise_id: "other")
    with pytest.raises(WorkbookError, match="does not fit"):
        FromKey(built).records("relu_backward")


def test_a_damaged_key_is_said_and_does_not_stop_who_has_the_solutions(
    built: answer_key.AnswerKey,
    solutions: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer_key_build.write(built, tmp_path)
    data = (tmp_path / answer_key.NAME).read_bytes()
    real = answer_key.shipped
    monkeypatch.setattr(answer_key, "shipped", lambda folder=tmp_path: real(folder))
    for left in (b"", data[: len(data) // 2], data[: len(data) // 2] + bytes(len(data) // 2)):
        (tmp_path / answer_key.NAME).write_bytes(left)
        with pytest.raises(WorkbookError, match="damaged"):
            choose(None, None)
        assert answer_key.stale(solutions, tmp_path) == ALL
    live = choose(solutions, None)
    assert set(live.records("relu_backward")) == set(built.records("relu_backward"))
    live.close()


def test_what_it_does_not_know_is_named(built: answer_key.AnswerKey) -> None:
    with pytest.raises(WorkbookError, match="adam"):
        built.records("adam")


def test_prints_do_not_hold_arrays(built: answer_key.AnswerKey) -> None:
    """Four projections and a norm an array, whatever its size; statistics are their values."""
    for misconception in built.fingerprints("affine_backward"):
        for taken in misconception.cases.values():
            assert all(len(array.numbers) == 5 for array in taken.arrays.values())
