"""What the body of a reply holds, as it is compared between two servers: the same message, the same capabilities.

What each delivery makes anew may differ, such as the time in a Received field, and so may the name of a release.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from conformance.transcript import Exchange

__all__ = ["Content", "content_of"]

_MOST: Final = 1 << 20
"""Octets of a body that are compared; a longer one is not."""
_MESSAGES: Final = frozenset({"RETR", "TOP"})
_MESSAGE_ID: Final = re.compile(rb"(?im)^message-id:[ \t]*([^\r\n]+)")
_FIELD: Final = re.compile(rb"(?m)^([!-9;-~]+):[^\n]*\n(?:[ \t][^\n]*\n)*")
_MADE_ANEW: Final = re.compile(rb"x-.*|received|return-path|delivered-to|envelope-to|status")
"""Fields that a delivery or a store adds, whose names are compared and whose values are not."""


@dataclass(frozen=True, slots=True)
class Content:
    """A body, without what may differ."""

    of: bytes
    """Whose it is: the Message-ID. Contents of two can be compared only if this is the same."""
    digest: bytes

    def differs_from(self, other: "Content | None") -> bool:
        """Whether this is the same thing in other octets."""
        return other is not None and other.of == self.of and other.digest != self.digest


def content_of(exchange: Exchange) -> Content | None:
    """What the body of RETR, TOP or CAPA holds; None where there is nothing to be compared."""
    if exchange.reply is None or exchange.reply.body is None or not exchange.positive:
        return None
    octets = bytearray()
    for block in exchange.body_blocks():
        octets += block
        if len(octets) > _MOST:
            return None
    if exchange.verb == "CAPA":
        return Content(b"CAPA", _digest(_capabilities(bytes(octets))))
    if exchange.verb not in _MESSAGES:
        return None
    header, end, body = bytes(octets).partition(b"\r\n\r\n")
    named = _MESSAGE_ID.search(header)
    if named is None:
        return None
    return Content(named[1].strip(), _digest(_FIELD.sub(_kept, header + b"\r\n") + end + body))


def _capabilities(octets: bytes) -> bytes:
    """In one order and letter case, without the name and number of the release."""
    lines = [b" ".join(line.upper().split()) for line in octets.splitlines()]
    return b"\n".join(sorted(b"IMPLEMENTATION" if line.startswith(b"IMPLEMENTATION ") else line for line in lines))


def _kept(field: re.Match[bytes]) -> bytes:
    name = field[1].lower()
    return name + b"\n" if _MADE_ANEW.fullmatch(name) else field[0]


def _digest(octets: bytes) -> bytes:
    return hashlib.sha256(octets).digest()
