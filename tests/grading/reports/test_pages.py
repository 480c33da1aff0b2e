"""The pages: nothing unescaped, nothing hidden shown, readable on a phone."""

import re
import shutil
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from workbook.checks.results import OUTCOMES
from workbook.grading.grades import ExerciseGrade, Grade
from workbook.grading.intake.scheme import default_scheme
from workbook.grading.reports.classpage import class_page, distribution, hardest, mistakes
from workbook.grading.reports.feedback import feedback_page
from workbook.grading.reports.pages import clean

EVIL = "</p><script>alert(1)</script>\x1b[31m\x00\N{RIGHT-TO-LEFT OVERRIDE}\ud800`<img src=x>`"


def exercise(name="affine_forward", outcome="fail", **more):
    return ExerciseGrade(
        id=name, title="Affine", notebook="FullyConnectedNet", maximum=2.0, bonus=False,
        outcome=outcome, integrated_outcome=more.pop("integrated_outcome", outcome), **more,
    )  # fmt: skip


def grade(*exercises, status="graded", name="Ann", **more):
    submission = SimpleNamespace(
        status=status, source="x/ann.zip", digest="ab" * 32, handed_in="2026-11-30T12:00:00+00:00",
        late=False, receipt="", notes=[], reason="", **{},
    )  # fmt: skip
    for key, value in more.items():
        setattr(submission, key, value)
    return Grade("ann", name, status, 92.0, {e.id: e for e in exercises}, submission)


def run(**notes):
    return SimpleNamespace(id=1, started="2026-11-30T12:00:00+00:00", notes=notes)


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self.attributes = Counter(), "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


MESSAGE = {"seen": "seen it", "looks_like": "like that", "why": "because", "look": "try `this`"}


def test_an_exercise_says_what_was_seen_what_it_looks_like_and_what_to_try():
    page = feedback_page(grade(exercise(points=0.5, message=MESSAGE)))
    text = Tags(page).text
    order = [
        text.index(word) for word in ("0.5 of 2", "seen it", "like that", "What to try", "this")
    ]
    assert order == sorted(order)
    assert "<code>this</code>" in page


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_has_its_words(outcome):
    points = None if outcome == "infra" else 0.0
    text = Tags(feedback_page(grade(exercise(outcome=outcome, points=points)))).text
    assert "Traceback" not in text and "Affine" in text


@pytest.mark.parametrize(
    "place", ["message", "name", "notes", "reason", "receipt", "source", "check"]
)
def test_nothing_that_a_student_wrote_reaches_a_page_unescaped(place):
    more, given = {}, {}
    if place in ("notes", "reason", "receipt", "source"):
        more[place] = [EVIL] if place == "notes" else EVIL
    if place == "message":
        given["message"] = dict.fromkeys(("seen", "looks_like", "why", "look"), EVIL)
    if place == "check":
        given["checks"] = ({"name": EVIL, "outcome": "fail"}, {"name": "b", "outcome": "pass"})
    status = "invalid" if place == "reason" else "graded"
    one = grade(
        exercise(nbval="fail", nbval_line=EVIL, **given),
        status=status, name=EVIL if place == "name" else "Ann", **more,
    )  # fmt: skip
    one.flags.append(EVIL)
    whole = class_page(run(unknown=[EVIL]), [one], {"ann": "feedback/ann.html"}, "sandbox")
    for page in (feedback_page(one), whole):
        found = Tags(page)
        assert "script" not in found.tags and "img" not in found.tags
        assert not any(name.startswith("on") for name, _ in found.attributes)
        assert not set(page) & {"\x1b", "\x00", "\N{RIGHT-TO-LEFT OVERRIDE}", "\ud800"}
        page.encode("utf-8")


def test_a_page_needs_no_other_file_and_no_network():
    for page in (feedback_page(grade(exercise())), class_page(run(), [grade(exercise())], {}, "s")):
        found = Tags(page)
        assert not set(found.tags) & {"script", "link", "img", "iframe"}
        assert not re.search(r"(?:src|href)=|url\(|@import|https?:", page)
        assert ("name", "viewport") in found.attributes


def test_what_is_almost_right_says_what_points_are_lost_for():
    almost = exercise(outcome="almost", points=1.9, rules=("dtype",), message=MESSAGE)
    page = feedback_page(grade(almost))
    assert "Almost right" in page and "1 of 1 exercises are done" in page
    assert "Points are lost for the dtype of a result (0.2)." in page
    assert 'class="box almost"' in page and "seen it" in page
    by_hand = SimpleNamespace(points=2.0, reason="so", by="me", made="")
    page = feedback_page(grade(replace(almost, correction=by_hand)))
    assert "Points are lost" not in page


def test_the_class_page_counts_almost_as_done():
    grades = [grade(exercise(outcome=o)) for o in ("pass", "almost", "fail", "partial", "todo")]
    (row,) = hardest(grades)
    assert (row.right, row.tried) == (2, 4)
    assert "almost 1" in row.outcomes and "partial 1" in row.outcomes


