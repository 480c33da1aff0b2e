"""Sentence ids: code names each in full, each exists, and none is written for nothing."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import workbook
from workbook import locale
from workbook.checks.messages import PARTS

PACKAGE = Path(workbook.__file__).parent
NOTEBOOKS = PACKAGE.parent / "notebooks"
# What students edit names no sentence; the course's content is data.
SKIPPED = ("exercises", "course", "pristine")


@cache
def modules():
    paths = [p for p in PACKAGE.rglob("*.py") if not set(p.parts[-4:-1]) & set(SKIPPED)]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@cache
def literals():
    """Every string in the code, and every quoted one in the pages' templates."""
    found = {
        node.value
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for path in PACKAGE.rglob("*.html"):
        found.update(re.findall(r"[\"']([\w.]+)[\"']", path.read_text(encoding="utf-8")))
    return found


def calls(*names):
    """The calls of functions or methods with these names: (function, first argument, place)."""
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                name = ast.unparse(node.func).removeprefix("locale.")
                if name in names or ("." in name and "." + name.rpartition(".")[2] in names):
                    yield name, node.args[0], f"{path.relative_to(PACKAGE)}:{node.lineno}"


def sentences(table):
    return [name for name in locale.sentences() if name.startswith(f"{table}.")]


def test_no_id_is_put_together_from_parts():
    # In `plots`, `text` is a method of Matplotlib's axes; `locale` itself joins table and key.
    ids = ("text", "has", "table", "fill", ".text", ".table", ".say", ".words")
    built = [
        place
        for name, argument, place in calls(*ids)
        if isinstance(argument, ast.JoinedStr | ast.BinOp)
        and not place.startswith(("plots", "locale"))
    ]
    assert built == []


def test_every_id_in_the_code_exists():
    exists = {
        "text": locale.has,
        "has": locale.has,
        "table": sentences,
        "fill": lambda name: all(locale.has(f"{name}.{part}") for part in PARTS),
    }
    unknown = [
        (place, argument.value)
        for name, argument, place in calls(*exists)
        if isinstance(argument, ast.Constant) and not exists[name](argument.value)
    ]
    assert unknown == []


def test_what_looks_like_an_id_is_one():
    """Ids that reach `text` or `fill` by way of a table or a variable."""
    # Two ids of messages that a course's policy has shortened: they have no sentences.
    known = {"policy.outcome", "policy.located"}
    tables = {name.partition(".")[0] for name in locale.sentences()} - {"data"}
    looks = re.compile(rf"({'|'.join(map(re.escape, sorted(tables)))})(\.[a-z_0-9]+)+")
    files = (".md", ".py", ".toml", ".json", ".html")
    for word in filter(looks.fullmatch, literals()):
        if word not in known and not word.endswith(files):
            assert locale.has(word) or sentences(word), word


def _used_tables():
    found = {a.value for _, a, _ in calls("table") if isinstance(a, ast.Constant)}
    for path in PACKAGE.rglob("*.html"):
        found.update(re.findall(r"table\(\"([\w.]+)\"\)", path.read_text(encoding="utf-8")))
    return found


def _interface():
    """The ids of `locale/en`; those of the course belong to its exercises and misconceptions."""
    course = {
        table
        for path in PACKAGE.glob("course/**/*.toml")
        if path.name.endswith(("messages.toml", "hints.toml"))
        for table in re.findall(r"^\[(.+)\]$", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    return [name for name in locale.sentences() if name.rpartition(".")[0] not in course]


def test_no_sentence_is_unused():
    said, tables = literals(), _used_tables()
    # A key of a whole table may be a word of its own, such as the outcome `pass`.
    words = {word for literal in said for word in literal.split(".")}
    unused = []
    for name in _interface():
        message, _, part = name.rpartition(".")
        # `answer`: the next test holds it.
        if name in said or (message in said and part in PARTS) or message == "answer":
            continue
        table = next((t for t in tables if name.startswith(f"{t}.")), None)
        if table is None or not set(name.removeprefix(f"{table}.").split(".")) <= words:
            unused.append(name)
    assert unused == []


@pytest.mark.skipif(not NOTEBOOKS.is_dir(), reason="this copy has no notebooks/")
def test_every_model_answer_has_its_question():
    pages = [path.read_text(encoding="utf-8") for path in NOTEBOOKS.glob("*.ipynb")]
    for name in sentences("answer"):
        question = name.removeprefix("answer.")
        assert any(question in page for page in pages), question
