"""Plays the same drawn sessions on two servers, A and B, and keeps what differs: the shortest session for each change.

Sessions are drawn by what both offer. A difference in how a command is answered counts where no clause sets the two
apart, and where nothing before it in its shortest session differs: else it only follows from that. The monitor accuses
of nothing that it cannot be sure of, so about such a difference more is asked before it is said to be lawful.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from conformance.driver import TargetError, TlsMode
from conformance.machine.changes import Answered, Broken, Change, Kind, Pair, Side, What
from conformance.machine.drawing import draw
from conformance.machine.explore import BATCH, IN_PIECES, PATIENCE, SLOW_REFUSAL, Budget, laid_to_pieces
from conformance.machine.heard import Reply
from conformance.machine.listening import Played, listen
from conformance.machine.offers import Offers
from conformance.machine.sessions import login, sessions
from conformance.machine.shorten import shortened
from conformance.machine.witnesses import with_witnesses
from conformance.scenario import Scenario, Stage
from conformance.verdicts import Outcome

__all__ = ["Differ"]

_TRIES: Final = 2
"""How often something is looked into that turned out to follow from something else, or did not show again."""


@dataclass(slots=True)
class Differ:
    """Two stages, compared."""

    a: Stage
    b: Stage
    clauses: Collection[str]
    """Ids of those that are judged."""
    seed: int = 0
    noted: Callable[[str], None] = lambda _: None
    """Told how far it is."""
    drawn: int = 0
    """Sessions that were played on both, shortening aside."""
    commands: int = 0
    """Said to A in these."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why some of them ended early on one side, or on both for different reasons."""
    penalty: float = 0.0
    """Seconds of the slowest refused login."""
    penalty_seen: bool = False
    """Whether no more wrong passwords were sent, as one of both takes its time to refuse them."""
    gone: str = ""
    """Why it ended early: one of both can be reached no more."""
    full: bool = False
    """Whether it ended early because there were so many changes."""
    _found: dict[What, Change] = field(default_factory=dict)
    _guesses: int = 0
    """Wrong passwords that were sent to each."""
    _in_a_row: Counter[Side] = field(default_factory=Counter)
    """Sessions that errored, one behind the other."""
    _seen: Counter[What] = field(default_factory=Counter)
    """How many of the drawn sessions showed it."""
    _known: set[What] = field(default_factory=set)
    _tried: Counter[What] = field(default_factory=Counter)
    _once: set[What] = field(default_factory=set)

    @property
    def changes(self) -> list[Change]:
        """What was found, in the order of time."""
        return [replace(change, sessions=self._seen[what]) for what, change in self._found.items()]

    @property
    def once(self) -> int:
        """How many differences were seen once, and not again in the same session."""
        return len(self._once - self._known)

    def differ(self, budget: Budget) -> list[Change]:
        """Draw, play and compare; the changes. `TargetError` when one of both cannot be worked with at the start."""
        deadline = None if budget.seconds is None else time.monotonic() + budget.seconds
        offers = _common(Offers.of(self.a), Offers.of(self.b))
        fills = all(stage.provisioner.spec != "none" for stage in self._stages.values())
        offers = replace(offers, fills=offers.fills and fills)
        self._see_the_mail(offers)
        while batch := self._batch(offers, min(BATCH, budget.sessions - self.drawn)):
            for scenario in batch:
                self.full = len(self._found) >= budget.findings
                if self.gone or self.full or (deadline is not None and time.monotonic() > deadline):
                    return self.changes
                self.noted(f"{self.drawn} sessions played, {len(self._found)} differences")
                self._compare(scenario, budget)
        return self.changes

    # -- before the first session --------------------------------------------------------------------------------

    def _see_the_mail(self, offers: Offers) -> None:
        """Whether both maildrops show the same: a message that is put there, or what is in them. `TargetError`."""
        scenario = login((("tiny",), {}) if offers.fills else None)
        shown = {side: self._listed(side, scenario) for side in self._stages}
        for side, stage in self._stages.items():
            if offers.fills and not shown[side]:
                message = (
                    f"{stage.target.address} does not show {stage.account.name} the message that --fill delivered. "
                    "Is that where this server keeps mail? --fill-a and --fill-b are for servers that keep it apart."
                )
                raise TargetError(message)
        if shown["A"] != shown["B"]:
            held = " and ".join(f"{shown[side]} on {stage.target.address}" for side, stage in self._stages.items())
            message = (
                f"the two maildrops do not hold the same number of messages: {held}. "
                "Answers can be compared only where both hold the same mail, or none."
            )
            raise TargetError(message)

    def _listed(self, side: Side, scenario: Scenario) -> int:
        """How many messages there are behind a login."""
        played = self._listen(side, scenario)
        if played.case.outcome is not Outcome.BROKEN and played.case.reason:
            message = f"{self._stages[side].target.address}: {played.case.reason}"
            raise TargetError(message)
        listings = [reply for replies in played.heard.values() for reply in replies if reply.verb == "LIST"]
        return len(listings[-1].counts) if listings else 0

    # -- playing -------------------------------------------------------------------------------------------------

    @property
    def _stages(self) -> dict[Side, Stage]:
        return {"A": self.a, "B": self.b}

    @property
    def _in_pieces(self) -> bool:
        """Whether it is known that one of both minds commands in pieces, which would be found again and again."""
        return any(IN_PIECES in change.clauses for change in self._found.values())

    def _batch(self, offers: Offers, size: int) -> list[Scenario]:
        """The next sessions, so many at most; no odd things in them that would cost time for nothing."""
        allowed = min(stage.settings.failed_logins for stage in self._stages.values())
        self.penalty_seen |= offers.wrong and self.penalty > SLOW_REFUSAL
        wrong = offers.wrong and not self.penalty_seen and self._guesses < allowed
        batch: list[Scenario] = []
        if size > 0:
            drawn = sessions(replace(offers, wrong=wrong, pieces=not self._in_pieces))
            draw(drawn, lambda scenario: batch.append(scenario), size, self.seed, self.drawn)
        return batch

    def _play(self, scenario: Scenario, *, tell: bool = False) -> Pair:
        return Pair(scenario, self._listen("A", scenario, tell=tell), self._listen("B", scenario, tell=tell))

    def _listen(self, side: Side, scenario: Scenario, *, tell: bool = False) -> Played:
        """Play it on one side."""
        stage, other = (self.a, self.b) if side == "A" else (self.b, self.a)
        if (stage.provisioner.spec, stage.account.name) == (other.provisioner.spec, other.account.name):
            other.spoiled(other.account)  # it may be the same maildrop
        played = listen(scenario, stage, self.clauses, contents=True, tell=tell)
        if stage.target.tls.mode is not TlsMode.STARTTLS:
            return played
        return replace(played, heard={name: _within_tls(replies) for name, replies in played.heard.items()})

    def _see_whether_it_is_there(self, side: Side, played: Played) -> None:
        self._in_a_row[side] = self._in_a_row[side] + 1 if played.case.outcome is Outcome.ERRORED else 0
        if self._in_a_row[side] >= PATIENCE:
            self._in_a_row[side] = 0
            stage = self._stages[side]
            if not stage.alive():
                address = stage.target.address
                self.gone = f"{side}, {address}, is gone: it takes no connections any more. {played.case.reason}"

    # -- comparing -----------------------------------------------------------------------------------------------

    def _compare(self, scenario: Scenario, budget: Budget) -> None:
        """Play a drawn session and look into what is new."""
        self.drawn += 1
        self._guesses += scenario.wrong_logins
        pair, at = self._play(scenario), self.drawn
        self.commands += pair.a.commands
        alike = pair.a.case.reason == pair.b.case.reason
        for side, played in pair.sides:
            self.penalty = max(self.penalty, played.penalty)
            self._see_whether_it_is_there(side, played)
            if played.case.reason and not alike:
                self.reasons[f"on {side}: {played.case.reason}"] += 1
        whats: tuple[What, ...] = (*pair.broken, *pair.answered)
        self._seen.update(whats)
        for what in whats:
            if what not in self._known and self._tried[what] < _TRIES and len(self._found) < budget.findings:
                self._tried[what] += 1
                self._look_into(what, pair, at, budget)

    def _look_into(self, what: What, pair: Pair, at: int, budget: Budget) -> None:
        """Shorten the session, see whether what it shows is firm, and keep it if it is no consequence of another."""

        def shows(candidate: Scenario) -> bool:
            return self._play(candidate).shows(what)

        short = pair.scenario
        if not pair.shows(what) or shows(short):  # else it takes luck, and there is no telling what is needed for it
            short = shortened(short, shows, plays=budget.plays, seconds=budget.patience)
        pairs = [self._play(short, tell=True) for _ in range(budget.again)]
        showing = [one for one in pairs if one.shows(what)]
        if not showing:
            self._once |= {what} if pair.shows(what) else set()
            return
        last = showing[-1]
        if isinstance(what, Answered) and self._is_explained(what, last, at, budget):
            return
        self._known.add(what)
        if isinstance(what, Broken):  # which explains what is answered in different ways here
            self._known.update(one for one in last.broken if one.by == what.by)
            self._known.update(last.answered)
            for one in [one for one in self._found if isinstance(one, Answered)]:
                if any(one.covers(explained) for explained in last.answered):
                    del self._found[one]
        change = _change(what, last, at, len(pairs), len(showing))
        if not (change.in_pieces and self._in_pieces):
            self._found[what] = change

    def _is_explained(self, what: Answered, pair: Pair, at: int, budget: Budget) -> bool:
        """Whether it follows from something before it, or is known, or breaks a clause once more is asked about it."""
        first = pair.answered[0]
        if not what.covers(first):
            return True
        if what != first and first in self._known:
            self._known.add(what)
            return True
        more = self._play(with_witnesses(pair.scenario))
        for broken in more.broken:
            if broken not in self._known and self._tried[broken] < _TRIES:
                self._tried[broken] += 1
                self._seen[broken] = max(self._seen[broken], self._seen[what])
                self._look_into(broken, more, at, budget)
        explained = what in self._known
        self._known.add(first)
        return explained


