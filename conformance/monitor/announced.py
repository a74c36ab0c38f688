"""What CAPA announced, read from its lines (RFC 2449 §3, §5)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from conformance.wire import Line

__all__ = ["LISTED", "NEVER", "REGISTERED", "Capability", "Period", "period", "read"]

LISTED: Final = 200
"""Lines of CAPA that are read."""

REGISTERED: Final = frozenset(
    {
        *("TOP", "USER", "SASL", "RESP-CODES", "LOGIN-DELAY", "PIPELINING", "EXPIRE", "UIDL", "IMPLEMENTATION"),
        *("STLS", "AUTH-RESP-CODE", "UTF8", "LANG"),
    }
)
"""Tags that RFC 2449, RFC 2595, RFC 3206, RFC 5034 and RFC 6856 define."""

NEVER: Final = 1 << 62
"""More days than any number says."""
_BLANKS: Final = re.compile(rb"[ \t]+")
_PERIOD: Final = re.compile(rb"(?P<number>[0-9]{1,18}|(?P<never>NEVER))(?P<user> USER)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Capability:
    """One line of the list."""

    line: Line
    words: tuple[bytes, ...]
    """The tag and its arguments, whatever blanks stand between them."""

    @property
    def tag(self) -> str:
        """The tag, in capitals: case does not matter (RFC 2449 §5)."""
        return self.words[0].decode("latin-1").upper()

    @property
    def argument(self) -> bytes:
        """All that stands behind the tag."""
        return b" ".join(self.words[1:])

    @property
    def span(self) -> tuple[int, int]:
        """Where the line stands among the server's octets."""
        return self.line.start, self.line.end


@dataclass(frozen=True, slots=True)
class Period:
    """The argument of LOGIN-DELAY or EXPIRE."""

    number: int
    """Seconds, or days; `NEVER` for ever."""
    by_user: bool
    """Whether it says USER: a more accurate value is to be had after login."""


def read(lines: Iterable[Line]) -> Iterator[Capability]:
    """The capabilities in the lines of a list."""
    for line in lines:
        yield Capability(line, tuple(_BLANKS.split(line.content.rstrip(b" \t\r"))))


def period(capability: Capability) -> Period | None:
    """The number that LOGIN-DELAY or EXPIRE states; None when it is none (RFC 2449 §6.5, §6.7)."""
    found = _PERIOD.fullmatch(capability.argument)
    if found is None or (found["never"] and capability.tag != "EXPIRE"):
        return None
    return Period(NEVER if found["never"] else int(found["number"]), bool(found["user"]))
