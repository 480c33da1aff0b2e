"""nbval's verdicts as JUnit XML, for tools that read it; made from the gradebook alone.

nbval writes such a report itself, in the sandbox, where the student's code could have written
another one.
"""

from collections.abc import Iterator
from xml.etree import ElementTree

from workbook.grading.gradebook.models import GradingRun, OutcomeRow
from workbook.grading.reports.pages import clean

__all__ = ["junit_reports"]


def junit_reports(run: GradingRun) -> Iterator[tuple[str, str]]:
    """Yield a student's id and the report on their last attempt; who has no verdict is left out."""
    last = {submission.student_id: submission for submission in run.submissions}
    for student, submission in last.items():
        notebooks = [outcome for outcome in submission.outcomes if outcome.kind == "nbval"]
        if notebooks:
            yield student, _report(notebooks)


def _report(notebooks: list[OutcomeRow]) -> str:
    root = ElementTree.Element("testsuites")
    for outcome in notebooks:
        result = outcome.unit.result
        suite = ElementTree.SubElement(root, "testsuite", name=outcome.subject)
        counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        for exercise, said in (result.get("exercises") or {}).items():
            counts["tests"] += 1
            case = ElementTree.SubElement(
                suite, "testcase", classname=outcome.subject, name=exercise
            )
            word, line = str(said.get("outcome", "")), clean(str(said.get("line", "")))
            if word == "missing":
                counts["skipped"] += 1
                ElementTree.SubElement(case, "skipped", message=line)
            elif word != "pass":
                counts["failures"] += 1
                ElementTree.SubElement(case, "failure", message=line, type=word)
        if result.get("problem"):
            counts["errors"] += 1
            ElementTree.SubElement(suite, "error", message=clean(str(result["problem"])))
        suite.attrib.update({name: str(count) for name, count in counts.items()})
        suite.set("time", f"{result.get('seconds', 0.0):.3f}")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"
