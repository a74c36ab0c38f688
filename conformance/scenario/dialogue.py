"""The connections of a scenario: what the client does on them, and whether the server does what is expected.

`Mismatch` says that it did not, `Unclear` that this may have a reason that breaks nothing, `Stop` that the scenario
cannot go on.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from conformance.driver import MECHANISMS, Account, Driver, between, in_pieces, too_early
from conformance.scenario.excuses import LOGINS, excuse_for_closing, excuse_for_silence, may_have_closed
from conformance.scenario.expressions import Value
from conformance.scenario.guard import held_back, may_delete, stock
from conformance.scenario.line import Line
from conformance.scenario.logins import Refused, Turned, authenticate, log_in, try_to_log_in
from conformance.scenario.matching import Mismatch, Unclear, fill, match_body, match_status, rows_of
from conformance.scenario.reading import read_slowly, take_whatever_comes
from conformance.scenario.stage import Prepared, Stage
from conformance.scenario.steps import Act, Action, Expect, Send
from conformance.scenario.templates import parse_template
from conformance.transcript import Evidence, Exchange, Incident
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


class Dialogue:
    """All connections of one scenario, by their letters."""

    def __init__(self, stage: Stage, prepared: Prepared, variables: dict[str, Value]) -> None:
        self.stage = stage
        self.account = prepared.account
        self.other = prepared.other
        self.at_once = prepared.at_once
        """Whether connections are opened at once behind a login, also where the server wants some time between two."""
        self.cut = prepared.cut
        self.delivered = None if prepared.delivered is None else len(prepared.delivered)
        """Messages in the maildrop at first; None when nothing is known of it."""
        self.later = 0
        """Messages that were delivered to it since."""
        self.strangers = ""
        """How it was seen that there is mail in it which this run did not deliver; empty when it was not."""
        self.variables = variables
        """What was captured so far; shared with who made this."""
        self.lines: dict[str, Line] = {}
        self.ended: list[Driver] = []
        self.takes_anything = False
        """Whether there was a turn that expects nothing of the answer."""
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

    def _line(self, name: str) -> Line:
        if name not in self.lines:
            reason = f"connection {name} is used before <connect> or <log in>"
            raise Stop(Outcome.ERRORED, reason)
        return self.lines[name]

    def send(self, send: Send) -> None:
        """Send what the line says, unless it could remove mail of others."""
        line = self._line(send.connection)
        if self.takes_anything and not line.driver.open:
            return  # where whatever comes is taken, that may be the end
        octets = fill(send.template, self.variables) + (b"\r\n" if send.line else b"")
        deletes, line.said = may_delete(line.conversation, line.said, octets)
        if deletes and (held := held_back(line.stock)):
            raise HeldBack(held.outcome, held.reason)
        line.driver.send(octets, send.piece, between(in_pieces(octets, send.piece)))

    def act(self, act: Act) -> None:
        """Do, or await, what the line says."""
        match act.action:
            case Action.CONNECT | Action.CONNECT_IN_THE_CLEAR:
                clear = act.action is Action.CONNECT_IN_THE_CLEAR
                self._open(act.connection, clear=clear, at_once=self.at_once)
            case Action.START_TLS:
                self.variables |= self._line(act.connection).start_tls(act.word)
            case Action.ALERT:
                self._alert(self._line(act.connection))
            case Action.TLS | Action.NO_TLS:
                self._see_tls(act)
            case Action.LOG_IN:
                self._log_in(act)
            case Action.TRY_TO_LOG_IN:
                self._try_to_log_in(act)
            case Action.AUTHENTICATE:
                self._authenticate(act)
            case Action.ANY:
                self._take_whatever_comes(self._line(act.connection))
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
                self._half_close(self._line(act.connection).driver)

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

    @staticmethod
    def _half_close(driver: Driver) -> None:
        if driver.channel is not None:
            reason = "TLS is spoken, in which many peers cannot close one direction alone"
            raise Stop(Outcome.NOT_APPLICABLE, reason)
        driver.half_close()

    def _see_tls(self, act: Act) -> None:
        line = self._line(act.connection)
        if line.no_tls is None:
            reason = "nothing began TLS: C: <start tls> is expected before S: <tls> and S: <no tls>"
            raise Stop(Outcome.ERRORED, reason)
        self.evidence = line.evidence()
        line.see_tls(wanted=act.action is Action.TLS)

    def _open(self, name: str, *, clear: bool = False, at_once: bool = False) -> Driver:
        if (old := self.lines.pop(name, None)) is not None:
            old.driver.close()
            self.ended.append(old.driver)
        again = sum(driver.transcript.name.startswith(name) for driver in self.ended)
        driver = Driver(self.stage.target, name if not again else f"{name}{again + 1}", self.cut)
        self.lines[name] = Line(driver)
        driver.connect(clear=clear, at_once=at_once)
        return driver

    def _forget(self, name: str) -> None:
        driver = self.lines.pop(name).driver
        driver.close()
        driver.transcript.close()

    def _who(self, act: Act) -> Account:
        account = self.account if act.account == 1 else self.other
        if account is None:
            reason = "there is no second account: a scenario that logs in to one needs account-2"
            raise Stop(Outcome.ERRORED, reason)
        return account

    def _log_in(self, act: Act) -> None:
        """Connect, authenticate and take stock."""
        account = self._who(act)
        name, within = act.connection, self._seconds(act, self.stage.target.limits.unlock)
        try:
            log_in(lambda: self._open(name), lambda: self._forget(name), account, within, self._before_login(act))
        except Turned as turned:
            raise Stop(Outcome.NOT_APPLICABLE, turned.reason) from None
        except Refused as refused:
            self.evidence = refused.evidence
            if act.clauses and self.takes_anything and not self._is_let_in_without_names(name, account, within):
                raise Unclear(f"{refused.mismatch.reason}; nor when no other connection was there") from None
            raise refused.mismatch from None
        self._take_stock(self.lines[name], ours=account == self.account)

    def _is_let_in_without_names(self, name: str, account: Account, within: float) -> bool:
        """Whether a login that was refused is accepted once those are gone that only said the name."""
        names = [line for line in self.lines.values() if line.names_alone(account.name_octets)]
        for line in names:
            line.driver.close()
        with suppress(Refused):
            log_in(lambda: self._open(name), lambda: self._forget(name), account, within)
            return bool(names)
        return False

    def _try_to_log_in(self, act: Act) -> None:
        """Connect and authenticate once; take stock where that succeeded, and where that can be done."""
        account, driver = self._who(act), self._open(act.connection)
        line, entered = self.lines[act.connection], try_to_log_in(driver, account)
        line.read = len(line.conversation.exchanges)
        if entered:
            with suppress(Mismatch):
                self._take_stock(line, ours=account == self.account)

    def _take_whatever_comes(self, line: Line) -> None:
        self.takes_anything = True
        for exchange in take_whatever_comes(line):
            self._remember(exchange)

    def _authenticate(self, act: Act) -> None:
        """A whole exchange; what the server refuses is tried again, as another session may still be ending."""
        line = self._line(act.connection)
        mechanism = fill(parse_template(act.word, act.place), self.variables).decode("ascii", "replace")
        if mechanism not in MECHANISMS:
            raise Stop(Outcome.ERRORED, f"{mechanism!r} is no mechanism that is known here")
        try:
            authenticate(line.driver, mechanism, self.account, self.stage.target.limits.unlock)
        except Refused as refused:
            self.evidence = refused.evidence
            raise refused.mismatch from None
        finally:
            line.read = len(line.conversation.exchanges)
        self.evidence = line.conversation.exchanges[-1].evidence()

    def _before_login(self, act: Act) -> bytes:
        """What is said before the login, where the server announces it."""
        return act.word.encode() if act.word in self.stage.survey().announced else b""

    def _take_stock(self, line: Line, *, ours: bool) -> None:
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
        if not (exchange.positive or exchange.negative or line.in_sasl(exchange)):  # which the monitor judges
            reason = f"whether {exchange.verb} succeeded cannot be told: what came begins with neither +OK nor -ERR"
            raise Stop(Outcome.INCONCLUSIVE, reason)
        try:
            match_status(exchange, expect, self.variables)
            match_body(exchange, expect, self.variables)
        except Mismatch as mismatch:
            self.evidence = exchange.evidence(*mismatch.spans)
            if why := _excuse(line, exchange):
                raise Unclear(f"{mismatch.reason}; {why}") from None
            raise
        self._remember(exchange)

    def _see_what_came(self, line: Line, exchange: Exchange, expect: Expect) -> None:
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

    def _reply(self, line: Line, patience: float | None) -> Exchange:
        driver, exchanges = line.driver, line.conversation.exchanges
        if line.read == 0:
            driver.read_greeting(patience)
            if line.conversation.greeting is None:
                message = f"no greeting came: {_how(driver)}"
                raise Unclear(message, lost=True)
        elif line.read < len(exchanges) and exchanges[line.read] is driver.stls:
            line.read += 1  # the run's own way to TLS
        if line.read >= len(exchanges):
            if not driver.open:
                message = f"the connection had ended before this could be said: {_how(driver)}"
                raise Unclear(message, lost=True)
            reason = "a reply is expected, and nothing was sent that asks for one"
            raise Stop(Outcome.ERRORED, reason)
        exchange = exchanges[line.read]
        if line.slow:
            read_slowly(driver, exchange)
        if patience is None and exchange.verb in LOGINS:
            patience = driver.target.limits.login
        driver.await_reply(exchange, patience)
        line.read += 1
        return exchange

    def _remember(self, exchange: Exchange) -> None:
        """What was said last, and how long that took; of a greeting also its time stamp."""
        took = (exchange.answered_at or 0.0) - exchange.sent_at
        self.variables |= {"said": exchange.status, "microseconds": max(0, round(took * 1_000_000))}
        if exchange.command is None:
            found = TIMESTAMP.search(exchange.status)
            stamp = found[0] if found is not None else b""
            digest = self.account.digest(stamp)
            forged = digest[:-1] + (b"1" if digest.endswith(b"0") else b"0")
            self.variables |= {"stamp": stamp, "digest": digest, "forged": forged}

    def _silence(self, act: Act) -> None:
        line = self._line(act.connection)
        driver = line.driver
        driver.quiet(max(self._seconds(act, driver.target.limits.quiet), line.some_replies_long))
        self._nothing_came(line)
        if not driver.listening:
            message = f"nothing was to come, and the connection ended: {_how(driver)}"
            exchanges, ending = line.conversation.exchanges, driver.transcript.ending
            at = ending.at if ending is not None else time.monotonic() - driver.transcript.opened
            if excuse := may_have_closed(driver, len(exchanges), at, self.stage.target.clock_rate):
                raise Unclear(f"{message}; {excuse}", lost=True)
            raise Mismatch(message, lost=True)
        line.adrift |= any(exchange.answered_at is None for exchange in line.conversation.exchanges[line.read :])

    def _nothing_came(self, line: Line) -> None:
        """`Mismatch` when there is something behind the reply that was read last."""
        self.evidence, came = line.behind()
        if came:
            message = f"nothing was to come, and {came!r} came"
            raise Mismatch(message)

    def _alert(self, line: Line) -> None:
        line.driver.quiet(line.driver.target.limits.quiet)
        self.evidence, came = line.behind()
        if not came.startswith(_ALERT):
            message = f"a TLS alert was to come, and {came or 'nothing'!r} came"
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


def _excuse(line: Line, exchange: Exchange) -> str:
    """Why it is not for the server to answer that another reply was expected; empty where it is."""
    if line.adrift:
        return "that may be the answer to another command"
    if exchange.command is None and exchange.negative:
        return "the server refuses service"
    return "the server wants more time between two logins" if too_early(exchange) else ""


def _how(driver: Driver) -> str:
    ending = driver.transcript.ending
    return ending.incident.value if ending is not None else "nothing came in time"


_MINUTE: Final = 60.0
_ALERT: Final = b"\x15\x03"
"""What the record of an alert begins with, up to the first number of its version (RFC 8446 §5.1)."""
_GONE: Final = frozenset({Incident.SERVER_CLOSED, Incident.SERVER_RESET})
_LOST: Final[Mapping[Incident | None, str]] = {
    Incident.SERVER_CLOSED: "the server closed the connection",
    Incident.SERVER_RESET: "the server reset the connection",
    Incident.WAITED: "none came in time",
    Incident.TOO_MUCH: "it was longer than anything that is read",
}
