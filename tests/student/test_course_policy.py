"""What a course shows, and that everything that shows something honours it."""

from datetime import datetime, timedelta

import pytest

from workbook.checks.bughunt import model as bughunt
from workbook.checks.checker import Checker
from workbook.checks.feedback_policy import apply_policy
from workbook.errors import UsageError
from workbook.student import course_policy, locations


@pytest.fixture
def course(monkeypatch):
    """`course(...)` makes a policy the one of this copy."""

    def use(**values):
        made = course_policy.Policy(**values)
        monkeypatch.setattr(course_policy, "current", lambda: made)
        return made

    return use


def test_a_copy_without_a_policy_shows_everything():
    assert course_policy.current() == course_policy.Policy("full", True, None, None)
    assert course_policy.parse("") == course_policy.Policy()


def test_a_whole_policy():
    read = course_policy.parse(
        'diagnosis = "located"\nhints = false\nanswers_from = 2027-01-31\nhunts = ["a/b/c"]\n'
    )
    assert (read.diagnosis, read.hints, read.hunts) == ("located", False, ("a/b/c",))
    opens = read.answers_from
    assert opens is not None and (opens.year, opens.month, opens.day) == (2027, 1, 31)
    assert not read.answers_open(opens - timedelta(seconds=1)) and read.answers_open(opens)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('diagnosis = "some"', "located"),
        ("hints = 1", "hints"),
        ('answers_from = "soon"', "answers_from"),
        ('hunts = "all"', "hunts"),
        ("hint = true", "'hint'"),
        ("= 3", "mine.toml"),
    ],
)
def test_what_is_no_policy_is_named(text, names):
    with pytest.raises(UsageError, match=names):
        course_policy.parse(text, "mine.toml")


# --- checks ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    """A report on a misconception, one on code that raises, and one on a stub."""
    import shutil

    solutions = locations.solutions_folder()
    if solutions is None:
        pytest.skip("this copy has no solutions/")
    folder = tmp_path_factory.mktemp("course") / "exercises"
    shutil.copytree(locations.pristine_folder(), folder)
    text = (solutions / "layers.py").read_text(encoding="utf-8")
    assert text.count("db = dout.sum(axis=0)") == 1
    text = text.replace("db = dout.sum(axis=0)", "db = dout.sum(axis=1)")
    (folder / "layers.py").write_text(text.replace("out = np.maximum(0, x)", "out = oops"))
    with Checker(folder, solutions=None) as judge:
        return [judge.report(n) for n in ("affine_backward", "relu_forward", "adam")]


def test_located_says_what_was_seen_and_names_no_mistake(wrong):
    mistake, raised, todo = wrong
    assert mistake.result.misconception == "affine_backward.db_axis"
    shown = apply_policy(mistake, "located")
    assert shown.message.seen == mistake.message.seen == shown.result.seen
    assert not (shown.message.looks_like or shown.message.why or shown.message.look)
    assert shown.result.misconception is None and shown.result.looks_like is None
    assert shown.cases == mistake.cases and not shown.also
    assert apply_policy(todo, "located") is todo
    assert apply_policy(raised, "located").message.seen == raised.message.seen


def test_outcome_says_right_or_wrong_and_the_points(wrong):
    mistake, raised, _ = wrong
    shown = apply_policy(mistake, "outcome")
    assert (shown.result.outcome, shown.result.points) == ("fail", mistake.result.points)
    assert "db" not in shown.message.seen and shown.result.misconception is None
    assert all(check.error is None for check in shown.result.checks)
    assert all(case.comparison is None and case.record is None for case in shown.cases)
    # What Python itself said about the student's own code is no diagnosis of ours.
    assert "oops" in apply_policy(raised, "outcome").message.seen


def test_full_is_everything(wrong):
    assert all(apply_policy(report) is report for report in wrong)


def test_cards_and_commands_show_no_more(wrong, course, monkeypatch):
    from workbook.checks.card import html, text
    from workbook.checks.card.model import Card

    plain = text.render(Card(apply_policy(wrong[0], "outcome")))
    assert "db" not in plain.replace("db_", "") and "looks like" not in plain.lower()
    for level in ("located", "outcome"):
        shown = html.render(Card(apply_policy(wrong[0], level)))
        assert wrong[0].message.looks_like not in shown


@pytest.mark.parametrize("front", ["kept", "command"])
def test_both_front_ends_ask_the_policy(wrong, course, monkeypatch, front):
    from workbook.checks import warm_checker
    from workbook.cli import _exercises

    course(diagnosis="outcome")
    monkeypatch.setattr(Checker, "report", lambda self, name: wrong[0])
    folder = locations.pristine_folder()
    if front == "kept":
        with warm_checker.WarmChecker(folder) as judge:
            report = judge.report("affine_backward")
    else:
        [report] = _exercises.check_with_progress(folder, ["affine_backward"])
    assert report.result.misconception is None and report.message.id == "policy.outcome"


# --- hints, answers, hunts ------------------------------------------------------------------


def test_no_hints(course, monkeypatch):
    from workbook.cli.hint import hint_lines
    from workbook.student import progress

    course(hints=False)
    monkeypatch.setattr(progress, "count_hint", None)
    assert "no hints" in " ".join(hint_lines("affine_forward"))


def test_answers_open_on_their_day(state, course, capsys, monkeypatch):
    from workbook.student.state_file import read_state
    from workbook.widgets import questions

    shown = []
    monkeypatch.setattr(questions, "display", shown.append)
    monkeypatch.setattr(questions, "table", lambda name: {"some.question": "a model answer"})
    course(answers_from=datetime.now().astimezone() + timedelta(days=400))
    questions.answer("some.question", "a thought of my own, in words")
    assert not shown and "opens on" in capsys.readouterr().out
    assert read_state("answers")["some.question"]["text"].startswith("a thought")
    course(answers_from=datetime.now().astimezone() - timedelta(days=1))
    monkeypatch.setattr(questions, "text", lambda name, **values: name)
    questions.answer("some.question", "a thought of my own, in words")
    assert len(shown) == 1


def test_only_the_hunts_of_the_course(course):
    one = bughunt.load()[0]
    course(hunts=(one.name,))
    for seed in range(5):
        played = bughunt.new_round(seed=seed)
        assert played is not None and played.hunt.name == one.name
    course(hunts=())
    with pytest.raises(UsageError, match="no bug hunt"):
        bughunt.new_round()
