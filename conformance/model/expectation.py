"""What the RFC lets a server answer: a set of replies, told by what they mean and not by their octets."""

from dataclasses import dataclass

from conformance.model.maildrop import Message

__all__ = [
    "Answer",
    "Capabilities",
    "Content",
    "DropListing",
    "Expectation",
    "Farewell",
    "Languages",
    "Plain",
    "ScanLine",
    "ScanListing",
    "UniqueIdLine",
    "UniqueIdListing",
]


@dataclass(frozen=True, slots=True)
class Plain:
    """One line that says yes; its text is free."""


@dataclass(frozen=True, slots=True)
class DropListing:
    """The answer to STAT: the messages that are not marked, and their size."""

    count: int
    octets: int


@dataclass(frozen=True, slots=True)
class ScanLine:
    """The answer to LIST with an argument: number and size of one message, on the status line."""

    message: Message


@dataclass(frozen=True, slots=True)
class ScanListing:
    """The answer to LIST alone: one line for each message that is not marked, in any order."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class UniqueIdLine:
    """The answer to UIDL with an argument: number and unique-id of one message, on the status line."""

    message: Message


@dataclass(frozen=True, slots=True)
class UniqueIdListing:
    """The answer to UIDL alone: one line for each message that is not marked, in any order."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """The answer to RETR and TOP: a message, or the beginning of it."""

    message: Message
    lines: int | None = None
    """Lines of the body behind the header and the empty line, or None for the whole message."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The answer to CAPA: one capability a line (RFC 2449 §5)."""


@dataclass(frozen=True, slots=True)
class Languages:
    """The answer to LANG alone: one language a line (RFC 6856 §3.2)."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """The answer to QUIT, after which the server closes the connection (RFC 1939 §6)."""

    removes: frozenset[int] = frozenset()
    """The numbers of the messages that are gone once it is positive."""


Answer = (
    Plain
    | DropListing
    | ScanLine
    | ScanListing
    | UniqueIdLine
    | UniqueIdListing
    | Content
    | Capabilities
    | Languages
    | Farewell
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """The replies to one command that are lawful; where the RFC leaves it open, there are several."""

    positive: Answer | None
    """What +OK has to say, or None where +OK is wrong."""
    negative: bool
    """Whether -ERR is lawful."""
    may_close: bool = False
    """Whether the server may close the connection after its reply."""
    challenge: bool = False
    """Whether a challenge is lawful, which a turn of the client has to answer (RFC 5034 §4)."""
