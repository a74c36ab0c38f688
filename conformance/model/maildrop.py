"""The maildrop as a login finds it: a fixed row of numbered messages."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

__all__ = ["Maildrop", "Message"]


@dataclass(frozen=True, slots=True)
class Message:
    """What is noted of a message when the maildrop is opened (RFC 1939 §4)."""

    number: int
    """The message-number: 1 for the first message, without gaps."""
    octets: int
    """The exact size: line ends count as two octets, byte-stuffing does not count (RFC 1939 §11)."""
    unique_id: bytes
    """One to 70 octets from 0x21 to 0x7E, the same in every session (RFC 1939 §7 UIDL)."""
    needs_utf8: bool = False
    """Whether it is known that its header is not all ASCII, so that it needs UTF-8 mode (RFC 6856 §2.1)."""


@dataclass(frozen=True, slots=True)
class Maildrop:
    """The messages of one session; mail that comes later is not among them."""

    messages: tuple[Message, ...] = ()
    """In the order of their numbers."""
    octets: int = field(init=False)
    """The sum of their sizes."""

    def __post_init__(self) -> None:
        if any(message.number != place for place, message in enumerate(self.messages, 1)):
            mistake = "messages are numbered 1, 2, 3 and so on, in their order"
            raise ValueError(mistake)
        object.__setattr__(self, "octets", sum(message.octets for message in self.messages))

    @classmethod
    def of(cls, noted: Iterable[tuple[int, bytes]]) -> Self:
        """The maildrop of messages with these sizes and unique-ids, numbered as they come."""
        return cls(tuple(Message(number, octets, uid) for number, (octets, uid) in enumerate(noted, 1)))

    @property
    def count(self) -> int:
        """How many messages there are."""
        return len(self.messages)

    def get(self, number: int | None) -> Message | None:
        """The message of that number, if there is one."""
        return self.messages[number - 1] if number is not None and 0 < number <= len(self.messages) else None
