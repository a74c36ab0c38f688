"""Keeps mail of others from being removed: a session says DELE only where every message that it sees is ours.

What is known is how many messages the run delivered, and how many of them its own sessions removed. A maildrop that
shows just as many holds nothing else; where it shows more, somebody else's mail came in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from conformance.scenario.excuses import LOGINS
from conformance.transcript import Conversation
from conformance.verdicts import Outcome
from conformance.wire import State

__all__ = ["Held", "Stock", "held_back", "may_delete", "stock"]

_OUTSIDE: Final = frozenset({State.CONNECTED, State.AUTHORIZATION})
_TAIL: Final = 8
"""Octets of what was said before that are looked at together with what is said next."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What a session found when it began."""

    found: int
    """Messages that it listed."""
    least: int | None
    """How many of ours there must be; None when nothing is known of the maildrop."""
    most: int | None
    """How many of ours there can be."""

    @property
    def all_ours(self) -> bool:
        """Whether nobody else's mail can be among them."""
        if self.least is None or self.most is None:
            return self.found == 0
        return self.least <= self.found <= self.most


@dataclass(frozen=True, slots=True)
class Held:
    """Why DELE is not sent."""

    outcome: Outcome
    reason: str


def stock(found: int, delivered: int | None, later: int, conversations: Iterable[Conversation]) -> Stock:
    """The stock of a session that begins now.

    `delivered` messages were there at first, `later` ones were handed over since and may be on their way.
    """
    if delivered is None:
        return Stock(found, None, None)
    removed = perhaps = 0
    for conversation in conversations:
        sure, unsure = _removed(conversation)
        removed += sure
        perhaps += unsure
    return Stock(found, delivered - removed - perhaps, delivered + later - removed)


def _removed(conversation: Conversation) -> tuple[int, int]:
    """Messages that a session has removed for sure, and those that it may have removed besides."""
    marked = unsure = 0
    for exchange in conversation.exchanges:
        if exchange.state is not State.TRANSACTION:
            continue
        if exchange.verb == "DELE":
            marked += exchange.positive
            unsure += not (exchange.positive or exchange.negative)
        elif exchange.verb == "RSET" and exchange.positive:
            marked = unsure = 0
        elif exchange.verb == "QUIT" and exchange.positive:
            return marked, unsure
    return 0, marked + unsure


def may_delete(conversation: Conversation, before: bytes, octets: bytes) -> tuple[bool, bytes]:
    """Whether octets, said after others, can make a server delete something; and what to hand in as `before` next.

    In doubt they can: a server may cut lines where it likes, and pass over NUL.
    """
    said = before + octets.replace(b"\0", b"").upper()
    if b"DELE" not in said:
        return False, said[-_TAIL:]
    waiting = {command.verb for command in conversation.connection.waiting}
    entering = any(exchange.verb == "AUTH" and not exchange.negative for exchange in conversation.exchanges)
    logins = any(login.encode() in said for login in LOGINS) or not waiting.isdisjoint(LOGINS) or entering
    return conversation.state not in _OUTSIDE or logins, said[-_TAIL:]


def held_back(found: Stock | None) -> Held | None:
    """Why a session with this stock says no DELE; None when it may."""
    lead = "DELE is held back: the maildrop"
    if found is None:
        return Held(Outcome.ERRORED, f"{lead} was not listed after <log in>")
    if found.all_ours:
        return None
    if found.most is None:
        return Held(Outcome.ERRORED, f"{lead} holds {found.found} messages that this run did not put there")
    if found.found > found.most:
        return Held(
            Outcome.ERRORED, f"{lead} holds {found.found} messages, and {max(found.most, 0)} of them can be ours"
        )
    missing = f"shows {found.found} messages and must hold {found.least} of ours, so it is not certain whose they are"
    return Held(Outcome.INCONCLUSIVE, f"{lead} {missing}")
