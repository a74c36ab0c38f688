"""What SASL lists, and what AUTH comes to: which mechanism is begun, in which state (RFC 5034 §3, §4; RFC 4422 §3)."""

import re
from typing import Final

from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.judges.authorization import unproven_login
from conformance.monitor.registry import judge
from conformance.monitor.sasl import CLIENT_FIRST, ONE_RESPONSE, SERVER_FIRST
from conformance.monitor.seen import Seen
from conformance.wire import EMPTY, Line, challenge_of, misspelling
from conformance.wire.grammar import COMMAND_LIMIT

__all__ = ["refusal_of_auth"]

# sasl-mech = 1*20mech-char ; RFC 4422 §3.1
_MECHANISM: Final = re.compile(rb"[A-Z0-9_-]{1,20}")
_OTHER_SEPARATORS: Final = re.compile(rb"[,;\t]")
_BETWEEN: Final = re.compile(rb"[\s,;]+")
_CODE: Final = b"["
"""How a response code begins: it tells of a reason that has nothing to do with the mechanism (RFC 2449 §8)."""


# -- what is listed --------------------------------------------------------------------------------------------------


def _sasl_line(seen: Seen) -> Line | None:
    """The SASL line of CAPA, where it has one."""
    found = (line for line in seen.lines if line.content.split(maxsplit=1)[:1] in ([b"SASL"], [b"sasl"]))
    return next(found, None) if seen.positive else None


@judge("R5034-CAP-01", verb="CAPA")
def spaces_separate_mechanisms(seen: Seen) -> Finding | None:
    """RFC 5034 §3: a space-separated list. How many spaces stand between is a matter of CAPA (RFC 2449 §3)."""
    line = _sasl_line(seen)
    if line is None:
        return None
    if not _OTHER_SEPARATORS.search(line.content):
        return KEPT
    return seen.broken(f"spaces have to separate mechanisms; {quote(line.content)} has others", (line.start, line.end))


@judge("R4422-SASL-01", verb="CAPA")
def mechanism_names_are_wellformed(seen: Seen) -> Finding | None:
    """RFC 4422 §3.1: one to twenty capital letters, digits, hyphens and underscores."""
    line = _sasl_line(seen)
    if line is None:
        return None
    names = [name for name in _BETWEEN.split(line.content)[1:] if name]
    wrong = next((name for name in names if not _MECHANISM.fullmatch(name)), None)
    if wrong is None:
        return KEPT if names else None
    reason = f"a mechanism has one to twenty of A-Z, 0-9, hyphen and underscore; {quote(wrong)} is listed"
    return seen.broken(reason, (line.start, line.end))


@judge("R5034-CAP-02", verb="CAPA")
def sasl_is_listed_after_login(seen: Seen) -> Finding | None:
    """RFC 5034 §3: implementations must continue to include it after a successful AUTH."""
    login = seen.session.login
    if login is None or login.verb != "AUTH" or not seen.in_transaction or "SASL" not in seen.session.capabilities:
        return None
    if not seen.positive or seen.body is None or not seen.body.terminated:
        return None
    if _sasl_line(seen) is not None:
        return KEPT
    end = seen.body.end
    reason = "SASL has to be listed after AUTH as it was before; it is not"
    return seen.broken(reason, (seen.body.start, end))


# -- what begins -----------------------------------------------------------------------------------------------------


def _starts(seen: Seen) -> str:
    """The mechanism, where AUTH names one that is listed and gives no response, and nothing was tried before."""
    sasl, session = seen.sasl, seen.session
    if sasl is None or sasl.initial is not None or not seen.in_authorization or session.failed_logins:
        return ""
    return sasl.mechanism if sasl.mechanism in session.mechanisms and sasl.mechanism != "EXTERNAL" else ""


@judge("R5034-CAP-04", verb="AUTH")
def listed_mechanism_starts(seen: Seen) -> Finding | None:
    """RFC 5034 §3: SASL lists what is supported. What begins by an initial response alone is another matter."""
    mechanism = _starts(seen)
    if not mechanism or seen.reply is None:
        return None
    if seen.reply.challenges:
        return KEPT
    if not seen.negative or seen.reply.text.startswith(_CODE) or mechanism in seen.scene.begun:
        return None
    return seen.broken(f"a mechanism that SASL lists has to start; {seen.asked} {mechanism} was answered {seen.said}")


@judge("R5034-AUTH-06", verb="AUTH")
def client_is_asked_to_begin(seen: Seen) -> Finding | None:
    """RFC 5034 §4: where the initial response is omitted, the server must proceed by an empty challenge."""
    mechanism = _starts(seen)
    if mechanism not in CLIENT_FIRST or seen.reply is None:
        return None
    if seen.reply.challenges:
        return KEPT
    if not seen.negative or seen.reply.text.startswith(_CODE) or mechanism not in seen.scene.begun:
        return None
    demand = f"AUTH {mechanism} has to be answered by a challenge where no initial response is given"
    return seen.broken(f"{demand}; it was answered {seen.said}")


