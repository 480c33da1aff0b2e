"""Judge the sentences of a card: what does each claim, and do the arrays deny it?

This reads the final words, as a learner does, and knows nothing of the code that writes them.
A sentence that speaks of what is right and that no rule below understands is a failure too.
"""

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from workbook import locale
from workbook.checks.messages import ComparedCase

__all__ = ["denied", "sentences"]

_NAME = r"[A-Za-z_]\w*(?:\[\w+\])?"
_NAMES = rf"{_NAME}(?:(?:, | and |, and ){_NAME})*"
_NUMBER = r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan|inf)"
# Sentences with these words claim that something is as it should be.
_CLAIMS = re.compile(
    r"\b(?:is|are|be|comes? out|come|all|everything|nearly|results?|numbers|amounts)\b[^.;:]*"
    r"\b(?:right|correct|exact)\b|\b(?:[Tt]he rest|everywhere|[Aa]ll is well)\b"
    r"|^Right|^Wrong only"
)
# "Right" in another sense: the class that a sample has, and the side of a picture.
_OTHER_SENSE = re.compile(r"right (?:class|one|answers?|side|hand|entries)|right-hand|at the right")


def sentences(words: str) -> Iterator[str]:
    """Split a text into sentences and the parts that a semicolon separates."""
    for part in re.split(r"(?<=[.!?;])\s+(?=[A-Za-z\d{\[])", words):
        if part:
            yield part.rstrip(".;")


class Judge:
    """What is known of all cases."""

    def __init__(self, cases: Sequence[ComparedCase], shown: str) -> None:
        self.cases = cases
        self.shown = next((c for c in cases if c.case.name == shown), None)
        self.subject = ""
        self.names = list(dict.fromkeys(n for c in cases for n in c.reference.arrays))

    def judged(self, name: str) -> list[ComparedCase]:
        return [c for c in self.cases if name in c.reference.arrays]

    def is_right(self, name: str) -> bool:
        verdicts = [v for c in self.cases for v in c.comparison.arrays if v.name == name]
        return bool(verdicts) and all(v.ok for v in verdicts)

    def passes(self, name: str) -> bool | None:
        found = [c for c in self.cases if c.case.name == name]
        return found[0].comparison.outcome == "pass" if found else None

    def wrong(self, name: str) -> list[ComparedCase]:
        return [c for c in self.cases if name in c.comparison.failing]

    def arrays_in(self, words: str) -> list[str]:
        """Return the arrays that a subject such as "The loss and dx" means."""
        words = re.sub(r"^(?:only|but|and|with it|here) ", "", words.strip(), flags=re.I)
        found: list[str] = []
        for word in re.split(r", and |, | and ", words):
            word = word.strip()
            plain = re.sub(r"^(?:[Tt]he|[Bb]oth|[Aa]ll) ", "", word)
            lower = plain.lower()
            if plain in self.names:
                found.append(plain)
            elif lower in self.names:
                found.append(lower)
            elif lower in ("results", "everything", "all", "three gradients", "values", "all"):
                found += self.names
            elif "gradients" in lower or "derivatives" in lower:
                prefixes = ("grads[", "dx", "dy", "dw", "db", "dgamma", "dbeta", "dW")
                found += [n for n in self.names if n.startswith(prefixes)]
            elif lower in ("averages", "average"):
                known = ("running_mean", "running_var", "m", "v", "cache")
                found += [n for n in self.names if n in known]
            elif lower in ("step", "this step", "steps"):
                found += [n for n in self.names if n.startswith(("step_", "next_w"))]
            elif lower == "velocity":
                found.append("velocity")
            else:
                return []
        return found


def _numbers(case: ComparedCase, name: str) -> tuple[np.ndarray, np.ndarray] | None:
    got, want = case.record.arrays.get(name), case.reference.arrays.get(name)
    if got is None or want is None or got.array is None or want.array is None:
        return None
    return np.asarray(got.array, dtype=np.float64), np.asarray(want.array, dtype=np.float64)


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool(
        np.allclose(a, b, rtol=1e-4, atol=1e-6 * np.abs(b).max(initial=1e-300))
    )


# Each rule: a pattern, and what is denied of its match (empty if nothing).


