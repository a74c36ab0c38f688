"""What generated sessions find alone: the faults of sessions, the sessions it took, and the shortest there can be.

`python -m tests.faults.generated [FAULT ...]` shows what they find.
"""

import sys
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import click

from conformance.machine.explore import Budget, Explorer
from conformance.scenario.write import session_lines
from conformance.server.faults import FAULTS
from tests.machine.generated import LIMITS, stage

__all__ = ["BEYOND", "EXAMPLES", "FOUND_BY", "SEED", "SHORTEST", "Alone", "find"]

SEED: Final = 1
EXAMPLES: Final = 200
"""Sessions within which each of them has to be found."""

_ROOMS: Final = frozenset({"session", "marks", "update"})

BEYOND: Final = MappingProxyType(
    {
        "quit-loses-late-mail": "it is tied to mail that comes in mid-session",
        "quit-undone-when-nobody-listens": "its clause is disputed, so no session may accuse by it",
        "lock-outlives-quit": "it is tied to time: how long a lock lasts behind the end of its session",
        "lock-outlives-a-reset": "it is tied to time: how long a lock lasts behind the end of its session",
    }
)
"""Faults of sessions that no generated session is asked to find, and why."""

_SILENT: Final = frozenset({"unknown-command-ignored", "stls-ignored"})
_IMPATIENT: Final = replace(LIMITS, reply=0.4, login=0.4)
"""Where a fault is that nothing comes, and each session that shows it waits as long as that."""
_LOG_IN: Final = "<log in>"

