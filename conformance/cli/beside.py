"""One session as two servers answered it: what is the same is told once, what is not one below the other.

``C:`` is what the client said, ``S:`` what both answered, ``A:`` and ``B:`` what one of them did.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from conformance.transcript import TextLine

__all__ = ["beside"]

_WIDEST: Final = 100
"""Characters of a line that are shown."""
_EXPECTED: Final = ("client", "connected", "TLS began")
"""Beginnings of notes that tell what the client wanted to happen."""
_MOST: Final = 8
"""Lines of a body that are shown."""


@dataclass(slots=True)
class _Turn:
    """What the client said, and what came."""

    connection: str
    said: list[str] = field(default_factory=list)
    came: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, ...]:
        """By which it is found again in the other session."""
        return (self.connection, *self.said)


def beside(a: Iterable[TextLine], b: Iterable[TextLine]) -> Iterator[tuple[str, str]]:
    """Lines with what stands before them; the connection is numbered where there is more than one at a time."""
    one, other = _turns(a), _turns(b)
    several = len({turn.connection[:1] for turn in (*one, *other)}) > 1
    matcher = SequenceMatcher(None, [turn.key for turn in one], [turn.key for turn in other], autojunk=False)
    for tag, from_a, to_a, from_b, to_b in matcher.get_opcodes():
        if tag == "equal":
            pairs = zip(one[from_a:to_a], other[from_b:to_b], strict=True)
            lines = ((turn, line) for turn, second in pairs for line in _answers(turn, second))
        else:
            alone = [("A", turn) for turn in one[from_a:to_a]] + [("B", turn) for turn in other[from_b:to_b]]
            lines = ((turn, line) for who, turn in alone for line in _alone(turn, who))
        for turn, (lead, text) in lines:
            number = f"{ord(turn.connection[:1]) - ord('A') + 1}> " if several else ""
            yield f"{number}{lead}:", _cut(text)


def _turns(lines: Iterable[TextLine]) -> list[_Turn]:
    turns: dict[tuple[str, int | None], _Turn] = {}
    for line in lines:
        turn = turns.setdefault((line.connection, line.exchange), _Turn(line.connection))
        text = line.text + ("" if line.ended else "  (no line end)")
        if line.kind == "C":
            turn.said.append(text)
        elif line.kind == "S":
            turn.came.append(text)
        elif not line.text.startswith(_EXPECTED):
            turn.came.append(f"({line.text})")
    return [turn for turn in turns.values() if turn.said or turn.came]


def _answers(a: _Turn, b: _Turn) -> Iterator[tuple[str, str]]:
    for text in a.said:
        yield "C", text
    if a.came[:1] == b.came[:1]:
        yield from _some("S", a.came[:1])
    else:
        yield from _some("A", a.came[:1])
        yield from _some("B", b.came[:1])
    yield from _lines(a.came[1:], b.came[1:])


def _lines(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Of two bodies what one of them has alone, and how much is alike; both where they differ by the order."""
    if a == b:
        yield from _some("S", a)
        return
    only_a, only_b = _without(a, b), _without(b, a)
    if not only_a and not only_b:
        yield from _some("A", a)
        yield from _some("B", b)
        return
    yield from _some("A", only_a)
    yield from _some("B", only_b)
    yield from _some("S", _without(a, only_a), most=1)


def _without(lines: Sequence[str], others: Iterable[str]) -> list[str]:
    """The lines that are not among the others, as often as they are more."""
    left = Counter(others)
    left.subtract(lines)
    rest = []
    for line in reversed(lines):
        if left[line] < 0:
            left[line] += 1
            rest.append(line)
    return rest[::-1]


def _alone(turn: _Turn, who: str) -> Iterator[tuple[str, str]]:
    for text in turn.said:
        yield "C", f"{text}  (to {who} alone)"
    yield from _some(who, turn.came)


def _some(who: str, lines: Sequence[str], most: int = _MOST) -> Iterator[tuple[str, str]]:
    """The lines; of too many the first ones, and how many more there are."""
    shown = lines if len(lines) <= most else lines[: most - 1]
    for text in shown:
        yield who, text
    if rest := len(lines) - len(shown):
        yield who, f"… {rest} {'more lines' if shown else 'lines'}{' alike' if who == 'S' else ''}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}… {len(text) - _WIDEST} characters more"
