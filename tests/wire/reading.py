"""The same octets in many cuts: a reader has to say the same each time, and to leave alone what is behind.

All samples of this folder are read whole, octet by octet, cut in two at each place (the short ones), in random pieces
with empty ones among them, and with octets behind.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from conformance.wire import LINE_LIMIT

__all__ = ["LONG", "SOUPS", "LongLine", "lines_of", "read", "ways"]

T = TypeVar("T")

_SHORT = 80
_RANDOM_CUTS = 4

_NASTY = (
    b".",
    b"..",
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n.\r\n",
    b"\n.\n",
    b".\r",
    b". \r\n",
    b" ",
    b"\0",
    b"\t",
    b"\xe9",
    b"+OK",
    b"+ok\r\n",
    b"-ERR",
    b"+ \r\n",
    b"LIST\r\n",
    b"RETR 1\r\n",
    b"PASS a b\r\n",
    b"QUIT\r\n",
    b"AUTH PLAIN\r\n",
    b"text",
    b"1 120\r\n",
)

SOUPS = st.lists(st.sampled_from(_NASTY), max_size=24).map(b"".join)
"""Octets that hardly anybody sends."""


@dataclass(frozen=True)
class LongLine:
    """Octets of a long line, told in a few words when a test fails."""

    lead: bytes
    pad: bytes
    count: int
    tail: bytes

    @property
    def octets(self) -> bytes:
        """All of them."""
        return self.lead + self.pad * self.count + self.tail


LONG = st.builds(
    LongLine,
    lead=st.sampled_from((b"", b".", b"..", b"RETR ")),
    pad=st.sampled_from((b"x", b".", b"\r", b"\0")),
    count=st.integers(LINE_LIMIT - 8, LINE_LIMIT + 8),
    tail=st.sampled_from((b"", b"\r", b"\n", b"\r\n", b"\r\n.\r\n", b".\r\n")),
)
"""Lines about as long as what is kept of a line, and a little longer."""


def lines_of(octets: bytes) -> list[bytes]:
    """The lines with their ends; what has no line end comes last."""
    *whole, rest = octets.split(b"\n")
    return [line + b"\n" for line in whole] + ([rest] if rest else [])


def ways(octets: bytes) -> Iterator[list[bytes]]:
    """The octets, in pieces, in many ways."""
    yield [octets]
    yield [octets[at : at + 1] for at in range(len(octets))]
    if len(octets) <= _SHORT:
        yield from ([octets[:at], octets[at:]] for at in range(1, len(octets)))
    random = Random(len(octets))  # noqa: S311 - pieces, no secrets
    for _ in range(_RANDOM_CUTS):
        cuts = sorted(random.randint(0, len(octets)) for _ in range(random.randint(1, 12)))
        yield [octets[start:end] for start, end in pairwise([0, *cuts, len(octets)])]


def read(reader: Callable[[Iterable[bytes]], tuple[T, bytes]], octets: bytes, behind: bytes = b"") -> T:
    """What the reader says of the octets, the same in every way; it also gives back what it did not use."""
    said, left = reader([octets])
    for pieces in ways(octets):
        assert reader(pieces) == (said, left)
    if behind:
        for pieces in ways(octets + behind):
            assert reader(pieces) == (said, left + behind)
    return said
