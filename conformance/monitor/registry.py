"""Which judges there are: each names its clauses and the commands whose exchanges it looks at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from conformance.monitor.findings import Finding
from conformance.monitor.seen import Seen
from conformance.monitor.session import Session

__all__ = [
    "EVERY",
    "GREETING",
    "JUDGES",
    "TURN",
    "Judge",
    "Rule",
    "SessionJudge",
    "SessionRule",
    "exchange_rules",
    "judge",
    "judge_session",
    "session_rules",
]

Judge = Callable[[Seen], Finding | None]
"""Looks at one exchange, with all that was seen before it; None when that did not put the clause to the test."""

SessionJudge = Callable[[Session], Finding | None]
"""Looks back at a whole session, once it is over."""

EVERY: Final = "*"
"""Stands for every command."""

GREETING: Final = "greeting"
"""Stands for the greeting."""

TURN: Final = "turn"
"""Stands for the turns of AUTH, which are no commands (RFC 5034 §4)."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A judge of exchanges, and what it judges."""

    clauses: tuple[str, ...]
    """What it finds holds of each of them."""
    verbs: tuple[str, ...]
    look: Judge

    def __str__(self) -> str:
        return _name(self.look, self.clauses)


@dataclass(frozen=True, slots=True)
class SessionRule:
    """A judge of sessions, and what it judges."""

    clauses: tuple[str, ...]
    look: SessionJudge

    def __str__(self) -> str:
        return _name(self.look, self.clauses)


def _name(look: "Judge | SessionJudge", clauses: tuple[str, ...]) -> str:
    """How a rule is called: the room and name of its judge, and the clauses, as one judge may serve several rules."""
    return f"{look.__module__.rpartition('.')[2]}.{look.__name__}({', '.join(clauses)})"


_RULES: Final[list[Rule]] = []
_SESSION_RULES: Final[list[SessionRule]] = []
_JUDGES: Final[dict[str, tuple[Judge | SessionJudge, ...]]] = {}

JUDGES: Final[Mapping[str, tuple[Judge | SessionJudge, ...]]] = MappingProxyType(_JUDGES)
"""The judges of each clause, by its id."""


def judge(*clauses: str, verb: str | tuple[str, ...] = EVERY) -> Callable[[Judge], Judge]:
    """Enter a function among the judges of these clauses, for the exchanges of these commands."""

    def enter(look: Judge) -> Judge:
        _RULES.append(Rule(clauses, (verb,) if isinstance(verb, str) else verb, look))
        _note(clauses, look)
        return look

    return enter


def judge_session(*clauses: str) -> Callable[[SessionJudge], SessionJudge]:
    """Enter a function among the judges of these clauses that look at a session when it is over."""

    def enter(look: SessionJudge) -> SessionJudge:
        _SESSION_RULES.append(SessionRule(clauses, look))
        _note(clauses, look)
        return look

    return enter


@cache  # all judges are entered when the package is imported
def exchange_rules() -> Mapping[str, tuple[Rule, ...]]:
    """The rules for each command, the greeting and turns; under `EVERY` those for the commands that are not named."""
    verbs = {verb for rule in _RULES for verb in rule.verbs}
    return {verb: tuple(rule for rule in _RULES if _meets(rule, verb)) for verb in verbs | {EVERY, GREETING, TURN}}


def session_rules() -> tuple[SessionRule, ...]:
    """The rules for sessions that are over."""
    return tuple(_SESSION_RULES)


def _meets(rule: Rule, verb: str) -> bool:
    return verb in rule.verbs or (EVERY in rule.verbs and verb not in (GREETING, TURN))


def _note(clauses: tuple[str, ...], look: Judge | SessionJudge) -> None:
    for clause in clauses:
        _JUDGES[clause] = (*_JUDGES.get(clause, ()), look)
