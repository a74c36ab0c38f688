"""Messages that are made when asked for: too large, or too many, to lie in the folder.

Each body line begins with its own number, so a line that was lost, doubled or cut is seen at a glance.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Final

from conformance.mail.small import small

__all__ = ["KINDS", "Kind"]

_GIB: Final = 2**30
_SHORTEST: Final = 3
"""Octets of the shortest line that a body may end in: one full stop and CRLF."""
_BLOCK: Final = 1000
"""Lines that are put together at a time."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of made message, written with its number behind a colon: `text:1024`."""

    name: str
    number: str
    """What the number is, as it stands in a notation: SEED, OCTETS or COUNT."""
    least: int
    most: int
    make: Callable[[int], bytes]


def _head(stem: str, subject: str) -> bytes:
    """The header of a made message, the empty line behind it included."""
    lines = [
        "From: Volume Press <press@volumes.example>",
        "To: Reader <reader@maildrop.example>",
        f"Subject: {subject}",
        "Date: Tue, 14 May 2024 10:00:00 +0000",
        f"Message-ID: <{stem}@fixtures.pop3spec.invalid>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def _text_line(number: int) -> bytes:
    return b"%09d Sphinx of black quartz judge my vow, and then do it once more.\r\n" % number


def _dot_line(number: int) -> bytes:
    return b".%09d .. stuffed.\r\n" % number


def _fill(octets: int, line: Callable[[int], bytes]) -> Iterator[bytes]:
    """Lines of exactly that many octets together, at least three; the last is cut, or stretched, to fit."""
    whole, rest = divmod(octets, len(line(0)))
    stretched = 0 < rest < _SHORTEST
    yield from map(line, range(whole - stretched))
    if stretched:
        yield line(whole - 1)[:-2] + b"!" * rest + b"\r\n"
    elif rest:
        yield line(whole)[: rest - 2].rstrip(b" ").ljust(rest - 2, b"!") + b"\r\n"


def _message(head: bytes, lines: Iterator[bytes]) -> bytes:
    """Put together in blocks: by themselves the lines of a huge message take much more memory than it does."""
    blocks = iter(lambda: b"".join(islice(lines, _BLOCK)), b"")
    return b"".join((head, *blocks))


def _text(octets: int) -> bytes:
    head = _head(f"text-{octets}", f"{octets} octets of text")
    return _message(head, _fill(octets - len(head), _text_line))


def _dots(octets: int) -> bytes:
    head = _head(f"dots-{octets}", f"{octets} octets, and a full stop before every line")
    return _message(head, _fill(octets - len(head), _dot_line))


def _lines(count: int) -> bytes:
    return _message(_head(f"lines-{count}", f"{count} lines"), map(_text_line, range(1, count + 1)))


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind("small", "SEED", 0, 10**18 - 1, small),
            Kind("text", "OCTETS", 512, _GIB, _text),
            Kind("dots", "OCTETS", 512, _GIB, _dots),
            Kind("lines", "COUNT", 0, 10**7, _lines),
        )
    }
)
"""The kinds by name."""
