"""No delivery at all: the maildrop is used as it is found."""

from collections.abc import Iterable

from conformance.mailboxes.errors import Unsupported
from conformance.mailboxes.interface import Mailbox, Provisioner

__all__ = ["Nowhere"]

_REASON = "no way to deliver messages was given"


class Nowhere(Provisioner):
    """Delivers nothing and says so."""

    can_clear = False
    knows_order = False

    def check(self, mailbox: Mailbox) -> None:
        """There is nothing that could fail."""

    def deliver(self, mailbox: Mailbox, messages: Iterable[bytes]) -> None:  # noqa: ARG002  # none is taken
        """Raises Unsupported."""
        what = f"{_REASON}, so {mailbox.user} gets none"
        raise Unsupported(self.spec, what, "name one, such as maildir:PATH")

    def accepts(self, traits: frozenset[str]) -> str:  # noqa: ARG002  # whatever they are
        """The same reason for every message."""
        return _REASON