@pytest.mark.parametrize(
    ("integrated", "nbval", "differs"),
    [
        ("pass", "pass", False),
        ("pass", "fail", True),
        ("almost", "pass", False),
        ("almost", "fail", False),
        ("fail", "pass", True),
        ("fail", "fail", False),
    ],
)
def test_a_cell_may_look_at_what_almost_misses_or_not(integrated, nbval, differs):
    one = exercise(outcome=integrated, nbval=nbval)
    assert one.differs == differs
    assert one.suspicious == (integrated == "pass" and nbval == "fail")


def test_a_right_exercise_says_nothing_more_but_the_integrated_outcome():
    page = feedback_page(
        grade(exercise(outcome="pass", integrated_outcome="blocked", message=MESSAGE))
    )
    assert "seen it" not in page and "Done on its own" in page


def test_the_receipt_and_what_was_judged_are_repeated():
    text = Tags(feedback_page(grade(exercise(), receipt="K7-Q2"))).text
    assert "Your receipt: K7-Q2" in text and "ann.zip" in text and "abababab" in text


@pytest.mark.parametrize(
    "status, said",
    [("missing", "Nothing was handed in"), ("invalid", "could not be read: damaged")],
)
def test_who_has_no_verdict_reads_why(status, said):
    page = feedback_page(grade(exercise(outcome=status), status=status, reason="damaged"))
    assert said in Tags(page).text


def test_no_reference_value_and_no_solution_reach_a_page():
    """A real mistake, judged at a fresh seed: the page shows the student's own numbers only."""
    from workbook.student import locations

    if locations.solutions_folder() is None:
        pytest.skip("this copy has no solutions/")
    import tempfile
    from pathlib import Path

    from workbook.checks.checker import Checker

    source = (locations.solutions_folder() / "layers.py").read_text(encoding="utf-8")
    right = "rows = x.reshape(x.shape[0], -1)"
    assert right in source
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(locations.solutions_folder(), name, dirs_exist_ok=True)
        wrong = source.replace(right, "rows = x.reshape(-1, x.shape[0]).T", 1)
        Path(name, "layers.py").write_text(wrong, encoding="utf-8")
        with Checker(name, seed=987654) as judge:
            report = judge.report("affine_forward")
            cases = judge.compared_cases(judge.judgement("affine_forward").decisive)
    assert report.result.outcome == "fail"
    page = feedback_page(grade(exercise(message=report.message.words())))
    assert report.message.seen.split()[0] in page
    hidden = {
        f"{value:.4g}"
        for case in cases
        for array in case.reference.arrays.values()
        if array.array is not None
        for value in array.array.ravel().tolist()
    }
    own = {
        f"{value:.4g}"
        for case in cases
        for array in case.record.arrays.values()
        if array.array is not None
        for value in array.array.ravel().tolist()
    }
    numbers = set(re.findall(r"-?\d+\.\d{2,}", Tags(page).text))
    assert not numbers & (hidden - own)
    lines = {line.strip() for line in source.splitlines() if "reshape" in line or ".dot(" in line}
    assert not any(line in page for line in lines)


def test_the_class_page_counts():
    ann = grade(exercise(outcome="pass", points=92.0))
    bob = grade(exercise(points=0.0, misconception="affine_forward.reshape_for_transpose"))
    page = Tags(class_page(run(), [ann, bob], {}, "No sandbox: does not stop anything.")).text
    assert "2 students: 2 graded" in page and "mean 46.0, median 46.0 of 92" in page
    assert "does not stop anything" in page
    assert [m["count"] for m in mistakes([ann, bob])] == [1]
    assert "Every row mixes numbers" in page
    [row] = hardest([ann, bob])
    assert (row.right, row.tried, row.outcomes) == (1, 2, "fail 1")


def test_the_distribution_holds_everybody():
    bins = distribution([0, 9.1, 9.2, 46, 92, 138], 92)
    assert [count for _, count in bins] == [2, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1]
    assert len(distribution([92], 92)) == 10


def test_clean_keeps_every_language():
    assert clean("Jörg 练习 \n\t😀") == "Jörg 练习 \n\t😀"


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1100])
def test_no_page_is_wider_than_the_screen(tmp_path, width):
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium")
    long = "x" * 300
    cases = tuple({"name": name, "outcome": name} for name in ("pass", "fail"))
    exercises = [
        exercise(name, message=dict.fromkeys(MESSAGE, long), checks=cases)
        for name in default_scheme().points
    ]
    one = grade(*exercises, name=long)
    pages = {"feedback.html": feedback_page(one), "class.html": class_page(run(), [one], {}, long)}
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, page in pages.items():
            (tmp_path / name).write_text(page, encoding="utf-8")
            tab = browser.new_page(viewport={"width": width, "height": 800})
            tab.goto((tmp_path / name).as_uri(), timeout=30_000)
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            # In a wrong exercise a right case looks right.
            colour = (
                "[...document.querySelectorAll('li > .word')].map(e => getComputedStyle(e).color)"
            )
            assert len(set(tab.evaluate(colour))) == (2 if name == "feedback.html" else 0)
        browser.close()
