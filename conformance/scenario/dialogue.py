"""The connections of a scenario: what the client does on them, and whether the server does what is expected.

`Mismatch` says that it did not, `Unclear` that this may have a reason that breaks nothing, `Stop` that the scenario
cannot go on.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from conformance.driver import Driver
from conformance.scenario.excuses import LOGINS, excuse_for_closing, excuse_for_silence, may_have_closed
from conformance.scenario.expressions import Value
from conformance.scenario.guard import Stock, held_back, may_delete, stock
from conformance.scenario.logins import Refused, log_in
from conformance.scenario.matching import Mismatch, Unclear, fill, match_body, match_status, rows_of
from conformance.scenario.stage import Prepared, Stage
from conformance.scenario.steps import Act, Action, Expect, Send
from conformance.transcript import Conversation, Evidence, Exchange, Incident, Span
from conformance.verdicts import Outcome
from conformance.wire.grammar import TIMESTAMP

__all__ = ["Dialogue", "HeldBack", "Stop"]


class Stop(Exception):
    """The scenario ends here."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


class HeldBack(Stop):
    """It ends because DELE could have removed mail that is not ours."""


@dataclass(slots=True)
class _Line:
    """A connection, and how far its replies were read."""

    driver: Driver
    read: int = 0
    """Index of the next exchange whose reply is expected."""
    stock: Stock | None = None
    """What LIST showed after login."""
    said: bytes = b""
    """The last octets that were sent."""
    slow: bool = False
    """Whether replies are read slowly."""
    adrift: bool = False
    """Whether a command was passed over in silence, so that it is not certain which one the next reply answers."""

    @property
    def conversation(self) -> Conversation:
        return self.driver.conversation


