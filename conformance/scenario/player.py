"""Plays one scenario against a target and says what each clause came to.

Only a line that is marked with a clause can accuse, and only of that clause. Where any other expectation fails the
scenario ends, inconclusive: what is wrong there is for the scenario that is about it, and for the monitor, which judges
every exchange of every scenario.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from conformance.clauses import CATALOGUE
from conformance.driver import Driver, TargetError
from conformance.mailboxes import FillError
from conformance.monitor import Ledger, Monitor
from conformance.results import CaseResult, fold, masked
from conformance.scenario.dialogue import Dialogue, HeldBack, Stop
from conformance.scenario.document import Scenario
from conformance.scenario.expressions import ExpressionError, Value
from conformance.scenario.matching import Mismatch, Unclear, fill, tell
from conformance.scenario.needs import strongest_scram
from conformance.scenario.oracle import oracle
from conformance.scenario.stage import NotPlayed, Prepared, Stage
from conformance.scenario.steps import (
    Act,
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
from conformance.transcript import Conversation, Secrets, text_lines
from conformance.verdicts import Outcome, Verdict

__all__ = ["Judge", "play"]

Judge = Callable[[Sequence[Conversation]], Iterable[Verdict]]
"""Sees all sessions of a scenario once they are over, in the order of time, and says what it thinks of clauses."""


def play(
    scenario: Scenario, stage: Stage, clauses: Collection[str] = CATALOGUE, *, judge: Judge | None = None
) -> CaseResult:
    """Play it, judge it by these clauses, and leave nothing open. A `judge` is heard besides the monitor."""
    case, crowded = _play(scenario, stage, clauses, judge)
    if crowded and not scenario.wrong_logins:
        # A server that rewrites the maildrop behind a session that was broken off can bring back what was taken away
        # meanwhile. What is ours of it is taken away now, and what is not holds DELE back again.
        case, _ = _play(scenario, stage, clauses, judge)
    return case


def _play(scenario: Scenario, stage: Stage, clauses: Collection[str], judge: Judge | None) -> tuple[CaseResult, bool]:
    """What came of it, and whether it ended because there was more mail than ours."""
    began = time.monotonic()
    secrets = _secrets(stage)
    try:
        prepared = stage.prepare(scenario)
    except NotPlayed as why:
        return masked(_unplayed(scenario, clauses, why.outcome, why.reason, began), secrets), False
    except (FillError, TargetError) as error:
        return masked(_unplayed(scenario, clauses, Outcome.ERRORED, str(error), began), secrets), False
    play = _Play(scenario, stage, prepared, began, clauses, judge)
    case = play.run()
    if play.crowded:
        stage.spoiled(prepared.account)
    return case, play.crowded


def _unplayed(scenario: Scenario, clauses: Collection[str], outcome: Outcome, reason: str, began: float) -> CaseResult:
    judged = sorted(clause for clause in scenario.clauses if clause in clauses)
    verdicts = tuple(Verdict(clause, outcome, reason) for clause in judged)
    return CaseResult(
        id=scenario.id,
        title=scenario.title,
        rfc=scenario.rfc,
        section=scenario.section,
        outcome=outcome,
        reason=reason,
        verdicts=verdicts,
        seconds=time.monotonic() - began,
        clauses=scenario.clauses,
    )


class _Play:
    def __init__(
        self,
        scenario: Scenario,
        stage: Stage,
        prepared: Prepared,
        began: float,
        clauses: Collection[str],
        judge: Judge | None,
    ) -> None:
        self._scenario = scenario
        self._stage = stage
        self._prepared = prepared
        self._began = began
        self._clauses = clauses
        self._judge = judge
        self._variables: dict[str, Value] = {**_names(prepared), **scenario.values}
        if stage.features is not None:
            self._variables["scram"] = strongest_scram(stage.features).encode()
        self._secrets = _secrets(stage).with_more(_secret(self._variables))
        self._delivered = list(prepared.delivered or ())
        self._dialogue = Dialogue(stage, prepared, self._variables)
        self.crowded = False
        """Whether it ended because there was more mail than ours."""
        self._verdicts: list[Verdict] = []
        self._notes: list[str] = []

    def run(self) -> CaseResult:
        outcome, reason = Outcome.KEPT, ""
        try:
            self._block(self._scenario.steps)
        except Stop as stop:
            outcome, reason = stop.outcome, stop.reason
            self.crowded = isinstance(stop, HeldBack) and outcome is Outcome.ERRORED
        except NotPlayed as why:
            outcome, reason = why.outcome, why.reason
        except (FillError, TargetError) as error:
            outcome, reason = Outcome.ERRORED, str(error)
        except ExpressionError as error:
            outcome, reason = Outcome.INCONCLUSIVE, str(error)
        finally:
            self._dialogue.close()
        return self._result(outcome, reason)

    # -- the verdict ---------------------------------------------------------------------------------------------

    def _result(self, outcome: Outcome, reason: str) -> CaseResult:
        drivers = self._dialogue.drivers
        features, rate = self._stage.features, self._stage.target.clock_rate
        ledger = Ledger(capabilities=features.lists if features is not None else (), clock_rate=rate)
        for octets in self._delivered:
            ledger.add_delivered(self._prepared.account.name_octets, octets)
        if (other := self._prepared.other) is not None:
            for octets in self._prepared.second:
                ledger.add_delivered(other.name_octets, octets)
        monitor = Monitor(ledger)
        conversations = [driver.conversation for driver in drivers]
        seen = list(monitor.judge(conversations))
        if self._dialogue.takes_anything:
            seen += oracle(conversations, features.announced if features is not None else ())
        seen += self._judge(conversations) if self._judge is not None else ()
        if outcome is Outcome.ERRORED:  # what a server that is gone does not answer is nobody's fault
            seen = [verdict for verdict in seen if not _is_about_silence(verdict, drivers)]
        verdicts = fold([verdict for verdict in (*self._verdicts, *seen) if verdict.clause in self._clauses])
        verdicts = fold([*verdicts, *self._unreached(outcome, reason, verdicts)])
        if any(v.outcome is Outcome.BROKEN and CATALOGUE[v.clause].can_fail for v in verdicts):
            outcome = Outcome.BROKEN
        elif (
            outcome is Outcome.BROKEN
        ):  # where the texts are disputed, or what is not judged: told, not held against it
            unreached = any(verdict.outcome is Outcome.INCONCLUSIVE for verdict in verdicts)
            outcome = Outcome.INCONCLUSIVE if unreached else Outcome.KEPT
        if outcome is not Outcome.KEPT or self._spoils(drivers):  # where something went wrong mail may have gone, too
            self._stage.spoiled(self._prepared.account)
        evidence = [verdict.evidence for verdict in verdicts if verdict.evidence and verdict.outcome is Outcome.BROKEN]
        secrets = self._secrets.with_more(_secret(self._variables))
        said = [driver.conversation for driver in drivers] if self._stage.settings.shows else []
        transcript = text_lines(said, secrets, evidence)
        for driver in drivers:
            driver.transcript.close()
        case = CaseResult(
            id=self._scenario.id,
            title=self._scenario.title,
            rfc=self._scenario.rfc,
            section=self._scenario.section,
            outcome=outcome,
            reason=reason,
            verdicts=verdicts,
            notes=tuple(self._notes),
            seconds=time.monotonic() - self._began,
            clauses=self._scenario.clauses,
            transcript=transcript,
            accusers=tuple(sorted(monitor.accusers)),
        )
        return masked(case, secrets)

    def _unreached(self, outcome: Outcome, reason: str, judged: Iterable[Verdict]) -> list[Verdict]:
        """Clauses whose lines the play did not come to, when it ended early."""
        if outcome is Outcome.KEPT:
            return []
        if outcome is Outcome.BROKEN:
            outcome, reason = Outcome.INCONCLUSIVE, "the scenario ended before this was tried"
        missing = set(self._scenario.clauses).intersection(self._clauses) - {verdict.clause for verdict in judged}
        return [Verdict(clause, outcome, reason) for clause in sorted(missing)]

    def _spoils(self, drivers: list[Driver]) -> bool:
        """Whether the maildrop may hold something else now than before."""
        touched = any(exchange.verb == "DELE" for driver in drivers for exchange in driver.conversation.exchanges)
        return touched or len(self._delivered) != len(self._prepared.delivered or ())

    # -- the steps -----------------------------------------------------------------------------------------------

    def _block(self, block: Block) -> None:
        for step in block:
            self._step(step)

    def _step(self, step: Step) -> None:
        match step:
            case Send():
                self._dialogue.send(step)
            case Expect():
                self._judged(step.clauses, lambda: self._dialogue.expect(step))
            case Act():
                self._judged(step.clauses, lambda: self._dialogue.act(step))
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
                told = tell(step.text, self._variables)
                self._notes.append(told)
                self._verdicts += [Verdict(clause, Outcome.KEPT, told) for clause in step.clauses]
            case Deliver():
                more = self._stage.deliver(self._prepared.account, step.mail, self._scenario.mail)
                self._delivered += more
                self._dialogue.later += len(more)
            case Restart():
                self._stage.restart()
            case Skip():
                if step.unless is None or not step.unless.value(self._variables):
                    raise Stop(Outcome.NOT_APPLICABLE, step.text)

    def _judged(self, clauses: tuple[str, ...], what: Callable[[], None]) -> None:
        self._dialogue.evidence = None
        try:
            what()
        except Mismatch as mismatch:
            if not clauses:
                raise Stop(Outcome.INCONCLUSIVE, mismatch.reason) from None
            self._accuse(clauses, mismatch)
        self._verdicts += [Verdict(clause, Outcome.KEPT, evidence=self._dialogue.evidence) for clause in clauses]

    def _accuse(self, clauses: tuple[str, ...], mismatch: Mismatch) -> None:
        if isinstance(mismatch, Unclear):
            raise Stop(Outcome.INCONCLUSIVE, mismatch.reason)
        if mismatch.lost and not self._stage.alive():
            reason = f"the server is gone: it takes no connections any more. {mismatch.reason}"
            raise Stop(Outcome.ERRORED, reason)
        if self._dialogue.strangers:
            reason = f"{mismatch.reason}; {self._dialogue.strangers}"
            raise Stop(Outcome.ERRORED, reason)
        self._verdicts += [
            Verdict(clause, Outcome.BROKEN, mismatch.reason, self._dialogue.evidence) for clause in clauses
        ]
        raise Stop(Outcome.BROKEN, mismatch.reason)

    def _choose(self, choice: Choice) -> None:
        mark = dict(self._variables)
        seen: Mismatch | None = None
        for branch in choice.branches:
            first, *rest = branch
            positions = self._dialogue.positions()
            try:
                self._dialogue.expect(first) if isinstance(first, Expect) else self._dialogue.act(_as_act(first))
            except Mismatch as mismatch:
                seen = mismatch if seen is None or isinstance(mismatch, Unclear) else seen
                self._variables.clear()
                self._variables |= mark
                self._dialogue.go_back(positions)
                continue
            self._verdicts += [
                Verdict(clause, Outcome.KEPT, evidence=self._dialogue.evidence) for clause in choice.clauses
            ]
            clauses = first.clauses if isinstance(first, Expect | Act) else ()
            self._verdicts += [Verdict(clause, Outcome.KEPT, evidence=self._dialogue.evidence) for clause in clauses]
            self._block(tuple(rest))
            return
        assert seen is not None  # noqa: S101 - a choice has branches, and each of them either returned or was one
        seen.reason = f"none of the answers that are allowed here came: {seen.reason}"
        if not choice.clauses:
            raise Stop(Outcome.INCONCLUSIVE, seen.reason)
        self._accuse(choice.clauses, seen)

    def _check(self, check: Check) -> None:
        if not check.expression.value(self._variables):
            values = {name: self._variables.get(name) for name in sorted(check.expression.names)}
            shown = ", ".join(f"{name} is {value!r:.200}" for name, value in values.items())
            message = f"{check.expression.text} does not hold: {shown}"
            raise Mismatch(message)


def _is_about_silence(verdict: Verdict, drivers: Iterable[Driver]) -> bool:
    """Whether a verdict rests on an exchange in which nothing was answered."""
    evidence = verdict.evidence
    return evidence is not None and any(
        exchange.reply is None
        for driver in drivers
        if driver.transcript.name == evidence.connection
        for exchange in driver.conversation.exchanges
        if exchange.number == evidence.exchange
    )


def _as_act(step: Step) -> Act:
    assert isinstance(step, Act)  # noqa: S101 - the parser lets no other step begin a branch
    return step


def _secrets(stage: Stage) -> Secrets:
    """Every password of the target."""
    return Secrets(secret for account in stage.target.accounts for secret in account.secrets)


def _secret(variables: Mapping[str, Value]) -> Iterator[bytes]:
    """What a scenario makes of the passwords."""
    return (variables[name] for name in _SECRET if name in variables)


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
        "token": prepared.account.token.encode(),
    }
    if prepared.other is not None:
        names |= {"user2": prepared.other.name_octets, "password2": prepared.other.password_octets}
        names |= {"token2": prepared.other.token.encode()}
    return names


_SECRET: Final = ("password", "password2", "wrong", "almost", "short", "digest", "forged")
"""The variables that must not be seen: `forged` is all of `digest` but its last digit."""
