"""How the driver cuts what it sends into segments: TCP has no messages, so a server must not care (RFC 1939 §3)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

__all__ = ["Cutting", "Way", "between", "in_pieces"]

_BETWEEN: Final = 0.001
"""Seconds between two segments, so that the network does not join them."""
_FOR_ALL: Final = 0.5
"""Seconds for all segments of what is sent at once."""
_EDGE: Final = 128
"""Octets at either end of something long that are cut; what lies between them goes out whole, to save time."""
_LARGEST: Final = 7
"""Octets of a random piece."""


class Way(StrEnum):
    """Where a segment ends."""

    LINES = "lines"
    """Behind each line."""
    OCTETS = "octets"
    """Behind each octet."""
    PIECES = "pieces"
    """Anywhere."""


@dataclass(frozen=True, slots=True)
class Cutting:
    """A way to cut."""

    way: Way
    seed: str = ""
    """What chance is made of."""

    def cutter(self, connection: str) -> Callable[[bytes], Sequence[bytes]]:
        """What cuts that which is sent on a connection, one thing after another."""
        if self.way is Way.LINES:
            return _lines
        if self.way is Way.OCTETS:
            return lambda octets: _at_the_edges(octets, lambda part: in_pieces(part, 1))
        chance = Random(f"{self.seed}/{connection}")  # noqa: S311 - it is to be the same again
        return lambda octets: _at_the_edges(octets, lambda part: list(_at_random(part, chance)))


def in_pieces(octets: bytes, size: int) -> Sequence[bytes]:
    """Pieces of so many octets; one piece where that is 0."""
    size = size or len(octets) or 1
    return [octets[at : at + size] for at in range(0, len(octets), size)]


def between(pieces: Sequence[bytes]) -> float:
    """Seconds between so many pieces."""
    return min(_BETWEEN, _FOR_ALL / len(pieces)) if pieces else 0.0


def _lines(octets: bytes) -> Sequence[bytes]:
    *lines, rest = octets.split(b"\n")
    return [line + b"\n" for line in lines] + ([rest] if rest else [])


def _at_random(octets: bytes, chance: Random) -> Iterator[bytes]:
    at = 0
    while at < len(octets):
        size = chance.randint(1, _LARGEST)
        yield octets[at : at + size]
        at += size


def _at_the_edges(octets: bytes, cut: Callable[[bytes], Sequence[bytes]]) -> Sequence[bytes]:
    if len(octets) <= 2 * _EDGE:
        return cut(octets)
    return [*cut(octets[:_EDGE]), octets[_EDGE:-_EDGE], *cut(octets[-_EDGE:])]
