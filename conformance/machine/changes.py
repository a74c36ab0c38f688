"""What differs between two servers that played the same session.

Either of two things: a clause that one of them breaks and the other does not, or a command that both answer in ways
that are kept apart here (+OK or -ERR, lines or none, how many messages, which octets), though both may be lawful.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Final, Literal

from conformance.machine.explore import Finding, broken_clauses, needs_pieces
from conformance.machine.heard import Heard, Reply
from conformance.machine.listening import Played
from conformance.results import CaseResult
from conformance.scenario import Scenario
from conformance.transcript import Incident
from conformance.wire import VERBS

__all__ = ["Answered", "Broken", "Change", "Kind", "Pair", "Side", "What"]

Side = Literal["A", "B"]

_LOSSES: Final[Mapping[Incident | None, str]] = {
    Incident.SERVER_CLOSED: "the end of the connection",
    Incident.SERVER_RESET: "the end of the connection",
    Incident.WAITED: "nothing",
    Incident.TOO_MUCH: "more than is read",
}
"""How to tell of a reply that did not come; of another loss the client was the cause."""
_LOST: Final = frozenset(_LOSSES.values())
_ANY: Final = "an answer"
_BEHIND: Final = "a command behind others that were refused"
_INDICATORS: Final = frozenset({"+OK", "-ERR", "+"})


class Kind(StrEnum):
    """What a change means for whoever replaces A by B."""

    REGRESSION = "regression"
    """B breaks a clause that A does not break."""
    MENDED = "mended"
    """The other way round."""
    BEHAVIOUR = "behaviour"
    """Both are lawful."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A clause that one of both broke."""

    clause: str
    by: Side


@dataclass(frozen=True, slots=True)
class Answered:
    """A command that the two answer in different ways; without its arguments, so that one cause is one thing."""

    verb: str
    """In capitals, or what kind of a command it is, in words."""
    a: str
    """What A answers with, in words."""
    b: str
    blurred: bool = field(default=False, compare=False)
    """Whether a line went before, on another connection, that servers may read in more than one way."""

    def covers(self, other: "Answered") -> bool:
        """Whether the other one is the same thing: what is lost behind refusals may be lost without them as well."""
        ways = tuple(way if way in _LOST else _ANY for way in (other.a, other.b))
        return other == self or (self.verb == _BEHIND and ways == (self.a, self.b) and ways != (_ANY, _ANY))


What = Broken | Answered


@dataclass(frozen=True, slots=True)
class Change:
    """A difference, and the shortest session that shows it."""

    kind: Kind
    clauses: tuple[str, ...]
    """That are broken in that session by one of both, the first one is what was looked for; none for a behaviour."""
    answered: Answered | None
    """For a behaviour."""
    scenario: Scenario
    a: CaseResult
    """How that session went on A, when it showed the difference last."""
    b: CaseResult
    at: int
    """Which of the drawn sessions showed it first, counted from 1."""
    plays: int
    """How often the shortest session was played again on both, to see."""
    shown: int
    """How often it showed it."""
    sessions: int = 1
    """How many of the drawn sessions showed it."""

    @property
    def firm(self) -> bool:
        """Whether it showed each time."""
        return self.shown == self.plays

    @property
    def in_pieces(self) -> bool:
        """Whether it shows only when a command comes octet by octet."""
        return needs_pieces(self.scenario)

    @property
    def finding(self) -> Finding:
        """What is broken, as it is written to a scenario file."""
        case = self.b if self.kind is Kind.REGRESSION else self.a
        return Finding(self.clauses[0], self.scenario, case, self.at, self.plays, self.shown)


@dataclass(frozen=True)
class Pair:
    """A session, played on both."""

    scenario: Scenario
    a: Played
    b: Played

    @property
    def sides(self) -> tuple[tuple[Side, Played], ...]:
        """Both, with their names."""
        return ("A", self.a), ("B", self.b)

    @cached_property
    def broken(self) -> tuple[Broken, ...]:
        """Clauses that one broke, and the other did not though it came to the end of the session."""
        by_a, by_b = broken_clauses(self.a.case), broken_clauses(self.b.case)
        regressed = [Broken(clause, "B") for clause in by_b if clause not in by_a and not self.a.case.reason]
        mended = [Broken(clause, "A") for clause in by_a if clause not in by_b and not self.b.case.reason]
        return (*regressed, *mended)

    @cached_property
    def answered(self) -> tuple[Answered, ...]:
        """What was answered in different ways, in the order of the session; each once."""
        return tuple(dict.fromkeys(_answered(self.a.heard, self.b.heard)))

    def shows(self, what: What) -> bool:
        """Whether it shows this; of what is answered in different ways, that both are lawful besides."""
        if isinstance(what, Broken):
            return what in self.broken
        return not self.broken and any(what.covers(one) for one in self.answered)


