"""The bug hunt: what ships agrees with the solutions, rounds repeat, levels mean what they say."""

import json
import math
import warnings

import pytest

from workbook import curriculum, locale
from workbook.checks.bughunt import (
    build as bughunt_build,
)
from workbook.checks.bughunt import (
    model as bughunt,
)
from workbook.checks.bughunt import (
    text as bughunt_text,
)
from workbook.checks.bughunt import (
    training as bughunt_training,
)
from workbook.checks.misconceptions import Catalogue
from workbook.errors import UsageError
from workbook.student import load_implementation, locations

HUNTS = bughunt.load()
NETWORKS, PLANNED = bughunt.read_plan()
EVERYTHING = set(curriculum.load().ids())
needs_solutions = pytest.mark.skipif(
    locations.solutions_folder() is None, reason="this copy has no solutions/"
)


def named(found):
    return f"{found.network.name}-{found.misconception}"


def sample():
    """One hunt of each network and level."""
    return {(found.network.name, found.level): found for found in HUNTS}.values()


@pytest.fixture(scope="module")
def impl():
    opened = load_implementation(locations.solutions_folder())
    yield opened
    opened.close()


def test_everything_planned_is_measured():
    measured = [
        {"network": h.network.name, "exercise": h.exercise, "misconception": h.misconception}
        for h in HUNTS
    ]
    assert measured == PLANNED, "run python -m workbook.checks.bughunt.build"


def test_what_is_written_is_one_hunt_a_line():
    shipped = bughunt.DATA.read_text(encoding="utf-8")
    assert bughunt_build.as_json_lines(json.loads(shipped)) == shipped
    assert sum(line.startswith('{"network": ') for line in shipped.splitlines()) == len(HUNTS)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_networks_are_made_of_exercises(network):
    assert EVERYTHING.issuperset({*network.places, *network.needs})
    assert not set(network.places) & set(network.needs)
    assert network.rule in network.places


@pytest.mark.parametrize("found", HUNTS, ids=named)
def test_a_hunt_can_be_seen_and_answered(found):
    assert found.exercise in found.network.places
    assert found.effect > 0.02
    assert found.message not in found.others
    assert len(found.others) >= 1
    for message in (found.message, *found.others):
        for part in ("looks_like", "why"):
            assert "{" not in locale.text(f"{message}.{part}")


@pytest.mark.parametrize("level", bughunt.LEVELS)
def test_there_is_choice_on_every_level(level):
    places = {h.exercise for h in HUNTS if h.level == level}
    assert len(places) >= 4


def test_levels_follow_from_what_was_measured():
    for found in HUNTS:
        missed = max(found.gradients.values()) < 1e-5
        assert (found.level == 3) == missed
        if not missed:
            assert (found.level == 1) == (found.effect >= bughunt.LARGE_EFFECT)


