"""The card: complete in HTML and in plain text, readable in any theme, never misleading."""

import re
import time
from html.parser import HTMLParser

import pytest

from workbook.checks.card.html import render as as_html
from workbook.checks.card.model import Card
from workbook.checks.card.rows import array_rows, format_number, format_time
from workbook.checks.card.text import render as as_text
from workbook.checks.compare import ArrayVerdict, Comparison
from workbook.checks.messages import Message
from workbook.checks.results import OUTCOMES, CaseReport, CheckResult, ExerciseResult, Report
from workbook.locale import text
from workbook.locale.sentence import Sentence
from workbook.records import Printed

SAVED = 1_700_000_000.0


def literal(seen, looks_like="", why="", look="", **more):
    """A message that says just this."""
    parts = {"seen": seen, "looks_like": looks_like, "why": why, "look": look}
    return Message("finding.literal", parts, **more)


MESSAGE = literal(
    "column 2 of dx sums to 3.1 & not <0>",
    "Your dx equals what one gets if the variance branch is left out.",
    "Every entry moves the variance, too.",
    "Take two samples of one feature.",
    case="a small batch",
    misconception="x.y",
)


def case_report(name="a small batch", outcome="fail", arrays=(), asks="shape (N, D)"):
    comparison = Comparison(outcome, tuple(arrays)) if arrays is not None else None
    return CaseReport(name, asks, 1.0, outcome, comparison)


def report(outcome="fail", integrated=None, cases=None, message=MESSAGE, **more):
    cases = (
        (
            case_report(
                outcome=outcome,
                arrays=[
                    ArrayVerdict("dx", "value", 0.25, 1e-9, 0.3),
                    ArrayVerdict("dgamma", "", 3e-12, 1e-9, 2e-12),
                ],
            ),
            case_report("float32", "pass", [ArrayVerdict("dx", "", 1e-7, 2e-5, 1e-7)]),
        )
        if cases is None
        else cases
    )
    checks = tuple(CheckResult(p.name, p.outcome, None, None) for p in cases)
    result = ExerciseResult(
        exercise="batchnorm_backward",
        outcome=outcome,
        integrated_outcome=integrated or outcome,
        points=3.0,
        max_points=6.0,
        checks=checks,
        misconception=None,
        seen=message.seen if message else None,
        looks_like=message.looks_like if message else None,
        file="layers.py",
        sha256="aa",
        seed=231,
        seconds=0.123,
    )
    about = {"saved": SAVED, "title": "Batch normalisation: backward", **more}
    return Report(result=result, cases=cases, message=message, **about)


class Shown(HTMLParser):
    """What a reader of the HTML sees, what is folded, and whether the tags balance."""

    VOID = ("br",)

    def __init__(self, html):
        super().__init__()
        self.open, self.words, self.folded, self.styles = [], [], [], []
        self.feed(html)
        assert self.open == [], f"left open: {self.open}"

    def handle_starttag(self, tag, attributes):
        self.styles += [value for name, value in attributes if name == "style"]
        names = {name for name, _ in attributes}
        assert names <= {"style", "data-lm-suppress-shortcuts"}
        # What can have the focus keeps its keys from JupyterLab.
        assert (tag in ("summary", "pre")) <= ("data-lm-suppress-shortcuts" in names)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        hidden = "details" in self.open and "summary" not in self.open
        (self.folded if hidden else self.words).append(data)


def words(*pieces):
    return " ".join(" ".join(pieces).split())


FULL = Card(
    report(
        also=(MESSAGE, literal("no", "not this one", "no", "no")),
        notes=(Sentence("note.printed", {"lines": "412"}),),
        printed=Printed(412, "step 0\nstep 1 <b>\n"),
    ),
    unchanged_since=SAVED,
    solutions_on=True,
)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_is_said_in_words(outcome):
    card = Card(report(outcome, message=None if outcome == "pass" else MESSAGE))
    head = f"batchnorm_backward: {text(f'outcome.{outcome}')}"
    assert head in as_text(card)
    assert head in words(*Shown(as_html(card)).words)


def test_html_and_text_say_the_same():
    shown = Shown(as_html(FULL))
    everything = words(*shown.words, *shown.folded)
    plain = words(as_text(FULL))
    for piece in (
        *FULL.warnings(),
        FULL.head(),
        FULL.subhead(),
        MESSAGE.seen,
        MESSAGE.looks_like,
        MESSAGE.why,
        MESSAGE.look,
        "a small batch",
        "NOT ok",
        "0.25",
        "1e-09",
        "shape (N, D)",
        "Your code printed 412 lines",
        "step 1 <b>",
        "only the beginning is kept",
        *FULL.foot(),
    ):
        assert words(piece) in plain
        # What is between backticks in the text is set as code.
        assert words(piece.replace("`", " ")) in everything


def test_the_first_two_parts_are_seen_and_the_others_open_on_request():
    shown = Shown(as_html(FULL))
    assert MESSAGE.seen in shown.words and MESSAGE.looks_like in shown.words
    for part in (MESSAGE.why, MESSAGE.look):
        assert part in shown.folded and part not in shown.words
    assert {text("card.why"), text("card.look")} <= set(shown.words)


def test_prints_are_folded():
    shown = Shown(as_html(FULL))
    assert "Your code printed 412 lines" in shown.words
    assert any("step 0" in piece for piece in shown.folded)
    assert not any("step 0" in piece for piece in shown.words)


def test_not_saved_comes_first():
    first = as_text(FULL).splitlines()[0]
    assert first.startswith("Not saved? layers.py has not changed since the last check")
    assert format_time(SAVED) in first
    assert Shown(as_html(FULL)).words[0] == first
    assert "Not saved?" not in as_text(Card(report()))


