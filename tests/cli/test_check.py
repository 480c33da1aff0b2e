"""`workbook check` and `workbook status`."""

import json
import re
import shutil
from pathlib import Path

import pytest

from workbook import curriculum
from workbook.checks.results import OUTCOMES, SCHEMA, VERSION
from workbook.student import locations, progress

ROOT = Path(__file__).resolve().parents[2]
WRONG = ("    dx = (dout @ w.T).reshape(x.shape)\n", "    dx = dout @ w.T\n")


def test_all_right_leaves_with_0(workbook, solve):
    solve("optim.py")
    code, out, _ = workbook("check", "adam", "rmsprop")
    assert code == 0
    assert "2 of 2 done, 5 of 5 points." in out


def test_something_wrong_leaves_with_1_and_names_it(workbook, solve):
    solve("layers.py", WRONG)
    code, out, _ = workbook("check", "relu_forward", "affine_backward")
    assert code == 1
    assert out.index("affine_backward") < out.index("relu_forward")  # the order of learning
    assert "affine_backward: Not right yet" in out
    assert "What was seen" in out and "What it looks like" in out
    assert "Why it matters" not in out
    _, out, _ = workbook("check", "relu_forward", "affine_backward", "--why")
    assert "Why it matters" in out and "Where to look" in out


def test_one_exercise_is_shown_in_full(workbook, solve):
    solve("layers.py", WRONG)
    code, out, _ = workbook("check", "affine_backward")
    assert code == 1
    assert re.search(r"dx +NOT ok: shape", out)
    assert re.search(r"dw +ok +0 +1e-09", out)
    assert "layers.py, saved" in out
    assert "failing(" not in out  # that is for notebooks


def test_a_stub_that_is_named_says_what_it_is_and_in_a_list_it_is_a_row(workbook, home):
    code, out, _ = workbook("check", "adam")
    assert code == 1 and "adam: Still to do" in out
    _, out, _ = workbook("check", "--notebook", "dropout")
    assert "Still to do" not in out
    assert re.search(r"dropout_forward +todo", out)
    assert re.search(r"dropout_backward +todo", out)


WIDE = ("    out = np.maximum(0, x)\n", "    out = np.maximum(0, x) * np.float64(1)\n")


def test_almost_right_leaves_with_0_and_counts_as_done(workbook, solve):
    solve("layers.py", WIDE)
    code, out, _ = workbook("check", "relu_forward", "relu_backward")
    assert code == 0
    assert re.search(r"relu_forward +almost +\d+/\d+ +0.9/1 +missed: dtype", out)
    assert "relu_forward: Almost right" in out and "2 of 2 done, 1.9 of 2 points." in out
    code, out, _ = workbook("check", "relu_forward")
    assert code == 0 and "Points are lost for the dtype of a result (0.1)." in out
    code, out, _ = workbook("check", "relu_forward", "--json")
    (result,) = json.loads(out)["results"]
    assert code == 0
    assert (result["outcome"], result["rules"], result["points"]) == ("almost", ["dtype"], 0.9)
    assert progress.outcomes()["relu_forward"] == "almost"
    assert progress.done() == {"relu_forward", "relu_backward"}
    assert "first_pass" in progress.recorded()["relu_forward"]


def test_what_is_partly_written_is_said_with_its_line(workbook, home):
    path = home / "exercises" / "layers.py"
    text = path.read_text(encoding="utf-8")
    stub = '        # TODO: the test pass.\n        raise NotImplementedError("dropout_forward")\n'
    assert text.count(stub) == 1
    path.write_text(text.replace(stub, "        out = x\n"), encoding="utf-8")
    code, out, _ = workbook("check", "dropout_forward")
    assert code == 1 and "dropout_forward: Partly written" in out
    assert re.search(r"layers.py: line \d+ \(“draw a mask", out)


