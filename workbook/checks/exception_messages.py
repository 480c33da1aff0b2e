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
    ("numpy_name", re.compile(r"^AttributeError: .*(module 'numpy|was removed)")),
    ("none_used", re.compile(r"NoneType")),
    ("values_to_unpack", re.compile(r"^ValueError: (too many|not enough) values to unpack")),
    ("broadcast", re.compile(r"^ValueError: .*broadcast")),
    ("inner", re.compile(r"^ValueError: .*(matmul|not aligned|core dimension)")),
    ("reshape", re.compile(r"^ValueError: cannot reshape")),
    ("float_size", re.compile(r"^TypeError: 'float' object cannot be interpreted")),
    ("float_size", re.compile(r"^TypeError: 'numpy.float\d+' object cannot be interpreted")),
    ("slice_size", re.compile(r"^TypeError: slice indices must be integers")),
    ("ambiguous", re.compile(r"^ValueError: The truth value of an array")),
    ("name", re.compile(r"^NameError")),
    ("unbound", re.compile(r"^UnboundLocalError")),
    ("key", re.compile(r"^KeyError")),
    ("index", re.compile(r"^IndexError")),
    ("argument", re.compile(r"^TypeError: \w+\(\) .*argument")),
    ("exit", re.compile(r"^SystemExit")),
    ("recursion", re.compile(r"^RecursionError")),
    ("memory", re.compile(r"^MemoryError")),
    ("input", re.compile(r"^EOFError")),
    ("forbidden", re.compile(r"^Forbidden")),
    ("missing", re.compile(r"^Missing")),
)


def translate(compared: ComparedCase, raised: Raised) -> Message:
    """The message for an exception: what it says, on which line, and what it means here."""
    text = f"{raised.type}: {raised.message}" if raised.message else raised.type
    kind = next((kind for kind, pattern in _KINDS if pattern.search(text)), "other")
    calls = compared.record.calls
    function = calls[-1].function if calls else compared.case.exercise
    where: Value = function
    if raised.file:
        where = Sentence.of("finding.where", file=raised.file, line=raised.line)
    returned = calls[-1].returned if calls else ""
    if not raised.file and returned == "NoneType":
        kind = "none_returned"
    if kind == "numpy_name":
        text = text.partition(". ")[0]  # NumPy adds a paragraph of advice.
    return fill(
        f"finding.raised.{kind}",
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
