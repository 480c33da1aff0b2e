"""The page on outcomes holds the rules of all exercises; run as a module, it writes them."""

from pathlib import Path

from workbook import curriculum
from workbook.checks.results import OUTCOMES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "outcomes.md"
HEAD = f"| exercise | {' | '.join(f'`{rule}`' for rule in curriculum.RULES)} |"


def table() -> str:
    lines = [HEAD, "| - |" + " -: |" * len(curriculum.RULES)]
    for exercise in curriculum.load():
        shares = [exercise.rules.get(rule) for rule in curriculum.RULES]
        cells = ["" if share is None else f"{100 * share:g} %" for share in shares]
        lines.append(f"| `{exercise.id}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def test_the_table_of_rules_is_that_of_the_course() -> None:
    assert PAGE.read_text(encoding="utf-8").endswith(table())


def test_every_outcome_and_every_rule_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8").partition(HEAD)[0]
    for word in (*OUTCOMES, *curriculum.RULES):
        assert f"`{word}`" in page, word


if __name__ == "__main__":
    before = PAGE.read_text(encoding="utf-8").partition(HEAD)[0].partition("TABLE\n")[0]
    PAGE.write_text(before + table(), encoding="utf-8")
