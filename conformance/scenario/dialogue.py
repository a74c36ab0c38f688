"""The connections of a scenario: what the client does on them, and whether the server does what is expected.

`Mismatch` says that it did not, `Stop` that the scenario cannot go on.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from conformance.driver import Account, Driver, credentials
from conformance.scenario.expressions import Value
from conformance.scenario.matching import Mismatch, fill, match_body, match_status, rows_of
from conformance.scenario.stage import Stage
from conformance.scenario.steps import Act, Action, Expect, Send
from conformance.transcript import Conversation, Evidence, Exchange, Incident, Span
from conformance.verdicts import Outcome
from conformance.wire import State
from conformance.wire.grammar import TIMESTAMP

__all__ = ["Dialogue", "Stop"]


class Stop(Exception):
    """The scenario ends here."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


@dataclass(slots=True)
class _Line:
    """A connection, and how far its replies were read."""

    driver: Driver
    read: int = 0
    """Index of the next exchange whose reply is expected."""
    stock: int | None = None
    """Messages that LIST showed after login; DELE is only sent when they are as many as were delivered."""
    slow: bool = False
    """Whether replies are read slowly."""

    @property
    def conversation(self) -> Conversation:
        return self.driver.conversation


class Dialogue:
    """All connections of one scenario, by their letters."""

    def __init__(self, stage: Stage, account: Account, variables: dict[str, Value], expected: int | None) -> None:
        self.stage = stage
        self.account = account
        self.variables = variables
        """What was captured so far; shared with who made this."""
        self.expected = expected
        """Messages that were delivered, None when nothing is known of the maildrop."""
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
        """Send what the line says."""
        line = self._line(send.connection)
        octets = fill(send.template, self.variables) + (b"\r\n" if send.line else b"")
        self._guard(line, octets)
        line.driver.send(octets, send.piece)

    def _guard(self, line: _Line, octets: bytes) -> None:
        """Let no DELE out in a maildrop that may hold mail of others."""
        said = (line.conversation.connection.unfinished + octets).upper()
        deletes = any(part.strip().startswith(b"DELE") for part in said.replace(b"\r", b"\n").split(b"\n"))
        if not deletes:
            return
        waiting = {command.verb for command in line.conversation.connection.waiting}
        outside = line.conversation.state in (State.CONNECTED, State.AUTHORIZATION) and not waiting & _LOGINS
        if outside or (self.expected is None and line.stock == 0):
            return
        ours = -1 if self.expected is None else self.expected - self._removed()
        if line.stock is None or line.stock > ours:
            found = "was not listed after <log in>" if line.stock is None else f"holds {line.stock} messages"
            reason = f"DELE is held back: the maildrop {found}, and {max(ours, 0)} of them can be ours"
            raise Stop(Outcome.ERRORED, reason)

    def _removed(self) -> int:
        """Messages that sessions of this scenario have removed, as far as the server said so."""
        removed = 0
        for driver in self.drivers:
            marked = 0
            for exchange in driver.conversation.exchanges:
                if exchange.positive and exchange.state is State.TRANSACTION:
                    marked = 0 if exchange.verb == "RSET" else marked + (exchange.verb == "DELE")
                    removed += marked if exchange.verb == "QUIT" else 0
        return removed

    def act(self, act: Act) -> None:
        """Do, or await, what the line says."""
        match act.action:
            case Action.CONNECT:
                self._open(act.connection).connect()
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
                seconds = (act.seconds or 0.0) / self.stage.target.clock_rate
                self._line(act.connection).driver.quiet(seconds)
            case Action.CLOSE:
                self._line(act.connection).driver.close()
            case Action.RESET:
                self._line(act.connection).driver.reset()
            case Action.HALF_CLOSE:
                self._line(act.connection).driver.half_close()

    def _open(self, name: str) -> Driver:
        if (old := self.lines.pop(name, None)) is not None:
            old.driver.close()
            self.ended.append(old.driver)
        again = sum(driver.transcript.name.startswith(name) for driver in self.ended)
        driver = Driver(self.stage.target, name if not again else f"{name}{again + 1}")
        self.lines[name] = _Line(driver)
        return driver

    def _log_in(self, act: Act) -> None:
        """Connect, authenticate and take stock; a maildrop that is still locked is tried again for a while."""
        within = act.seconds if act.seconds is not None else self.stage.target.limits.unlock
        deadline = time.monotonic() + within
        pause = 0.01
        while True:
            self._open(act.connection).connect()
            line = self.lines[act.connection]
            refused = self._authenticate(line)
            if refused is None:
                break
            if time.monotonic() + pause > deadline:
                self.evidence = refused.evidence() if refused.reply is not None else None
                said = refused.status.decode("ascii", "backslashreplace") or "nothing"
                message = f"the login was not accepted within {within:g} s; the last answer was {said!r}"
                raise Mismatch(message)
            line.driver.close()
            self.lines.pop(act.connection)
            time.sleep(pause)  # another session may still hold the maildrop
            pause = min(pause * 2, 0.5)
        self._take_stock(line)

    def _authenticate(self, line: _Line) -> Exchange | None:
        """The exchange that was refused, if one was."""
        driver = line.driver
        greeting = driver.read_greeting()
        if greeting is None or not greeting.positive:
            reason = "the server did not greet with +OK"
            raise Stop(Outcome.INCONCLUSIVE, reason)
        for command in credentials(self.account, greeting.status):
            driver.send(command + b"\r\n")
            answer = driver.read_reply(driver.target.limits.login)
            if answer is None or not answer.positive:
                return answer or greeting
        return None

    def _take_stock(self, line: _Line) -> None:
        line.driver.send(b"LIST\r\n")
        listing = line.driver.read_reply()
        line.read = len(line.conversation.exchanges)
        if listing is None or not listing.positive or not listing.complete:
            reason = "LIST gave no listing after the login"
            raise Stop(Outcome.INCONCLUSIVE, reason)
        size = {number: octets for number, octets in rows_of(listing).items() if isinstance(octets, int)}
        line.stock = len(listing.body_lines())
        self.variables |= {"size": size, "count": len(size)}

    # -- what the server does ------------------------------------------------------------------------------------

    def expect(self, expect: Expect) -> None:
        """Read a reply and compare."""
        line = self._line(expect.connection)
        exchange = self._reply(line, expect.patience)
        self.evidence = exchange.evidence()
        if exchange.lost is not None or exchange.reply is None:
            self.evidence = Evidence(exchange.transcript.name, exchange.number)
            message = f"{exchange.verb} got no whole answer: {_LOST.get(exchange.lost, 'nothing came')}"
            raise Mismatch(message)
        if not (exchange.positive or exchange.negative):  # R1939-RESP-01, which the monitor judges
            reason = f"whether {exchange.verb} succeeded cannot be told: what came begins with neither +OK nor -ERR"
            raise Stop(Outcome.INCONCLUSIVE, reason)
        try:
            match_status(exchange, expect, self.variables)
            match_body(exchange, expect, self.variables)
        except Mismatch as mismatch:
            self.evidence = exchange.evidence(*mismatch.spans)
            raise
        self._remember_stamp(exchange)

    def _reply(self, line: _Line, patience: float | None) -> Exchange:
        driver, exchanges = line.driver, line.conversation.exchanges
        if line.read == 0:
            driver.read_greeting(patience)
            if line.conversation.greeting is None:
                message = f"no greeting came: {_how_it_ended(driver)}"
                raise Mismatch(message)
        if line.read >= len(exchanges):
            reason = "a reply is expected, and nothing was sent that asks for one"
            raise Stop(Outcome.ERRORED, reason)
        exchange = exchanges[line.read]
        if line.slow:
            self._read_slowly(driver, exchange)
        while exchange.answered_at is None and exchange.lost is None:
            if patience is None and exchange.verb in _LOGINS:
                patience = driver.target.limits.login
            if driver.read_reply(patience) is None or not driver.listening:
                break
        if exchange.answered_at is None and exchange.lost is None:
            exchange.lost = Incident.SERVER_CLOSED
        line.read += 1
        return exchange

    def _read_slowly(self, driver: Driver, exchange: Exchange) -> None:
        """Take what there is, then pause for as long as that lasts at the slow pace, until the reply is whole."""
        pace, patience = _SLOW * self.stage.target.clock_rate, driver.target.limits.reply
        last = time.monotonic()
        while exchange.answered_at is None and driver.listening and time.monotonic() - last < patience:
            before, began = driver.transcript.length("S"), time.monotonic()
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
        line.driver.quiet(act.seconds if act.seconds is not None else line.driver.target.limits.quiet)
        self._nothing_came(line)
        if not line.driver.listening:
            message = f"nothing was to come, and the connection ended: {_how_it_ended(line.driver)}"
            raise Mismatch(message)

    def _nothing_came(self, line: _Line) -> None:
        """`Mismatch` when there is something behind the reply that was read last."""
        last = line.conversation.exchanges[line.read - 1] if line.read else None
        end = last.reply.end if last is not None and last.reply is not None else 0
        if came := line.driver.transcript.octets("S", end):
            number = last.number if last is not None else 0
            self.evidence = Evidence(line.driver.transcript.name, number, _span(end, end + len(came)))
            message = f"nothing was to come, and {came[:80]!r} came"
            raise Mismatch(message)

    def _closes(self, act: Act) -> None:
        line = self._line(act.connection)
        seconds = act.seconds if act.seconds is not None else line.driver.target.limits.close
        seconds = seconds / self.stage.target.clock_rate if act.seconds is not None and act.seconds > 60 else seconds
        if line.driver.wait_for_close(seconds) is None:
            message = f"the connection was to be closed by the server, and was still open after {seconds:g} s"
            raise Mismatch(message)


def _span(start: int, end: int) -> tuple[Span, ...]:
    return (Span("S", start, end),)


def _how_it_ended(driver: Driver) -> str:
    ending = driver.transcript.ending
    return ending.incident.value if ending is not None else "nothing came in time"


_SLOW: Final = 70 << 10
"""Octets a second, of the target's clock: so few that a large message takes minutes."""
_HELPING: Final = 0.001
"""Seconds of reading between two pauses."""
_LOGINS: Final = frozenset({"PASS", "APOP", "AUTH"})
_LOST: Final[Mapping[Incident | None, str]] = {
    Incident.SERVER_CLOSED: "the server closed the connection",
    Incident.SERVER_RESET: "the server reset the connection",
    Incident.WAITED: "none came in time",
    Incident.TOO_MUCH: "it was longer than anything that is read",
}
