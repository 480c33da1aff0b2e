"""What is right is computed from the verdicts and never written by hand."""

import re

import pytest

from workbook import curriculum, locale
from workbook.checks.messages import PARTS

# That something besides the mistake is as it should be: true of one mistake alone, and false as
# soon as there are two.
CLAIM = re.compile(
    r"\b(?:is|are|was|were|comes? out|come|all|nearly) (?:\w+ )?(?:right|correct)\b"
    r"|\b(?:has|have|holds?) the right\b"
    r"|\b[Tt]he right (?:numbers|amounts|values|shape|size|share|places|entries|digits)\b"
    r"|\b(?:[Tt]he rest|[Tt]he others|[Ee]verything else|[Aa]ll others?) (?:is|are)\b"
    r"|\ball is well\b|^Right\b|\bfor the rest\b"
)
# A class, an answer or a formula that is the right one, not a result of the student's.
OTHER_SENSE = re.compile(
    r"right (?:class|one|answers?)|class is right|always right|sure and right|no longer right"
)
# Of these parts a card shows what concerns this solution; `why` and `look` speak in general.
SAID_OF_THE_RESULTS = ("seen", "looks_like")


def _messages() -> list[str]:
    files = [*curriculum.COURSE.glob("*messages.toml"), *curriculum.COURSE.glob("*/messages.toml")]
    tables = (
        table
        for path in files
        for table in re.findall(r"^\[(.+)\]$", path.read_text(encoding="utf-8"), re.MULTILINE)
    )
    return sorted(table for table in tables if not table.startswith(("transfer.", "result")))


MESSAGES = _messages()


def test_there_are_messages_to_look_at() -> None:
    assert len(MESSAGES) > 600


def test_no_message_claims_by_hand_that_something_is_right() -> None:
    claims = []
    for message in MESSAGES:
        for part in SAID_OF_THE_RESULTS:
            words = OTHER_SENSE.sub("", locale.table(message)[part])
            if CLAIM.search(words) or "everywhere" in words:
                claims.append(f"{message}.{part}: {words}")
    assert claims == []


@pytest.mark.parametrize(
    "words",
    [
        "dw and db are right, dx is not.",
        "A batch of one comes out right. Here it does not.",
        "The numbers in it are right.",
        "Without regularisation everything is right.",
        "With small scores all is well.",
        "out has the right shape, but its entry is 3.",
        "The rest is as it should be.",
        "Right for square windows.",
    ],
)
def test_the_pattern_sees_what_was_written_before(words: str) -> None:
    assert CLAIM.search(words)


def test_the_placeholders_of_claims_are_known_ones() -> None:
    known = {"right", "right_cases"}
    for message in MESSAGES:
        for part in PARTS:
            names = re.findall(r"\{(right\w*|numbers\b)", locale.table(message)[part])
            assert set(names) <= known | {"numbers"}, f"{message}.{part}"
            # The other parts are also shown where no results are at hand.
            assert not names or part == "seen", f"{message}.{part}"


def test_no_two_results_are_called_the_same() -> None:
    names = {
        name: words for name, words in locale.sentences().items() if name.startswith("result.")
    }
    assert names
    assert len(set(names.values())) == len(names)
