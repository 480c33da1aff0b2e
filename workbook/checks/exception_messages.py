"""Python's errors in the words of this course."""

import re

from workbook.checks.messages import ComparedCase, Message, fill
from workbook.locale.sentence import Sentence, Value
from workbook.records import Raised

__all__ = ["translate"]

_SHAPES = re.compile(r"\(\d[\d, ]*\)|\(\)")
_NUMPY_NAME = re.compile(
    r"module 'numpy(?P<sub>[\w.]*)' has no attribute '(?P<name>\w+)'|"
    r"`np\.(?P<removed>\w+)` was removed"
)
_NAME = re.compile(r"name '(\w+)' is not defined|local variable '(\w+)'")
# By the pattern of "class: message", the first that fits.
_KINDS = (
    ("finding.raised.numpy_name", re.compile(r"^AttributeError: .*(module 'numpy|was removed)")),
    ("finding.raised.none_used", re.compile(r"NoneType")),
    (
        "finding.raised.values_to_unpack",
        re.compile(r"^ValueError: (too many|not enough) values to unpack"),
    ),
    ("finding.raised.broadcast", re.compile(r"^ValueError: .*broadcast")),
    ("finding.raised.inner", re.compile(r"^ValueError: .*(matmul|not aligned|core dimension)")),
    ("finding.raised.reshape", re.compile(r"^ValueError: cannot reshape")),
    (
        "finding.raised.float_size",
        re.compile(r"^TypeError: '(float|numpy\.float\d+)' object cannot be interpreted"),
    ),
    ("finding.raised.slice_size", re.compile(r"^TypeError: slice indices must be integers")),
    ("finding.raised.ambiguous", re.compile(r"^ValueError: The truth value of an array")),
    ("finding.raised.name", re.compile(r"^NameError")),
    ("finding.raised.unbound", re.compile(r"^UnboundLocalError")),
    ("finding.raised.key", re.compile(r"^KeyError")),
    ("finding.raised.index", re.compile(r"^IndexError")),
    ("finding.raised.argument", re.compile(r"^TypeError: [\w.]+\(\) .*argument")),
    ("finding.raised.exit", re.compile(r"^SystemExit")),
    ("finding.raised.recursion", re.compile(r"^RecursionError")),
    ("finding.raised.memory", re.compile(r"^MemoryError")),
    ("finding.raised.input", re.compile(r"^EOFError")),
    ("finding.raised.forbidden", re.compile(r"^Forbidden")),
    ("finding.raised.missing", re.compile(r"^Missing")),
)
_OTHER = "finding.raised.other"

# Without a line of the student's: the call itself failed, or a case could not use the result.
_WITHOUT_LINE = (
    ("finding.raised.argument", re.compile(r"^TypeError: [\w.]+\(\) .*argument")),
    ("finding.raised.missing", re.compile(r"^Missing")),
    ("finding.raised.forbidden", re.compile(r"^Forbidden")),
    ("finding.raised.memory", re.compile(r"^MemoryError")),
)
_UNPACKING = re.compile(r"^ValueError: (too many|not enough) values to unpack")
_NO_ENTRY = re.compile(r"^(?:KeyError: (?P<key>.+)|AttributeError: .*no attribute (?P<name>.+))$")


def translate(compared: ComparedCase, raised: Raised) -> Message:
    """Return the message for an exception: what it says, on which line, and what that means."""
    text = f"{raised.type}: {raised.message}" if raised.message else raised.type
    calls = compared.record.calls
    function = calls[-1].function if calls else compared.case.exercise
    returned = calls[-1].returned if calls else ""
    where: Value = function
    entry = ""
    if raised.file:
        where = Sentence.of("finding.where", file=raised.file, line=raised.line)
        kind = next((kind for kind, pattern in _KINDS if pattern.search(text)), _OTHER)
    else:
        kind, entry = _of_result(text, returned)
    if kind == "finding.raised.numpy_name":
        text = text.partition(". ")[0]  # NumPy adds a paragraph of advice.
    return fill(
        kind,
        compared,
        error=text,
        where=where,
        source=f"`{raised.source}`" if raised.source else Sentence.of("finding.that_line"),
        function=function,
        returned=returned,
        entry=entry,
        shapes=_SHAPES.findall(raised.message) or Sentence.of("finding.different_shapes"),
        name=_name(raised.message) or raised.message,
    )


def _of_result(text: str, returned: str) -> tuple[str, str]:
    """Return the message for an exception on no line of the student's, and the entry it misses.

    A case raised it while it used what came back, so its own words are about lines that the
    student cannot see.
    """
    for kind, pattern in _WITHOUT_LINE:
        if pattern.search(text):
            return kind, ""
    if returned == "NoneType":
        return "finding.raised.none_returned", ""
    if returned in ("", "raised"):
        return "finding.raised.call", ""
    if _UNPACKING.search(text):
        return "finding.raised.number_of_results", ""
    found = _NO_ENTRY.search(text)
    if found:
        return "finding.raised.no_entry", (found["key"] or found["name"]).strip("'\"")
    return "finding.raised.result", ""


def _name(message: str) -> str:
    numpy_name = _NUMPY_NAME.search(message)
    if numpy_name:
        name = numpy_name["name"] or numpy_name["removed"]
        return f"np{numpy_name['sub'] or ''}.{name}"
    found = _NAME.search(message)
    return next((n for n in found.groups() if n), "") if found else ""
