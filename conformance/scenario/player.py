"""Plays one scenario against a target and says what each clause came to.

Only a line that is marked with a clause can accuse, and only of that clause. Where any other expectation fails the
scenario ends, inconclusive: what is wrong there is for the scenario that is about it, and for the monitor, which judges
every exchange of every scenario.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.clauses import CATALOGUE
from conformance.driver import Driver, TargetError, credentials
from conformance.mailboxes import FillError
from conformance.monitor import Ledger, Monitor
from conformance.results import CaseResult, fold
from conformance.scenario.document import Scenario
from conformance.scenario.expressions import ExpressionError, Value
from conformance.scenario.matching import Mismatch, fill, match_body, match_status, rows_of
from conformance.scenario.stage import NotPlayed, Prepared, Stage
from conformance.scenario.steps import (
    Act,
    Action,
    Block,
    Check,
    Choice,
    Deliver,
    Expect,
    Let,
    Loop,
    Note,
    Restart,
    Send,
    Skip,
    Step,
)
from conformance.transcript import Conversation, Evidence, Exchange, Incident, Secrets, Span, text_lines
from conformance.verdicts import Outcome, Verdict
from conformance.wire import State
from conformance.wire.grammar import TIMESTAMP

__all__ = ["play"]


class _Stop(Exception):
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

    @property
    def conversation(self) -> Conversation:
        return self.driver.conversation


def play(scenario: Scenario, stage: Stage) -> CaseResult:
    """Play it, judge it, and leave nothing open."""
    began = time.monotonic()
    try:
        prepared = stage.prepare(scenario)
    except NotPlayed as why:
        return _unplayed(scenario, why.outcome, why.reason, began)
    except (FillError, TargetError) as error:
        return _unplayed(scenario, Outcome.ERRORED, str(error), began)
    return _Play(scenario, stage, prepared, began).run()


def _unplayed(scenario: Scenario, outcome: Outcome, reason: str, began: float) -> CaseResult:
    verdicts = tuple(Verdict(clause, outcome, reason) for clause in sorted(scenario.clauses))
    return CaseResult(
        id=scenario.id,
        title=scenario.title,
        rfc=scenario.rfc,
        section=scenario.section,
        outcome=outcome,
        reason=reason,
        verdicts=verdicts,
        seconds=time.monotonic() - began,
    )


class _Play:
    def __init__(self, scenario: Scenario, stage: Stage, prepared: Prepared, began: float) -> None:
        self._scenario = scenario
        self._stage = stage
        self._prepared = prepared
        self._began = began
        self._lines: dict[str, _Line] = {}
        self._ended: list[Driver] = []
        self._variables: dict[str, Value] = {**_names(prepared), **scenario.values}
        self._verdicts: list[Verdict] = []
        self._notes: list[str] = []
        self._delivered = list(prepared.delivered or ())
        self._expected = None if prepared.delivered is None else len(prepared.delivered)
        self._last: Evidence | None = None

    def run(self) -> CaseResult:
        outcome, reason = Outcome.KEPT, ""
        try:
            self._block(self._scenario.steps)
        except _Stop as stop:
            outcome, reason = stop.outcome, stop.reason
        except NotPlayed as why:
            outcome, reason = why.outcome, why.reason
        except (FillError, TargetError) as error:
            outcome, reason = Outcome.ERRORED, str(error)
        except ExpressionError as error:
            outcome, reason = Outcome.INCONCLUSIVE, str(error)
        finally:
            for line in self._lines.values():
                line.driver.close()
        return self._result(outcome, reason)

    # -- the verdict ---------------------------------------------------------------------------------------------

    def _result(self, outcome: Outcome, reason: str) -> CaseResult:
        drivers = [*self._ended, *(line.driver for line in self._lines.values())]
        drivers.sort(key=lambda driver: driver.transcript.opened)
        ledger = Ledger()
        for octets in self._delivered:
            ledger.add_delivered(self._prepared.account.name_octets, octets)
        seen = Monitor(ledger).judge(driver.conversation for driver in drivers)
        verdicts = fold([*self._verdicts, *seen])
        verdicts = fold([*verdicts, *self._unreached(outcome, reason, verdicts)])
        if any(v.outcome is Outcome.BROKEN and CATALOGUE[v.clause].can_fail for v in verdicts):
            outcome = Outcome.BROKEN
        elif outcome is Outcome.BROKEN:  # only where the texts are disputed: told, not held against the server
            outcome = Outcome.KEPT
        if self._spoils(drivers):
            self._stage.spoiled(self._prepared.account)
        evidence = [verdict.evidence for verdict in verdicts if verdict.evidence and verdict.outcome is Outcome.BROKEN]
        transcript = text_lines([driver.transcript for driver in drivers], self._secrets(), evidence)
        for driver in drivers:
            driver.transcript.close()
        return CaseResult(
            id=self._scenario.id,
            title=self._scenario.title,
            rfc=self._scenario.rfc,
            section=self._scenario.section,
            outcome=outcome,
            reason=self._secrets().words(reason),
            verdicts=verdicts,
            notes=tuple(self._notes),
            seconds=time.monotonic() - self._began,
            transcript=transcript,
        )

    def _unreached(self, outcome: Outcome, reason: str, judged: Iterable[Verdict]) -> list[Verdict]:
        """Clauses whose lines the play did not come to, when it ended early."""
        if outcome is Outcome.KEPT:
            return []
        if outcome is Outcome.BROKEN:
            outcome, reason = Outcome.INCONCLUSIVE, "the scenario ended before this was tried"
        known = {verdict.clause for verdict in judged}
        return [Verdict(clause, outcome, reason) for clause in self._scenario.clauses if clause not in known]

    def _secrets(self) -> Secrets:
        return Secrets(account.password_octets for account in self._stage.target.accounts)

    def _spoils(self, drivers: list[Driver]) -> bool:
        """Whether the maildrop may hold something else now than before."""
        touched = any(exchange.verb == "DELE" for driver in drivers for exchange in driver.conversation.exchanges)
        return touched or len(self._delivered) != (self._expected or 0)

    # -- the steps -----------------------------------------------------------------------------------------------

    def _block(self, block: Block) -> None:
        for step in block:
            self._step(step)

    def _step(self, step: Step) -> None:
        match step:
            case Send():
                self._send(step)
            case Expect():
                self._judged(step.clauses, lambda: self._expect(step))
            case Act():
                self._judged(step.clauses, lambda: self._act(step))
            case Check():
                self._judged(step.clauses, lambda: self._check(step))
            case Choice():
                self._choose(step)
            case Loop():
                for value in step.values:
                    self._variables[step.name] = _number(fill(value, self._variables))
                    self._block(step.block)
            case Let():
                self._variables[step.name] = step.expression.value(self._variables)
            case Note():
                self._notes.append(step.text)
                self._verdicts += [Verdict(clause, Outcome.KEPT, step.text) for clause in step.clauses]
            case Deliver():
                self._delivered += self._stage.deliver(self._prepared.account, step.mail)
            case Restart():
                self._stage.restart()
            case Skip():
                raise _Stop(Outcome.NOT_APPLICABLE, step.text)

    def _judged(self, clauses: tuple[str, ...], what: Callable[[], None]) -> None:
        self._last = None
        try:
            what()
        except Mismatch as mismatch:
            if not clauses:
                raise _Stop(Outcome.INCONCLUSIVE, mismatch.reason) from None
            self._accuse(clauses, mismatch)
        self._verdicts += [Verdict(clause, Outcome.KEPT, evidence=self._last) for clause in clauses]

    def _accuse(self, clauses: tuple[str, ...], mismatch: Mismatch) -> None:
        if not self._stage.alive():
            reason = f"the server is gone: it takes no connections any more. {mismatch.reason}"
            raise _Stop(Outcome.ERRORED, reason)
        self._verdicts += [Verdict(clause, Outcome.BROKEN, mismatch.reason, self._last) for clause in clauses]
        raise _Stop(Outcome.BROKEN, mismatch.reason)

    def _choose(self, choice: Choice) -> None:
        mark = dict(self._variables)
        seen = ""
        for branch in choice.branches:
            first, *rest = branch
            reads = {name: line.read for name, line in self._lines.items()}
            try:
                self._expect(first) if isinstance(first, Expect) else self._act(_as_act(first))
            except Mismatch as mismatch:
                seen = seen or mismatch.reason
                self._variables = dict(mark)
                for name, read in reads.items():
                    self._lines[name].read = read
                continue
            self._verdicts += [Verdict(clause, Outcome.KEPT, evidence=self._last) for clause in choice.clauses]
            clauses = first.clauses if isinstance(first, Expect | Act) else ()
            self._verdicts += [Verdict(clause, Outcome.KEPT, evidence=self._last) for clause in clauses]
            self._block(tuple(rest))
            return
        none = Mismatch(f"none of the answers that are allowed here came: {seen}")
        if not choice.clauses:
            raise _Stop(Outcome.INCONCLUSIVE, none.reason)
        self._accuse(choice.clauses, none)

    def _check(self, check: Check) -> None:
        if not check.expression.value(self._variables):
            values = {name: self._variables.get(name) for name in sorted(check.expression.names)}
            shown = ", ".join(f"{name} is {value!r:.200}" for name, value in values.items())
            message = f"{check.expression.text} does not hold: {shown}"
            raise Mismatch(message)

    # -- what the client does ------------------------------------------------------------------------------------

    def _line(self, name: str) -> _Line:
        if name not in self._lines:
            reason = f"connection {name} is used before <connect> or <log in>"
            raise _Stop(Outcome.ERRORED, reason)
        return self._lines[name]

    def _send(self, send: Send) -> None:
        line = self._line(send.connection)
        octets = fill(send.template, self._variables) + (b"\r\n" if send.line else b"")
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
        if not outside and (line.stock is None or line.stock != self._expected):
            found = "was not listed after <log in>" if line.stock is None else f"holds {line.stock} messages"
            reason = f"DELE is held back: the maildrop {found}, and {self._expected} were delivered"
            raise _Stop(Outcome.ERRORED, reason)

    def _act(self, act: Act) -> None:
        match act.action:
            case Action.CONNECT:
                self._open(act.connection).connect()
            case Action.LOG_IN:
                self._log_in(act)
            case Action.SILENCE:
                self._silence(act)
            case Action.CLOSES:
                self._closes(act)
            case Action.WAIT:
                seconds = (act.seconds or 0.0) / self._stage.target.clock_rate
                self._line(act.connection).driver.quiet(seconds)
            case Action.CLOSE:
                self._line(act.connection).driver.close()
            case Action.RESET:
                self._line(act.connection).driver.reset()
            case Action.HALF_CLOSE:
                self._line(act.connection).driver.half_close()

    def _open(self, name: str) -> Driver:
        if (old := self._lines.pop(name, None)) is not None:
            old.driver.close()
            self._ended.append(old.driver)
        again = sum(driver.transcript.name.startswith(name) for driver in self._ended)
        driver = Driver(self._stage.target, name if not again else f"{name}{again + 1}")
        self._lines[name] = _Line(driver)
        return driver

    def _log_in(self, act: Act) -> None:
        """Connect, authenticate and take stock; a maildrop that is still locked is tried again for a while."""
        within = act.seconds if act.seconds is not None else self._stage.target.limits.unlock
        deadline = time.monotonic() + within
        pause = 0.01
        while True:
            self._open(act.connection).connect()
            line = self._lines[act.connection]
            refused = self._authenticate(line)
            if refused is None:
                break
            if time.monotonic() + pause > deadline:
                self._last = refused.evidence() if refused.reply is not None else None
                said = refused.status.decode("ascii", "backslashreplace") or "nothing"
                message = f"the login was not accepted within {within:g} s; the last answer was {said!r}"
                raise Mismatch(message)
            line.driver.close()
            self._lines.pop(act.connection)
            time.sleep(pause)  # another session may still hold the maildrop
            pause = min(pause * 2, 0.5)
        self._take_stock(line)

    def _authenticate(self, line: _Line) -> Exchange | None:
        """The exchange that was refused, if one was."""
        driver = line.driver
        greeting = driver.read_greeting()
        if greeting is None or not greeting.positive:
            reason = "the server did not greet with +OK"
            raise _Stop(Outcome.INCONCLUSIVE, reason)
        for command in credentials(self._prepared.account, greeting.status):
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
            raise _Stop(Outcome.INCONCLUSIVE, reason)
        size = {number: octets for number, octets in rows_of(listing).items() if isinstance(octets, int)}
        line.stock = len(listing.body_lines())
        self._variables |= {"size": size, "count": len(size)}

    # -- what the server does ------------------------------------------------------------------------------------

    def _expect(self, expect: Expect) -> None:
        line = self._line(expect.connection)
        exchange = self._reply(line, expect.patience)
        self._last = exchange.evidence()
        if exchange.lost is not None or exchange.reply is None:
            self._last = Evidence(exchange.transcript.name, exchange.number)
            message = f"{exchange.verb} got no whole answer: {_LOST.get(exchange.lost, 'nothing came')}"
            raise Mismatch(message)
        try:
            match_status(exchange, expect, self._variables)
            match_body(exchange, expect, self._variables)
        except Mismatch as mismatch:
            self._last = exchange.evidence(*mismatch.spans)
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
            raise _Stop(Outcome.ERRORED, reason)
        exchange = exchanges[line.read]
        while exchange.answered_at is None and exchange.lost is None:
            if patience is None and exchange.verb in _LOGINS:
                patience = driver.target.limits.login
            if driver.read_reply(patience) is None or not driver.listening:
                break
        if exchange.answered_at is None and exchange.lost is None:
            exchange.lost = Incident.SERVER_CLOSED
        line.read += 1
        return exchange

    def _remember_stamp(self, exchange: Exchange) -> None:
        if exchange.command is None and (stamp := TIMESTAMP.search(exchange.status)):
            digest = self._prepared.account.digest(stamp[0])
            self._variables |= {"stamp": stamp[0], "digest": digest}

    def _silence(self, act: Act) -> None:
        line = self._line(act.connection)
        line.driver.quiet(act.seconds if act.seconds is not None else line.driver.target.limits.quiet)
        exchanges = line.conversation.exchanges
        last = exchanges[line.read - 1] if line.read else None
        end = last.reply.end if last is not None and last.reply is not None else 0
        came = line.driver.transcript.octets("S", end)
        if came:
            number = last.number if last is not None else 0
            self._last = Evidence(line.driver.transcript.name, number, _span(end, end + len(came)))
            message = f"nothing was to come, and {came[:80]!r} came"
            raise Mismatch(message)
        if not line.driver.listening:
            message = f"nothing was to come, and the connection ended: {_how_it_ended(line.driver)}"
            raise Mismatch(message)

    def _closes(self, act: Act) -> None:
        line = self._line(act.connection)
        seconds = act.seconds if act.seconds is not None else line.driver.target.limits.close
        seconds = seconds / self._stage.target.clock_rate if act.seconds is not None and act.seconds > 60 else seconds
        if line.driver.wait_for_close(seconds) is None:
            message = f"the connection was to be closed by the server, and was still open after {seconds:g} s"
            raise Mismatch(message)


def _span(start: int, end: int) -> tuple[Span, ...]:
    return (Span("S", start, end),)


def _as_act(step: Step) -> Act:
    assert isinstance(step, Act)  # noqa: S101 - the parser lets no other step begin a branch
    return step


def _how_it_ended(driver: Driver) -> str:
    ending = driver.transcript.ending
    return ending.incident.value if ending is not None else "nothing came in time"


def _number(octets: bytes) -> Value:
    return int(octets) if octets.isdigit() and not octets.startswith(b"0") and len(octets) < 10 else octets


def _names(prepared: Prepared) -> Mapping[str, Value]:
    password = prepared.account.password_octets
    names: dict[str, Value] = {
        "user": prepared.account.name_octets,
        "password": password,
        "wrong": b"not" + password[::-1],
        "almost": password + b"x",
        "short": password[:-1] or b"x",
    }
    if prepared.other is not None:
        names |= {"user2": prepared.other.name_octets, "password2": prepared.other.password_octets}
    return names


_LOGINS: Final = frozenset({"PASS", "APOP", "AUTH"})
_LOST: Final[Mapping[Incident | None, str]] = {
    Incident.SERVER_CLOSED: "the server closed the connection",
    Incident.SERVER_RESET: "the server reset the connection",
    Incident.WAITED: "none came in time",
    Incident.TOO_MUCH: "it was longer than anything that is read",
}