def test_every_colour_has_something_to_fall_back_to():
    html = "".join(as_html(Card(report(outcome), SAVED, True)) for outcome in OUTCOMES)
    variables = re.findall(r"var\((--[\w-]+)(,\s*[^)]+)?\)", html)
    assert variables
    assert all(fallback for _, fallback in variables)
    # What is not Jupyter's own keeps the page's colours.
    assert "background: transparent" in html
    assert not re.search(r"background(-color)?: *(#|white|rgb)", html)


def test_code_in_a_sentence_is_set_as_code():
    message = literal("see `x <y`")
    assert "see <code>x &lt;y</code>" in as_html(Card(report(message=message)))


def test_nothing_from_a_student_becomes_markup():
    html = as_html(FULL)
    assert "&lt;b&gt;" in html and "<0>" not in html
    raised = Card(report(message=literal("<script>alert(1)</script>")))
    assert "<script>" not in as_html(raised)


def test_an_array_is_shown_in_its_worst_case():
    cases = [
        case_report("first", "pass", [ArrayVerdict("dx", "", 1e-10, 1e-9, 1e-10)]),
        case_report("second", "fail", [ArrayVerdict("dx", "value", 2e-9, 1e-9, 1e-3)]),
        case_report(
            "third",
            "fail",
            [ArrayVerdict("dx", "shape", None, 1e-9, shape=(1, 2), wanted_shape=(2,))],
        ),
        case_report("float32", "pass", [ArrayVerdict("dx", "", 1e-5, 2e-5, 1e-5)]),
    ]
    (row,) = array_rows(cases)
    assert (row.ok, row.case) == (False, "third")
    assert row.verdict == "NOT ok: shape (1, 2), wanted (2,)"
    (row,) = array_rows(cases[:2])
    assert (row.verdict, row.error, row.limit, row.case) == ("NOT ok", "2e-09", "1e-09", "second")
    (row,) = array_rows([cases[0], cases[3]])
    assert (row.ok, row.case) == (True, "float32")


def test_what_is_not_a_relative_error_says_what_it_is():
    rows = array_rows(
        [
            case_report(
                arrays=[
                    ArrayVerdict("mask", "value", 17.0, 0.0, 1.0, measure="exact"),
                    ArrayVerdict("dropped", "", 0.01, 0.02, 0.1, measure="statistic"),
                    ArrayVerdict("sum", "value", 0.5, 1e-9, 1.0, measure="absolute"),
                ]
            )
        ]
    )
    assert [row.error for row in rows] == [
        "17 (entries that differ)",
        "0.01 (deviation)",
        "0.5 (absolute)",
    ]


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("missing", "not among the results"),
        ("extra", "not asked for"),
        ("kind", "a list, wanted a ndarray"),
        ("not_finite", "NaN or infinite"),
    ],
)
def test_every_problem_of_an_array_has_words(problem, said):
    verdict = ArrayVerdict("dx", problem, dtype="list", wanted_dtype="ndarray")
    (row,) = array_rows([case_report(arrays=[verdict])])
    assert said in row.verdict and row.verdict.startswith("NOT ok")


@pytest.mark.parametrize(
    ("problem", "said"),
    [("dtype", "dtype float64, wanted float32"), ("axis", "shape (1, 2), wanted (2,)")],
)
def test_an_array_of_right_values_is_not_called_wrong(problem, said):
    verdict = ArrayVerdict(
        "dx",
        problem,
        shape=(1, 2),
        wanted_shape=(2,),
        dtype="float64",
        wanted_dtype="float32",
        rules=(problem,),
    )
    (row,) = array_rows([case_report(arrays=[verdict])])
    assert row.verdict == f"values ok, {said}"
    assert row.mild and not row.ok
    assert (row.error, row.limit) == ("", "")


def test_a_pass_that_fails_with_the_students_other_functions_says_so():
    card = Card(report("pass", "blocked", message=MESSAGE, blocked_by=("affine_forward",)))
    assert "Done on its own. But affine_forward is not right yet" in words(as_text(card))
    assert MESSAGE.seen not in as_text(card)
    other = Card(report("pass", "fail", message=MESSAGE))
    assert "with your other functions the outcome is: Not right yet" in words(as_text(other))


def test_what_is_still_to_do_lists_what_will_be_looked_at():
    todo = Card(report("todo", cases=(case_report(outcome="todo", arrays=None),)))
    assert "What will be looked at: 1 cases" in as_text(todo)
    assert "0 of 1 cases right" not in as_text(todo)
    assert "workbook hint batchnorm_backward" in as_text(todo)


def test_a_pass_needs_no_hint():
    card = Card(report("pass", message=None))
    assert "hint" not in as_text(card) and "failing(" not in as_text(card)
    assert text("card.why") not in as_html(card)


def test_the_foot_names_file_time_and_seed():
    foot = Card(report()).foot()[-1]
    assert f"layers.py, saved {format_time(SAVED)}" in foot
    assert "seed 231" in foot


def test_a_time_of_today_has_no_date():
    now = time.time()
    assert format_time(now) == time.strftime("%H:%M:%S", time.localtime(now))
    assert format_time(now - 3 * 86400).startswith(
        time.strftime("%Y-", time.localtime(now - 3 * 86400))
    )
    assert format_time(None) == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (0.0, "0"), (1e-9, "1e-09"), (0.333, "0.33"), (float("inf"), "inf")],
)
def test_numbers_are_short(value, shown):
    assert format_number(value) == shown


def test_a_file_that_is_gone_has_no_time():
    card = Card(report("missing", saved=None))
    assert "layers.py is not there; judged" in as_text(card) and "saved" not in as_text(card)


def test_a_check_that_could_not_run_claims_nothing_about_a_file():
    assert "judged with seed" not in str(Card(report("infra")))
