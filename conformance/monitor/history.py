"""What the sessions of one scenario have revealed, maildrop by maildrop."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from conformance.monitor.ledger import Ledger
from conformance.transcript import Exchange

__all__ = ["UNKNOWN", "History", "Owner", "Past", "Scene", "UidSeen"]

_AGREEING: Final = 2
"""Replies that make a count certain when they agree."""


@dataclass(frozen=True, slots=True)
class Past:
    """A session that is over, as far as the next one depends on it."""

    counts: Mapping[str, int]
    """Messages at its beginning by STAT, LIST and UIDL; empty when other sessions may have changed that."""
    marked: frozenset[int] | None
    """Messages that were marked at its end; None when that is not known."""
    taken_back: frozenset[int]
    """Messages that had been marked, and were unmarked by RSET."""
    retrieved: frozenset[int]
    """Messages that RETR delivered."""
    ids: dict[int, bytes]
    """Unique-ids of all messages; empty when they were not listed."""
    quit: Exchange | None
    """The QUIT that ended it, if one did."""

    def count_by(self, kind: str) -> int | None:
        """Messages at its beginning, as the same command told, or as others agree."""
        if kind in self.counts or len(self.counts) < _AGREEING:
            return self.counts.get(kind)
        return self.count

    @property
    def count(self) -> int | None:
        """The same, if all that is known agrees."""
        counts = set(self.counts.values())
        return counts.pop() if len(counts) == 1 else None

    @property
    def updated(self) -> bool:
        """Whether QUIT was answered positively."""
        return self.quit is not None and self.quit.positive


UNKNOWN: Final = Past({}, None, frozenset(), frozenset(), {}, None)
"""A session of which nothing is known."""


@dataclass(frozen=True, slots=True)
class UidSeen:
    """A unique-id that a message had."""

    unique_id: bytes
    session: object
    """The session that showed it."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A message that had a unique-id first."""

    key: bytes
    """The identifier that the message bears itself."""
    session: object
    """The session that showed it."""


@dataclass(slots=True)
class History:
    """What earlier sessions have revealed of one maildrop."""

    last: Past | None = None
    """The session before."""
    late: int | None = None
    """How many messages of the run may have arrived since the maildrop was first counted; None when not known."""
    ids: dict[bytes, UidSeen] = field(default_factory=dict)
    """The unique-id of each message, by its own identifier."""
    owners: dict[bytes, Owner] = field(default_factory=dict)
    """The message that had a unique-id first, by that."""
    shared_ids: set[bytes] = field(default_factory=set)
    """Unique-ids that several messages had at the same time."""


@dataclass(slots=True)
class Scene:
    """What holds for all connections of a scenario."""

    ledger: Ledger
    histories: dict[bytes, History] = field(default_factory=dict)
    announced: frozenset[str] = frozenset()
    """What CAPA lists, before the first connection as far as that is known."""
    logins: dict[bytes, Exchange] = field(default_factory=dict)
    """The last login of each account that was granted."""
    delays: dict[bytes, int] = field(default_factory=dict)
    """Seconds between logins of an account, as CAPA told it."""
    utf8: bool = False
    """Whether the server offers UTF8: then the sizes in STAT need not be exact (RFC 6856 §2.1)."""
    passwords: set[tuple[bytes, bytes]] = field(default_factory=set)
    """Names and passwords that were accepted together."""
    begun: set[str] = field(default_factory=set)
    """SASL mechanisms by which an initial response has logged in."""
    barred: set[str] = field(default_factory=set)
    """Commands that were refused before login, when neither a name nor anything else had been tried."""
    stuffs: bool = False
    """Whether some line that began with a full stop was seen to be stuffed."""
    notes: list[str] = field(default_factory=list)
    """What is worth telling and breaks nothing."""

    def __post_init__(self) -> None:
        self.announced = self.offers(self.ledger.capabilities)

    def offers(self, lines: Iterable[bytes]) -> frozenset[str]:
        """Take notice of what CAPA lists, in capitals; the capabilities by name."""
        words = [line.decode("ascii", "replace").split() for line in lines]
        names = frozenset(word[0] for word in words if word)
        self.utf8 |= "UTF8" in names
        return names

    forgotten: bool = False
    """Whether somebody who is not known may have removed messages from any maildrop."""

    def history(self, user: bytes) -> History:
        """What is known of this user's maildrop."""
        if user not in self.histories:
            self.histories[user] = History(UNKNOWN if self.forgotten else None)
        return self.histories[user]

    def forget(self) -> None:
        """No maildrop is known any more."""
        self.forgotten = True
        for history in self.histories.values():
            history.last, history.late = UNKNOWN, None

    def note(self, text: str) -> None:
        """Keep what is worth telling, once."""
        if text not in self.notes:
            self.notes.append(text)
