"""Where messages are kept: what the reference server asks of a store."""

import errno
from collections.abc import Iterator
from typing import Final, Protocol

from conformance.model import Maildrop, Message

__all__ = ["NOTHING", "MaildropBusyError", "MaildropError", "OpenMaildrop", "Store"]


_PASSING: Final = frozenset(
    {
        *(errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ESTALE, errno.ETIMEDOUT, errno.ENOLCK),
        *(errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT),
    }
)
"""Errors of the operating system that time may heal."""


class MaildropError(Exception):
    """A maildrop cannot be opened, or something cannot be done in it; the text says what."""

    @property
    def passes(self) -> bool:
        """Whether it may go well later without anybody's doing (RFC 3206: SYS/TEMP, else SYS/PERM)."""
        return isinstance(self.__cause__, OSError) and self.__cause__.errno in _PASSING


class MaildropBusyError(MaildropError):
    """Another session holds the maildrop."""


class OpenMaildrop(Protocol):
    """A maildrop that one session holds, as it was when that session opened it."""

    @property
    def maildrop(self) -> Maildrop:
        """The messages, with their sizes and unique-ids."""
        ...

    def read(self, message: Message) -> Iterator[bytes]:
        """The message in wire form, unstuffed, in blocks. Raises MaildropError when it cannot be read, at once."""
        ...

    def remove(self, numbers: frozenset[int]) -> None:
        """Remove these messages and no others. Raises MaildropError when some of them are left."""
        ...

    def close(self) -> None:
        """Let go of the maildrop; a second time does nothing."""
        ...


class Store(Protocol):
    """Maildrops by account."""

    def open(self, user: str) -> OpenMaildrop:
        """Take exclusive hold of a maildrop. Raises MaildropBusyError or MaildropError, and then holds nothing."""
        ...

    def deliver(self, user: str, octets: bytes) -> None:
        """Put a message into a maildrop, from any thread; open sessions do not see it."""
        ...


class _Nothing:
    """No maildrop: there is nothing to read, to remove or to let go of."""

    maildrop = Maildrop()

    def read(self, message: Message) -> Iterator[bytes]:
        raise MaildropError(f"no maildrop is open, and so no message {message.number}")

    def remove(self, numbers: frozenset[int]) -> None:
        pass

    def close(self) -> None:
        pass


NOTHING: Final[OpenMaildrop] = _Nothing()
"""What a session holds before login and behind its end."""
