"""Names of files in a Maildir: what they tell of a message, and how new ones are made."""

import hashlib
import os
import re
import socket
import time
from itertools import count
from threading import Lock
from typing import Final

from conformance.wire.grammar import UNIQUE_ID

__all__ = ["NameMaker", "base_of", "place_of", "unique_id_of"]

_TIME: Final = re.compile(r"(?P<seconds>[0-9]{1,18})\.(?:[^.]*?M(?P<micro>[0-9]{1,9}))?")
_DIGITS: Final = re.compile(r"0*([0-9]+)")
_BEHIND_ALL_TIMES: Final = ":"
"""The octet behind the digits."""


def base_of(name: str) -> str:
    """The part that stays with the message: what follows the colon are its flags."""
    return name.partition(":")[0]


def place_of(base: str) -> str:
    """Where a message stands among others: by the time in its base name, without one last, then by the name.

    It is one text, which takes little memory. Numbers in it compare as such: each has its length in front.
    """
    found = _TIME.match(base)
    time_stamp = found["seconds"].zfill(18) + (found["micro"] or "").zfill(9) if found else _BEHIND_ALL_TIMES
    return time_stamp + _DIGITS.sub(_with_length, base)


def _with_length(found: re.Match[str]) -> str:
    return f"\0{chr(len(found[1]))}{found[1]}"


def unique_id_of(base: str) -> bytes:
    """The base name where it can be a unique-id, else a digest of it (RFC 1939 §7 UIDL)."""
    octets = os.fsencode(base)
    return octets if UNIQUE_ID.fullmatch(octets) else hashlib.sha256(octets).hexdigest().encode()


class NameMaker:
    """Makes base names that nobody else makes: time, process, a number that runs on, host."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers = count(1)
        self._host = socket.gethostname().replace("/", "\\057").replace(":", "\\072")
        self._last = 0

    def next(self) -> str:
        """A new name, later than the one before even if the clock was set back."""
        with self._lock:
            self._last = max(time.time_ns() // 1000, self._last)
            seconds, micro = divmod(self._last, 1_000_000)
            return f"{seconds}.M{micro:06d}P{os.getpid()}Q{next(self._numbers)}.{self._host}"