SHORTEST: Final = MappingProxyType(
    {
        # Commands out of their state need nothing but that state (RFC 1939 §3).
        **{f"{verb}-before-login": ("<connect>", verb.upper()) for verb in ("stat", "list", "noop", "rset")},
        **{f"{verb}-before-login": ("<connect>", f"{verb.upper()} 1") for verb in ("retr", "dele", "uidl")},
        "top-before-login": ("<connect>", "TOP 1 0"),
        "retr-before-login-dies": ("<connect>", "RETR 1"),
        "no-login-needed": ("<connect>", "STAT"),
        "user-after-login": (_LOG_IN, "USER {user}"),
        "pass-after-login": (_LOG_IN, "PASS {password}"),
        "apop-after-login": (_LOG_IN, "APOP {user} {digest}"),
        # What nobody knows, and what there is not (§3), before login wherever that shows it.
        **{f"unknown-command-{what}": ("<connect>", "NOPE") for what in ("accepted", "ignored", "dies")},
        "keyword-found-by-its-beginning": (_LOG_IN, "NOO"),
        "auth-accepted": ("<connect>", "AUTH XYZZ"),
        "stls-ignored": ("<connect>", "STLS"),
        "capa-dies": ("<connect>", "CAPA"),
        # The minimal set (§7): a command that has to succeed.
        **{f"{verb}-not-implemented": (_LOG_IN, verb.upper()) for verb in ("stat", "noop", "rset")},
        **{f"{verb}-not-implemented": (_LOG_IN, f"{verb.upper()} 1") for verb in ("retr", "dele")},
        "list-not-implemented": ("<connect>", "USER {user}", "PASS {password}", "LIST"),
        "quit-not-implemented": ("<connect>", "QUIT"),
        # The optional set (§7).
        "top-not-implemented": (_LOG_IN, "TOP 1 0"),
        "uidl-not-implemented": (_LOG_IN, "UIDL"),
        "top-announced-in-vain": (_LOG_IN, "TOP 1 0"),
        "uidl-announced-in-vain": (_LOG_IN, "UIDL"),
        "top-accepted-in-vain": (_LOG_IN, "TOP 1 0"),
        "uidl-accepted-in-vain": (_LOG_IN, "UIDL"),
        # Refused where nothing stands in the way (§5).
        "stat-refused-when-empty": (_LOG_IN, "STAT"),
        "noop-refused-when-marked": (_LOG_IN, "DELE 1", "NOOP"),
        "rset-refused-when-unmarked": (_LOG_IN, "RSET"),
        "retr-refused-behind-rset": (_LOG_IN, "DELE 1", "RSET", "RETR 1"),
        # QUIT before login (§4).
        "quit-before-login-refused": ("<connect>", "QUIT"),
        "quit-before-login-unanswered": ("<connect>", "QUIT"),
        "open-behind-quit-before-login": ("<connect>", "QUIT"),
        "quit-before-login-removes": (_LOG_IN, "QUIT", "<connect>", "QUIT", _LOG_IN),
        # Marks (§5): one is made, and the next command shows what it did.
        "marked-still-listed": (_LOG_IN, "DELE 1", "LIST"),
        "marked-listed-without-a-size": (_LOG_IN, "DELE 1", "LIST"),
        "marked-shown-in-list-with-a-number": (_LOG_IN, "DELE 1", "LIST 1"),
        "marked-retrieved": (_LOG_IN, "DELE 1", "RETR 1"),
        "marked-topped": (_LOG_IN, "DELE 1", "TOP 1 0"),
        "marked-have-unique-ids": (_LOG_IN, "DELE 1", "UIDL"),
        "marked-shown-in-uidl-with-a-number": (_LOG_IN, "DELE 1", "UIDL 1"),
        "marked-counted": (_LOG_IN, "DELE 1", "STAT"),
        "octets-of-marked-counted": (_LOG_IN, "DELE 1", "STAT"),
        "list-refused-when-all-are-marked": (_LOG_IN, "DELE 1", "LIST"),
        "dele-marks-the-next": (_LOG_IN, "DELE 1", "LIST"),
        "dele-marks-nothing": (_LOG_IN, "DELE 1", "DELE 1"),
        "dele-refused-for-the-last": (_LOG_IN, "DELE 2"),
        "dele-accepted-twice": (_LOG_IN, "DELE 1", "DELE 1"),
        "dele-subtracts-twice": (_LOG_IN, "DELE 1", "DELE 1"),
        "dele-refused-and-subtracted": (_LOG_IN, "DELE 1", "DELE 1", "STAT"),
        "dele-refused-and-next-marked": (_LOG_IN, "DELE 1", "DELE 1", "LIST"),
        "dele-marks-what-was-retrieved": (_LOG_IN, "RETR 1", "DELE"),
        "dele-removes-at-once": (_LOG_IN, "DELE 1", _LOG_IN),
        "rset-unmarks-the-last-only": (_LOG_IN, "DELE 1", "DELE 2", "RSET", "LIST"),
        "total-stays-reduced-behind-rset": (_LOG_IN, "DELE 1", "RSET", "STAT"),
        "rset-leaves-the-list-for-quit": (_LOG_IN, "DELE 1", "RSET", "QUIT", _LOG_IN),
        # UPDATE (§6): a session, its end, and a login that sees what is left.
        "quit-removes-nothing": (_LOG_IN, "DELE 1", "QUIT", _LOG_IN),
        "quit-removes-the-first-only": (_LOG_IN, "DELE 1", "DELE 2", "QUIT", _LOG_IN),
        "quit-removes-though-nothing-is-marked": (_LOG_IN, "QUIT", _LOG_IN),
        "quit-removes-the-next-too": (_LOG_IN, "DELE 1", "QUIT", _LOG_IN),
        "quit-empties-the-maildrop": (_LOG_IN, "DELE 1", "QUIT", _LOG_IN),
        "quit-removes-by-place": (_LOG_IN, "DELE 1", "DELE 2", "QUIT", _LOG_IN),
        "quit-removes-in-the-background": (_LOG_IN, "DELE 1", "DELE 2", "QUIT", _LOG_IN),
        "end-of-connection-is-quit": (_LOG_IN, "DELE 1", _LOG_IN),
        "marks-survive": (_LOG_IN, "DELE 1", _LOG_IN),
        "retr-removes-at-once": (_LOG_IN, "RETR 1", _LOG_IN),
        "top-removes-at-once": (_LOG_IN, "TOP 1 0", _LOG_IN),
        # A name alone locks nothing (§4).
        "user-takes-the-lock": ("B> <connect>", "B> USER {user}", _LOG_IN),
        "open-behind-quit": (_LOG_IN, "DELE 1", "QUIT"),
    }
)
"""The shortest session that can show a fault, by what RFC 1939 demands: what the client does, in the order of time."""

FOUND_BY: Final = tuple(
    fault.name
    for fault in FAULTS.values()
    if fault.room in _ROOMS and fault.clauses and not (fault.slow or fault.large) and fault.name not in BEYOND
)
"""Faults of sessions that generated sessions have to find."""


@dataclass(frozen=True, slots=True)
class Alone:
    """How generated sessions found a fault."""

    at: int
    """The session that showed it first, counted from 1."""
    clause: str
    session: tuple[str, ...]
    """What the client does in the shortest one."""
    firm: bool

    def as_plain(self) -> dict[str, Any]:
        """For the published matrix."""
        return {"session": self.at, "clause": self.clause, "shortest": list(self.session)}


def find(name: str) -> Alone | None:
    """Look for one of the fault's own clauses; None when it takes more than `EXAMPLES` sessions."""
    with stage(name, limits=_IMPATIENT if name in _SILENT else LIMITS) as on:
        explorer = Explorer(on, FAULTS[name].clauses, seed=SEED)
        findings = explorer.explore(Budget(sessions=EXAMPLES, findings=1))
    if not findings:
        return None
    found = findings[0]
    lines = (line for line in session_lines(found.scenario.steps) if "C: " in line)
    return Alone(found.at, found.clause, tuple(line.replace("C: ", "", 1) for line in lines), found.firm)


if __name__ == "__main__":
    for fault in sys.argv[1:] or FOUND_BY:
        click.echo(f"{fault}: {find(fault)}")