class Dialogue:
    """All connections of one scenario, by their letters."""

    def __init__(self, stage: Stage, prepared: Prepared, variables: dict[str, Value]) -> None:
        self.stage = stage
        self.account = prepared.account
        self.other = prepared.other
        self.delivered = None if prepared.delivered is None else len(prepared.delivered)
        """Messages in the maildrop at first; None when nothing is known of it."""
        self.later = 0
        """Messages that were delivered to it since."""
        self.strangers = ""
        """How it was seen that there is mail in it which this run did not deliver; empty when it was not."""
        self.variables = variables
        """What was captured so far; shared with who made this."""
        self.lines: dict[str, _Line] = {}
        self.ended: list[Driver] = []
        self.evidence: Evidence | None = None
        """Where to look for what was expected last."""

    @property
    def drivers(self) -> list[Driver]:
        """All there were, in the order of time."""
        drivers = [*self.ended, *(line.driver for line in self.lines.values())]
        return sorted(drivers, key=lambda driver: driver.transcript.opened)

    def positions(self) -> dict[str, int]:
        """How far each connection was read."""
        return {name: line.read for name, line in self.lines.items()}

    def go_back(self, positions: Mapping[str, int]) -> None:
        """Read again from there."""
        for name, read in positions.items():
            self.lines[name].read = read

    def close(self) -> None:
        """Leave nothing open."""
        for line in self.lines.values():
            line.driver.close()

    # -- what the client does ------------------------------------------------------------------------------------

    def _line(self, name: str) -> _Line:
        if name not in self.lines:
            reason = f"connection {name} is used before <connect> or <log in>"
            raise Stop(Outcome.ERRORED, reason)
        return self.lines[name]

    def send(self, send: Send) -> None:
        """Send what the line says, unless it could remove mail of others."""
        line = self._line(send.connection)
        octets = fill(send.template, self.variables) + (b"\r\n" if send.line else b"")
        deletes, line.said = may_delete(line.conversation, line.said, octets)
        if deletes and (held := held_back(line.stock)):
            raise HeldBack(held.outcome, held.reason)
        pieces = len(octets) // send.piece if send.piece else 0
        line.driver.send(octets, send.piece, min(_BETWEEN_PIECES, _FOR_ALL_PIECES / pieces) if pieces else 0.0)

    def act(self, act: Act) -> None:
        """Do, or await, what the line says."""
        match act.action:
            case Action.CONNECT:
                self._open(act.connection)
            case Action.LOG_IN:
                self._log_in(act)
            case Action.SILENCE:
                self._silence(act)
            case Action.CLOSES:
                self._closes(act)
            case Action.CLOSES_SILENTLY:
                self._closes(act)
                self._nothing_came(self._line(act.connection))
            case Action.READ_SLOWLY:
                self._line(act.connection).slow = True
            case Action.WAIT:
                self._pause(self._line(act.connection).driver, self._seconds(act, 0.0))
            case Action.CLOSE:
                self._line(act.connection).driver.close()
            case Action.RESET:
                self._line(act.connection).driver.reset()
            case Action.HALF_CLOSE:
                self._line(act.connection).driver.half_close()

    def _seconds(self, act: Act, default: float) -> float:
        """How long an act lasts: minutes go with the target's clock, seconds are those of the network."""
        if act.seconds is None:
            return default
        return act.seconds / self.stage.target.clock_rate if act.seconds > _MINUTE else act.seconds

    @staticmethod
    def _pause(driver: Driver, seconds: float) -> None:
        over = time.monotonic() + seconds
        driver.quiet(seconds)
        time.sleep(max(0.0, over - time.monotonic()))  # the connection may have ended meanwhile

    def _open(self, name: str) -> Driver:
        if (old := self.lines.pop(name, None)) is not None:
            old.driver.close()
            self.ended.append(old.driver)
        again = sum(driver.transcript.name.startswith(name) for driver in self.ended)
        driver = Driver(self.stage.target, name if not again else f"{name}{again + 1}")
        self.lines[name] = _Line(driver)
        driver.connect()
        return driver

    def _forget(self, name: str) -> None:
        driver = self.lines.pop(name).driver
        driver.close()
        driver.transcript.close()

    def _log_in(self, act: Act) -> None:
        """Connect, authenticate and take stock."""
        account = self.account if act.account == 1 else self.other
        if account is None:
            reason = "there is no second account: a scenario that logs in to one needs account-2"
            raise Stop(Outcome.ERRORED, reason)
        name, within = act.connection, self._seconds(act, self.stage.target.limits.unlock)
        try:
            log_in(lambda: self._open(name), lambda: self._forget(name), account, within)
        except Refused as refused:
            self.evidence = refused.evidence
            raise refused.mismatch from None
        self._take_stock(self.lines[name], ours=account == self.account)

    def _take_stock(self, line: _Line, *, ours: bool) -> None:
        listing = line.driver.ask(b"LIST")
        line.read = len(line.conversation.exchanges)
        if listing is None or not listing.positive or not listing.complete:
            message = "LIST gave no listing after the login"
            raise Unclear(message, lost=True)
        self.evidence = listing.evidence()
        size = {number: octets for number, octets in rows_of(listing).items() if isinstance(octets, int)}
        sessions = [driver.conversation for driver in self.drivers]
        line.stock = stock(listing, self.delivered if ours else None, self.later, sessions)
        self.variables |= {"size": size, "count": len(size)}
        if ours and self.delivered is not None and len(size) > self.delivered + self.later:
            self.strangers = (
                f"the maildrop held {len(size)} messages, and {self.delivered + self.later} were delivered: "
                "mail seems to arrive from elsewhere"
            )

    # -- what the server does ------------------------------------------------------------------------------------

    def expect(self, expect: Expect) -> None:
        """Read a reply and compare."""
        line = self._line(expect.connection)
        exchange = self._reply(line, expect.patience)
        self.evidence = exchange.evidence()
        if exchange.lost is not None or exchange.reply is None:
            self.evidence = Evidence(exchange.transcript.name, exchange.number)
            self._see_what_came(line, exchange, expect)
            raise self._lost(line.driver, exchange)
        if not (exchange.positive or exchange.negative):  # R1939-RESP-01, which the monitor judges
            reason = f"whether {exchange.verb} succeeded cannot be told: what came begins with neither +OK nor -ERR"
            raise Stop(Outcome.INCONCLUSIVE, reason)
        try:
            match_status(exchange, expect, self.variables)
            match_body(exchange, expect, self.variables)
        except Mismatch as mismatch:
            self.evidence = exchange.evidence(*mismatch.spans)
            if line.adrift or (exchange.command is None and exchange.negative):
                why = "that may be the answer to another command" if line.adrift else "the server refuses service"
                raise Unclear(f"{mismatch.reason}; {why}") from None
            raise
        self._remember_stamp(exchange)

    def _see_what_came(self, line: _Line, exchange: Exchange, expect: Expect) -> None:
        """Judge a reply that has a beginning and no end by its first line; what ails its end is for the monitor.

        One that was read slowly is expected to be sent to its end.
        """
        if exchange.reply is None or not (exchange.positive or exchange.negative):
            return
        if exchange.reply.status.raw.endswith(b"\n"):
            match_status(exchange, expect, self.variables)
        if not (line.slow and exchange.lost in _GONE):
            message = f"{exchange.verb} was answered {exchange.status!r}, and the end of that answer did not come"
            raise Unclear(message, lost=True)

    def _lost(self, driver: Driver, exchange: Exchange) -> Mismatch:
        if exchange.lost in _GONE:
            excuse = excuse_for_closing(driver, exchange, self.stage.target.clock_rate)
        else:
            excuse = excuse_for_silence(driver, exchange)
        message = f"{exchange.verb} got no whole answer: {_LOST.get(exchange.lost, 'nothing came')}"
        return Unclear(f"{message}; {excuse}", lost=True) if excuse else Mismatch(message, lost=True)

    def _reply(self, line: _Line, patience: float | None) -> Exchange:
        driver, exchanges = line.driver, line.conversation.exchanges
        if line.read == 0:
            driver.read_greeting(patience)
            if line.conversation.greeting is None:
                message = f"no greeting came: {_how(driver)}"
                raise Unclear(message, lost=True)
        if line.read >= len(exchanges):
            if not driver.open:
                message = f"the connection had ended before this could be said: {_how(driver)}"
                raise Unclear(message, lost=True)
            reason = "a reply is expected, and nothing was sent that asks for one"
            raise Stop(Outcome.ERRORED, reason)
        exchange = exchanges[line.read]
        if line.slow:
            self._read_slowly(driver, exchange)
        if patience is None and exchange.verb in LOGINS:
            patience = driver.target.limits.login
        driver.await_reply(exchange, patience)
        line.read += 1
        return exchange

    def _read_slowly(self, driver: Driver, exchange: Exchange) -> None:
        """Take what there is, then pause for as long as that lasts at the slow pace, until the reply is whole."""
        limits, pace = driver.target.limits, _SLOW * self.stage.target.clock_rate
        most, last = driver.transcript.length("S") + limits.largest, time.monotonic()
        while exchange.answered_at is None and driver.listening and time.monotonic() - last < limits.reply:
            before, began = driver.transcript.length("S"), time.monotonic()
            if before > most:
                return
            driver.quiet(_HELPING)
            if came := driver.transcript.length("S") - before:
                time.sleep(max(0.0, began + came / pace - time.monotonic()))
                last = time.monotonic()

    def _remember_stamp(self, exchange: Exchange) -> None:
        if exchange.command is None:
            found = TIMESTAMP.search(exchange.status)
            stamp = found[0] if found is not None else b""
            digest = self.account.digest(stamp)
            forged = digest[:-1] + (b"1" if digest.endswith(b"0") else b"0")
            self.variables |= {"stamp": stamp, "digest": digest, "forged": forged}

    def _silence(self, act: Act) -> None:
        line = self._line(act.connection)
        driver = line.driver
        driver.quiet(max(self._seconds(act, driver.target.limits.quiet), _some_replies_long(line.conversation)))
        self._nothing_came(line)
        if not driver.listening:
            message = f"nothing was to come, and the connection ended: {_how(driver)}"
            exchanges, ending = line.conversation.exchanges, driver.transcript.ending
            at = ending.at if ending is not None else time.monotonic() - driver.transcript.opened
            if excuse := may_have_closed(driver, len(exchanges), at, self.stage.target.clock_rate):
                raise Unclear(f"{message}; {excuse}", lost=True)
            raise Mismatch(message, lost=True)
        line.adrift |= any(exchange.answered_at is None for exchange in line.conversation.exchanges[line.read :])

    def _nothing_came(self, line: _Line) -> None:
        """`Mismatch` when there is something behind the reply that was read last."""
        answered = [e for e in line.conversation.exchanges[: line.read] if e.reply is not None]
        last = answered[-1] if answered else None
        end = last.reply.end if last is not None and last.reply is not None else 0
        behind = line.driver.transcript.length("S")
        self.evidence = Evidence(line.driver.transcript.name, last.number if last is not None else 0)
        if behind > end:
            self.evidence = Evidence(self.evidence.connection, self.evidence.exchange, (Span("S", end, behind),))
            came = line.driver.transcript.octets("S", end, min(behind, end + _SHOWN))
            message = f"nothing was to come, and {came!r} came"
            raise Mismatch(message)

    def _closes(self, act: Act) -> None:
        line = self._line(act.connection)
        seconds = act.seconds if act.seconds is not None else line.driver.target.limits.close
        exchanges = line.conversation.exchanges
        self.evidence = Evidence(line.driver.transcript.name, exchanges[-1].number if exchanges else None)
        if line.driver.wait_for_close(self._seconds(act, seconds)) is None:
            if not line.driver.listening:
                message = f"the connection was to be closed by the server, and ended otherwise: {_how(line.driver)}"
                raise Unclear(message)
            message = f"the connection was to be closed by the server, and was still open after {seconds:g} s"
            raise Mismatch(message)