def _are_right(judge: Judge, match: re.Match[str]) -> str | None:
    names = judge.arrays_in(match["names"])
    if not names:
        return None
    wrong = [n for n in names if n in judge.names and judge.wrong(n)]
    unheard = [n for n in names if not judge.is_right(n) and n not in wrong]
    return f"not right: {wrong + unheard}" if wrong or unheard else ""


def _all_others(judge: Judge, match: re.Match[str]) -> str | None:
    rest = match["rest"] if "rest" in match.groupdict() else ""
    named = set(re.findall(_NAME, rest or "")) | set(re.findall(_NAME, match.string))
    wrong = [n for n in judge.names if judge.wrong(n) and n not in named]
    return f"not right: {wrong}" if wrong else ""


def _right_and_not(judge: Judge, match: re.Match[str]) -> str | None:
    good = [n for n in re.split(r", | and ", match["names"]) if n]
    wrong = [n for n in good if not judge.is_right(n)]
    return f"not right: {wrong}" if wrong else ""


def _not_right(judge: Judge, match: re.Match[str]) -> str | None:
    names = [n for n in re.split(r", | and ", match["names"]) if n]
    fine = [n for n in names if n in judge.names and judge.is_right(n)]
    return f"right: {fine}" if fine else ""


def _case_list(judge: Judge, words: str) -> list[str] | None:
    known = sorted((c.case.name for c in judge.cases), key=len, reverse=True)
    found, left = [], words
    for name in known:
        if name in left:
            found.append(name)
            left = left.replace(name, "", 1)
    return found if found and not re.sub(r"[,\s\"]|\band\b|\bthe cases?\b", "", left) else None


def _right_for(judge: Judge, match: re.Match[str]) -> str | None:
    names = _case_list(judge, match["cases"])
    if names is None:
        return None
    wrong = [n for n in names if not judge.passes(n)]
    return f"cases that fail: {wrong}" if wrong else ""


def _not_right_for(judge: Judge, match: re.Match[str]) -> str | None:
    names = _case_list(judge, match["cases"])
    if names is None:
        return None
    fine = [n for n in names if judge.passes(n)]
    return f"cases that pass: {fine}" if fine else ""


def _wrong_only_for(judge: Judge, match: re.Match[str]) -> str | None:
    names = _case_list(judge, match["cases"])
    if names is None:
        return None
    others = [
        c.case.name
        for c in judge.cases
        if c.comparison.outcome != "pass" and c.case.name not in names
    ]
    # A case about arguments that only repeats a numeric fault is no case of its own.
    others = [n for n in others if not _only_repeats(judge, n)]
    return f"cases that fail too: {others}" if others else _not_right_for(judge, match)


def _only_repeats(judge: Judge, name: str) -> bool:
    case = next(c for c in judge.cases if c.case.name == name)
    fails = case.comparison.outcome != "pass"
    return (
        fails
        and bool(case.case.keeps)
        and not any(f.kind == "changed" and f.fatal for f in case.comparison.findings)
    )


def _none_right(judge: Judge, match: re.Match[str]) -> str | None:
    fine = [n for n in judge.names if judge.is_right(n)]
    return f"right: {fine}" if fine else ""


def _no_case(judge: Judge, match: re.Match[str]) -> str | None:
    fine = [c.case.name for c in judge.cases if c.comparison.outcome == "pass"]
    return f"right: {fine}" if fine else ""


def _all_zero(judge: Judge, match: re.Match[str]) -> str | None:
    name = match["name"]
    bad = [
        c.case.name
        for c in judge.judged(name)
        if (pair := _numbers(c, name)) is not None and pair[0].any()
    ]
    return f"not 0 in {bad}" if bad else ""


def _times(judge: Judge, match: re.Match[str]) -> str | None:
    names = judge.arrays_in(match["names"])
    if not names:
        return None
    factor = float(match["factor"])
    everywhere = "everywhere" in match.string or "in every case" in match.string
    for name in names:
        cases = judge.wrong(name) if everywhere or judge.shown is None else [judge.shown]
        for case in cases:
            pair = _numbers(case, name)
            if pair is None or pair[0].shape != pair[1].shape:
                return f"{name} has another shape in {case.case.name}"
            if everywhere and pair[1].size < 2:
                return f"{name} is a single number in {case.case.name}"
            scale = float(np.abs(pair[1]).max(initial=0.0))
            if not np.allclose(
                pair[0], factor * pair[1], rtol=0.02, atol=0.02 * abs(factor) * scale
            ):
                return f"{name} is not {factor} times in {case.case.name}"
        if abs(factor - 1) < 5e-3:
            return "a factor of 1"
    return ""


