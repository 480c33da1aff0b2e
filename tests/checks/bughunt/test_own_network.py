"""The bug hunt in the learner's own network, with the solutions at hand and from a release."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from workbook.checks.bughunt import model as bughunt
from workbook.checks.bughunt import planted_code
from workbook.checks.bughunt import text as bughunt_text
from workbook.checks.bughunt.own_network import on_own_network
from workbook.errors import WorkbookError
from workbook.student import load_implementation, locations, progress

HUNTS = {found.name: found for found in bughunt.load()}
ONE_OF_EACH = list({found.network.name: found for found in HUNTS.values()}.values())
Student = Callable[..., Path]


def played(name: str) -> bughunt.HuntRound:
    found = HUNTS[name]
    return bughunt.HuntRound(found, found.level, 0, found.network.places, (found.message,))


@pytest.mark.parametrize("found", ONE_OF_EACH, ids=lambda found: found.name)
def test_right_code_learns_as_was_measured(found: bughunt.Hunt, student: Student) -> None:
    own = on_own_network(played(found.name), student())
    assert own.own
    assert bughunt.effect(found.right, own.hunt.right) < 0.01
    assert bughunt.effect(found.wrong, own.hunt.wrong) < 0.01
    for name, error in own.hunt.gradients.items():
        assert (error < bughunt.GRADIENT_CHECK_PASSES) == (
            found.gradients[name] < bughunt.GRADIENT_CHECK_PASSES
        )


def test_it_is_really_the_learners_code_that_runs(student: Student) -> None:
    """Another stream of random numbers: a right dropout whose curves are not the measured ones."""
    folder = student("layers.py", ("np.random.rand(*x.shape)", "(1 - np.random.rand(*x.shape))"))
    found = HUNTS["layernorm/rmsprop/cache_not_kept"]
    own = on_own_network(played(found.name), folder)
    assert own.own
    assert own.hunt.right != found.right
    assert own.hunt.level == found.level


def test_a_cache_of_ones_own_goes_with_the_planted_half(student: Student) -> None:
    old = "x, w = cache\n    rows"
    folder = student("layers.py", (old, "w, x = cache['both']\n    rows"))
    text = (folder / "layers.py").read_text(encoding="utf-8")
    text = text.replace("cache = (x, w)", "cache = {'both': (w, x)}")
    assert "{'both'" in text
    (folder / "layers.py").write_text(text, encoding="utf-8")
    assert on_own_network(played("plain/affine_backward/dw_mean"), folder).own


@pytest.mark.parametrize("line", ["1 / 0", "dw *= 0", "__import__('os')._exit(3)"])
def test_code_that_is_not_right_leaves_the_measured_curves(line: str, student: Student) -> None:
    old = "dw = rows.T @ dout"
    folder = student("layers.py", (old, f"{old}\n    {line}"))
    before = played("plain/relu_backward/no_mask")
    assert on_own_network(before, folder) is before


def test_a_network_that_does_not_call_the_function_is_not_hunted_in(student: Student) -> None:
    folder = student(
        "classifiers/fc_net.py",
        (
            "out, relu_cache = relu_forward(out)",
            "relu_cache = out\n            out = np.maximum(out, 0)",
        ),
        ("dout = relu_backward(dout, relu_cache)", "dout = dout * (relu_cache > 0)"),
    )
    before = played("plain/relu_backward/no_mask")
    assert on_own_network(before, folder) is before


def test_the_learner_must_have_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "outcomes", dict)
    before = played("plain/relu_backward/no_mask")
    assert on_own_network(before) is before


def test_a_release_ships_the_hunts_that_it_includes_and_no_other(
    solutions: Path, student: Student, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = student()
    name, other = "plain/affine_backward/dw_mean", "batchnorm/adam/no_correction"
    as_json_lines = planted_code.write(solutions, [name], tmp_path)
    assert as_json_lines == tmp_path / planted_code.FILE
    assert list(json.loads(as_json_lines.read_text(encoding="utf-8"))) == [name]
    monkeypatch.setattr(locations, "solutions_folder", lambda: None)
    monkeypatch.setattr(planted_code, "HERE", tmp_path)
    assert on_own_network(played(name), folder).own
    assert not on_own_network(played(other), folder).own
    assert "Your own network" in bughunt_text.story(on_own_network(played(name), folder))
    assert "Your own network" not in bughunt_text.story(played(other))


def test_a_release_without_hunts_holds_no_code(solutions: Path, tmp_path: Path) -> None:
    planted_code.write(solutions, planted_code.names()[:1], tmp_path)
    assert planted_code.write(solutions, [], tmp_path) is None
    assert not any(tmp_path.iterdir())
    with pytest.raises(WorkbookError, match="no bug hunt 'nothing'"):
        planted_code.write(solutions, ["nothing"], tmp_path)


def test_what_is_shipped_is_the_functions_and_what_they_need(solutions: Path) -> None:
    with load_implementation(solutions) as impl:
        for found in HUNTS.values():
            code = planted_code.source(impl, found)
            scope: dict[str, object] = {}
            exec(compile(code, found.name, "exec"), scope)
            assert {*planted_code.planted_functions(found)} <= set(scope)
            assert found.exercise in planted_code.planted_functions(found)
            assert len(code) < 3000
            assert "### " not in code and "workbook.checks" not in code
