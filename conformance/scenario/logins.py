"""Logging in: trying again while a maildrop may still be locked, and telling what a refusal may mean."""

import re
import time
from collections.abc import Callable
from typing import Final

from conformance.driver import Account, Driver, Outcome, present
from conformance.driver import authenticate as by_sasl
from conformance.scenario.matching import Mismatch, Unclear
from conformance.transcript import Evidence, Exchange, escape
from conformance.wire import Turn, challenge_of

__all__ = ["Refused", "Turned", "authenticate", "log_in", "try_to_log_in"]

_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 0.5
_NOT_NOW: Final = re.compile(rb"\[(?:LOGIN-DELAY|SYS/TEMP|SYS/PERM)\]", re.IGNORECASE)
"""Codes of refusals that say nothing about locks and passwords (RFC 2449 §8.1.1, RFC 3206 §4)."""


class Refused(Exception):
    """Nobody was let in, however often it was tried."""

    def __init__(self, mismatch: Mismatch, evidence: Evidence | None) -> None:
        super().__init__(mismatch.reason)
        self.mismatch = mismatch
        self.evidence = evidence


class Turned(Exception):
    """The command before the login was refused, as it may be."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def log_in(
    begin: Callable[[], Driver], give_up: Callable[[], None], account: Account, within: float, before: bytes = b""
) -> None:
    """Try until a login is accepted or time is up; `Refused` then.

    `begin` opens a connection, `give_up` ends and forgets it. `before` is said before the login; `Turned` when that is
    refused.
    """
    deadline, pause = time.monotonic() + within, _FIRST_PAUSE
    while True:
        driver = begin()
        exchange, mismatch = _attempt(driver, account, before)
        if mismatch is None:
            return
        if time.monotonic() + pause > deadline:
            mismatch.reason = f"the login was not accepted within {within:g} s: {mismatch.reason}"
            raise Refused(mismatch, exchange.evidence() if exchange is not None else None)
        give_up()
        time.sleep(pause)  # another session may still hold the maildrop
        pause = min(pause * 2, _LONGEST_PAUSE)


def try_to_log_in(driver: Driver, account: Account) -> bool:
    """Whether the server lets in at the first try; any other answer is as good."""
    greeting = driver.read_greeting()
    return greeting is not None and greeting.positive and not present(driver, account, greeting.status).failed


def authenticate(driver: Driver, mechanism: str, account: Account, within: float) -> None:
    """Authenticate by a mechanism on a connection that is there, until that is accepted or time is up; `Refused` then.

    RFC 5034 §4: after a refusal another AUTH is as good as the first.
    """
    deadline, pause = time.monotonic() + within, _FIRST_PAUSE
    while True:
        outcome = by_sasl(driver, mechanism, account)
        if not outcome.failed:
            return
        exchange, mismatch = _not_as_hoped(outcome)
        if _garbled(driver, exchange):
            mismatch = Unclear(
                f"the exchange was cancelled, since {outcome.failed}"
            )  # R5034-AUTH-04 and -05 judge that
        if isinstance(mismatch, Unclear) or not driver.open or time.monotonic() + pause > deadline:
            raise Refused(mismatch, exchange.evidence() if exchange is not None else None)
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _garbled(driver: Driver, exchange: Exchange | None) -> bool:
    """Whether the exchange ended by our cancelling, behind a challenge that is no base64."""
    if exchange is None or not isinstance(exchange.command, Turn) or not exchange.command.cancels:
        return False
    before = driver.conversation.exchanges[exchange.number - 1].reply
    return before is not None and challenge_of(before) is None


def _attempt(driver: Driver, account: Account, before: bytes) -> tuple[Exchange | None, Mismatch | None]:
    """The exchange that was not as hoped for, and why."""
    greeting = driver.read_greeting()
    if greeting is None or not greeting.positive:
        said = escape(greeting.status) if greeting is not None else "nothing"
        return greeting, Unclear(f"the server did not greet with +OK but said {said}", lost=True)
    if before:
        refusal = driver.ask(before)
        if refusal is not None and refusal.negative:
            reason = f"the server announces {before.decode()} and refuses it: {escape(refusal.status)}"
            raise Turned(reason)
    outcome = present(driver, account, greeting.status)
    return _not_as_hoped(outcome) if outcome.failed else (None, None)


def _not_as_hoped(outcome: Outcome) -> tuple[Exchange | None, Mismatch]:
    answer = outcome.exchange
    if answer is None or not answer.complete or not answer.negative:
        if answer is not None and answer.positive:
            return answer, Mismatch(outcome.failed)
        verb = "PASS" if answer is None else answer.verb
        return answer, Unclear(f"{verb} got no answer that can be understood", lost=True)
    kind = Unclear if _NOT_NOW.match(answer.reply.text if answer.reply else b"") else Mismatch
    return answer, kind(f"the last answer was {escape(answer.status)!r}")