def _has_shape(judge: Judge, match: re.Match[str]) -> str | None:
    name = match["name"]
    if judge.shown is None or name not in judge.names:
        return None
    value = judge.shown.record.arrays.get(name)
    if value is None or value.array is None:
        return f"{name} is not there"
    return "" if str(value.array.shape) == match["shape"] else f"it is {value.array.shape}"


def _transposed(judge: Judge, match: re.Match[str]) -> str | None:
    for case in judge.wrong(match["name"]):
        pair = _numbers(case, match["name"])
        if pair is None or not _close(pair[0], pair[1].T):
            return f"no transpose in {case.case.name}"
    return ""


def _moved(judge: Judge, match: re.Match[str]) -> str | None:
    for case in judge.wrong(match["name"]):
        pair = _numbers(case, match["name"])
        if pair is None or not _close(np.sort(pair[0].ravel()), np.sort(pair[1].ravel())):
            return f"other numbers in {case.case.name}"
    return ""


def _all_but(judge: Judge, match: re.Match[str]) -> str | None:
    named = re.split(r", | and ", match["names"])
    wrong = [n for n in judge.names if n not in named and not judge.is_right(n)]
    return f"not right: {wrong}" if wrong else ""


_CONDITIONS: tuple[tuple[str, Callable[..., bool | None]], ...] = (
    (r"^windows are square$", lambda c, m: _square(c)),
    (r"^windows are not square$", lambda c, m: _not(_square(c))),
    (r"^height and width of x are equal$", lambda c, m: _equal_sides(c)),
    (r"^height and width of x differ$", lambda c, m: _not(_equal_sides(c))),
    (r"^there is one sample$", lambda c, m: _is_one(c, 0)),
    (r"^there are several samples$", lambda c, m: _not(_is_one(c, 0))),
    (r"^there is one channel$", lambda c, m: _is_one(c, 1)),
    (r"^there are several channels$", lambda c, m: _not(_is_one(c, 1))),
    (r"^x has two axes$", lambda c, m: None if _x(c) is None else _x(c).ndim == 2),
    (r"^x does not have two axes$", lambda c, m: None if _x(c) is None else _x(c).ndim != 2),
    (r"^(\w+) is not (\S+)$", lambda c, m: _not(_is_option(c, m[1], m[2]))),
    (r"^(\w+) is (\S+)$", lambda c, m: _is_option(c, m[1], m[2])),
)


def _x(case: ComparedCase) -> np.ndarray | None:
    return case.record.inputs.get("x", case.record.inputs.get("input_data"))


def _not(found: bool | None) -> bool | None:
    return None if found is None else not found


def _is_one(case: ComparedCase, axis: int) -> bool | None:
    x = _x(case)
    return None if x is None or x.ndim <= axis else x.shape[axis] == 1


def _equal_sides(case: ComparedCase) -> bool | None:
    x = _x(case)
    return None if x is None or x.ndim != 4 else x.shape[2] == x.shape[3]


def _square(case: ComparedCase) -> bool | None:
    for high, wide in (
        ("pool_height", "pool_width"),
        ("pool_h", "pool_w"),
        ("filter_h", "filter_w"),
    ):
        if _option(case, high) is not None:
            return _option(case, high) == _option(case, wide)
    return None


def _is_option(case: ComparedCase, name: str, value: str) -> bool | None:
    found = _option(case, name)
    if found is None:
        return None
    return found == value if isinstance(found, str) else float(str(found)) == float(value)


def _right_where(judge: Judge, match: re.Match[str]) -> str | None:
    wanted = "pass" if match["kind"] == "Right" else "fail"
    for pattern, holds in _CONDITIONS:
        found = re.match(pattern, match["condition"])
        if found is None:
            continue
        cases = [
            c for c in judge.cases if holds(c, found) and not _only_repeats(judge, c.case.name)
        ]
        if not cases:
            return "there is no such case"
        other = [
            c.case.name for c in cases if (c.comparison.outcome == "pass") != (wanted == "pass")
        ]
        return f"otherwise in {other}" if other else ""
    return None


