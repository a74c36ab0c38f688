"""The part of a transcript that proves something: an exchange with the offending octets marked, and what led to it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from conformance.results import CaseResult
from conformance.transcript import Evidence, TextLine
from conformance.verdicts import Verdict

__all__ = ["fitted", "underline", "window"]

_BEFORE: Final = 2
"""Lines of what led to the exchange."""
_WHOLE: Final = 10
"""Lines up to which an exchange is shown whole."""
_AROUND: Final = 2
_WITHOUT_EVIDENCE: Final = 6
"""Lines from the end that are shown when nothing says where to look."""
_LEAD: Final = 12
"""Characters from the beginning of a line that stay when it is cut further on."""
_ELLIPSIS: Final = " … "


def window(case: CaseResult, verdict: Verdict) -> tuple[TextLine, ...]:
    """The lines of a case that a verdict is about; only the marks of its own exchange are left."""
    lines, evidence = case.transcript, verdict.evidence
    own = [n for n, line in enumerate(lines) if evidence is not None and _of(line, evidence)]
    if not own:
        return tuple(replace(line, marks=()) for line in lines[-_WITHOUT_EVIDENCE:])
    shown = set(own) if len(own) <= _WHOLE else _telling(lines, own)
    shown.update(range(max(0, own[0] - _BEFORE), own[0]))
    result: list[TextLine] = []
    last = None
    for number in sorted(shown):
        line = lines[number]
        if last is not None and any(skipped in own for skipped in range(last + 1, number)):
            result.append(TextLine(line.connection, line.at, "*", "…"))
        result.append(line if number in own else replace(line, marks=()))
        last = number
    return tuple(result)


def _of(line: TextLine, evidence: Evidence) -> bool:
    return line.connection == evidence.connection and line.exchange == evidence.exchange


def _telling(lines: Sequence[TextLine], own: Sequence[int]) -> set[int]:
    """Of a long exchange: the command, the status line, what is around the marks, what happened, and the end."""
    places = [place for place, n in enumerate(own) if lines[n].marks]
    near = {place + step for place in places for step in range(-_AROUND, _AROUND + 1)}
    told = {own[place] for place in near if 0 <= place < len(own)}
    return (
        told | set(own[:2]) | {own[-1]} | {n for n in own if lines[n].kind == "*" and "left out" not in lines[n].text}
    )


def fitted(line: TextLine, width: int) -> TextLine:
    """The line cut to so many characters, its first mark in sight."""
    text = line.text
    if len(text) <= width:
        return line
    start = min((start for start, _ in line.marks), default=0)
    end = min((end for first, end in line.marks if first == start), default=0)
    if min(end, start + width // 2) < width:
        return replace(line, text=text[: width - 1] + "…", marks=_moved(line.marks, 0, 0, width - 1))
    begin = min(start - _LEAD, len(text) - (width - _LEAD - len(_ELLIPSIS)))
    lead = text[:_LEAD] + _ELLIPSIS
    rest = text[begin:]
    if len(lead) + len(rest) > width:
        rest = rest[: width - len(lead) - 1] + "…"
    return replace(line, text=lead + rest, marks=_moved(line.marks, begin - len(lead), len(lead), width))


def _moved(marks: Iterable[tuple[int, int]], by: int, least: int, most: int) -> tuple[tuple[int, int], ...]:
    moved = ((max(least, start - by), min(most, end - by)) for start, end in marks)
    return tuple((start, end) for start, end in moved if start <= end)


def underline(marks: Iterable[tuple[int, int]]) -> str:
    """Carets under the marked characters; an empty mark has one behind the text."""
    columns = {column for start, end in marks for column in range(start, max(end, start + 1))}
    return "".join("^" if column in columns else " " for column in range(max(columns, default=-1) + 1))
