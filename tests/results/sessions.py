"""Sessions as cases show them, written by hand: ``A 0.250 C3: STAT`` is what A's client said as its third exchange."""

import re

from conformance.results import CaseResult
from conformance.transcript import TextLine
from conformance.verdicts import Outcome

__all__ = ["case", "lines"]

_LINE = re.compile(r"(?P<name>\w+) (?P<at>[\d.]+) (?P<kind>[CS*])(?P<exchange>\d*)(?P<end>[:!]) ?(?P<text>.*)")


def lines(text: str) -> tuple[TextLine, ...]:
    """A line each; ``!`` in place of the colon where no line end came."""
    return tuple(map(_line, filter(None, map(str.lstrip, text.splitlines()))))


def case(text: str) -> CaseResult:
    """A scenario in which that was said."""
    return CaseResult("x/y/z", "x", 1939, "5", Outcome.KEPT, transcript=lines(text))


def _line(text: str) -> TextLine:
    found = _LINE.fullmatch(text)
    assert found is not None, text
    number = int(found["exchange"]) if found["exchange"] else None
    return TextLine(
        found["name"], float(found["at"]), found["kind"], found["text"], (), number, ended=found["end"] == ":"
    )
