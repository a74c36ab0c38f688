"""What a generated session says: lawful, odd and hostile, the simplest first.

A turn is what stands between two answers: one command, or several, or no whole one. The tables are in the order in
which hypothesis shrinks: towards the beginning.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Final

from conformance.machine.offers import Offers
from conformance.wire import VERBS, State

__all__ = ["Kind", "Turn", "before_login", "behind_login", "farewells", "lawful"]


class Kind(Enum):
    """How a turn is said."""

    LINE = auto()
    """A line, and CRLF."""
    OCTETS = auto()
    """Octets as they are, in one segment."""
    SLOWLY = auto()
    """A line and CRLF, octet by octet."""
    DELIVER = auto()
    """New mail comes in."""
    TLS = auto()
    """STLS, and the handshake where that was accepted."""
    LOGIN = auto()
    """USER and PASS, as they are right."""
    AUTH = auto()
    """A whole exchange of a SASL mechanism, as it is right; the text names it."""
    PHRASE = auto()
    """Lines with semicolons in between, each said behind the answer to the one before; chance seldom has them so."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a connection."""

    text: str
    """As scenarios write it, escapes and braces included."""
    kind: Kind = Kind.LINE
    connection: str = "A"
    wrong: int = 0
    """Logins that fail by it, at most."""


_NUMBERS: Final = ("1", "2", "3", "4")
_ODD_NUMBERS: Final = (
    *("0", "5", "9", "-1", "+1", "01", "1.0", "1e1", "x", "1x", "0x1", "*", "1:2", "255", "256", "999999999"),
    *("2147483647", "2147483648", "4294967296", "4294967297", "9223372036854775808", "18446744073709551617"),
    *("00000000000000000001", "9" * 40),
)
_STRANGE: Final = (r"\t1", r"1\t", r"\s", r"\s1", r"1\s", r"\x7f", r"\xff", r"\xc3\xa9", r"1\0", r"%s%n", r"\x1b[2J")
_UNKNOWN: Final = (
    "NOPE",
    "XYZZ",
    "NOO",
    "XTND",
    "HELO",
    "EHLO x",
    "GET / HTTP/1.0",
    "LAST",
    "A1 NOOP",
    "ST",
    "STATS",
    "TOPS 1 1",
)
_JUNK: Final = (
    "",
    r"\s",
    ".",
    r"\0",
    r"\xff\xfe",
    r"\x80\x80\x80\x80",
    "+OK",
    "-ERR",
    "=",
    "*",
    "\\x5b\\x5d",
    "STAT\\0",
    "\\x16\\x03\\x01",
)
_LENGTHS: Final = (40, 41, 255, 256, 512, 513, 1000, 5000)
"""Octets of a line with its end: RFC 1939 §3 lets an argument have 40, RFC 2449 §4 a command 255."""

_LAWFUL: Final = (
    *(("STAT", 6), ("LIST", 6), ("DELE 1", 8), ("RETR 1", 5), ("NOOP", 3), ("RSET", 5), ("UIDL", 5), ("TOP 1 0", 2)),
    *(("DELE 2", 7), ("RETR 2", 4), ("LIST 1", 3), ("UIDL 1", 3), ("DELE 3", 4), ("TOP 1 1", 2), ("RETR 3", 2)),
    *(("LIST 2", 3), ("UIDL 2", 3), ("TOP 2 1", 2), ("TOP 1 10", 1), ("TOP 2 0", 1), ("TOP 1 99999", 1), ("LIST 3", 1)),
    *(("UIDL 3", 1), ("TOP 3 5", 1), ("DELE 4", 1), ("RETR 4", 1), ("LIST 4", 1), ("CAPA", 2), ("QUIT", 1)),
)
"""What is lawful in TRANSACTION, and how often it is said."""
_PHRASES: Final = (
    *("RETR 1; DELE 1; RSET; RETR 1", "LIST 1; DELE 1; RSET; LIST 1", "UIDL 1; DELE 1; RSET; UIDL 1"),
    *("LIST; DELE 1; DELE 1; LIST", "DELE 1; LIST; DELE 1; LIST", "DELE 1; STAT; DELE 1; STAT"),
    *("DELE 1; DELE 2; RSET; LIST", "STAT; DELE 1; DELE 2; RSET; STAT", "LIST; RETR 1; LIST", "STAT; TOP 1 0; STAT"),
    *("DELE 1; RETR 1", "DELE 1; LIST 1", "DELE 1; UIDL 1", "DELE 1; TOP 1 0", "DELE 1; RSET; DELE 1; LIST"),
)
_FAREWELLS: Final = ("DELE 1; QUIT", "DELE 1; DELE 2; QUIT", "DELE 1; RSET; QUIT", "RETR 1; QUIT", "DELE 2; QUIT")
_WEIGHT: Final = 8
"""How often one of them is said for each other turn of the tables."""
_CUT: Final = ("STAT", "LIST", "UIDL", "NOOP", "RSET", "CAPA", "DELE 1", "RETR 1", "QUIT")
_LOGINS: Final = ("USER {user}", "PASS {password}")


