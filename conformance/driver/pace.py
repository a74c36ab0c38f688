"""The time between two logins: a server may announce one, and refuse who comes too early (RFC 2449 §6.5).

Many announce it and do not mind. So a run that meets the announcement logs in twice, and keeps the pace only where the
second login is refused.
"""

import re
import time
from collections.abc import Iterable
from typing import Final

from conformance.driver.driver import Driver
from conformance.driver.logins import present
from conformance.driver.look import Look, capabilities
from conformance.driver.sasl import Outcome
from conformance.driver.target import Account, Target, TargetError
from conformance.transcript import Exchange

__all__ = ["learn_pace", "too_early"]

_ANNOUNCED: Final = re.compile(rb"LOGIN-DELAY ([0-9]{1,9})(?: USER)?", re.IGNORECASE)
_TOO_EARLY: Final = re.compile(rb"\[LOGIN-DELAY[\]/]", re.IGNORECASE)
_PAUSE: Final = 0.1


def too_early(answer: Exchange | None) -> bool:
    """Whether a login was refused because the last one was too recent (RFC 2449 §8.1.1)."""
    return (
        answer is not None
        and answer.negative
        and answer.reply is not None
        and bool(_TOO_EARLY.match(answer.reply.text))
    )


def learn_pace(target: Target, account: Account, seen: Look) -> None:
    """Find out whether the server keeps a delay that it announces, and keep to it from now on.

    `TargetError` when it is too long for a run that logs in hundreds of times.
    """
    target.pace.known = True
    seconds = _delay(seen.capabilities or ()) / target.clock_rate
    if not seconds:
        return
    outcome, told = _attempt(target, account)
    if not outcome.failed:
        seconds = seconds if told is None else told / target.clock_rate
        if _lets_in_again(target, account, seconds):
            return
    elif not too_early(outcome.exchange):
        return  # whoever logs in next will tell what is wrong
    if seconds > target.limits.login_delay:
        message = (
            f"{target.address} lets {account.name} in every {seconds:g} s at the most (LOGIN-DELAY), and a run logs in "
            "hundreds of times. Take the delay from the accounts of the run, or allow so long a one by `login-delay` "
            "under [limits] in a target file."
        )
        raise TargetError(message)
    target.pace.seconds = seconds
    target.pace.note()


def _delay(lines: Iterable[bytes]) -> int:
    return max((int(found[1]) for line in lines if (found := _ANNOUNCED.fullmatch(line))), default=0)


def _attempt(target: Target, account: Account) -> tuple[Outcome, int | None]:
    """How a login goes, and the delay that is announced behind it."""
    with Driver(target, "delay") as driver:
        try:
            greeting = driver.read_greeting()
            if greeting is None or not greeting.positive:
                return Outcome(greeting, "there was no greeting"), None
            outcome = present(driver, account, greeting.status)
            if outcome.failed:
                return outcome, None
            listed = capabilities(driver)[0]
            driver.ask(b"QUIT")
            driver.wait_for_close()
            return outcome, None if listed is None else _delay(listed)
        finally:
            driver.transcript.close()


def _lets_in_again(target: Target, account: Account, seconds: float) -> bool:
    """Whether a second login is granted before the delay is over. One without a reason may be refused for a lock."""
    over = time.monotonic() + min(seconds, target.limits.unlock)
    while True:
        outcome, _ = _attempt(target, account)
        if not outcome.failed:
            return True
        if too_early(outcome.exchange) or time.monotonic() + _PAUSE > over:
            return False
        time.sleep(_PAUSE)
