"""Drop listings, scan listings and unique-id listings, read twice: as the RFC spells them, and as a kind reader would.

What a kind reader understands goes into the accounts, so that a wrong layout is held against the layout alone and not
against every number in it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["DropListing", "IdFault", "IdListing", "ScanListing", "is_hexadecimal", "read_drop", "read_id", "read_scan"]

_DROP: Final = re.compile(rb"\+OK (?P<count>[0-9]+) (?P<size>[0-9A-Za-z]+)(?P<more>.*)", re.DOTALL | re.IGNORECASE)
_SCAN: Final = re.compile(rb"(?P<number>[0-9]+) (?P<size>[0-9A-Za-z]+)(?P<more>.*)", re.DOTALL)
_KIND_SCAN: Final = re.compile(rb"[ \t]*(?P<number>[0-9]+)[ \t]+(?P<size>[0-9]+)(?![0-9A-Za-z])")
_UNIQUE_ID: Final = re.compile(rb"(?P<number>[0-9]+) (?P<id>[!-~]{1,70})")
_KIND_ID: Final = re.compile(rb"(?P<before>[ \t]*)(?P<number>[0-9]+)(?:(?P<space>[ \t]+)(?P<rest>.*))?", re.DOTALL)
_DIGITS: Final = re.compile(rb"[0-9]+")
_HEXADECIMAL: Final = re.compile(rb"(?:0[xX])?[0-9A-Fa-f]+")
_LONGEST: Final = 20
"""Digits of a number that is still one: no maildrop has more octets."""
_LONGEST_ID: Final = 70


@dataclass(frozen=True, slots=True)
class DropListing:
    """What STAT answered."""

    count: int
    octets: int | None
    """None where it is not written in base ten."""
    size: bytes
    """The size as it was written."""
    more: bytes = b""
    """What follows the size."""


@dataclass(frozen=True, slots=True)
class ScanListing:
    """What LIST says of one message."""

    number: int
    octets: int | None
    """None where it is not written in base ten."""
    size: bytes
    """The size as it was written."""
    more: bytes = b""
    """What follows the size."""
    strict: bool = True
    """Whether number, space and size stand as they have to."""


class IdFault(StrEnum):
    """What can be wrong with a unique-id listing."""

    LAYOUT = "number, one space and the identifier"
    MORE = "something follows the identifier"
    LENGTH = "one to seventy characters"
    CHARACTERS = "characters from 0x21 to 0x7E"


@dataclass(frozen=True, slots=True)
class IdListing:
    """What UIDL says of one message."""

    number: int
    unique_id: bytes
    faults: frozenset[IdFault] = frozenset()


def read_drop(status: bytes) -> DropListing | None:
    """The status line of a STAT as a drop listing, if it is one."""
    found = _DROP.fullmatch(status)
    if found is None:
        return None
    octets, size, more = _size(found["size"], found["more"])
    count = _number(found["count"])
    return None if count is None or not size else DropListing(count, octets, size, more)


def read_scan(octets: bytes) -> ScanListing | None:
    """A line as a scan listing, strictly or kindly; None where it is none."""
    found = _SCAN.fullmatch(octets)
    if found is not None and (number := _number(found["number"])) is not None:
        size, written, more = _size(found["size"], found["more"])
        if written:
            return ScanListing(number, size, written, more)
    kind = _KIND_SCAN.match(octets)
    if kind is None or (number := _number(kind["number"])) is None:
        return None
    return ScanListing(number, _number(kind["size"]), kind["size"], b"", strict=False)


def read_id(octets: bytes) -> IdListing | None:
    """A line as a unique-id listing, strictly or kindly; None where it has no number."""
    if (found := _UNIQUE_ID.fullmatch(octets)) and (number := _number(found["number"])) is not None:
        return IdListing(number, found["id"])
    kind = _KIND_ID.fullmatch(octets)
    if kind is None or (number := _number(kind["number"])) is None:
        return None
    rest = kind["rest"] or b""
    unique_id = re.split(rb"[ \t]", rest, maxsplit=1)[0]
    faults = set()
    if kind["before"] or (rest and kind["space"] != b" "):
        faults.add(IdFault.LAYOUT)
    if len(unique_id) < len(rest):
        faults.add(IdFault.MORE)
    if not 1 <= len(unique_id) <= _LONGEST_ID:
        faults.add(IdFault.LENGTH)
    if any(not 0x21 <= octet <= 0x7E for octet in unique_id):
        faults.add(IdFault.CHARACTERS)
    return IdListing(number, unique_id, frozenset(faults))


def is_hexadecimal(word: bytes) -> bool:
    """Whether a word can only be a number in base sixteen: `1A2B`, not `320` and not `320B`, three hundred and twenty
    with a unit."""
    if not _HEXADECIMAL.fullmatch(word) or _DIGITS.fullmatch(word):
        return False
    return not word[:-1].isdigit()


def _size(word: bytes, more: bytes) -> tuple[int | None, bytes, bytes]:
    """A size, how it is written, and what follows; the RFC has no rule for that, not even a space."""
    if _HEXADECIMAL.fullmatch(word) and not _DIGITS.fullmatch(word):
        return None, word, more  # or a unit without a space
    digits = _DIGITS.match(word)
    if digits is None:
        return None, b"", more
    return _number(digits[0]), digits[0], word[digits.end() :] + more


def _number(digits: bytes) -> int | None:
    return int(digits) if len(digits) <= _LONGEST else None
