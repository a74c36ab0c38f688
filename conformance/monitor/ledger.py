"""What the run knows: the messages that it put into maildrops, and the time stamps of all greetings."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Final

__all__ = ["Delivered", "Ledger", "message_id"]

_HEADER_END: Final = re.compile(rb"(?P<last>\r?\n)\r?\n")
_MESSAGE_ID: Final = re.compile(rb"^Message-ID[ \t]*:\s*(<[^<>\r\n]*>)", re.IGNORECASE | re.MULTILINE)
_LINE_END: Final = re.compile(rb"\r?\n")
_KEPT: Final = 1 << 20
"""Octets of a message up to which what was found out about it is kept for the next scenario."""
_DELICATE: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]|\r(?!\n)|(?<!\r)\n|[^\n]{1000}")


def message_id(header: bytes) -> bytes | None:
    """The identifier in a message's header, angle brackets included."""
    found = _MESSAGE_ID.search(header)
    return found[1] if found else None


class Delivered:
    """A message that was put into a maildrop."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        """In wire form: lines end in CRLF, nothing is byte-stuffed."""

    @cached_property
    def header_end(self) -> int:
        """Where the header ends, its last line end included; the whole length where no empty line ends it."""
        if self.octets.startswith(b"\r\n"):
            return 0
        found = _HEADER_END.search(self.octets)
        return len(self.octets) if found is None else found.end("last")

    @property
    def header(self) -> bytes:
        """The header fields, the last line end included."""
        return self.octets[: self.header_end]

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines of the body, without their ends."""
        blank = _LINE_END.match(self.octets, self.header_end)
        lines = _LINE_END.split(self.octets[blank.end() if blank else self.header_end :])
        return lines if lines[-1] else lines[:-1]

    @cached_property
    def message_id(self) -> bytes | None:
        """Its identifier."""
        return message_id(self.header)

    @cached_property
    def terminated(self) -> bool:
        """Whether its last line has a line end."""
        return self.octets.endswith(b"\r\n")

    @cached_property
    def delicate(self) -> bool:
        """Whether it holds what a delivery on its way to the maildrop may lawfully have changed.

        Octets that are not ASCII, control characters, line ends that are none, lines longer than RFC 5322 allows.
        """
        return _DELICATE.search(self.octets) is not None

    @cached_property
    def stuffed_forms(self) -> frozenset[bool]:
        """Of the lines that have to be stuffed, whether some are a full stop alone, and whether some are not."""
        forms = {line == b"." for line in self.lines if line.startswith(b".")}
        return frozenset(forms | {False} if self.octets.startswith(b".") else forms)

    @cached_property
    def digests(self) -> frozenset[bytes]:
        """SHA-256 of what RETR sends of it when nothing was added: each line end as CRLF, the last included."""
        whole = self.octets if self.terminated else self.octets + b"\r\n"
        forms = [whole]
        if whole.count(b"\n") > whole.count(b"\r\n"):  # a huge message is not copied in vain
            forms.append(_LINE_END.sub(b"\r\n", whole))
        return frozenset(hashlib.sha256(form).digest() for form in forms)


@lru_cache(maxsize=256)  # scenarios fill maildrops with the same messages again and again
def _known(octets: bytes) -> Delivered:
    return Delivered(octets)


class Ledger:
    """What the run put into maildrops, and what it learned from servers that outlasts a scenario.

    What is not in it is not known: when a recording is judged it is empty, and the judges of content stay silent. What
    it is made with was there before the first connection; what is added may have come at any time.
    """

    def __init__(
        self,
        delivered: Mapping[bytes, Sequence[bytes]] | None = None,
        *,
        seen_stamps: dict[bytes, tuple[str, float]] | None = None,
        apop: bool = False,
        capabilities: Iterable[bytes] = (),
        clock_rate: float = 1.0,
    ) -> None:
        self.seen_stamps: dict[bytes, tuple[str, float]] = {} if seen_stamps is None else seen_stamps
        """Time stamps of greetings, and on which connection and when each was first seen.

        Hand the same one to the ledgers of all scenarios of a run.
        """
        self.apop = apop
        """Whether the server is known to have APOP, so that what looks like a time stamp is one."""
        self.capabilities = tuple(line.upper() for line in capabilities)
        """The lines that the server is known to list when asked by CAPA."""
        self.clock_rate = clock_rate
        """How much faster than ours the server's clock runs."""
        self._delivered: dict[bytes, list[Delivered]] = {}
        self._added: set[bytes] = set()
        self._index: dict[tuple[bytes, bytes | None], list[Delivered]] = {}
        self._undotted: dict[tuple[bytes, bytes], list[Delivered]] = {}
        """By the identifier without its full stops, for servers that add some."""
        for user, messages in (delivered or {}).items():
            self._delivered[user] = []
            for octets in messages:
                self._deliver(user, octets)

    def add_delivered(self, user: bytes, octets: bytes) -> None:
        """A message was put into the maildrop of `user`, at whatever time: octets in wire form, unstuffed."""
        self._added.add(user)
        self._deliver(user, octets)

    def at_first(self, user: bytes | None) -> int | None:
        """How many messages were there before the first connection; None when some may have come later."""
        return None if user is None or user in self._added or not self.knows(user) else len(self._delivered[user])

    def _deliver(self, user: bytes, octets: bytes) -> None:
        message = _known(octets) if len(octets) <= _KEPT else Delivered(octets)
        self._delivered.setdefault(user, []).append(message)
        self._index.setdefault((user, message.message_id), []).append(message)
        if message.message_id is not None:
            self._undotted.setdefault((user, message.message_id.replace(b".", b"")), []).append(message)

    @property
    def users(self) -> frozenset[bytes]:
        """Whose maildrops the run filled."""
        return frozenset(self._delivered)

    def owners(self, identifier: bytes | None) -> frozenset[bytes]:
        """Into whose maildrops a message with this identifier was put."""
        return frozenset(user for user in self._delivered if self._copies(user, identifier))

    def knows(self, user: bytes | None) -> bool:
        """Whether the run filled this user's maildrop."""
        return user is not None and user in self._delivered

    def delivered(self, user: bytes | None) -> Sequence[Delivered]:
        """What was put into this user's maildrop, in that order."""
        return self._delivered.get(user, ()) if user is not None else ()

    def find(self, user: bytes | None, identifier: bytes | None) -> Delivered | None:
        """The message with this identifier; None when there is none, or when different ones share it."""
        found = self._copies(user, identifier)
        return found[0] if found and all(copy.octets == found[0].octets for copy in found) else None

    def copies(self, user: bytes | None, identifier: bytes | None) -> int:
        """How many messages with this identifier were put into this user's maildrop."""
        return len(self._copies(user, identifier))

    def _copies(self, user: bytes | None, identifier: bytes | None) -> list[Delivered]:
        if user is None or identifier is None:
            return []
        return self._index.get((user, identifier)) or self._undotted.get((user, identifier.replace(b".", b"")), [])
