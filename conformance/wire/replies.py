"""Replies: a status line, and a body where the command has one."""

from dataclasses import dataclass
from enum import StrEnum

from conformance.wire.grammar import NUMBER
from conformance.wire.lines import Line
from conformance.wire.multiline import Body

__all__ = ["Indicator", "Reply"]


class Indicator(StrEnum):
    """How a reply begins (RFC 1939 §3; the continuation is RFC 5034 §4)."""

    OK = "+OK"
    ERR = "-ERR"
    CONTINUATION = "+"
    NONE = "no status indicator"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered."""

    status: Line
    """The first line."""
    body: Body | None = None
    """The accounts of the lines that follow, for a positive reply to a command that has them."""

    @property
    def start(self) -> int:
        """Where the reply begins in the server's octets."""
        return self.status.start

    @property
    def end(self) -> int:
        """Where the next reply begins."""
        return self.body.end if self.body else self.status.end

    @property
    def indicator(self) -> Indicator:
        """What the reply means to a reader who forgives lower case: judging that is not the parser's work."""
        word = self.status.content.split(b" ", 1)[0].upper()
        if word.startswith(b"+OK"):
            return Indicator.OK
        if word.startswith(b"-ERR"):
            return Indicator.ERR
        return Indicator.CONTINUATION if word == b"+" else Indicator.NONE

    @property
    def positive(self) -> bool:
        """Whether it starts with +OK, in any case."""
        return self.status.raw[:3].upper() == b"+OK"

    @property
    def negative(self) -> bool:
        """Whether it starts with -ERR, in any case."""
        return self.status.raw[:4].upper() == b"-ERR"

    @property
    def challenges(self) -> bool:
        """Whether, behind AUTH, it asks for a turn, well-formed or not (RFC 5034 §4)."""
        return self.status.raw[:1] == b"+" and not self.positive

    @property
    def text(self) -> bytes:
        """What follows the status indicator and a space."""
        return self.status.content.partition(b" ")[2]

    @property
    def words(self) -> list[bytes]:
        """The text cut at white space."""
        return self.text.split()

    def number(self, index: int) -> int | None:
        """The word at `index`, if it is a number in base ten of sane length."""
        words = self.words
        if index < len(words) and len(words[index]) <= 20 and NUMBER.fullmatch(words[index]):
            return int(words[index])
        return None