@pytest.mark.parametrize(
    "name", ["BatchNorm", "batchnorm", "BatchNorm.ipynb", "notebooks/BatchNorm.ipynb"]
)
def test_a_notebook_by_any_of_its_names(workbook, home, name):
    _, out, _ = workbook("check", "--notebook", name, "--json")
    assert json.loads(out)["results"][0]["exercise"] == "batchnorm_forward"


def test_json_is_the_schema_and_nothing_else_is_printed(workbook, solve):
    solve(
        "layers.py",
        WRONG,
        ("    dw = rows.T @ dout\n", "    print('here')\n    dw = rows.T @ dout\n"),
    )
    code, out, _ = workbook("check", "affine_forward", "affine_backward", "sgd_momentum", "--json")
    assert code == 1
    document = json.loads(out)
    assert set(document) == set(SCHEMA["required"]) and document["version"] == VERSION == 2
    results = document["results"]
    assert [r["exercise"] for r in results] == ["affine_forward", "affine_backward", "sgd_momentum"]
    item = SCHEMA["properties"]["results"]["items"]
    for result in results:
        assert set(result) == set(item["properties"]) == set(item["required"])
        for name, value in result.items():
            assert fits(value, item["properties"][name]), (name, value)
    wrong = results[1]
    assert wrong["outcome"] == "fail" and wrong["seen"] and wrong["looks_like"]
    assert len(wrong["sha256"]) == 64
    assert 0 <= wrong["points"] < wrong["max_points"]
    assert results[2]["outcome"] == "todo"


KINDS = {"string": str, "null": type(None), "integer": int, "number": (int, float), "array": list}


