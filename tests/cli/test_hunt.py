"""`workbook hunt`: played with numbers from a pipe, as nobody's terminal."""

import pytest

from workbook import curriculum
from workbook.checks.bughunt.model import new_round
from workbook.student import progress


@pytest.fixture
def finished(home):
    """A learner whose exercises all pass."""
    passes = [
        {"exercise": name, "outcome": "pass", "sha256": "", "points": 1}
        for name in curriculum.load().ids()
    ]
    assert progress.record(home / "exercises", passes)
    return home


def files(folder):
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def other(number):
    return 2 if number == 1 else 1


def test_a_newcomer_is_told_in_one_line_when_it_opens(workbook, home):
    code, out, _ = workbook("hunt", keys="1\n")
    assert code == 1
    assert out.count("\n") == 1
    assert "still to pass: affine_forward" in out and "--anyway" in out


def test_found_at_once(workbook, finished):
    played = new_round(2, 5)
    before = files(finished)
    code, out, err = workbook(
        "hunt", "--level", 2, "--seed", 5, keys=f"{played.place}\n{played.answer}\n"
    )
    assert (code, err) == (0, "")
    assert "Found." in out and "Guesses: 2" in out
    assert played.why() in " ".join(out.split())
    assert "workbook hunt --level 2 --seed 5" in out
    assert files(finished) == before


def test_wrong_answers_are_asked_again(workbook, finished):
    played = new_round(seed=8)
    typed = [other(played.place), played.place, other(played.answer), played.answer]
    _, out, _ = workbook("hunt", "--seed", 8, keys="".join(f"{n}\n" for n in typed))
    assert f"Not in {played.places[typed[0] - 1]}" in out
    assert "No: with that mistake" in out
    assert "Found." in out and "Guesses: 4" in out


def test_what_is_no_choice_is_no_guess(workbook, finished):
    played = new_round(seed=8)
    keys = f"99\n0\n-1\nhere\n\n{played.place}\n{played.answer}\n"
    _, out, _ = workbook("hunt", "--seed", 8, keys=keys)
    assert out.count(f"type a number from 1 to {len(played.places)}") == 5
    assert "Guesses: 2" in out


def test_a_gradient_check_on_request(workbook, finished):
    played = new_round(3, 1)
    _, out, _ = workbook("hunt", "--level", 3, "--seed", 1, keys="g\nq\n")
    head, _, shown = out.partition("Gradient check of the network")
    assert "relative error" not in head
    for name, error in played.hunt.gradients.items():
        assert name in shown and f"{error:.1e}" in shown


def test_the_answer_on_request(workbook, finished):
    played = new_round(seed=3)
    code, out, _ = workbook("hunt", "--seed", 3, keys="s\n")
    assert code == 0
    assert f"It was in {played.hunt.exercise}" in out
    assert "Found." not in out


@pytest.mark.parametrize("keys", ["", "q\n", "1\nquit\n"])
def test_leaving_is_polite_and_says_how_to_come_back(workbook, finished, keys):
    code, out, err = workbook("hunt", "--seed", 3, keys=keys)
    assert (code, err) == (0, "")
    assert "You left the hunt" in out and "workbook hunt --seed 3" in out


def test_ctrl_c_leaves_politely(workbook, finished, monkeypatch):
    class Keyboard:
        def readline(self):
            raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin", Keyboard())
    code, out, err = workbook("hunt", "--seed", 3)
    assert (code, err) == (0, "")
    assert "You left the hunt" in out


def test_anyway_needs_no_progress_and_is_kept_in_the_call(workbook, home):
    code, out, _ = workbook("hunt", "--anyway", "--seed", 4, keys="")
    assert code == 0
    assert "workbook hunt --seed 4 --anyway" in out


def test_an_unknown_level_is_a_usage_error(workbook, home):
    code, _, err = workbook("hunt", "--level", 4)
    assert code == 2
    assert "4 is not in the range" in err