def _within_tls(replies: Sequence[Reply]) -> Sequence[Reply]:
    """Without STLS behind the greeting, which is the run's own way to TLS."""
    return (*replies[:1], *replies[2:]) if [reply.verb for reply in replies[1:2]] == ["STLS"] else replies


def _change(what: What, pair: Pair, at: int, plays: int, shown: int) -> Change:
    a, b = pair.a.case, pair.b.case
    if isinstance(what, Answered):
        return Change(Kind.BEHAVIOUR, (), pair.answered[0], pair.scenario, a, b, at, plays, shown)
    clauses = (what.clause, *(one.clause for one in pair.broken if one.by == what.by and one != what))
    kind = Kind.REGRESSION if what.by == "B" else Kind.MENDED
    change = Change(kind, clauses, None, pair.scenario, a, b, at, plays, shown)
    if not change.in_pieces:
        return change
    found = laid_to_pieces(change.finding)
    a, b = (a, found.case) if kind is Kind.REGRESSION else (found.case, b)
    return replace(change, clauses=(found.clause,), a=a, b=b)


def _common(a: Offers, b: Offers) -> Offers:
    """What both offer."""
    return Offers(
        fills=a.fills and b.fills,
        wrong=a.wrong and b.wrong,
        plain=a.plain and b.plain,
        apop=a.apop and b.apop,
        starts_tls=a.starts_tls and b.starts_tls,
        mechanisms=tuple(name for name in a.mechanisms if name in b.mechanisms),
    )
