"""A store that keeps its messages in memory, for as long as it lives."""

import secrets
from collections.abc import Iterator
from itertools import count
from threading import Lock
from typing import Final

from conformance.model import Maildrop, Message
from conformance.server.canonical import wire_form
from conformance.server.stores import MaildropBusyError

__all__ = ["HeldInMemory", "MemoryStore"]

_BLOCK: Final = 1 << 16


class MemoryStore:
    """Maildrops in memory; each account has one, empty at first."""

    def __init__(self) -> None:
        self._lock = Lock()  # deliveries come from any thread
        self._kept: dict[str, dict[bytes, bytes]] = {}
        self._held: set[str] = set()
        self._token = secrets.token_hex(4)
        self._numbers = count(1)

    def open(self, user: str) -> "HeldInMemory":
        """Take exclusive hold of a maildrop."""
        with self._lock:
            if user in self._held:
                busy = f"the maildrop of {user} is held by another session"
                raise MaildropBusyError(busy)
            self._held.add(user)
            return HeldInMemory(self, user, dict(self._kept.get(user, {})))

    def deliver(self, user: str, octets: bytes) -> None:
        """Put a message into a maildrop, from any thread."""
        wire = b"".join(wire_form((bytes(octets),)))
        with self._lock:
            unique_id = f"{self._token}.{next(self._numbers)}".encode()
            self._kept.setdefault(user, {})[unique_id] = wire

    def clear(self, user: str) -> None:
        """Remove every message of a maildrop; a session that is open keeps what it has seen."""
        with self._lock:
            self._kept.pop(user, None)

    def remove(self, user: str, unique_ids: frozenset[bytes]) -> None:
        """Remove messages; those that are gone already do not matter."""
        with self._lock:
            kept = self._kept.get(user, {})
            for unique_id in unique_ids:
                kept.pop(unique_id, None)

    def release(self, user: str) -> None:
        """Let a held maildrop be opened again."""
        with self._lock:
            self._held.discard(user)


class HeldInMemory:
    """One session's hold on a maildrop in memory."""

    def __init__(self, store: MemoryStore, user: str, messages: dict[bytes, bytes]) -> None:
        self._store, self._user = store, user
        self._messages = tuple(messages.values())
        self._open = True
        self.maildrop = Maildrop.of((len(octets), unique_id) for unique_id, octets in messages.items())

    def read(self, message: Message) -> Iterator[bytes]:
        """The message in wire form, in blocks."""
        octets = self._messages[message.number - 1]
        if len(octets) <= _BLOCK:
            return iter((octets,))
        return (octets[start : start + _BLOCK] for start in range(0, len(octets), _BLOCK))

    def remove(self, numbers: frozenset[int]) -> None:
        """Remove these messages."""
        gone = frozenset(message.unique_id for number in numbers if (message := self.maildrop.get(number)))
        self._store.remove(self._user, gone)

    def close(self) -> None:
        """Let go of the maildrop."""
        if self._open:
            self._open = False
            self._store.release(self._user)