def _all_failing(judge: Judge, match: re.Match[str]) -> str | None:
    failing = [c for c in judge.cases if c.comparison.outcome != "pass"]
    failing = [c for c in failing if not _only_repeats(judge, c.case.name)]
    for pattern, holds in _CONDITIONS:
        found = re.match(pattern, match["condition"])
        if found is not None:
            other = [c.case.name for c in failing if not holds(c, found)]
            return f"otherwise in {other}" if other else ""
    return None


def _explains_arrays(judge: Judge, match: re.Match[str]) -> str | None:
    listed = [n for n in re.split(r", | and ", f"{match['mine']}, {match['rest']}") if n]
    arrays = [n for n in listed if not n.startswith("the change of")]
    fine = [n for n in arrays if n in judge.names and not judge.wrong(n)]
    names = [v.name for c in judge.cases for v in c.comparison.arrays if not v.ok]
    unheard = sorted({n for n in names if n not in arrays})
    if any(re.fullmatch(r"\d+ others", n) for n in listed):
        unheard = []
    return f"right: {fine}, not said: {unheard}" if fine or unheard else ""


def _explains_cases(judge: Judge, match: re.Match[str]) -> str | None:
    mine, rest = (_case_list(judge, match[key]) for key in ("mine", "rest"))
    if mine is None or rest is None:
        return None
    failing = {c.case.name for c in judge.cases if c.comparison.outcome != "pass"}
    failing = {n for n in failing if not _only_repeats(judge, n)}
    return "" if set(mine) | set(rest) == failing else f"the cases that fail are {failing}"


def _same_along(judge: Judge, match: re.Match[str]) -> str | None:
    for case in judge.wrong(match["name"]):
        pair = _numbers(case, match["name"])
        if pair is None or np.ptp(pair[0], axis=int(match["axis"])).max(initial=0) > 1e-6 * np.abs(
            pair[1]
        ).max(initial=0):
            return f"they differ in {case.case.name}"
    return ""


def _reversed(judge: Judge, match: re.Match[str]) -> str | None:
    axes = tuple(int(a) for a in match["axes"].split(" and "))
    for case in judge.wrong(match["name"]):
        pair = _numbers(case, match["name"])
        if pair is None or not _close(np.flip(pair[0], axes), pair[1]):
            return f"not in {case.case.name}"
    return ""


def _exchanged(judge: Judge, match: re.Match[str]) -> str | None:
    name = re.match(_NAME, match.string) or re.match(_NAME, judge.subject)
    for case in judge.wrong(judge.subject) if name else []:
        pair = _numbers(case, judge.subject)
        if pair is None or not _close(pair[0].swapaxes(-1, -2), pair[1]):
            return f"not in {case.case.name}"
    return ""


def _summed(judge: Judge, match: re.Match[str]) -> str | None:
    for case in judge.wrong(judge.subject):
        pair = _numbers(case, judge.subject)
        if pair is None or not _close(pair[0].sum(axis=int(match["axis"])), pair[1]):
            return f"not in {case.case.name}"
    return ""


def _lacks(judge: Judge, match: re.Match[str]) -> str | None:
    for case in judge.wrong(match["name"]):
        pair, given = _numbers(case, match["name"]), case.record.inputs.get(match["given"])
        if pair is None or given is None:
            return f"it is not there in {case.case.name}"
        shapes = [given, given.reshape(-1, 1, 1)] if given.ndim == 1 else [given]
        product = "factor" in match.string
        repaired = []
        for one in shapes:
            try:
                repaired.append(pair[0] * one if product else pair[0] + one)
            except ValueError:
                continue
        if not any(_close(r, pair[1]) for r in repaired):
            return f"something else in {case.case.name}"
    return ""


def _share(judge: Judge, match: re.Match[str]) -> str | None:
    for case in judge.wrong(match["name"]):
        pair = _numbers(case, match["name"])
        if pair is None or float(pair[0]) != float(match["share"]):
            return f"not in {case.case.name}"
    return ""


def _same(judge: Judge, match: re.Match[str]) -> str | None:
    for case in judge.wrong(match["name"]):
        got, other = case.record.arrays[match["name"]], case.record.arrays.get(match["other"])
        right = other.array if other is not None else case.record.inputs.get(match["other"])
        if got.array is None or right is None or not _close(got.array, right):
            return f"not the same in {case.case.name}"
    return ""


