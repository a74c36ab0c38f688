"""Why an answer that did not come may break nothing: what a server may do, and what a client cannot know."""

from typing import Final

from conformance.driver import Driver
from conformance.transcript import Exchange, Incident, Mark
from conformance.wire import Command, State

__all__ = ["LOGINS", "excuse_for_closing", "excuse_for_silence", "may_have_closed"]

LOGINS: Final = frozenset({"PASS", "APOP", "AUTH"})
"""Commands whose positive answer opens the maildrop."""

_PATIENCE: Final = 2
"""Refused commands after which a server may close without a word."""
_IDLE: Final = {State.TRANSACTION: 600.0}
"""Seconds without a command after which it may close: ten minutes (RFC 1939 §3)."""
_IDLE_BEFORE_LOGIN: Final = 30.0
"""Much less is usual before login."""
_NO_TLS: Final = "what came is no TLS"
_BY_SERVER: Final = frozenset({Incident.SERVER_CLOSED, Incident.SERVER_RESET})


def excuse_for_silence(driver: Driver, exchange: Exchange) -> str:
    """Why nothing, or not all, may have come in time; empty where an answer was due."""
    before = driver.conversation.exchanges[: exchange.number]
    if _spoke_in_the_clear(driver):
        return _NO_TLS
    if driver.too_slow:
        return "something of it still came, only slowly"
    if exchange.verb in LOGINS or any(map(_failed_login, before)):
        return "servers slow down who guesses passwords"
    if exchange.command is not None and not exchange.command.line.content:
        return "a server may pass over an empty line"
    return ""


def excuse_for_closing(driver: Driver, exchange: Exchange, clock_rate: float = 1.0) -> str:
    """Why the server may have closed where an answer was due; empty where it may not."""
    if _spoke_in_the_clear(driver):
        return _NO_TLS
    entries = driver.transcript.entries
    ended = next((entry for entry in entries if isinstance(entry, Mark) and entry.incident in _BY_SERVER), None)
    if ended is not None and ended.at <= exchange.sent_at:
        return "the connection had ended before that was said"
    return may_have_closed(driver, exchange.number, exchange.sent_at, clock_rate)


def may_have_closed(driver: Driver, number: int, at: float, clock_rate: float = 1.0) -> str:
    """Why the server may end the connection at this time, behind so many exchanges; empty where it may not."""
    before = driver.conversation.exchanges[:number]
    if not before or not before[0].positive:
        return "the server refused service"
    if any(map(_failed_login, before)):
        return "a server may close after a login that failed"
    refused = 0
    for exchange in reversed(before):
        if not exchange.negative:
            break
        refused += not _plausible(exchange)  # a server may count it or not
    if refused >= _PATIENCE:
        return "a server may close after several commands that it does not understand"
    spoke_at = max(exchange.answered_at or 0.0 for exchange in before)
    if (at - spoke_at) * clock_rate >= _IDLE.get(driver.conversation.state, _IDLE_BEFORE_LOGIN):
        return "a server may close a connection on which nothing happens"
    return ""


def _spoke_in_the_clear(driver: Driver) -> bool:
    """Whether something came in the clear where TLS is spoken (R8314-IMPL-02): it may have been the answer."""
    return any(isinstance(entry, Mark) and entry.incident is Incident.NOT_TLS for entry in driver.transcript.entries)


def _failed_login(exchange: Exchange) -> bool:
    return exchange.negative and exchange.verb in LOGINS


def _plausible(exchange: Exchange) -> bool:
    """Whether a refusal is in the nature of the command and tries no server's patience."""
    command = exchange.command
    if not isinstance(command, Command) or not command.wellformed or command.known is None:
        return False
    return exchange.state in command.known.states
