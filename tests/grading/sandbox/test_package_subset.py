"""What a sandbox may see of this package: enough to run cases, and nothing that tells."""

import re

from workbook import locale
from workbook.grading.sandbox.package_subset import for_judge


def test_the_copy_for_the_judge_holds_the_sentences_that_its_code_says():
    folder = for_judge() / "workbook"
    here = "\n".join(path.read_text("utf-8") for path in (folder / "locale" / "en").iterdir())
    said = {
        name
        for path in folder.rglob("*.py")
        for name in re.findall(
            r"""\b(?:text|Sentence\.of)\(\s*f?"([a-z_.]+\w)""", path.read_text("utf-8")
        )
    }
    assert {"student.file.raises", "finding.not_python.nul"} <= said
    for name in said:
        table, _, key = name.rpartition(".")
        assert f"[{table}]" in here and re.search(rf"^{key}\w* = ", here, re.M), name
    # Names of mistakes and what to try are none of its business.
    assert not any(name.startswith(("diagnosis.", "hint.")) and name in here for name in said)
    assert "[diagnosis." not in here and "[hint." not in here
    assert any(name.startswith("hint.") for name in locale.sentences())
