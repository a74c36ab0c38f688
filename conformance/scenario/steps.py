"""The steps of a session: what a line of a scenario means."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conformance.scenario.expressions import Expression

__all__ = [
    "Act",
    "Action",
    "Block",
    "Capture",
    "Check",
    "Choice",
    "Deliver",
    "Expect",
    "Let",
    "Loop",
    "Note",
    "Pattern",
    "Place",
    "Restart",
    "Send",
    "Skip",
    "Step",
    "Template",
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Template:
    """A text to send: octets and expressions in turn."""

    parts: tuple[bytes | Expression, ...]


@dataclass(frozen=True, slots=True)
class Capture:
    """A word of a reply, kept under a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A line that is expected: words that must be there in this order from the start; what follows them is free."""

    words: tuple[Template | Capture, ...]
    text: str
    """As written in the file, for messages."""


class Action(StrEnum):
    """What a client can do besides sending, and what can be awaited besides a reply."""

    CONNECT = "connect"
    CONNECT_IN_THE_CLEAR = "connect in the clear"
    START_TLS = "start tls"
    LOG_IN = "log in"
    TRY_TO_LOG_IN = "try to log in"
    AUTHENTICATE = "authenticate"
    CLOSE = "close"
    HALF_CLOSE = "half-close"
    RESET = "reset"
    READ_SLOWLY = "read slowly"
    WAIT = "wait"
    ANY = "any"
    SILENCE = "silence"
    CLOSES = "closes"
    CLOSES_SILENTLY = "closes silently"
    TLS = "tls"
    NO_TLS = "no tls"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Act:
    """``C: <reset>``, ``S: <closes>``"""

    place: Place
    connection: str
    action: Action
    clauses: tuple[str, ...] = ()
    seconds: float | None = None
    """How long to wait, or within which time it must come to pass."""
    account: int = 1
    """Which account logs in."""
    word: str = ""
    """What more there is to say: a version of TLS that is offered alone, a mechanism, a command before the login."""


@dataclass(frozen=True, slots=True)
class Send:
    """``C: STAT``, ``C~ raw octets\\n``, ``C/1: octet by octet``"""

    place: Place
    connection: str
    template: Template
    line: bool
    """Whether CRLF is added."""
    piece: int = 0
    """Octets a segment; 0 is all at once."""


@dataclass(frozen=True, slots=True)
class Expect:
    """``S: +OK {count}`` and, for a multi-line reply, what its body is to be."""

    place: Place
    connection: str
    status: Pattern
    clauses: tuple[str, ...] = ()
    body: tuple[Pattern, ...] | None = None
    """The lines, in any order; None when any body will do."""
    rows: str | None = None
    """Name under which the rows are kept: number -> the rest of the row."""
    content: str | None = None
    """Name under which the body's accounts are kept."""
    lines: str | None = None
    """Name under which the body's lines are kept, as a list of octets."""
    patience: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """``check sum(size) == total``"""

    place: Place
    expression: Expression
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Let:
    """``let before = count``"""

    place: Place
    name: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Deliver:
    """``deliver plain``: new mail comes in while sessions are open."""

    place: Place
    mail: str


@dataclass(frozen=True, slots=True)
class Restart:
    """``restart``: the server is started anew."""

    place: Place


@dataclass(frozen=True, slots=True)
class Note:
    """``note TEXT``: a fact for the report."""

    place: Place
    text: Template
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """``skip TEXT``: here the scenario ends, it does not apply; ``skip unless a != b: TEXT``, unless that holds."""

    place: Place
    text: str
    unless: Expression | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """``for n in 0 -1 99:`` with the block below."""

    place: Place
    name: str
    values: tuple[Template, ...]
    block: "Block"


@dataclass(frozen=True, slots=True)
class Choice:
    """``either`` and ``or``: several answers are lawful; the first line of each block tells which one it is."""

    place: Place
    clauses: tuple[str, ...]
    """Broken when it is none of them."""
    branches: tuple["Block", ...]


Step = Act | Send | Expect | Check | Let | Deliver | Restart | Note | Skip | Loop | Choice
Block = tuple[Step, ...]

CLAUSE_ID: Final = re.compile(r"R\d+-[A-Z0-9]+-\d+")