def _entries(judge: Judge, match: re.Match[str]) -> str | None:
    if int(match["of"]) == 1:
        return "counts the entries of a single number"
    pair = _numbers(judge.shown, match["name"]) if judge.shown is not None else None
    if pair is None:
        return None
    bad = int((~np.isfinite(pair[0])).sum())
    return "" if (bad, pair[0].size) == (int(match["bad"]), int(match["of"])) else f"{bad} are"


def _in_words(predicate: Callable[[ComparedCase], bool]) -> Callable[..., str | None]:
    def rule(judge: Judge, match: re.Match[str]) -> str | None:
        cases = [c for c in judge.cases if predicate(c)]
        if not cases:
            return None
        wrong = [c.case.name for c in cases if c.comparison.outcome != "pass"]
        return f"cases that fail: {wrong}" if wrong else ""

    return rule


def _named(*parts: str) -> Callable[..., str | None]:
    return _in_words(lambda c: any(p in c.case.name for p in parts))


def _option(case: ComparedCase, name: str) -> object:
    for key, value in case.record.options.items():
        if key == name:
            return value
        if isinstance(value, dict) and name in value:
            return value[name]
    return None


_RIGHT = r"(?:is|are|comes? out|come out)(?: all)? right"
_RULES: tuple[tuple[str, Callable[..., str | None]], ...] = (
    (r"^Right: (?P<names>[^.:]+)$", _right_and_not),
    (r"^Not right: (?P<names>[^.:]+)$", _not_right),
    (r"^Right for: (?P<cases>.+)$", _right_for),
    (r"^Not right for: (?P<cases>.+)$", _not_right_for),
    (r"^Wrong only for: (?P<cases>.+)$", _wrong_only_for),
    (r"^No case is right yet$", _no_case),
    (r"^(?:None of the (?:results|three) is right)", _none_right),
    (r"^All results but (?P<names>.+) are right$", _all_but),
    (r"^In all cases that fail, (?P<condition>.+)$", _all_failing),
    (r"^(?P<kind>Right|Not right) where (?P<condition>.+)$", _right_where),
    (r"^That explains the case (?P<mine>.+), but not (?P<rest>.+)$", _explains_cases),
    (r"^That explains (?!the case )(?P<mine>.+), but not (?P<rest>.+)$", _explains_arrays),
    (
        rf"^Along axis (?P<axis>\d) all entries of (?P<name>{_NAME}), of shape .* are equal",
        _same_along,
    ),
    (
        rf"^(?P<name>{_NAME}) holds its numbers in reverse order along axis (?P<axes>[\d and]+),",
        _reversed,
    ),
    (r"^With the last two axes exchanged it would agree", _exchanged),
    (r"^Added up over axis (?P<axis>\d), the numbers agree", _summed),
    (rf"^What is missing in (?P<name>{_NAME}) is (?P<given>{_NAME}) itself", _lacks),
    (rf"^Every entry of (?P<name>{_NAME}) lacks the factor (?P<given>{_NAME})", _lacks),
    (rf"^(?P<name>{_NAME}) is exactly (?P<share>[01]): all or nothing", _share),
    (
        r"^(?:The (?:rest|others?)|[Aa]ll (?:the )?others?(?: results)?) (?:is|are) right",
        _all_others,
    ),
    (rf"^[Aa]ll of (?P<name>{_NAME}) is 0$", _all_zero),
    (
        rf"(?P<names>{_NAMES}|[Tt]he loss|(?:[Bb]oth )?the loss and dx) (?:is|are) "
        rf"(?:{_NUMBER}, )?(?P<factor>{_NUMBER}) times what",
        _times,
    ),
    (rf"(?P<name>{_NAME}) has shape (?P<shape>\([\d, ]*\))", _has_shape),
    (rf"(?P<name>{_NAME}) is the transpose of", _transposed),
    (rf"(?P<name>{_NAME}) holds the right numbers in the wrong places", _moved),
    (rf"^(?P<name>{_NAME}) equals (?P<other>{_NAME})(?=[,.]|$)", _same),
    (rf"(?P<bad>\d+) of the (?P<of>\d+) entries of (?P<name>{_NAME}) (?:is|are) NaN", _entries),
    (
        r"^(?:A batch of one|One row(?: alone)?|One sample) (?:comes? out|is) right",
        _named("a batch of one", "one row", "one sample"),
    ),
    (r"(?:a batch of one) comes out right", _named("a batch of one")),
    (r"^(?:Training(?: alone)?) is right", _named("training")),
    (r"Without regularisation everything is right", _named("no regularisation")),
    (r"[Ww]ith stride 1 all is right", _in_words(lambda c: _option(c, "stride") == 1)),
    (r"[Ww]ithout padding (?:all|it) is right", _in_words(lambda c: _option(c, "pad") == 0)),
    (
        r"[Ww]ith (?:default settings|the default \w+(?: \w+)?) (?:all|everything) is right",
        _named("default"),
    ),
    (r"[Ww]ith small scores all is well", _named("small scores")),
    (
        r"(?:Right for square windows|Square windows are right)",
        _in_words(
            lambda c: (
                _option(c, "pool_height") is not None
                and _option(c, "pool_height") == _option(c, "pool_width")
            )
        ),
    ),
    (
        r"^One image is right",
        _in_words(
            lambda c: any(
                n in ("x", "input_data") and a.ndim == 4 and a.shape[0] == 1
                for n, a in c.record.inputs.items()
            )
        ),
    ),
    (
        r"^Images of one channel",
        _in_words(
            lambda c: any(
                n in ("x", "input_data") and a.ndim == 4 and a.shape[1] == 1
                for n, a in c.record.inputs.items()
            )
        ),
    ),
    (r"^(?P<names>[^.:;]*?) (?:is|are) (?:all )?right(?:$|,| but| and|: | as)", _are_right),
    (
        rf"^(?:[Ww]ith it,? )?(?P<names>{_NAMES}|[Tt]he gradients|[Tt]he loss) (?:is|are) right",
        _are_right,
    ),
)
_COMPILED = tuple((re.compile(pattern), rule) for pattern, rule in _RULES)


