"""Plain data and results in files: everything comes back, exactly, and nothing else gets in."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from workbook.errors import WorkbookError
from workbook.training import experiments, result_codec, storage
from workbook.training.experiments import OptimiserRace
from workbook.training.results import TrainingCurves

floats = st.floats(allow_nan=False)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=12,
)


def round_trip(value):
    document, arrays = storage.pack(value)
    return storage.unpack(document, arrays.__getitem__)


@given(plain)
def test_plain_data_come_back_with_their_types(value):
    back = round_trip(value)
    assert back == value
    assert repr(back) == repr(value)


@given(hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, max_side=3)))
def test_arrays_come_back_bit_by_bit(array):
    back = round_trip({"a": [array]})["a"][0]
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32(1.5), np.int64(7)])
def test_special_numbers_survive(value, tmp_path):
    storage.save(tmp_path / "x", {"$array": value, 3: [value]})
    back = storage.load(tmp_path / "x")
    for one in (back["$array"], back[3][0]):
        assert type(one) is type(value)
        assert one == value or (value != value and one != one)


@pytest.mark.parametrize(
    "value", [object(), {1.5: 2}, {"a": [len]}, np.array([None]), {1, 2}, np.float32]
)
def test_what_is_not_plain_is_refused(value):
    assert not storage.is_plain(value)
    with pytest.raises(TypeError, match="only plain data can be saved"):
        storage.pack(value)


RUN = TrainingCurves((2.3, math.inf), (0.1,), (0.125,), 10, diverged_at=2)


def test_a_result_comes_back_from_its_file(tmp_path):
    race = OptimiserRace({"sgd": RUN}, {"sgd": 1e-2}, complete=False)
    result_codec.save(race, tmp_path / "race.npz")
    assert result_codec.load(tmp_path / "race.npz") == race


def test_a_result_of_a_version_with_other_names_comes_back(tmp_path):
    path = tmp_path / "run.npz"
    run = {**result_codec.to_plain(RUN), "result": "Run"}
    race = {"runs": {"sgd": run}, "learning_rates": {"sgd": 1e-2}, "complete": True}
    content = {"result": "Race", "fields": race}
    storage.save(path, {"format": "workbook result 1", "content": content})
    assert result_codec.load(path) == OptimiserRace({"sgd": RUN}, {"sgd": 1e-2}, complete=True)


def test_former_names_of_classes_and_fields_lead_to_those_of_today():
    former = result_codec._FORMER_CLASSES
    assert set(former.values()) <= set(result_codec.RESULT_CLASSES)
    assert not set(former) & set(result_codec.RESULT_CLASSES)
    for name, renamed in result_codec._FORMER_FIELDS.items():
        fields = dataclasses.fields(result_codec.RESULT_CLASSES[former[name]])
        assert set(renamed.values()) <= {field.name for field in fields}


def test_every_result_of_an_experiment_can_be_saved():
    public = {name: getattr(experiments, name) for name in experiments.__all__}
    results = {k: v for k, v in public.items() if dataclasses.is_dataclass(v)}
    del results["Surface"]  # It holds functions; experiments return its name.
    assert results.items() <= result_codec.RESULT_CLASSES.items()


def test_results_are_frozen():
    with pytest.raises(AttributeError):
        RUN.complete = False


def test_what_a_run_says_of_itself():
    run = TrainingCurves((3.0, 2.0, 1.0, 0.5), (0.1, 0.7, 0.6), (0.2, 0.4, 0.5), 2)
    assert run.final_loss == 0.75
    assert (run.best_train_acc, run.best_val_acc) == (0.7, 0.5)
    assert RUN.final_loss == math.inf
    nothing = TrainingCurves((), (), (), 10, complete=False)
    assert math.isnan(nothing.final_loss)
    assert nothing.best_val_acc == 0


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "x.npz"
    storage.save(path, {"format": "something else"})
    with pytest.raises(WorkbookError, match="holds no result of an experiment"):
        result_codec.load(path)
    storage.save(path, {"format": "workbook result 1", "content": {"result": "No", "fields": {}}})
    with pytest.raises(WorkbookError, match="no result called 'No'"):
        result_codec.load(path)
    bad = {"result": "TrainingCurves", "fields": {"colour": 1}}
    storage.save(path, {"format": "workbook result 1", "content": bad})
    with pytest.raises(WorkbookError, match="another version"):
        result_codec.load(path)
