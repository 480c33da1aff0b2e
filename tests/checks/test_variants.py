"""Every known mistake fails and is named; every other right way of writing it passes."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from workbook import curriculum, locale
from workbook.checks import key as keys
from workbook.checks import probe as probes
from workbook.checks.compare import compare
from workbook.checks.diagnose import diagnose
from workbook.checks.fingerprint import VariantPrint
from workbook.checks.messages import PARTS, Case, Message
from workbook.checks.references import FromKey, FromSolutions
from workbook.errors import WorkbookError
from workbook.workspace.choice import solutions_folder


def _listed() -> list[tuple[str, str, bool]]:
    """(exercise, variant, correct) of every file, read without running it."""
    folder = solutions_folder()
    found = []
    for exercise in curriculum.load().ids() if folder is not None else ():
        path = folder / "misconceptions" / f"{exercise}.py"
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
    return [f"{exercise}.{name}" for exercise, name in pairs]


_cases: dict[tuple[str, str], list[Case]] = {}


def _run(live: FromSolutions, exercise: str, variant: str) -> list[Case]:
    if (exercise, variant) not in _cases:
        records, reference = live.run(exercise, variant), live.records(exercise)
        _cases[exercise, variant] = [
            Case(
                p,
                records[p.name],
                reference[p.name],
                compare(records[p.name], reference[p.name], p),
            )
            for p in probes.for_exercise(exercise)
        ]
    return _cases[exercise, variant]


def _same(variants: list[VariantPrint], name: str) -> set[str]:
    """The message ids of the variants whose records are the same as those of `name`."""
    mine = next(v for v in variants if v.id == name)
    return {v.message for v in variants if v.probes == mine.probes}


@pytest.mark.parametrize(("exercise", "variant"), WRONG, ids=_ids(WRONG))
def test_a_known_mistake_fails_and_is_named(
    exercise: str, variant: str, live: FromSolutions
) -> None:
    cases = _run(live, exercise, variant)
    assert any(case.comparison.outcome != "pass" for case in cases), "no probe sees it"
    message = diagnose(cases, live.variants(exercise))[0]
    assert message.id in _same(live.variants(exercise), variant)
    assert message.misconception is not None
    for part in PARTS:
        text = getattr(message, part)
        assert text and "{" not in text, part
        assert "you wrote" not in text.lower()


@pytest.mark.parametrize(("exercise", "variant"), WRONG, ids=_ids(WRONG))
def test_the_answer_key_alone_names_it_too(
    exercise: str, variant: str, live: FromSolutions
) -> None:
    key = keys.shipped()
    assert key is not None
    reference, variants = FromKey(key).records(exercise), FromKey(key).variants(exercise)
    cases = [
        Case(
            case.probe,
            case.record,
            reference[case.probe.name],
            compare(case.record, reference[case.probe.name], case.probe),
        )
        for case in _run(live, exercise, variant)
    ]
    assert diagnose(cases, variants)[0].id in _same(live.variants(exercise), variant)


@pytest.mark.parametrize(("exercise", "variant"), RIGHT, ids=_ids(RIGHT))
def test_other_right_ways_pass(exercise: str, variant: str, live: FromSolutions) -> None:
    for case in _run(live, exercise, variant):
        assert case.comparison.outcome == "pass", case.probe.name


def test_every_row_of_the_catalogue_says_where_it_comes_from(live: FromSolutions) -> None:
    rows = defaultdict(list)
    for exercise in {exercise for exercise, _, _ in LISTED}:
        for listed in live.catalogue(exercise):
            if listed["row"]:
                rows[str(listed["row"])].append(exercise)
    assert all(re.fullmatch(r"[A-Z]+\d+[a-z]?", row) for row in rows)


def test_every_message_has_four_parts_and_belongs_to_a_variant(live: FromSolutions) -> None:
    used = {
        str(listed["message"])
        for exercise in {exercise for exercise, _, _ in LISTED}
        for listed in live.catalogue(exercise)
        if not listed["correct"]
    }
    for message in used:
        for part in PARTS:
            assert locale.has(f"{message}.{part}"), f"{message}.{part}"
    written = {
        name.rpartition(".")[0] for name in locale.sentences() if name.startswith("diagnosis.")
    }
    assert written == used


def test_an_edit_must_match_exactly_once(solutions: Path, tmp_path: Path) -> None:
    import shutil

    from workbook.checks.variants import planted
    from workbook.workspace import load_room

    folder = tmp_path / "room"
    shutil.copytree(solutions, folder, ignore=shutil.ignore_patterns("misconceptions"))
    (folder / "misconceptions").mkdir()
    (folder / "misconceptions" / "relu_backward.py").write_text(
        "from workbook.checks.variants import wrong_edit\n"
        "wrong_edit('twice', ('x', 'y'))\n"
        "wrong_edit('never', ('no such text', 'y'))\n"
        "wrong_edit('fine', ('(x > 0)', '(x >= 0)'))\n",
        encoding="utf-8",
    )
    with load_room(folder) as room:
        before = room.relu_backward
        for name in ("twice", "never"):
            with (
                pytest.raises(WorkbookError, match="exactly once"),
                planted(room, "relu_backward", name),
            ):
                pass
        with planted(room, "relu_backward", "fine"):
            assert room.relu_backward is not before
        assert room.relu_backward is before
        with (
            pytest.raises(WorkbookError, match="no variant"),
            planted(room, "relu_backward", "unheard"),
        ):
            pass


def _message(live: FromSolutions, exercise: str, variant: str) -> Message:
    return diagnose(_run(live, exercise, variant), live.variants(exercise))[0]


def test_a_message_speaks_of_the_smallest_failing_case(live: FromSolutions) -> None:
    message = _message(live, "affine_backward", "db_keepdims")
    failing = [c for c in _run(live, "affine_backward", "db_keepdims")]
    assert message.probe == min(failing, key=lambda c: c.size).probe.name


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
    from workbook.checks.variants import catalogue
    from workbook.workspace import load_room

    with load_room(solutions) as room:
        for exercise in sorted({exercise for exercise, _ in WRONG}):
            pieces = _pieces(exercise, solutions)
            for variant in catalogue(exercise, room).values():
                if variant.correct:
                    continue
                replaced = {re.sub(r"\s", "", old) for old, _ in variant.edits}
                for part in PARTS:
                    # Without the places that the student's own numbers go to.
                    text = re.sub(r"\{[^{}]*\}", "", locale.text(f"{variant.message}.{part}"))
                    where = f"{variant.message}.{part}"
                    assert not _REPAIRS.search(text), where
                    bare = re.sub(r"\s", "", text)
                    given = {p for p in pieces | replaced if len(p) >= 5 and p in bare}
                    assert not given, f"{where}: {given}"