@cache
def lawful(offers: Offers) -> tuple[Turn, ...]:
    """Turns that are in order in TRANSACTION, none of which ends the session."""
    turns = [Turn(text) for text, weight in _LAWFUL for _ in range(weight) if text != "QUIT"]
    phrases = [Turn(text, Kind.PHRASE) for text in _PHRASES]
    delivered = [Turn("plain", Kind.DELIVER)] * 3 if offers.fills else []
    return tuple(_allowed([*dict.fromkeys(turns), *turns, *phrases * 3, *delivered], offers))


@cache
def farewells(offers: Offers) -> tuple[Turn, ...]:
    """Ways to end a session by QUIT."""
    phrases = [Turn(text, Kind.PHRASE) for text in _FAREWELLS]
    return tuple(_allowed([*[Turn("QUIT")] * len(phrases), *phrases], offers))


@cache
def behind_login(offers: Offers) -> tuple[Turn, ...]:
    """Turns for TRANSACTION: most are lawful there."""
    each = [Turn(text) for text, _ in _LAWFUL]
    often = [Turn(text) for text, weight in _LAWFUL for _ in range(weight * _WEIGHT)]
    odd = [
        *(Turn(text) for text in _misspelt()),
        *(Turn(text) for text in _arguments()),
        *[Turn(text) for text in _UNKNOWN] * 2,
        *[Turn(text) for text in _elsewhere(State.TRANSACTION)] * 8,
        *(Turn(text) for text in _JUNK),
        *(Turn(text) for text in _long("NOOP", "RETR", "XYZZ")),
        *_cut(_CUT, offers),
        *_pipelined("STAT", "LIST", "NOOP", "RETR 1", "DELE 1", "RSET", "UIDL", "XYZZ"),
        *_second(),
        *[Turn(f"RETR 1; {verb}", Kind.PHRASE) for verb in ("DELE", "RETR", "TOP", "TOP 1")] * 4,
    ]
    delivered = [Turn("plain", Kind.DELIVER)] if offers.fills else []
    return tuple(_allowed([*each, *odd, *delivered, *often, *delivered * 15], offers))


@cache
def before_login(offers: Offers) -> tuple[Turn, ...]:
    """Turns for AUTHORIZATION."""
    known = [Turn("CAPA"), Turn("QUIT"), Turn("NOOP"), *(Turn(text) for text in _LOGINS if offers.plain)]
    logins = [Turn("", Kind.LOGIN)] if offers.plain else []
    wrong = [
        Turn("PASS {wrong}", wrong=1),
        Turn("PASS", wrong=1),
        Turn("PASS {almost}", wrong=1),
        Turn("APOP {user} 0123456789abcdef0123456789abcdef", wrong=1),
        Turn("APOP {user}", wrong=1),
        Turn("APOP", wrong=1),
        *(Turn(f"AUTH {name}; *", Kind.PHRASE, wrong=1) for name in offers.mechanisms),
        *(Turn(f"AUTH {name}; x", Kind.PHRASE, wrong=1) for name in offers.mechanisms),
        *(Turn(f"AUTH {name} =", wrong=1) for name in offers.mechanisms),
    ]
    apop = [Turn("APOP {user} {digest}"), Turn("apop {user} {digest}")] if offers.apop else []
    odd = [
        *(
            Turn(text)
            for text in ("USER", "USER nobody", "user {user}", "USER {user} x", r"USER {user}\s", "USER  {user}")
        ),
        *(Turn(text) for text in ("AUTH", "AUTH PLAIN =x", "UTF8", "UTF8 x", "LANG", "LANG *", "LANG x y")),
        *[Turn("AUTH XYZZ")] * 6,
        *([Turn("STLS", Kind.TLS)] if offers.starts_tls else [Turn("STLS")]),
        Turn("STLS x"),
        *[Turn(text) for text in _elsewhere(State.AUTHORIZATION)] * 8,
        *(Turn(text) for text in ("capa", "Quit", "CAPA x", "QUIT x", *_UNKNOWN, *_JUNK)),
        *(Turn(text) for text in _long("NOOP", "USER", "XYZZ")),
        *_cut(("CAPA", "QUIT"), offers),
        *_pipelined("CAPA", "NOOP", "XYZZ"),
    ]
    guesses = wrong if offers.wrong else []
    return tuple(_allowed([*known, *logins, *apop, *guesses, *odd, *logins * 6, *apop * 4, *known * 4], offers))