@judge("R5034-AUTH-08", verb="AUTH")
def initial_response_is_used(seen: Seen) -> Finding | None:
    """RFC 5034 §4: it saves a round trip, so nothing is asked for that it said."""
    return _initial_response(seen, empty=False)


@judge("R5034-AUTH-10", verb="AUTH")
def empty_initial_response_is_used(seen: Seen) -> Finding | None:
    """RFC 5034 §4: an equals sign says that the response is there, and has no data."""
    return _initial_response(seen, empty=True)


def _too_long(seen: Seen) -> bool:
    """Whether the command has more octets than a server has to take, so that it may do with it what it likes."""
    return seen.command is not None and seen.command.line.length > COMMAND_LIMIT


def _initial_response(seen: Seen, *, empty: bool) -> Finding | None:
    sasl, reply = seen.sasl, seen.reply
    if sasl is None or sasl.initial is None or (sasl.initial == EMPTY) != empty or sasl.mechanism not in CLIENT_FIRST:
        return None
    if reply is None or not seen.in_authorization or (not empty and misspelling(sasl.initial)) or _too_long(seen):
        return None
    if not reply.challenges:
        return KEPT if sasl.mechanism in seen.session.mechanisms and (seen.positive or seen.negative) else None
    if sasl.mechanism not in ONE_RESPONSE and (empty or challenge_of(reply) != b""):
        return None  # a mechanism of several turns may have something to say
    return seen.broken(f"an initial response has to be used; AUTH {sasl.mechanism} with one was answered {seen.said}")


@judge("R5034-AUTH-11", verb="AUTH")
def initial_response_out_of_turn_is_refused(seen: Seen) -> Finding | None:
    """RFC 5034 §4: the server must reject it where the mechanism does not support an initial client send."""
    sasl, reply = seen.sasl, seen.reply
    if sasl is None or sasl.initial is None or sasl.mechanism not in SERVER_FIRST or not seen.in_authorization:
        return None
    if reply is None or not (seen.positive or reply.challenges):
        return KEPT if seen.negative and sasl.mechanism in seen.session.mechanisms else None
    demand = f"{sasl.mechanism} begins with the server, so an initial response has to be refused"
    return seen.broken(f"{demand}; it was answered {seen.said}")


@judge("R4422-SASL-02", verb="AUTH")
def exchange_out_of_turn_fails(seen: Seen) -> Finding | None:
    """RFC 4422 §3: the exchange fails, be it at once or at its end, which is not looked at here."""
    sasl = seen.sasl
    if sasl is None or sasl.initial is None or sasl.mechanism not in SERVER_FIRST or not seen.in_authorization:
        return None
    if seen.negative:
        return KEPT if sasl.mechanism in seen.session.mechanisms else None
    if not seen.positive:
        return None
    return seen.broken(f"{sasl.mechanism} begins with the server, so an exchange that the client begins has to fail")


# -- in which state --------------------------------------------------------------------------------------------------


def refusal_of_auth(seen: Seen) -> Finding | None:
    """The finding where AUTH has to be refused: neither a challenge nor a login is a refusal."""
    if seen.sasl is None or not seen.in_transaction or seen.reply is None:
        return None
    if seen.negative:
        return KEPT
    if not (seen.positive or seen.reply.challenges):
        return None
    return seen.broken(f"AUTH has to be refused behind a login; it was answered {seen.said}")


@judge("R5034-AUTH-02", verb="AUTH")
def second_auth_is_refused(seen: Seen) -> Finding | None:
    """RFC 5034 §4: after AUTH completed, the server must reject any further AUTH."""
    login = seen.session.login
    return refusal_of_auth(seen) if login is not None and login.verb == "AUTH" else None


@judge("R1939-STATE-04", "R5034-AUTH-03", verb="AUTH")
def auth_behind_a_login_is_refused(seen: Seen) -> Finding | None:
    """RFC 5034 §4: AUTH may only be given in AUTHORIZATION; RFC 1939 §3: in an incorrect state all is refused."""
    return refusal_of_auth(seen)


@judge("R5034-AUTH-19", verb=("STAT", "LIST", "NOOP", "RSET"))
def auth_opens_the_maildrop(seen: Seen) -> Finding | None:
    """RFC 5034 §4: upon success the session enters TRANSACTION. One command that is refused may be missing, two not."""
    if seen.drop is None or not unproven_login(seen, "AUTH"):
        return None
    if seen.positive:
        return KEPT
    if not seen.negative or not seen.session.refused_since - {seen.verb}:
        return None
    return seen.broken(f"behind a successful AUTH the session is in TRANSACTION; {seen.verb} was answered {seen.said}")
