"""One session as two servers answered it: what is the same is told once, what is not one below the other.

``C:`` is what the client said, ``S:`` what both answered, ``A:`` and ``B:`` what one of them did.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Final

from conformance.transcript import TextLine

__all__ = ["beside"]

_WIDEST: Final = 100
"""Characters of a line that are shown."""
_MOST: Final = 6
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
        elif not line.text.startswith(("client", "connected")):
            turn.came.append(f"({line.text})")
    return [turn for turn in turns.values() if turn.said or turn.came]


def _answers(a: _Turn, b: _Turn) -> Iterator[tuple[str, str]]:
    for text in a.said:
        yield "C", text
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a.came, b.came, strict=False)))
    yield from _some("S", a.came[:alike])
    yield from _some("A", a.came[alike:])
    yield from _some("B", b.came[alike:])


def _alone(turn: _Turn, who: str) -> Iterator[tuple[str, str]]:
    for text in turn.said:
        yield "C", f"{text}  (to {who} alone)"
    yield from _some(who, turn.came)


def _some(who: str, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The first of them, and how many more there are."""
    shown = lines if len(lines) <= _MOST else lines[: _MOST - 1]
    for text in shown:
        yield who, text
    if rest := len(lines) - len(shown):
        yield who, f"… {rest} lines more"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}… {len(text) - _WIDEST} characters more"
