"""Commands that have to be refused: unknown, malformed, or given in the wrong state (RFC 1939 §3).

That a command must be refused out of its state is said in general and once more with each command; both clauses are
about the same octets, so both are kept and broken together. Likewise for malformed arguments.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.registry import Judge, judge
from conformance.monitor.seen import Seen
from conformance.wire import VERBS, Command, Given, State
from conformance.wire.grammar import NUMBER

__all__ = ["refusal"]

_BASE: Final = 1939


def refusal(seen: Seen, demand: str) -> Finding | None:
    """The finding where a command has to be refused."""
    if seen.negative:
        return KEPT
    if seen.positive:
        return seen.broken(f"{demand}; {seen.asked} was answered {seen.said}")
    if seen.ignored:
        return seen.broken(f"{demand}; {seen.asked} was not answered")
    return None


# -- unknown ---------------------------------------------------------------------------------------------------------


@judge("R1939-STATE-01")
def unknown_keyword(seen: Seen) -> Finding | None:
    """§3: a server must answer -ERR. One that says +OK may know a command of its own: that proves nothing."""
    command = seen.command
    if command is None or seen.verb in VERBS or seen.positive:
        return None
    if not command.line.content.strip() or command.line.content[:1] in (b" ", b"\t"):
        return None  # an empty line, or a forgiving server's command
    return refusal(seen, "an unknown keyword has to be refused")


# -- out of its state ------------------------------------------------------------------------------------------------


def _out_of_state(seen: Seen) -> bool:
    if seen.session.adrift or not isinstance(seen.command, Command) or seen.command.known is None:
        return False
    states = seen.command.known.states
    return seen.state in (State.AUTHORIZATION, State.TRANSACTION) and seen.state not in states


def _wrong_state(seen: Seen) -> Finding | None:
    """§3: a server must answer -ERR to a command in an incorrect state."""
    if not _out_of_state(seen):
        return None
    return refusal(seen, f"{seen.verb} has to be refused in {seen.state.value}")


_RESTRICTED: Final = {
    "STAT": "R1939-STAT-01",
    "LIST": "R1939-LIST-01",
    "RETR": "R1939-RETR-01",
    "DELE": "R1939-DELE-01",
    "NOOP": "R1939-NOOP-03",
    "RSET": "R1939-RSET-01",
    "TOP": "R1939-TOP-01",
    "UIDL": "R1939-UIDL-01",
    "USER": "R1939-USER-01",
    "PASS": "R1939-PASS-01",
    "APOP": "R1939-APOP-10",
}
"""The clause of each command that says where it may be given."""

for _verb, _clause in _RESTRICTED.items():
    judge("R1939-STATE-04", _clause, verb=_verb)(_wrong_state)


@judge("R1939-AUTH-09", verb=("STAT", "LIST", "RETR", "DELE", "NOOP", "RSET", "TOP", "UIDL"))
def failed_login_opens_nothing(seen: Seen) -> Finding | None:
    """§4: after a negative answer the session is where it was."""
    if not seen.session.failed_logins or not _out_of_state(seen):
        return None
    return _opened(seen, f"{seen.verb} has to be refused after a login that failed")


@judge("R1939-APOP-05", verb=("STAT", "LIST", "RETR", "DELE", "NOOP", "RSET", "TOP", "UIDL"))
def failed_apop_opens_nothing(seen: Seen) -> Finding | None:
    """§7: otherwise a negative response, and the session remains in AUTHORIZATION."""
    if not seen.session.failed_apop or not _out_of_state(seen):
        return None
    return _opened(seen, f"{seen.verb} has to be refused after an APOP that failed")


@judge("R1939-USER-06", verb=("STAT", "LIST", "RETR", "DELE", "NOOP", "RSET", "TOP", "UIDL"))
def name_alone_opens_nothing(seen: Seen) -> Finding | None:
    """§7: USER is followed by PASS to complete the authentication."""
    if not seen.session.fresh_name or not _out_of_state(seen):
        return None
    return _opened(seen, f"{seen.verb} has to be refused when only a name was given")


def _opened(seen: Seen, demand: str) -> Finding | None:
    """The finding where it takes more than that to open the maildrop.

    A server that obeys the command before login anyhow, or never answers it, has opened nothing by what was tried.
    """
    if seen.negative:
        return KEPT
    return refusal(seen, demand) if seen.positive and seen.verb in seen.scene.barred else None


# -- malformed -------------------------------------------------------------------------------------------------------


class Flaw(StrEnum):
    """What RFC 1939 forbids beyond doubt. Doubled spaces, zeros and plus signs before a number are not among it."""

    MISSING = "an argument is missing"
    NO_NUMBER = "the message-number is no number"
    NO_COUNT = "the number of lines is no number"
    SURPLUS = "it has an argument too many"


@dataclass(frozen=True, slots=True)
class _Form:
    least: int
    most: int
    numbers: int
    """How many of the arguments are numbers."""


_FORMS: Final = {
    "LIST": _Form(0, 1, 1),
    "UIDL": _Form(0, 1, 1),
    "RETR": _Form(1, 1, 1),
    "DELE": _Form(1, 1, 1),
    "TOP": _Form(2, 2, 2),
    "USER": _Form(1, 99, 0),
    "PASS": _Form(1, 99, 0),
    "APOP": _Form(2, 99, 0),
}


def flaw_of(command: Given | None) -> Flaw | None:
    """What is wrong with a command's arguments."""
    form = _FORMS.get(command.verb) if isinstance(command, Command) else None
    if command is None or form is None:
        return None
    arguments = [argument for argument in command.arguments if argument]
    if len(arguments) < form.least:
        return Flaw.MISSING
    if len(arguments) < len(command.arguments):
        return None  # spaces at the end, or doubled: servers may forgive them
    if form.numbers and arguments and not _is_number(arguments[0]):
        return Flaw.NO_NUMBER
    if form.numbers > 1 and not _is_number(arguments[1]):
        return Flaw.NO_COUNT
    return Flaw.SURPLUS if len(arguments) > form.most else None


def _is_number(argument: bytes) -> bool:
    return NUMBER.fullmatch(argument.removeprefix(b"+")) is not None


def _malformed(*flaws: Flaw) -> Judge:
    """A judge of commands that have one of these flaws, in a state where the command itself is in order."""

    def look(seen: Seen) -> Finding | None:
        """§3: a server must answer -ERR to a syntactically invalid command."""
        flaw = flaw_of(seen.command)
        in_order = seen.in_authorization if seen.verb in _LOGIN_VERBS else seen.in_transaction
        if flaw not in flaws or not in_order or flaw is None:
            return None
        return refusal(seen, f"a command has to be refused when {flaw.value}")

    return look


_LOGIN_VERBS: Final = frozenset({"USER", "PASS", "APOP"})

judge("R1939-STATE-03", verb=tuple(_FORMS))(_malformed(*Flaw))
judge("R1939-RETR-04", verb="RETR")(_malformed(Flaw.MISSING))
judge("R1939-DELE-07", verb="DELE")(_malformed(Flaw.MISSING))
judge("R1939-TOP-07", verb="TOP")(_malformed(Flaw.MISSING))
judge("R1939-TOP-08", verb="TOP")(_malformed(Flaw.NO_COUNT))
judge("R1939-USER-02", verb="USER")(_malformed(Flaw.MISSING))
judge("R1939-PASS-06", verb="PASS")(_malformed(Flaw.MISSING))
judge("R1939-APOP-09", verb="APOP")(_malformed(Flaw.MISSING))
