"""The mutation test itself: a sample of it, and that it would notice a gap."""

import importlib.util
import subprocess
import sys
from itertools import islice
from pathlib import Path
from types import ModuleType

import pytest

from workbook.student.locations import solutions_folder

HERE = Path(__file__).parent


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script `run.py` as a module."""
    monkeypatch.syspath_prepend(str(HERE))
    spec = importlib.util.spec_from_file_location("mutation_run", HERE / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder() -> Path:
    found = solutions_folder()
    assert found is not None, "these tests need solutions/"
    return found


def test_a_sample_of_all_mutants_is_caught() -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "run.py"), "--sample", "400", "--seed", "1"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "caught: " in done.stdout


def test_every_kind_of_change_is_made(run: ModuleType, folder: Path) -> None:
    names = ("relu_backward", "conv_backward_naive", "scratch.Pooling", "dropout_forward")
    changes = {m.change for m in run.choose(names, folder, None, 0)}
    wanted = {
        "Mult -> Div",
        "Gt -> GtE",
        "0 -> 1",
        "augmented -> plain",
        "slice without upper",
        "no keepdims=True",
        "arguments 0 and 1 swapped",
        "items 2 and 3 of the tuple swapped",
        "dout -> x",
        "no .T",
        "argmax -> argmin",
        "statement left out",
    }
    every = {m.change for m in run.choose(run.curriculum.load().ids(), folder, None, 0)}
    assert wanted <= every
    assert {"Mult -> Div", "Gt -> GtE", "argmax -> argmin"} <= changes


def test_the_number_of_a_mutant_means_the_same_in_every_process(
    run: ModuleType, folder: Path
) -> None:
    code = (
        "import sys; from pathlib import Path; from mutants import Mutants\n"
        "for m in Mutants('softmax_loss', Path(sys.argv[1])).all: print(m)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=HERE,
        check=True,
    )
    assert done.stdout.splitlines() == [
        str(m) for m in run.choose(["softmax_loss"], folder, None, 0)
    ]


def test_only_the_lines_of_the_exercise_are_changed(run: ModuleType, folder: Path) -> None:
    for part in ("init", "loss", "batchnorm"):
        lines = {m.line for m in run.choose([f"FullyConnectedNet.{part}"], folder, None, 0)}
        others = {m.line for m in run.choose(["FullyConnectedNet.dropout"], folder, None, 0)}
        assert lines and not lines & others


def test_what_hangs_is_ended_and_counts_as_caught(
    run: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SECONDS", 0.001)
    worker = run.Worker(folder)
    mutant = run.choose(["relu_forward"], folder, None, 0)[0]
    assert worker.caught_by(mutant) == "hangs"
    monkeypatch.setattr(run, "SECONDS", 120.0)
    assert worker.caught_by(mutant)
    worker.close()


def test_a_survivor_that_is_not_listed_fails(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "reasons", lambda: [])
    assert run.main(["relu_forward"]) == 1
    assert "survives: relu_forward: 'out = np.maximum(0, x)': " in capsys.readouterr().out


def test_every_reason_matches_whole_texts(run: ModuleType) -> None:
    for reason in run.reasons():
        assert len(reason.why) > 20
    mutant = run.Mutant("relu_forward", 0, 1, "cache = x", "x -> out")
    assert sum(reason.explains(mutant) for reason in run.reasons()) == 1
    other = run.Mutant("relu_forward", 0, 1, "cache = x", "x -> outer")
    assert not any(reason.explains(other) for reason in run.reasons())


def _first_edits(run: ModuleType, folder: Path, seed: int) -> list[tuple[str, list[str]]]:
    edits = run.RandomEdits(["relu_forward", "scratch.Relu"], folder, seed)
    return [(program, [str(m) for m in made]) for program, made in islice(edits, 20)]


def test_random_edits_are_made_in_alternatives_too_and_repeat(
    run: ModuleType, folder: Path
) -> None:
    found = _first_edits(run, folder, 3)
    assert {bool(program) for program, _ in found} == {True, False}
    assert {len(made) for _, made in found} >= {1, 2}
    assert found == _first_edits(run, folder, 3)
    assert found != _first_edits(run, folder, 4)


def test_a_few_random_edits_of_every_exercise_are_caught(
    run: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["--random", "100", "--seed", "5"]) == 0
    assert "0 wrong and not caught" in capsys.readouterr().out


def test_a_wrong_program_that_every_case_lets_pass_is_named(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def caught_by(self: object, *edits: object, program: str, seed: int = 231) -> str:
        return "" if seed == run.DEFAULT_SEED else "random sizes"

    monkeypatch.setattr(run.Worker, "caught_by", caught_by)
    assert run.main(["relu_forward", "--random", "3"]) == 1
    said = capsys.readouterr().out
    assert "passes: relu_forward" in said and "(seen by random sizes)" in said
    assert "3 wrong and not caught" in said


def test_the_solutions_and_alternatives_stand_up_to_random_sizes(
    run: ModuleType, folder: Path
) -> None:
    bench = run.Bench(folder)
    for exercise in ("conv_backward_naive", "scratch.Pooling", "layernorm_backward"):
        for program in ("", *bench.catalogue(exercise).alternatives):
            assert bench.caught_by(exercise, program=program, seed=9) == ""
