"""Secrets are masked on the way out: whatever is shown or written passes through here.

Two nets. By grammar: the argument of PASS, the digest of APOP, the initial response of AUTH; what a client sends later
in a SASL exchange is known by its place, see `conformance.transcript.text`. By value: the passwords that the run
knows, wherever they turn up, such as in the echo of a server, in any letter case, also in base64, escaped or quoted
as in a URL.
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import Final
from urllib.parse import quote

from conformance.transcript.escape import escape
from conformance.transcript.ranges import Ranges, united

__all__ = ["MASK", "Secrets"]

MASK: Final = b"********"
"""What stands in place of a secret; its length tells nothing."""

_BEFORE_SECRET: Final = re.compile(rb"(?i)\s*(?:PASS\s+|APOP\s+\S+\s+|AUTH\s+\S+\s+)")
_SHORT: Final = 3
"""A password of fewer octets is not looked for by value: it would hide half of every text."""
_FEW: Final = 24
"""Values that are looked for one by one."""
_SHORT_CODED: Final = 6
"""Nor is a part of base64 of fewer characters."""


class Secrets:
    """Knows what must not be seen."""

    def __init__(self, passwords: Iterable[bytes] = (), *more: Iterable[bytes]) -> None:
        self._groups: tuple[frozenset[bytes], ...] = ()
        for group in (passwords, *more):
            new = frozenset(password for password in group if len(password) >= _SHORT).difference(*self._groups)
            self._groups += (new,) if new else ()
        found = [_finder(group) for group in self._groups]
        self._places = [places for places, _ in found]
        self.reach: int = max((length for _, length in found), default=0)
        """Octets of the longest value that is looked for: who cuts a text must look that far beyond the cut."""

    def with_more(self, passwords: Iterable[bytes]) -> "Secrets":
        """The same, knowing more."""
        return Secrets(*self._groups, passwords)

    def hidden(self, octets: bytes) -> Ranges:
        """Where in any octets the passwords that are known stand: ranges in order, not touching one another."""
        lowered = octets.lower()
        return united(place for places in self._places for place in places(lowered))

    def hidden_in_client_line(self, octets: bytes) -> Ranges:
        """The same for a client's line, or a part of one that has its beginning, by grammar too."""
        before = _BEFORE_SECRET.match(octets)
        end = len(octets.removesuffix(b"\n").removesuffix(b"\r"))
        if before is None or before.end() >= end:
            return self.hidden(octets)
        return united([*self.hidden(octets), (before.end(), end)])

    def client_line(self, octets: bytes) -> bytes:
        """A client's line, or a part of one that has its beginning, fit to be seen."""
        return _masked(octets, self.hidden_in_client_line(octets))

    def text(self, octets: bytes) -> bytes:
        """Any octets, without the passwords that are known."""
        return _masked(octets, self.hidden(octets))

    def words(self, text: str) -> str:
        """Any text, likewise."""
        return self.text(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


Places = Callable[[bytes], Iterator[tuple[int, int]]]


@lru_cache(maxsize=64)  # the passwords of a run are the same for all its scenarios
def _finder(passwords: frozenset[bytes]) -> tuple[Places, int]:
    """What finds all forms of passwords in lower-case text, and the length of the longest."""
    values = {form.lower() for password in passwords for form in _forms(password)}
    longest = max(map(len, values))
    if len(values) <= _FEW:  # such as the digests of one session, for which no pattern is worth its making
        return partial(_one_by_one, tuple(values)), longest
    longest_first = sorted(values, key=lambda value: (-len(value), value))
    return partial(_together, re.compile(b"|".join(map(re.escape, longest_first)))), longest


def _one_by_one(values: Iterable[bytes], lowered: bytes) -> Iterator[tuple[int, int]]:
    """Where the values stand."""
    for value in values:
        at = lowered.find(value)
        while at >= 0:
            yield at, at + len(value)
            at = lowered.find(value, at + 1)


def _together(values: re.Pattern[bytes], lowered: bytes) -> Iterator[tuple[int, int]]:
    """Where the values stand, of those that begin together the longest, also where one begins inside of another."""
    found = values.search(lowered)
    while found is not None:
        yield found.span()
        found = values.search(lowered, found.start() + 1)


def _masked(octets: bytes, hidden: Ranges) -> bytes:
    pieces, last = [], 0
    for start, end in hidden:
        pieces += [octets[last:start], MASK]
        last = end
    return b"".join([*pieces, octets[last:]])


def _forms(password: bytes) -> set[bytes]:
    coded = {base64.b64encode(password)}
    for before in range(3):  # as a part of something longer it can begin at any octet of three, as in SASL PLAIN
        characters = base64.b64encode(bytes(before) + password)
        part = characters[-(-8 * before // 6) : 8 * (before + len(password)) // 6]
        if len(part) >= _SHORT_CODED:
            coded.add(part)
    return {password, escape(password).encode(), quote(password, safe="").encode(), *coded}
