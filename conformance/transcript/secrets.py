"""Secrets are masked on the way out: whatever is shown or written passes through here.

Two nets. By grammar: the argument of PASS, the digest of APOP, what a client sends in a SASL exchange. By value:
the passwords that the run knows, wherever they turn up, such as in the echo of a server, also in base64.
"""

import base64
import re
from collections.abc import Iterable
from typing import Final

__all__ = ["MASK", "Secrets"]

MASK: Final = b"********"
"""What stands in place of a secret; its length tells nothing."""

_PASS: Final = re.compile(rb"(?i)^(\s*PASS[ \t])[^\r\n]+")
_APOP: Final = re.compile(rb"(?i)^(\s*APOP[ \t]+\S+[ \t]+)[^\r\n]+")
_AUTH: Final = re.compile(rb"(?i)^(\s*AUTH[ \t]+\S+[ \t]+)[^\r\n]+")
_SHORT: Final = 3
"""A password of fewer octets is not looked for by value: it would hide half of every text."""


class Secrets:
    """Knows what must not be seen."""

    def __init__(self, passwords: Iterable[bytes] = ()) -> None:
        self._passwords = frozenset(password for password in passwords if password)
        values = {form for password in self._passwords if len(password) >= _SHORT for form in _forms(password)}
        longest_first = sorted(values, key=len, reverse=True)
        self._values = re.compile(b"|".join(map(re.escape, longest_first))) if values else None

    def with_more(self, passwords: Iterable[bytes]) -> "Secrets":
        """The same, knowing more."""
        return Secrets(self._passwords.union(passwords))

    def client_line(self, octets: bytes) -> bytes:
        """A client's line, or a part of one that has its beginning, fit to be seen."""
        for pattern in (_PASS, _APOP, _AUTH):
            octets = pattern.sub(rb"\g<1>" + MASK, octets)
        return self.text(octets)

    def text(self, octets: bytes) -> bytes:
        """Any octets, without the passwords that are known."""
        return self._values.sub(MASK, octets) if self._values else octets

    def words(self, text: str) -> str:
        """Any text, likewise."""
        return self.text(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def _forms(password: bytes) -> set[bytes]:
    return {password, base64.b64encode(password)}
