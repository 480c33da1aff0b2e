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
    ("finding.raised.argument", re.compile(r"^TypeError: \w+\(\) .*argument")),
    ("finding.raised.exit", re.compile(r"^SystemExit")),
    ("finding.raised.recursion", re.compile(r"^RecursionError")),
    ("finding.raised.memory", re.compile(r"^MemoryError")),
    ("finding.raised.input", re.compile(r"^EOFError")),
    ("finding.raised.forbidden", re.compile(r"^Forbidden")),
    ("finding.raised.missing", re.compile(r"^Missing")),
)


def translate(compared: ComparedCase, raised: Raised) -> Message:
    """The message for an exception: what it says, on which line, and what it means here."""
    text = f"{raised.type}: {raised.message}" if raised.message else raised.type
    kind = next((kind for kind, pattern in _KINDS if pattern.search(text)), "finding.raised.other")
    calls = compared.record.calls
    function = calls[-1].function if calls else compared.case.exercise
    where: Value = function
    if raised.file:
        where = Sentence.of("finding.where", file=raised.file, line=raised.line)
    returned = calls[-1].returned if calls else ""
    if not raised.file and returned == "NoneType":
        kind = "finding.raised.none_returned"
    if kind == "finding.raised.numpy_name":
        text = text.partition(". ")[0]  # NumPy adds a paragraph of advice.
    return fill(
        kind,
        compared,
        error=text,
        where=where,
        source=raised.source or "-",
        function=function,
        returned=returned,
        shapes=_SHAPES.findall(raised.message) or Sentence.of("finding.different_shapes"),
        name=_name(raised.message) or raised.message,
    )


def _name(message: str) -> str:
    numpy_name = _NUMPY_NAME.search(message)
    if numpy_name:
        name = numpy_name["name"] or numpy_name["removed"]
        return f"np{numpy_name['sub'] or ''}.{name}"
    found = _NAME.search(message)
    return next((n for n in found.groups() if n), "") if found else ""