@needs_solutions
@pytest.mark.parametrize("found", sample(), ids=named)
def test_what_ships_is_what_the_solutions_do(found, impl):
    right = bughunt_training.train(impl, found.network)
    assert right.loss == pytest.approx(found.right.loss, rel=1e-2, abs=1e-2)
    assert right.val_loss == pytest.approx(found.right.val_loss, rel=1e-2, abs=1e-2)
    catalogue = Catalogue.read(found.exercise, impl)
    with catalogue.planted(found.misconception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrong = bughunt_training.train(impl, found.network)
        errors = bughunt_training.gradients(impl, found.network)
    # A network that runs away does so differently on every machine.
    if found.effect < 1:
        assert bughunt.effect(right, wrong) == pytest.approx(found.effect, rel=0.05)
    else:
        assert bughunt.effect(right, wrong) > bughunt.LARGE_EFFECT
    for name, error in errors.items():
        assert (error < bughunt.GRADIENT_CHECK_PASSES) == (
            found.gradients[name] < bughunt.GRADIENT_CHECK_PASSES
        )


@needs_solutions
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_without_a_mistake_the_gradient_check_passes(network, impl):
    assert max(bughunt_training.gradients(impl, network).values()) < 1e-7


def test_a_seed_repeats_a_round_and_others_differ():
    rounds = [bughunt.new_round(seed=seed) for seed in range(12)]
    assert rounds == [bughunt.new_round(seed=seed) for seed in range(12)]
    assert len({(r.hunt.exercise, r.hunt.misconception) for r in rounds}) > 4
    drawn = bughunt.new_round()
    assert bughunt.new_round(seed=drawn.seed) == drawn


@pytest.mark.parametrize("level", bughunt.LEVELS)
def test_a_round_keeps_to_its_level(level):
    assert {bughunt.new_round(level, seed).hunt.level for seed in range(10)} == {level}
    with pytest.raises(UsageError, match="levels 1, 2 and 3"):
        bughunt.new_round(level + 3)


@pytest.mark.parametrize("seed", range(40))
def test_a_round_offers_the_right_answer_once_among_different_ones(seed):
    played = bughunt.new_round(seed=seed)
    words = played.descriptions()
    assert len(set(words)) == len(words) >= 2
    # Each must be clear alone, and say nothing of the learner's own code.
    assert not [w for w in words if w.split()[0] in {"They", "That", "It", "Your"}]
    assert played.places[played.place - 1] == played.hunt.exercise
    assert words[played.answer - 1] == bughunt.looks_like(played.hunt.message)


def test_only_networks_of_passed_exercises_are_offered():
    assert bughunt.new_round(seed=1, passed=()) is None
    plain = NETWORKS["plain"]
    passed = {*plain.places, *plain.needs}
    assert {bughunt.new_round(seed=s, passed=passed).hunt.network.name for s in range(8)} == {
        "plain"
    }
    assert bughunt.new_round(seed=1, passed=passed - {"sgd_momentum"}) is None
    assert bughunt.new_round(seed=1, passed=EVERYTHING) == bughunt.new_round(seed=1)


def test_the_refusal_is_one_line_about_the_nearest_network():
    plain = NETWORKS["plain"]
    passed = {*plain.places, *plain.needs} - {"sgd_momentum"}
    line = bughunt_text.none_available(None, passed, "X starts it.")
    assert "still to pass: sgd_momentum. X starts it." in line
    assert "\n" not in line
    assert "5 more" in bughunt_text.none_available(1, (), "")


def test_effect_is_a_share_of_what_is_learnt():
    right = bughunt.HuntCurves((2.0, 1.0), (2.0, 1.0))
    assert bughunt.effect(right, right) == 0
    assert bughunt.effect(right, bughunt.HuntCurves((2.0, 1.5), (2.0, 1.0))) == pytest.approx(0.25)
    assert bughunt.effect(right, bughunt.HuntCurves((2.0, 1.0), (2.0, math.nan))) == math.inf


def test_a_chart_puts_each_curve_where_it_is():
    lines = bughunt_text.chart((2.0, 1.0, 0.0), (2.0, 2.0, 2.0))
    assert lines[0].split("|") == ["       2 ", " #  x  x"]
    assert lines[4].split("|")[1] == "    o"
    assert lines[8].split("|") == ["       0 ", "       o"]
    assert "right 0, with the mistake 2" in lines[-1]


def test_a_curve_that_runs_away_or_is_lost_leaves_the_other_readable():
    lines = bughunt_text.chart((2.0, 1.0, 0.0), (2.0, 1e9, math.nan))
    assert "^" in lines[0]
    assert sum(line.count("o") for line in lines[:9]) == 2
    assert "not a number from epoch 3 on" in lines[-1]


@pytest.mark.parametrize("found", HUNTS, ids=named)
def test_every_chart_fits_in_eighty_columns(found):
    lines = bughunt_text.charts(found.right, found.wrong)
    assert max(map(len, lines)) < 80
    assert len(lines) < 30