def _labels(cases: Sequence[ComparedCase]) -> dict[str, str]:
    """Return the names of results that a card words, by these words."""
    found = {}
    for name in {n for c in cases for n in (*c.reference.arrays, *c.record.arrays)}:
        base, _, part = name.partition("[")
        if locale.has(f"result.{base}"):
            words = locale.text(f"result.{base}")
            part = part.rstrip("]")
            found[
                words + (f", layer {part}" if part.isdigit() else f" in {part}" if part else "")
            ] = name
    return found


def denied(
    words: str, cases: Sequence[ComparedCase], shown: str = ""
) -> tuple[list[str], list[str]]:
    """Return what the cases deny in some text, and the claims that cannot be judged.

    Parameters
    ----------
    words : str
    cases : sequence of ComparedCase
        All cases of the exercise.
    shown : str
        The case that the text is about.
    """
    judge = Judge(cases, shown)
    for label, name in sorted(_labels(cases).items(), key=lambda each: -len(each[0])):
        words = words.replace(label, name)
    false, unread = [], []
    for sentence in sentences(words):
        understood = False
        numbers = re.match(r"The numbers(?: in it)? are right", sentence)
        for pattern, rule in _COMPILED:
            match = pattern.search(sentence)
            if match is None:
                continue
            found = rule(judge, match)
            if found is None:
                continue
            understood = True
            if found:
                false.append(f"{sentence!r}: {found}")
        if numbers and judge.subject:
            understood = True
            for case in judge.wrong(judge.subject):
                pair = _numbers(case, judge.subject)
                limit = case.case.limit(judge.subject).value
                if (
                    pair is None
                    or pair[0].size != pair[1].size
                    or not np.allclose(
                        pair[0].ravel(),
                        pair[1].ravel(),
                        rtol=1e-4,
                        atol=max(limit, 1e-6) * np.abs(pair[1]).max(initial=1.0),
                    )
                ):
                    false.append(f"{sentence!r}: other numbers in {case.case.name}")
                    break
        first = re.match(_NAME, sentence)
        if first and first[0] in judge.names:
            judge.subject = first[0]
        if not understood and _CLAIMS.search(sentence) and not _OTHER_SENSE.search(sentence):
            unread.append(sentence)
    return false, unread
