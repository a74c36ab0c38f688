"""A message as octets, and the traits that tell which stores can carry it unharmed.

Traits are read off the octets, never declared, so a file that somebody drops into the folder has them at once. Whoever
puts messages into a maildrop asks them: a trait may be more than that way of delivery can bear.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final

__all__ = ["TRAITS", "Mail"]

_CRLF: Final = b"\r\n"
_LONGEST_LINE: Final = 998
"""RFC 5322 §2.1.1: no line is longer than this, CRLF not counted."""

_CONTROL: Final = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FROM: Final = re.compile(rb"(?:\A|\n)>*From ")
_BINARY: Final = re.compile(rb"\nContent-Transfer-Encoding:[ \t]*binary", re.IGNORECASE)
_REWRITTEN: Final = re.compile(
    rb"^(?:Status|X-Status|X-UID|X-UIDL|X-Keywords|X-IMAP|X-IMAPbase|X-Mozilla-Status2?"
    rb"|Content-Length|Lines|Return-Path|Bcc):",
    re.IGNORECASE | re.MULTILINE,
)
_MESSAGE_ID: Final = re.compile(rb"^Message-ID[ \t]*:\s*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)


def _split(octets: bytes) -> tuple[bytes, bytes | None]:
    """Header (with its last CRLF) and body; the body is None where no empty line ends the header."""
    if octets.startswith(_CRLF):
        return b"", octets[2:]
    end = octets.find(b"\r\n\r\n")
    return (octets, None) if end < 0 else (octets[: end + 2], octets[end + 4 :])


def _ends_in_empty_line(octets: bytes) -> bool:
    return octets.endswith(b"\r\n\r\n") and bool(_split(octets)[1])


def _has_long_line(octets: bytes) -> bool:
    at = 0
    while len(octets) - at > _LONGEST_LINE:
        end = octets.rfind(_CRLF, at, at + _LONGEST_LINE + len(_CRLF))  # the last of the lines that end in so many
        if end < 0:
            return True
        at = end + len(_CRLF)
    return False


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


TRAITS: Final[Mapping[str, Callable[[bytes], bool]]] = MappingProxyType(
    {
        # Octets that not every way of delivery or storage lets through.
        "nul": lambda octets: b"\0" in octets,
        "control": lambda octets: _CONTROL.search(octets) is not None,  # NUL, TAB, CR and LF left out
        "8bit": lambda octets: not octets.isascii(),
        "8bit-header": lambda octets: not _split(octets)[0].isascii(),
        "utf8-header": lambda octets: not _split(octets)[0].isascii() and _is_utf8(_split(octets)[0]),  # RFC 6532
        "bare-cr": lambda octets: octets.count(b"\r") > octets.count(_CRLF),
        "bare-lf": lambda octets: octets.count(b"\n") > octets.count(_CRLF),
        "binary": lambda octets: _BINARY.search(octets) is not None,  # a part declared so, RFC 2045 §6.2
        # Lines.
        "long-line": _has_long_line,
        "dot-lines": lambda octets: octets.startswith(b".") or b"\r\n." in octets,  # to be stuffed, RFC 1939 §3
        "from-lines": lambda octets: _FROM.search(octets) is not None,  # quoted by mbox stores
        "trailing-space": lambda octets: octets.endswith((b" ", b"\t")) or b" \r\n" in octets or b"\t\r\n" in octets,
        # How it ends.
        "no-final-eol": lambda octets: not octets.endswith(_CRLF),
        "final-empty-lines": _ends_in_empty_line,
        "no-body": lambda octets: _split(octets)[1] is None,  # lawful: the body is optional, RFC 5322 §3.5
        "empty-body": lambda octets: _split(octets)[1] == b"",
        # Header fields that delivery agents and mail stores drop or rewrite.
        "rewritten-fields": lambda octets: _REWRITTEN.search(_split(octets)[0]) is not None,
    }
)
"""Every trait, and whether it holds of a message's octets."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message, ready to be put into a maildrop."""

    name: str
    """What `load` finds it by."""

    octets: bytes = field(repr=False)
    """The message as POP3 counts it: lines end in CRLF, nothing is byte-stuffed (RFC 1939 §11)."""

    @property
    def header(self) -> bytes:
        """The header fields, the last CRLF included, without the empty line that ends them."""
        return _split(self.octets)[0]

    @property
    def body(self) -> bytes:
        """What follows the empty line; no octets where there is none (the trait `no-body` tells the two apart)."""
        return _split(self.octets)[1] or b""

    @property
    def body_lines(self) -> tuple[bytes, ...]:
        """The lines that TOP counts (RFC 1939 §7), without their line ends; an unterminated last one is a line."""
        lines = self.body.split(_CRLF)
        return tuple(lines if lines[-1] else lines[:-1])

    @property
    def message_id(self) -> bytes | None:
        """The message's own identifier, angle brackets included, or None without such a field."""
        found = _MESSAGE_ID.search(self.header)
        return found[1] if found else None

    @property
    def traits(self) -> frozenset[str]:
        """The names in `TRAITS` that hold of this message."""
        return (_traits_of_small if len(self.octets) <= _SMALL else _traits_of)(self.octets)


def _traits_of(octets: bytes) -> frozenset[str]:
    return frozenset(name for name, holds in TRAITS.items() if holds(octets))


_SMALL: Final = 64 << 10
"""Octets up to which a message is kept with its traits: the same ones are put into maildrops over and over."""
_traits_of_small: Final = lru_cache(256)(_traits_of)
