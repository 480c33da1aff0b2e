"""Every misconception has its outcome and is named; every right way of writing it passes."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from workbook import curriculum, locale
from workbook.checks import answer_key
from workbook.checks.compare import compare
from workbook.checks.diagnose import diagnose
from workbook.checks.fingerprint import Fingerprint
from workbook.checks.messages import PARTS, ComparedCase, Message
from workbook.checks.misconceptions import Catalogue, source_file
from workbook.checks.outcomes import combine
from workbook.checks.references import FromKey, FromSolutions
from workbook.course import cases_of
from workbook.errors import WorkbookError
from workbook.student.locations import solutions_folder


def _listed() -> list[tuple[str, str, bool]]:
    """(exercise, misconception, correct) of every file, read without running it."""
    folder = solutions_folder()
    found = []
    for exercise in curriculum.load().ids() if folder is not None else ():
        path = source_file(exercise, folder)
        if not path.is_file():
            continue
        names: dict[str, bool] = {}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                kind = node.func.id.removesuffix("_edit")
                if kind in ("wrong", "right") and node.args:
                    names[ast.literal_eval(node.args[0])] = kind == "right"
        found += [(exercise, name, correct) for name, correct in names.items()]
    return found


LISTED = _listed()
WRONG = [(exercise, name) for exercise, name, correct in LISTED if not correct]
RIGHT = [(exercise, name) for exercise, name, correct in LISTED if correct]


def _ids(pairs: list[tuple[str, str]]) -> list[str]:
    return [name for _, name in pairs]


_compared: dict[tuple[str, str], list[ComparedCase]] = {}


def _run(live: FromSolutions, exercise: str, misconception: str) -> list[ComparedCase]:
    if (exercise, misconception) not in _compared:
        records, reference = live.run(exercise, misconception), live.records(exercise)
        _compared[exercise, misconception] = [
            ComparedCase(
                p,
                records[p.name],
                reference[p.name],
                compare(records[p.name], reference[p.name], p),
            )
            for p in cases_of(exercise)
        ]
    return _compared[exercise, misconception]


_outcomes: dict[str, dict[str, str]] = {}


def _declared(live: FromSolutions, exercise: str) -> dict[str, str]:
    if exercise not in _outcomes:
        rows = live.catalogue(exercise)
        _outcomes[exercise] = {str(row["id"]): str(row["outcome"]) for row in rows}
    return _outcomes[exercise]


def _same(fingerprints: list[Fingerprint], name: str) -> set[str]:
    """The message ids of the misconceptions whose records are the same as those of `name`."""
    mine = next(v for v in fingerprints if v.id == name)
    return {v.message for v in fingerprints if v.cases == mine.cases}


@pytest.mark.parametrize(("exercise", "misconception"), WRONG, ids=_ids(WRONG))
def test_a_misconception_leads_to_its_outcome_and_is_named(
    exercise: str, misconception: str, live: FromSolutions
) -> None:
    compared_cases = _run(live, exercise, misconception)
    outcome = combine([compared.comparison.outcome for compared in compared_cases])
    assert outcome == _declared(live, exercise)[misconception]
    message = diagnose(compared_cases, live.fingerprints(exercise))[0]
    assert message.id in _same(live.fingerprints(exercise), misconception)
    assert message.misconception is not None
    for part in PARTS:
        text = getattr(message, part)
        assert text and "{" not in text, part
        assert "you wrote" not in text.lower()


@pytest.mark.parametrize(("exercise", "misconception"), WRONG, ids=_ids(WRONG))
def test_the_answer_key_alone_names_it_too(
    exercise: str, misconception: str, live: FromSolutions
) -> None:
    key = answer_key.shipped()
    assert key is not None
    reference, fingerprints = FromKey(key).records(exercise), FromKey(key).fingerprints(exercise)
    compared_cases = [
        ComparedCase(
            compared.case,
            compared.record,
            reference[compared.case.name],
            compare(compared.record, reference[compared.case.name], compared.case),
        )
        for compared in _run(live, exercise, misconception)
    ]
    assert diagnose(compared_cases, fingerprints)[0].id in _same(
        live.fingerprints(exercise), misconception
    )


@pytest.mark.parametrize(("exercise", "misconception"), RIGHT, ids=_ids(RIGHT))
def test_other_right_ways_pass(exercise: str, misconception: str, live: FromSolutions) -> None:
    for compared in _run(live, exercise, misconception):
        assert compared.comparison.outcome == "pass", compared.case.name


def test_every_row_of_the_catalogue_says_where_it_comes_from(live: FromSolutions) -> None:
    rows = defaultdict(list)
    for exercise in {exercise for exercise, _, _ in LISTED}:
        for listed in live.catalogue(exercise):
            if listed["row"]:
                rows[str(listed["row"])].append(exercise)
    assert all(re.fullmatch(r"[A-Z]+\d+[a-z]?", row) for row in rows)


def test_every_message_has_four_parts_and_belongs_to_a_misconception(live: FromSolutions) -> None:
    used = {
        str(listed["message"])
        for exercise in {exercise for exercise, _, _ in LISTED}
        for listed in live.catalogue(exercise)
        if not listed["correct"]
    }
    for message in used:
        for part in PARTS:
            assert locale.has(f"{message}.{part}"), f"{message}.{part}"
    files = [*curriculum.COURSE.glob("*messages.toml"), *curriculum.COURSE.glob("*/messages.toml")]
    written = {
        line.strip("[]")
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("[") and not line.startswith(("[transfer.", "[result]"))
    }
    assert written == used


def test_an_edit_must_match_exactly_once(solutions: Path, tmp_path: Path) -> None:
    import shutil

    from workbook.student import load_implementation

    folder = tmp_path / "impl"
    shutil.copytree(solutions, folder, ignore=shutil.ignore_patterns("misconceptions"))
    (folder / "misconceptions" / "relu").mkdir(parents=True)
    (folder / "misconceptions" / "relu" / "relu_backward.py").write_text(
        "wrong_edit('relu_backward.twice', ('x', 'y'))\n"
        "wrong_edit('relu_backward.never', ('no such text', 'y'))\n"
        "wrong_edit('relu_backward.fine', ('(x > 0)', '(x >= 0)'))\n",
        encoding="utf-8",
    )
    with load_implementation(folder) as impl:
        before = impl.relu_backward
        catalogue = Catalogue.read("relu_backward", impl)
        for name in ("relu_backward.twice", "relu_backward.never"):
            with (
                pytest.raises(WorkbookError, match="exactly once"),
                catalogue.planted(name),
            ):
                pass
        with catalogue.planted("relu_backward.fine"):
            assert impl.relu_backward is not before
        assert impl.relu_backward is before
        with (
            pytest.raises(WorkbookError, match="no misconception"),
            catalogue.planted("relu_backward.unheard"),
        ):
            pass


def _message(live: FromSolutions, exercise: str, misconception: str) -> Message:
    return diagnose(_run(live, exercise, misconception), live.fingerprints(exercise))[0]


def test_an_id_begins_with_its_exercise(solutions: Path) -> None:
    from workbook.student import load_implementation

    with load_implementation(solutions) as impl:
        catalogue = Catalogue("relu_backward", impl)
        for name in ("no_mask", "relu_forward.no_mask"):
            with pytest.raises(WorkbookError, match=r"must begin with 'relu_backward\.'"):
                catalogue.wrong(name)


def test_a_message_speaks_of_the_smallest_failing_case(live: FromSolutions) -> None:
    message = _message(live, "affine_backward", "affine_backward.db_keepdims")
    failing = [c for c in _run(live, "affine_backward", "affine_backward.db_keepdims")]
    assert message.case == min(failing, key=lambda c: c.size).case.name


def _pieces(exercise: str, solutions: Path) -> set[str]:
    """The expressions of the solution that say something, without white space."""
    entry = curriculum.load()[exercise]
    text = (solutions / entry.file).read_text(encoding="utf-8")
    inside = [
        (text.count("\n", 0, m.start()) + 1, text.count("\n", 0, m.end()) + 1)
        for m in re.finditer(r"### BEGIN SOLUTION.*?### END SOLUTION", text, re.DOTALL)
    ]
    found = set()
    for node in ast.walk(ast.parse(text)):
        if getattr(node, "name", "") != entry.qualname.partition(".")[0]:
            continue
        for part in ast.walk(node):
            line = getattr(part, "lineno", 0)
            kinds = (ast.BinOp, ast.Call, ast.Compare, ast.Subscript, ast.Assign, ast.AugAssign)
            if isinstance(part, kinds) and any(a < line < b for a, b in inside):
                found.add(re.sub(r"\s", "", ast.unparse(part)))
    return {piece for piece in found if len(piece) >= 8}


# What repairs some mistake wherever it stands.
_REPAIRS = re.compile(r"axis\s*=|keepdims|dtype\s*=|astype|zeros_like|\.copy\(|np\.pad|np\.where")


def test_no_message_holds_the_line_that_repairs(solutions: Path) -> None:
    from workbook.student import load_implementation

    with load_implementation(solutions) as impl:
        for exercise in sorted({exercise for exercise, _ in WRONG}):
            pieces = _pieces(exercise, solutions)
            for misconception in Catalogue.read(exercise, impl).misconceptions.values():
                replaced = {re.sub(r"\s", "", old) for old, _ in misconception.edits}
                for part in PARTS:
                    # Without the places that the student's own numbers go to.
                    text = re.sub(r"\{[^{}]*\}", "", locale.table(misconception.message)[part])
                    where = f"{misconception.message}.{part}"
                    assert not _REPAIRS.search(text), where
                    bare = re.sub(r"\s", "", text)
                    given = {p for p in pieces | replaced if len(p) >= 5 and p in bare}
                    assert not given, f"{where}: {given}"