def _answered(a: Heard, b: Heard) -> Iterator[Answered]:
    blurred = False
    for connection, replies in a.items():
        others = b.get(connection, ())
        for answered in _on_one(*_aligned(replies, others)):
            yield replace(answered, blurred=blurred)
        blurred |= not all(reply.certain for reply in (*replies, *others))


def _aligned(a: Sequence[Reply], b: Sequence[Reply]) -> tuple[Sequence[Reply], Sequence[Reply]]:
    """From the login on where the ways to it are not the same."""
    early_a, early_b = _early(a), _early(b)
    if [reply.verb for reply in a[:early_a]] == [reply.verb for reply in b[:early_b]]:
        return a, b
    entered = early_a < len(a) and early_b < len(b)
    return (a[early_a:], b[early_b:]) if entered else (a, b)


def _early(replies: Sequence[Reply]) -> int:
    """How many there were before the login."""
    return next((place for place, reply in enumerate(replies) if not reply.early), len(replies))


def _on_one(a: Iterable[Reply], b: Iterable[Reply]) -> Iterator[Answered]:
    """As far as both say the same and it is certain what is answered by what, and until an answer is missing."""
    for one, other in zip(a, b, strict=False):
        if not (one.certain and other.certain) or one.verb != other.verb:
            return
        words = _ways(one, other)
        if words is not None:
            yield Answered(_named(one, other), *words)
        left = one.verb == "QUIT" and "+OK" in (one.kind, other.kind)  # how fast it closes then is no difference
        if left or not (_in_time(one) and _in_time(other)):
            return


def _ways(one: Reply, other: Reply) -> tuple[str, str] | None:
    """How the two answer, in words; None where that is the same, or the client left before it could be seen."""
    if not all(_kind(reply) for reply in (one, other)):
        return None
    if _kind(one) != _kind(other):
        excused = one.excused or other.excused
        first, second = (_ANY if excused and _in_time(reply) else _kind(reply) for reply in (one, other))
        return first, second
    if one.body != other.body:
        return _with_lines(one), _with_lines(other)
    if one.counts != other.counts:
        return _amounts(one.counts, other.counts)
    if one.content is not None and one.content.differs_from(other.content):
        return ("one list", "another list") if one.verb == "CAPA" else ("a message", "that message in other octets")
    return None


def _in_time(reply: Reply) -> bool:
    return reply.answered and not reply.late


def _kind(reply: Reply) -> str:
    """The indicator, or what came in place of a reply; empty where the client left before anything could come."""
    if reply.late:
        return _LOSSES[Incident.WAITED]
    if not reply.answered:
        return _LOSSES.get(reply.lost, "")
    return reply.kind if reply.kind in _INDICATORS else "neither +OK nor -ERR"


def _with_lines(reply: Reply) -> str:
    return f"{_kind(reply)} and lines" if reply.body else f"{_kind(reply)} alone"


def _amounts(one: Sequence[int], other: Sequence[int]) -> tuple[str, str]:
    """Of a listing by its rows; of a number by its size."""
    few, many = "fewer messages", "more messages"
    first, second = (len(one), len(other)) if len(one) != len(other) else (sum(one), sum(other))
    if len(one) == len(other) != 1 or first == second:
        return "some numbers", "other numbers"
    return (few, many) if first < second else (many, few)


def _named(one: Reply, other: Reply) -> str:
    """The verb; where a server has left or slowed down behind refusals it does not matter which it was."""
    if one.excused or other.excused:
        return _BEHIND
    if one.verb == "greeting":
        return "the greeting"
    return one.verb if one.verb in VERBS else "a command that is none of POP3"
