"""What one session has revealed of its maildrop: counts, sizes, identifiers, marks, and how sure all that is."""

from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Final

from conformance.monitor.readings import DropListing
from conformance.transcript import Exchange
from conformance.wire import Body

__all__ = ["LISTERS", "Drop", "Retrieved", "Topped", "Watch", "Witness"]

LISTERS: Final = ("STAT", "LIST", "UIDL")
"""Commands that tell how many messages there are."""
_MOST: Final = 1 << 17
"""Messages that are numbered in the mind; a count beyond that may be a lie, and would cost memory."""
_MANY: Final = 1000
"""So many ways to choose messages are gone through."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A reply that told how many messages there are, when nothing was marked."""

    count: int
    exchange: Exchange
    calm: bool = True
    """Whether nothing had been retrieved before, so that no faulty server can have marked or removed anything."""


@dataclass(slots=True)
class Watch:
    """The last reply of one kind that showed the maildrop, and what was done since."""

    shown: object = None
    """The counts of a STAT, or the numbers that a listing showed."""
    kinds: set[str] = field(default_factory=set)
    """Kinds of the commands since then that may have, or must not have, an effect."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A message as RETR delivered it."""

    exchange: Exchange
    body: Body
    message_id: bytes | None = None
    sound: bool | None = None
    """Whether it is the message that was put there; None when that is not known."""


@dataclass(frozen=True, slots=True)
class Topped:
    """The top of a message as TOP delivered it."""

    exchange: Exchange
    body: Body
    lines: int
    """Lines of the message's body that were asked for."""


class Drop:
    """The maildrop of one session, as far as its replies show it."""

    def __init__(self) -> None:
        self.marked: set[int] = set()
        """Messages that were marked by DELE and not unmarked by RSET."""
        self.taken_back: set[int] = set()
        """Messages that were unmarked by RSET."""
        self.ever_marked = False
        self.blurred = False
        """Whether it is not known what is marked, after a DELE that was accepted and names no message for sure."""
        self.doubtful = False
        """Whether a mark may have been lost, since a command that has no business with marks."""
        self.after_reset = False
        """Whether marks were taken back, and no listing has shown the messages since."""
        self.witnesses: dict[str, Witness] = {}
        """For STAT, LIST and UIDL the first reply that counted all messages."""
        self.numbers: frozenset[int] | None = None
        """All message-numbers, from the first full listing."""
        self.before_marks: DropListing | None = None
        """What STAT said before the first mark."""
        self.stat: DropListing | None = None
        """What STAT said last."""
        self.freed: list[int] = []
        """Messages that were marked since STAT was last asked."""
        self.full: dict[int, int] = {}
        """Sizes from full scan listings."""
        self.single: dict[int, int] = {}
        """Sizes from scan listings of one message."""
        self.hexadecimal: dict[int, bytes] = {}
        """Sizes that were not written in base ten."""
        self.ids: dict[int, bytes] = {}
        """Unique-ids from full listings."""
        self.single_ids: dict[int, bytes] = {}
        """Unique-ids from listings of one message."""
        self.keys: dict[int, bytes] = {}
        """The identifiers that messages bear themselves, as RETR and TOP showed them since the last DELE."""
        self.paired: dict[int, bytes] = {}
        """Unique-ids that were told since the last DELE; those that changed are left out."""
        self.retrieved: dict[int, Retrieved] = {}
        self.full_current = False
        """Whether nothing but STAT, LIST and NOOP was given since the last full scan listing."""
        self.single_current: set[int] = set()
        """Messages of which the same holds of the last scan listing of one message."""
        self.stat_current = False
        """Whether the same holds of the last STAT."""
        self.sums: tuple[int, int] | None = None
        """What STAT said, and the sum of the sizes that LIST said with nothing in between and nothing marked."""
        self.topped: dict[int, list[Topped]] = {}
        self.top_works: set[int] = set()
        """Messages of which TOP has shown something."""
        self.there: set[int] = set()
        """Message-numbers that some command was accepted for."""
        self.missing: set[int] = set()
        """Message-numbers that some command was refused for while they were not marked."""
        self.handled: set[int] = set()
        """Messages that were retrieved, in part or whole, and not listed since."""
        self.stirred = False
        """Whether any message was retrieved, in part or whole."""
        self.resets = 0
        """How often RSET succeeded."""
        self.regained = False
        """Whether RSET brought back more than was there at first."""
        self.unsteady: set[int] = set()
        """Messages whose size was told in different ways."""
        self.inexact: set[int] = set()
        """Messages whose size in a scan listing was found not to be that of what RETR sends."""
        self.watches = {lister: Watch() for lister in LISTERS}

    @property
    def count(self) -> int | None:
        """How many messages there were at the beginning, if all that is known agrees."""
        counts = {witness.count for witness in self.witnesses.values()}
        return counts.pop() if len(counts) == 1 else None

    @property
    def most(self) -> int | None:
        """The highest number that any message can have by what was shown."""
        if not self.witnesses:
            return None
        return max(max(self.numbers or {0}), *(witness.count for witness in self.witnesses.values()))

    @property
    def all_numbers(self) -> frozenset[int] | None:
        """All message-numbers: listed, or counted, if that makes no more than can be meant."""
        if self.numbers is not None:
            return self.numbers
        return None if self.count is None or self.count > _MOST else frozenset(range(1, self.count + 1))

    @property
    def empty(self) -> bool:
        """Whether the maildrop was found empty, by all that is known."""
        return self.count == 0

    @property
    def all_marked(self) -> bool:
        """Whether there were messages, and each is marked now."""
        numbers = self.all_numbers
        return bool(numbers) and frozenset(self.marked) == numbers

    def size(self, number: int) -> int | None:
        """The size of a message by the listings."""
        return self.full.get(number, self.single.get(number))

    def exists(self, number: int) -> bool:
        """Whether there was a message of this number for certain."""
        listed = number in self.full or number in self.ids or number in self.single or number in self.single_ids
        return listed or number in self.retrieved or 0 < number <= (self.count or 0)

    def others_left_out(self, total: DropListing) -> bool:
        """Whether a total is what other messages leave, as many as are marked: then it is these that are marked."""
        numbers, marked = self.all_numbers or frozenset(), self.marked
        if total.octets is None or total.count != len(numbers) - len(marked) or not numbers <= self.full.keys():
            return False
        sizes = [self.full[number] for number in sorted(numbers)]
        missing = sum(sizes) - total.octets
        if missing == sum(self.full.get(number, 0) for number in marked) or comb(len(sizes), len(marked)) > _MANY:
            return False
        return any(sum(others) == missing for others in combinations(sizes, len(marked)))

    def stir(self) -> None:
        """Note a command that may have made the server look at its messages again."""
        self.full_current = self.stat_current = False
        self.single_current.clear()

    def did(self, kind: str) -> None:
        """Note what was done since each of the last replies that showed the maildrop."""
        for watch in self.watches.values():
            watch.kinds.add(kind)
