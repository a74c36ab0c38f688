"""The monitor: goes through what was said on all connections of a scenario, in the order of time, and judges it."""

from collections.abc import Iterable, Iterator
from typing import Final

import conformance.monitor.judges  # noqa: F401  # enters the judges
from conformance.monitor.accounts import learn_drop
from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.history import Scene
from conformance.monitor.ledger import Ledger
from conformance.monitor.openings import Openings
from conformance.monitor.registry import EVERY, TURN, Rule, SessionRule, exchange_rules, session_rules
from conformance.monitor.seen import Seen
from conformance.monitor.session import Session
from conformance.transcript import Conversation, Evidence, Exchange
from conformance.verdicts import Outcome, Verdict

__all__ = ["Monitor"]

_MISLEADING: Final = frozenset(
    {"R1939-STATE-04", "R1939-AUTH-12", "R1939-AUTH-13", "R1939-DELE-02", "R1939-APOP-08", "R5034-AUTH-03"}
)
"""Clauses after whose break the server stands elsewhere than commands and replies say: no more is built on them."""


class Monitor:
    """Judges the sessions of a scenario, or of a recording, clause by clause."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        self.ledger = Ledger() if ledger is None else ledger
        self.notes: tuple[str, ...] = ()
        """What was worth telling in the sessions judged last, and breaks nothing."""
        self.accusers: set[str] = set()
        """The rules that found something broken in the sessions judged last, by name."""
        self._rules = exchange_rules()
        self._session_rules = session_rules()
        self._broken: dict[str, Verdict] = {}
        self._kept: dict[str, Verdict] = {}
        self._told: set[Rule] = set()

    def judge(self, conversations: Iterable[Conversation]) -> list[Verdict]:
        """What all connections of a scenario show: for each clause the first break, else one verdict that it was kept.

        A clause that was not put to the test has no verdict.
        """
        self._broken, self._kept, self._told, self.accusers = {}, {}, set(), set()
        scene = Scene(self.ledger)
        openings = Openings()
        sessions = []
        for conversation in conversations:
            conversation.follow()
            sessions.append(Session(conversation, scene))
        for session, exchange in _in_order(sessions):
            if exchange is None:
                openings.ended(session)
            else:
                self._look_at(session, exchange)
                openings.follow(session, exchange)
        for session in sessions:
            self._look_back(session)
        self.notes = tuple(scene.notes)
        clauses = {**self._kept, **self._broken}
        return [clauses[clause] for clause in sorted(clauses)]

    def _look_at(self, session: Session, exchange: Exchange) -> None:
        seen = Seen(exchange, session)
        if session.sure and exchange.certain and (session.pipelines or not exchange.pipelined):
            self._apply(self._rules.get(TURN if seen.turn else seen.verb) or self._rules[EVERY], seen)
        if session.sure and exchange.certain and exchange.reply is not None and exchange.lost is None:
            learn_drop(seen)
        session.learn(exchange)

    def _apply(self, rules: tuple[Rule, ...], seen: Seen) -> None:
        misled = False
        for rule in rules:
            finding = rule.look(seen)
            if finding is None or (finding is KEPT and rule in self._told):
                continue
            self._told.add(rule)
            self._file(rule, finding, seen.exchange)
            misled |= finding.broken and not _MISLEADING.isdisjoint(rule.clauses)
        seen.session.adrift |= misled

    def _look_back(self, session: Session) -> None:
        for rule in self._session_rules:
            finding = rule.look(session)
            if finding is not None:
                last = session.conversation.exchanges[-1] if session.conversation.exchanges else None
                self._file(rule, finding, last)

    def _file(self, rule: Rule | SessionRule, finding: Finding, exchange: Exchange | None) -> None:
        if finding.broken:
            self.accusers.add(str(rule))
            for clause in rule.clauses:
                if clause not in self._broken:
                    self._broken[clause] = Verdict(clause, Outcome.BROKEN, finding.reason, finding.evidence)
            return
        for clause in rule.clauses:
            if clause not in self._kept and exchange is not None:
                evidence = Evidence(exchange.transcript.name, exchange.number)
                self._kept[clause] = Verdict(clause, Outcome.KEPT, "", evidence)


def _in_order(sessions: list[Session]) -> Iterator[tuple[Session, Exchange | None]]:
    """All exchanges in the order of time, each session followed by a None for its end."""
    moments: list[tuple[float, int, int, Session, Exchange | None]] = []
    for order, session in enumerate(sessions):
        when = session.conversation.transcript.opened
        for exchange in session.conversation.exchanges:
            when = max(when, exchange.when)
            moments.append((when, order, exchange.number, session, exchange))
        ending = session.ending
        over = float("inf") if ending is None else session.conversation.transcript.opened + ending.at
        moments.append((max(when, over), order, len(session.conversation.exchanges), session, None))
    moments.sort(key=lambda moment: moment[:3])
    for *_, session, event in moments:
        yield session, event
