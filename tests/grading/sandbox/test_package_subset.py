"""What a sandbox may see of this package: enough to run cases, and nothing that tells."""

import re
from pathlib import Path

from workbook import curriculum, locale
from workbook.grading.cache_key import unit_keys
from workbook.grading.judge_submission import judge_alone
from workbook.grading.sandbox import given_layers
from workbook.grading.sandbox.package_subset import for_judge
from workbook.grading.units import Settings, Submission

SOLUTIONS = Path(__file__).parents[3] / "solutions"


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


def test_the_copy_for_the_judge_lacks_what_exercises_must_not_call():
    numerics = for_judge() / "workbook" / "numerics"
    for file in given_layers.FILES:
        text = (numerics / file).read_text("utf-8")
        assert "refuse(" in text and "numpy" not in text
    assert not [path for path in numerics.rglob("*") if path.suffix in (".so", ".pyd", ".pyx")]


SECOND_IMPORT = """
    import importlib.util
    from workbook.numerics import fast_layers
    spec = importlib.util.spec_from_file_location("workbook.numerics.again", fast_layers.__file__)
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    return again.conv_forward_fast(x, w, b, conv_param)
"""


def test_exercises_that_must_not_use_the_fast_layers_cannot_find_them():
    text = (SOLUTIONS / "layers.py").read_text("utf-8")
    text = text.replace("    check_conv(x, w, b, conv_param)\n", SECOND_IMPORT, 1)
    files = {name: (SOLUTIONS / name).read_bytes() for name in curriculum.load().files()}
    files["layers.py"] = text.encode()
    wanted = ("conv_forward_naive", "conv_backward_naive", "ThreeLayerConvNet.loss")
    settings = Settings("5eed", wanted, sandbox="none")
    submission = Submission("s", files)
    units = {key: subject for key, (_, subject) in unit_keys(submission, settings).items()}
    outcomes = {u.subject: u.result["outcome"] for u in judge_alone(submission, settings, units)}
    assert outcomes["conv_forward_naive"] not in ("pass", "infra")
    # What may use them still does.
    assert outcomes["ThreeLayerConvNet.loss"] == "pass"