def _misspelt() -> Iterator[str]:
    """Letter case, and spaces too many."""
    yield from ("stat", "Stat", "sTaT", "list 1", "Retr 1", "dele 1", "rset", "quit", "top 1 0", "uidl", "capa", "noop")
    yield from (
        r"STAT\s",
        r"LIST\s",
        r"NOOP\s\s",
        "STAT  ",
        r"\sSTAT",
        "LIST  1",
        r"RETR 1\s",
        "DELE  1",
        r"STAT\t",
        r"RETR\t1",
    )
    yield from ("TOP  1 1", "TOP 1  1", "UIDL  1")


def _arguments() -> Iterator[str]:
    """Too few, too many, and around every limit."""
    yield from ("RETR", "DELE", "TOP", "TOP 1", "STAT 1", "STAT x", "NOOP x", "RSET 1", "QUIT x", "CAPA x", "LANG x y")
    yield from ("LIST 1 2", "UIDL 1 2", "RETR 1 2", "DELE 1 2", "TOP 1 1 1", "TOP 0 1", "TOP 9 1")
    yield from (f"{verb} {number}" for number in _ODD_NUMBERS for verb in ("RETR", "DELE", "LIST", "UIDL"))
    yield from (f"TOP 1 {number}" for number in _ODD_NUMBERS)
    yield from (f"{verb} {text}" for text in _STRANGE for verb in ("LIST", "RETR", "DELE"))


def _elsewhere(state: State) -> Iterator[str]:
    """Commands that belong to another state."""
    samples = {"TOP": "TOP 1 0", "RETR": "RETR 1", "DELE": "DELE 1", "USER": "USER {user}", "PASS": "PASS x"}
    samples |= {"APOP": "APOP {user} 0123456789abcdef0123456789abcdef", "AUTH": "AUTH PLAIN"}
    for verb in VERBS.values():
        if state not in verb.states:
            yield samples.get(verb.name, verb.name)
            if verb.name in ("LIST", "UIDL"):
                yield f"{verb.name} 1"


def _long(*verbs: str) -> Iterator[str]:
    """Lines of some octets, and one more."""
    for octets in _LENGTHS:
        for verb in verbs:
            yield f"{verb} {'x' * (octets - len(verb) - 3)}"


def _cut(texts: Iterable[str], offers: Offers) -> Iterator[Turn]:
    """Line ends that are none, and lines that come octet by octet or in part."""
    for text in texts:
        if offers.pieces:
            yield Turn(text, Kind.SLOWLY)
        yield Turn(rf"{text}\n", Kind.OCTETS)
        yield Turn(rf"{text}\r", Kind.OCTETS)
        yield Turn(text[:3], Kind.OCTETS)
        yield Turn(rf"{text}\r\n\r\n", Kind.OCTETS)


def _pipelined(*texts: str) -> Iterator[Turn]:
    """Several commands in one segment."""
    for first, second in zip(texts, (*texts[1:], texts[0]), strict=True):
        yield Turn(rf"{first}\r\n{second}\r\n", Kind.OCTETS)
        yield Turn(rf"{second}\r\n{first}\r\n{second}\r\nNOOP\r\n", Kind.OCTETS)
    yield Turn(r"NOOP\r\n" * 30, Kind.OCTETS)


def _second() -> Iterator[Turn]:
    """What a second session on the same maildrop says."""
    for text in ("STAT", "LIST", "RETR 1", "DELE 1", "UIDL", "RSET", "QUIT"):
        yield Turn(text, connection="B")


def _allowed(turns: Iterable[Turn], offers: Offers) -> Iterator[Turn]:
    return (turn for turn in turns if offers.fills or "DELE" not in turn.text.upper())