def fits(value, schema):
    """As much of JSON schema as SCHEMA uses."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(isinstance(value, KINDS[kind]) for kind in kinds):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, list):
        entry = schema["items"]
        if "properties" not in entry:
            return all(fits(one, entry) for one in value)
        return all(
            set(one) == set(entry["required"])
            and all(fits(v, entry["properties"][k]) for k, v in one.items())
            for one in value
        )
    return True


def test_the_document_lists_every_field_and_outcome():
    document = (ROOT / "docs" / "check-json.md").read_text(encoding="utf-8")
    entry = SCHEMA["properties"]["results"]["items"]["properties"]
    fields, checks = set(entry), set(entry["checks"]["items"]["properties"])
    described = set(re.findall(r"^\| `(\w+)` \|", document, re.MULTILINE))
    assert described == {"version", "results"} | fields | checks | set(OUTCOMES)
    example = json.loads(re.search(r"```json\n(.*?)```", document, re.DOTALL)[1])
    assert set(example) == set(SCHEMA["required"]) and example["version"] == VERSION
    for result in example["results"]:
        assert set(result) == fields
        assert all(fits(v, entry[k]) for k, v in result.items())


def test_progress_is_kept_for_ones_own_files_only(workbook, solve, home, tmp_path):
    solve("optim.py")
    other = tmp_path / "other"
    shutil.copytree(home / "exercises", other)
    code, _, _ = workbook("check", "adam", "--exercises", other)
    assert code == 0 and progress.recorded() == {}
    workbook("check", "adam", "sgd_momentum")
    assert progress.outcomes() == {"adam": "pass", "sgd_momentum": "pass"}


def test_the_toggle_is_not_followed(workbook, home, monkeypatch):
    if locations.solutions_folder() is None:
        pytest.skip("this copy has no solutions/")
    monkeypatch.setenv(locations.VARIABLE, "solutions")
    code, out, _ = workbook("check", "adam")
    assert code == 1 and "Still to do" in out
    assert progress.recorded() == {}


def test_another_seed_gives_other_inputs(workbook, solve):
    solve("optim.py")
    code, out, _ = workbook("check", "adam", "--seed", "7", "--json")
    assert code == 0
    assert json.loads(out)["results"][0]["seed"] == 7


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("afine_forward",), "Did you mean affine_forward"),
        (("nonsense",), f"`workbook check` lists all {len(curriculum.load().ids())}"),
        (("Relu_forward",), "relu_forward"),
        (("--notebook", "BatchNrm"), "Did you mean BatchNorm?"),
        (("--notebook", "Start"), "There are: FromScratch"),
        (("--exercises", "nowhere"), "There is no folder 'nowhere'"),
        (("--exercises", "."), "Did you mean exercises?"),
        (("--seed", "-1"), "Invalid value for '--seed'"),
        (("--seed", "many"), "Invalid value for '--seed'"),
        (("--jsn",), "No such option"),
    ],
)
def test_wrong_usage_leaves_with_2_and_suggests_the_nearest(workbook, home, arguments, said):
    code, out, err = workbook("check", *arguments)
    assert code == 2
    assert said in err and out == ""


def test_a_folder_without_exercises_is_named(workbook, home, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    code, _, err = workbook("check", "--exercises", empty)
    assert code == 2 and "is no folder of exercises" in err


@pytest.fixture
def few(monkeypatch):
    """Judge a few exercises only: what `status` says does not depend on how many it judges."""
    from workbook.checks import checker
    from workbook.checks.results import ExerciseResult, Report

    outcomes = {}

    def report(self, exercise_id):
        from workbook import curriculum

        e = curriculum.load()[exercise_id]
        outcome = outcomes.get(exercise_id, "todo")
        points = float(e.points) if outcome == "pass" else 0.0
        about = (exercise_id, outcome, outcome, points, float(e.points), ())
        rules = ("axis",) if outcome == "almost" else ()
        result = ExerciseResult(*about, None, None, None, e.file, "aa", 231, 0.1, rules)
        return Report(result=result)

    monkeypatch.setattr(checker.Checker, "report", report)
    return outcomes


def test_status_of_a_beginner(workbook, home, few):
    code, out, _ = workbook("status")
    assert code == 0
    assert out.startswith("[........................................] 0 %")
    assert "0 of 37 exercises done, 0 of 92 points" in out
    assert "Next: scratch.numerical_diff (Numerical derivative), about 5 minutes." in out
    assert re.search(r"It is in scratch/gradient.py, line \d+; the notebook is FromScratch", out)
    for name in ("FromScratch", "FullyConnectedNet", "BatchNorm", "Dropout", "CNN"):
        assert re.search(rf"{name} +0 of \d+", out)


def test_status_counts_what_is_right_and_what_is_left(workbook, home, few):
    from workbook import curriculum

    needed = [e for e in curriculum.load() if not e.optional]
    few.update({e.id: "pass" for e in needed[:9]})
    few["affine_forward"] = "fail"
    few["svm_loss"] = "pass"
    _, out, _ = workbook("status")
    points = sum(e.points for e in needed[:9])
    assert f"9 of 37 exercises done, {points} of 92 points and 3 bonus points" in out
    left = sum(e.minutes for e in needed[9:])
    assert f"about {left // 60} h {left % 60} min left" in out
    assert "Not right yet: affine_forward" in out
    assert "Next: affine_forward" in out
    assert progress.outcomes()["affine_forward"] == "fail"


def test_status_counts_almost_as_done_and_names_it(workbook, home, few):
    few.update({"scratch.numerical_diff": "almost", "scratch.numerical_gradient": "partial"})
    _, out, _ = workbook("status")
    assert "1 of 37 exercises done" in out
    assert "Almost right: scratch.numerical_diff (axis)" in out
    assert "Partly written: scratch.numerical_gradient" in out
    assert "Not right yet" not in out
    assert "Next: scratch.numerical_gradient" in out


def test_status_at_the_end(workbook, home, few):
    from workbook import curriculum

    few.update({e.id: "pass" for e in curriculum.load() if not e.optional})
    _, out, _ = workbook("status")
    assert "[########################################] 100 %" in out
    assert "All that is needed is done. Next, if you like: svm_loss" in out
    few.update({e.id: "pass" for e in curriculum.load()})
    assert "Everything is done" in workbook("status")[1]


def test_status_says_what_could_not_be_checked(workbook, home, few):
    few["adam"] = "infra"
    assert "Could not be checked: adam" in workbook("status")[1]
    assert "adam" not in progress.recorded()
