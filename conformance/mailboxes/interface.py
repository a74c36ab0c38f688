"""What every way of filling a maildrop offers."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

from conformance.mailboxes.errors import Unsupported

__all__ = ["Mailbox", "Provisioner"]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose maildrop."""

    user: str
    """The account's name, as USER sends it."""
    password: str = field(repr=False)
    """Its password, for a provisioner that has to log in."""


class Provisioner(ABC):
    """Puts messages where the server under test serves them from, and takes away again only what it put there.

    Every method blocks, for a bounded time. One object serves any number of accounts, one call at a time.
    """

    can_clear: ClassVar[bool]
    """Whether it removes what it put there without the help of POP3."""
    knows_order: bool
    """Whether the server will number the messages in the order of delivery."""
    alters: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The traits of messages that this way of delivery changes or refuses, each with the reason."""

    def __init__(self, spec: str) -> None:
        self.spec = spec
        """What it was made from."""

    @abstractmethod
    def check(self, mailbox: Mailbox) -> None:
        """Look whether delivery can work, without delivering anything. Raises FillError."""

    def count(self, mailbox: Mailbox) -> int | None:  # noqa: ARG002  # for those that can look
        """How many messages lie there now, no matter whose; None when it cannot know. Raises FillError."""
        return None

    @abstractmethod
    def deliver(self, mailbox: Mailbox, messages: Iterable[bytes]) -> None:
        """Deliver the messages in order and return when they are accepted. Raises FillError.

        Messages are in wire form: lines end in CRLF, nothing is byte-stuffed. They are taken from the iterable one by
        one, and none is kept. Those before a failure stay delivered.
        """

    def clear(self, mailbox: Mailbox) -> None:
        """Remove what this kind of provisioner delivered, in this run or an earlier one, and nothing else.

        Raises Unsupported where `can_clear` is False, and FillError.
        """
        what = f"cannot take away messages of {mailbox.user} again"
        raise Unsupported(self.spec, what, "delete them over POP3")

    def accepts(self, traits: frozenset[str]) -> str | None:
        """Why a message with these traits cannot be delivered unaltered; None when it can.

        The traits are those of `conformance.mail.TRAITS`. Lawful alterations do not count: a line end added at the
        very end, `>From `, trace fields on top. Raises FillError when a server has to be asked and does not answer.
        """
        return next((reason for trait, reason in self.alters.items() if trait in traits), None)
