"""Ways to read other than to expect: slowly, and whatever comes."""

import time
from collections.abc import Iterator
from typing import Final

from conformance.driver import Driver
from conformance.scenario.excuses import LOGINS
from conformance.scenario.line import Line
from conformance.scenario.matching import Mismatch
from conformance.transcript import Exchange, Incident

__all__ = ["read_slowly", "take_whatever_comes"]

_SLOW: Final = 70 << 10
"""Octets a second, of the target's clock: so few that a large message takes minutes."""
_HELPING: Final = 0.001
"""Seconds of reading between two pauses."""


def read_slowly(driver: Driver, exchange: Exchange) -> None:
    """Take what there is, then pause for as long as that lasts at the slow pace, until the reply is whole."""
    limits, pace = driver.target.limits, _SLOW * driver.target.clock_rate
    most, last = driver.transcript.length("S") + limits.largest, time.monotonic()
    while exchange.answered_at is None and driver.listening and time.monotonic() - last < limits.reply:
        before, began = driver.transcript.length("S"), time.monotonic()
        if before > most:
            return
        driver.quiet(_HELPING)
        if came := driver.transcript.length("S") - before:
            time.sleep(max(0.0, began + came / pace - time.monotonic()))
            last = time.monotonic()


def take_whatever_comes(line: Line) -> Iterator[Exchange]:
    """Wait for the replies to all that has none; those that came.

    Behind the answer to QUIT the end is waited for. Where it is not certain that one will come, as behind octets that
    are no command, it is not waited for long.
    `Mismatch` where it is certain and none came in time: what comes later could be taken for the reply to something
    else, so that nothing more is said.
    """
    driver, exchanges = line.driver, line.conversation.exchanges
    limits = driver.target.limits
    if line.read == 0:
        driver.read_greeting()
    while line.read < len(exchanges):
        exchange = exchanges[line.read]
        doubtful = line.adrift or not exchange.certain or _may_be_passed_over(exchange)
        patience = limits.quiet if doubtful else limits.login if exchange.verb in LOGINS else limits.reply
        driver.await_reply(exchange, patience)
        line.read += 1
        if exchange.lost is Incident.WAITED and not doubtful:
            message = f"{exchange.verb} got no whole answer in {patience:g} s"
            raise Mismatch(message, lost=True)
        if exchange.answered_at is not None:
            yield exchange
            if exchange.verb == "QUIT" and exchange.positive and not doubtful:
                driver.wait_for_close()
            continue
        line.adrift = True


def _may_be_passed_over(exchange: Exchange) -> bool:
    return exchange.command is not None and not exchange.command.line.content
