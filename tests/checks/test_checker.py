"""Outcomes, and which exercise is the reason."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from workbook.checks import checker
from workbook.checks.checker import Checker, _reason, check_exercises
from workbook.checks.compare import Comparison
from workbook.checks.outcomes import combine
from workbook.checks.references import FromKey
from workbook.checks.results import OUTCOMES, SCHEMA, Report, as_document
from workbook.checks.worker.messages import ImportProblem
from workbook.errors import UsageError, WorkbookError
from workbook.locale.sentence import Sentence
from workbook.records import Record

Student = Callable[..., Path]


def _by_id(folder: Path, *ids: str, **options: object) -> dict[str, Report]:
    reports = check_exercises(ids, folder=folder, **options)  # type: ignore[arg-type]
    return {report.result.exercise: report for report in reports}


WRONG_FORWARD = ("    out = rows @ w + b\n", "    out = rows @ w - b\n")
WRONG_CACHE = ("    cache = (x, w)\n", "    cache = (2 * x, w)\n")
WRONG_BACKWARD = ("    dw = rows.T @ dout\n    db", "    dw = 2 * rows.T @ dout\n    db")


def test_right_gradients_pass_whatever_the_forward_did(student: Student) -> None:
    reports = _by_id(student("layers.py", WRONG_FORWARD), "affine_forward", "affine_backward")
    assert reports["affine_forward"].result.outcome == "fail"
    assert reports["affine_backward"].result.outcome == "pass"


def test_wrong_gradients_after_a_wrong_forward_are_blocked(student: Student) -> None:
    folder = student("layers.py", WRONG_FORWARD, WRONG_CACHE)
    reports = _by_id(folder, "affine_backward")
    assert reports["affine_backward"].result.outcome == "blocked"
    assert reports["affine_backward"].blocked_by == ("affine_forward",)
    assert "affine_forward" in (reports["affine_backward"].message or pytest.fail()).seen


def test_a_wrong_backward_is_its_own_fault(student: Student) -> None:
    reports = _by_id(student("layers.py", WRONG_BACKWARD), "affine_forward", "affine_backward")
    assert reports["affine_forward"].result.outcome == "pass"
    assert reports["affine_backward"].result.outcome == "fail"


def test_requirements_are_replaced_for_the_outcome_and_not_for_the_integrated_outcome(
    student: Student,
) -> None:
    folder = student("layers.py", WRONG_FORWARD)
    report = _by_id(folder, "affine_bn_relu_backward")["affine_bn_relu_backward"]
    # The bias is taken away by the normalisation; a doubled gradient is not.
    assert (report.result.outcome, report.result.integrated_outcome) == ("pass", "pass")
    folder = student("layers.py", WRONG_BACKWARD)
    report = _by_id(folder, "affine_bn_relu_backward")["affine_bn_relu_backward"]
    assert (report.result.outcome, report.result.integrated_outcome) == ("pass", "blocked")
    assert "affine_backward" in report.blocked_by
    assert report.result.points == report.result.max_points
    assert report.integrated and report.message is not None


@pytest.mark.parametrize(
    ("function", "line"),
    [
        ("conv", "    check_conv(x, w, b, conv_param)\n"),
        ("max_pool", "    check_pool(x, pool_param)\n"),
    ],
)
@pytest.mark.parametrize("instead", ["raise NotImplementedError", "return None, None", "1 / 0"])
def test_a_right_backward_earns_its_points_where_its_cache_is_known(
    function: str, line: str, instead: str, student: Student
) -> None:
    folder = student("layers.py", (line, f"    {instead}\n{line}"))
    forward, backward = f"{function}_forward_naive", f"{function}_backward_naive"
    reports = _by_id(folder, forward, backward)
    assert reports[forward].result.outcome != "pass"
    assert reports[backward].result.outcome == "pass"
    assert reports[backward].result.integrated_outcome == "blocked"
    assert reports[backward].blocked_by == (forward,)


def test_without_solutions_the_stack_is_all_there_is(
    student: Student, key_references: FromKey
) -> None:
    folder = student("layers.py", WRONG_BACKWARD)
    with Checker(folder, solutions=None, references=key_references) as session:
        report = session.report("affine_bn_relu_backward")
    assert report.result.outcome == report.result.integrated_outcome == "blocked"
    assert report.blocked_by == ("affine_backward",)


def test_a_function_that_does_not_parse_costs_only_itself(student: Student) -> None:
    folder = student("layers.py", ("    dx = dout * (x > 0)\n", "    dx = dout * (x > 0\n"))
    reports = _by_id(folder, "relu_forward", "relu_backward", "svm_loss")
    outcomes = {name: report.result.outcome for name, report in reports.items()}
    assert outcomes == {"relu_forward": "pass", "relu_backward": "invalid", "svm_loss": "pass"}
    message = reports["relu_backward"].message
    assert message is not None
    assert "layers.py line" in message.seen and "relu_backward" in message.seen
    assert "stub" in message.looks_like


NOTEBOOK = b'{"cells": [{"cell_type": "code", "execution_count": null}], "nbformat": 4}'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (NOTEBOOK, "optim.py holds a whole notebook"),
        (b"\n" + NOTEBOOK[:-1], "optim.py holds a whole notebook"),
        (b'{"cells": [], "nbformat": 4}\n' * 3 + b"{{{", "optim.py"),
        (b"def f():\n    pass\n\x00\x00", "optim.py holds a NUL byte in line 3"),
        ("x = 'ü'\n".encode("latin-1"), "optim.py line 1 holds bytes that are not UTF-8"),
        (b"x = 1\n" * 3 + b"# caf\xe9\n", "optim.py line 4 holds bytes that are not UTF-8"),
        (b"# coding: nonsense\nx = 1\n", "optim.py line 1"),
        ("def f(x):\n    return 1\n".encode("utf-16"), "optim.py is saved as UTF-16"),
        (b"%PDF-1.7 nothing here is Python", "optim.py"),
    ],
)
def test_a_file_that_is_not_python_is_invalid(data: bytes, said: str, student: Student) -> None:
    folder = student()
    (folder / "optim.py").write_bytes(data)
    reports = _by_id(folder, "affine_forward", "sgd_momentum", "adam")
    outcomes = {name: report.result.outcome for name, report in reports.items()}
    assert outcomes == {"affine_forward": "pass", "sgd_momentum": "invalid", "adam": "invalid"}
    message = reports["adam"].message
    assert message is not None and said in message.seen


def test_other_encodings_that_python_reads_are_read(student: Student) -> None:
    folder = student()
    text = (folder / "optim.py").read_text(encoding="utf-8")
    (folder / "optim.py").write_bytes(b"# coding: latin-1\n# caf\xe9\n" + text.encode("latin-1"))
    (folder / "layers.py").write_bytes(b"\xef\xbb\xbf" + (folder / "layers.py").read_bytes())
    reports = _by_id(folder, "affine_forward", "adam")
    assert [report.result.outcome for report in reports.values()] == ["pass", "pass"]


def test_without_solutions_an_endless_loop_is_waited_for_once(
    student: Student, key_references: FromKey
) -> None:
    old = "    out = rows @ w + b\n"
    folder = student("layers.py", (old, "    while True:\n        pass\n" + old))
    names = ["affine_forward", "affine_backward", "affine_bn_relu_forward", "relu_forward"]
    with Checker(folder, solutions=None, references=key_references, timeout=3) as session:
        reports = {report.result.exercise: report for report in session.judge(names)}
    outcomes = {name: report.result.outcome for name, report in reports.items()}
    assert outcomes == {
        "affine_forward": "timeout",
        "affine_backward": "blocked",
        "affine_bn_relu_forward": "blocked",
        "relu_forward": "pass",
    }
    for name in names[1:3]:
        assert reports[name].blocked_by == ("affine_forward",)
        assert reports[name].result.seconds == 0


def test_a_missing_file_and_a_missing_function(student: Student) -> None:
    folder = student("layers.py", ("def relu_forward(", "def rectify("))
    (folder / "optim.py").unlink()
    reports = _by_id(folder, "relu_forward", "relu_backward", "affine_forward", "adam")
    outcomes = {name: report.result.outcome for name, report in reports.items()}
    assert outcomes["affine_forward"] == "pass"
    assert outcomes["relu_forward"] == "missing"
    assert outcomes["relu_backward"] == "blocked"
    assert reports["relu_backward"].blocked_by == ("relu_forward",)
    assert outcomes["adam"] == "missing"
    gone = reports["adam"].message
    assert gone is not None and "deleted" in gone.looks_like


def test_a_result_says_what_was_judged(student: Student) -> None:
    folder = student("layers.py", WRONG_BACKWARD)
    result = _by_id(folder, "affine_backward")["affine_backward"].result
    assert result.file == "layers.py"
    assert result.sha256 == hashlib.sha256((folder / "layers.py").read_bytes()).hexdigest()
    assert result.seed == 231
    assert result.max_points == 3 and result.points == 0
    assert all(c.error is not None and c.limit is not None for c in result.checks)


def test_json_follows_its_schema(student: Student) -> None:
    folder = student("layers.py", WRONG_BACKWARD)
    reports = check_exercises(["affine_forward", "affine_backward"], folder=folder)
    document = as_document(report.result for report in reports)
    data = json.loads(json.dumps(document, allow_nan=False))
    wanted = SCHEMA["properties"]["results"]["items"]["required"]
    assert [list(entry) for entry in data["results"]] == [wanted, wanted]
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(data, SCHEMA)


MISSING = Sentence("student.file.missing", {"file": "a"})
ENDLESS = Sentence("student.file.missing", {"file": Sentence("b", {"c": MISSING})})
for _ in range(300):
    ENDLESS = Sentence("student.file.missing", {"file": ENDLESS})


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (ImportProblem("invalid", "too large"), "too large"),
        (ImportProblem("invalid", "m", sentence=MISSING), "a is missing."),
        (ImportProblem("invalid", "m", sentence=Sentence("hint.affine_forward.nudge")), "m"),
        (ImportProblem("invalid", "m", sentence=ENDLESS), "m"),
        (ImportProblem("invalid"), ""),
    ],
)
def test_a_worker_can_choose_sentences_about_files_only(problem: ImportProblem, says: str) -> None:
    assert str(_reason(problem)) == says


def test_points_follow_weights(student: Student) -> None:
    folder = student("layers.py", ("/ keep\n        out = x * mask", "\n        out = x * mask"))
    result = _by_id(folder, "dropout_forward")["dropout_forward"].result
    failed = [check.name for check in result.checks if check.outcome != "pass"]
    assert failed == ["scale of what is kept", "float32"]
    # Weights: nine ordinary cases and one of 2; 3 of 11 are lost.
    assert result.points == pytest.approx(3 * 8 / 11, abs=1e-4)


def test_prints_are_a_note_on_a_pass(student: Student) -> None:
    line = "    out = np.maximum(0, x)\n"
    folder = student("layers.py", (line, line + "    print('shape', x.shape)\n"))
    report = _by_id(folder, "relu_forward")["relu_forward"]
    assert report.result.outcome == "pass"
    assert report.printed.lines == 5 and report.printed.head.startswith("shape (4, 5)")
    assert len(report.notes) == 1 and "5 lines" in str(report.notes[0])


def test_another_seed_draws_other_inputs_and_needs_solutions(solutions: Path) -> None:
    ids = ["affine_backward", "dropout_forward", "adam"]
    with Checker(solutions, seed=987654321987654321) as session:
        reports = list(session.judge(ids))
    assert {r.result.outcome for r in reports} == {"pass"}
    assert {r.result.seed for r in reports} == {987654321987654321}
    with pytest.raises(UsageError, match="no solutions"):
        Checker(solutions, seed=5, solutions=None)


def test_what_nobody_thought_of_costs_one_exercise_and_no_points(
    solutions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = checker.compare

    def compare(record: Record, *rest: object) -> Comparison:
        if record.exercise == "relu_forward":
            raise ZeroDivisionError("nobody thought of it")
        return real(record, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(checker, "compare", compare)
    reports = _by_id(solutions, "affine_forward", "relu_forward")
    assert reports["affine_forward"].result.outcome == "pass"
    report = reports["relu_forward"]
    assert (report.result.outcome, report.result.integrated_outcome) == ("infra", "infra")
    assert report.message is not None
    assert "ZeroDivisionError: nobody thought of it" in report.message.seen


def test_unknown_ids_and_folders_are_named(solutions: Path) -> None:
    with pytest.raises(UsageError, match="affine_forward"):
        check_exercises(["afine_forward"], folder=solutions)
    with pytest.raises(WorkbookError, match="nowhere"):
        check_exercises(folder=solutions / "nowhere")


@pytest.mark.parametrize(
    ("outcomes", "combined"),
    [
        (["pass", "pass"], "pass"),
        (["pass", "fail", "error"], "fail"),
        (["pass", "error"], "error"),
        (["todo", "todo"], "todo"),
        (["pass", "todo"], "todo"),
        (["blocked", "todo"], "blocked"),
        (["todo", "error"], "error"),
        (["memory", "error"], "memory"),
        (["pass", "almost"], "almost"),
        (["almost", "fail"], "fail"),
        (["almost", "todo"], "todo"),
        (["almost", "error"], "error"),
        ([], "infra"),
    ],
)
def test_combining(outcomes: list[str], combined: str) -> None:
    assert combine(outcomes) == combined


def test_the_schema_is_written_down() -> None:
    page = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
    for name in SCHEMA["properties"]["results"]["items"]["required"]:
        assert f"`{name}`" in page, name
    for outcome in OUTCOMES:
        assert f"`{outcome}`" in page, outcome
