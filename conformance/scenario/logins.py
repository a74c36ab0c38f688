"""Logging in: trying again while a maildrop may still be locked, and telling what a refusal may mean."""

import re
import time
from collections.abc import Callable
from typing import Final

from conformance.driver import Account, Driver, credentials
from conformance.scenario.matching import Mismatch, Unclear
from conformance.transcript import Evidence, Exchange, escape

__all__ = ["Refused", "log_in"]

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


def log_in(begin: Callable[[], Driver], give_up: Callable[[], None], account: Account, within: float) -> None:
    """Try until a login is accepted or time is up; `Refused` then.

    `begin` opens a connection, `give_up` ends and forgets it.
    """
    deadline, pause = time.monotonic() + within, _FIRST_PAUSE
    while True:
        driver = begin()
        exchange, mismatch = _attempt(driver, account)
        if mismatch is None:
            return
        if time.monotonic() + pause > deadline:
            mismatch.reason = f"the login was not accepted within {within:g} s: {mismatch.reason}"
            raise Refused(mismatch, exchange.evidence() if exchange is not None else None)
        give_up()
        time.sleep(pause)  # another session may still hold the maildrop
        pause = min(pause * 2, _LONGEST_PAUSE)


def _attempt(driver: Driver, account: Account) -> tuple[Exchange | None, Mismatch | None]:
    """The exchange that was not as hoped for, and why."""
    greeting = driver.read_greeting()
    if greeting is None or not greeting.positive:
        said = escape(greeting.status) if greeting is not None else "nothing"
        return greeting, Unclear(f"the server did not greet with +OK but said {said}", lost=True)
    for command in credentials(account, greeting.status):
        answer = driver.ask(command, driver.target.limits.login)
        if answer is None or not answer.complete or not (answer.positive or answer.negative):
            verb = command.split(b" ")[0].decode()
            return answer, Unclear(f"{verb} got no answer that can be understood", lost=True)
        if answer.negative:
            kind = Unclear if _NOT_NOW.match(answer.reply.text if answer.reply else b"") else Mismatch
            return answer, kind(f"the last answer was {escape(answer.status)!r}")
    return None, None
