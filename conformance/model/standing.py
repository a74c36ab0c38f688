"""Where a session stands: its state, its maildrop, the marks, and the name that waits for its password."""

from collections.abc import Collection

from conformance.model.maildrop import Maildrop, Message
from conformance.wire import State

__all__ = ["Standing"]


class Standing:
    """The facts on which the reply to the next command depends."""

    def __init__(self, maildrop: Maildrop, offers: Collection[str]) -> None:
        self.state = State.AUTHORIZATION
        self.maildrop = maildrop
        """What a login finds; see `open`."""
        self.marked: set[int] = set()
        """The numbers of the messages that are marked as deleted; `mark` and `unmark` keep it."""
        self.octets = maildrop.octets
        """The size of the messages that are not marked: a running total."""
        self.offers = frozenset(offers)
        """The optional commands that the server is known to have; any other it may refuse (RFC 1939 §3)."""
        self.secure = False
        """Whether TLS is spoken (RFC 2595 §4)."""
        self.name: bytes | None = None
        """The name that the last command, an accepted USER, gave: the one that PASS is for (RFC 1939 §7)."""
        self.stale_name: bytes | None = None
        """The name of an accepted USER that other commands followed, but no PASS."""
        self.challenged = False
        """Whether AUTH was answered by a challenge, so that the next line is a turn and no command (RFC 5034 §4)."""
        self.utf8 = False
        """Whether the session is in UTF-8 mode (RFC 6856 §2)."""
        self.refusals = 0
        """Commands that were answered with -ERR in this state."""

    @property
    def count(self) -> int:
        """How many messages are not marked."""
        return self.maildrop.count - len(self.marked)

    @property
    def unmarked(self) -> tuple[Message, ...]:
        """The messages that are not marked."""
        if not self.marked:
            return self.maildrop.messages
        return tuple(message for message in self.maildrop.messages if message.number not in self.marked)

    def message(self, number: int | None) -> Message | None:
        """The message that a number addresses; a marked one is not addressed any more (RFC 1939 §5 DELE)."""
        return None if number in self.marked else self.maildrop.get(number)

    def open(self, maildrop: Maildrop) -> None:
        """Note what a login found; no message is marked (RFC 1939 §4)."""
        self.maildrop = maildrop
        self.unmark()

    def mark(self, number: int | None) -> None:
        """Mark a message as deleted, if it is one that is not (RFC 1939 §5 DELE)."""
        if message := self.message(number):
            self.marked.add(message.number)
            self.octets -= message.octets

    def unmark(self) -> None:
        """Take every mark away (RFC 1939 §5 RSET)."""
        self.marked.clear()
        self.octets = self.maildrop.octets