def _some_replies_long(conversation: Conversation) -> float:
    """What is quick here: no silence that is shorter than some replies would be noticed on a slow way."""
    exchanges = conversation.exchanges[-_RECENT:]
    times = [e.answered_at - e.sent_at for e in exchanges if e.answered_at is not None and e.command is not None]
    return min(_SOME * median(times), _LONGEST_SILENCE) if times else 0.0


def _how(driver: Driver) -> str:
    ending = driver.transcript.ending
    return ending.incident.value if ending is not None else "nothing came in time"


_MINUTE: Final = 60.0
_BETWEEN_PIECES: Final = 0.001
"""Seconds between segments, so that the network does not join them."""
_FOR_ALL_PIECES: Final = 0.5
_RECENT: Final = 9
_SOME: Final = 3
_LONGEST_SILENCE: Final = 2.0
_SHOWN: Final = 80
_SLOW: Final = 70 << 10
"""Octets a second, of the target's clock: so few that a large message takes minutes."""
_HELPING: Final = 0.001
"""Seconds of reading between two pauses."""
_GONE: Final = frozenset({Incident.SERVER_CLOSED, Incident.SERVER_RESET})
_LOST: Final[Mapping[Incident | None, str]] = {
    Incident.SERVER_CLOSED: "the server closed the connection",
    Incident.SERVER_RESET: "the server reset the connection",
    Incident.WAITED: "none came in time",
    Incident.TOO_MUCH: "it was longer than anything that is read",
}
