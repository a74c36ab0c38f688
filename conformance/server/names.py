"""Names of files in a Maildir: what they tell of a message, and how new ones are made."""

import hashlib
import os
import re
import socket
import sys
import time
from itertools import count
from threading import Lock
from typing import Final

from conformance.wire.grammar import UNIQUE_ID

__all__ = ["NameMaker", "Place", "base_of", "place_of", "unique_id_of"]

_TIME: Final = re.compile(r"(?P<seconds>[0-9]{1,18})\.(?:[^.]*?M(?P<micro>[0-9]{1,9}))?")
_DIGITS: Final = re.compile(r"([0-9]{1,4000})")

Place = tuple[int, int, list[str | int]]
"""Where a message stands among others: seconds, microseconds, and the name with its numbers taken as numbers."""


def base_of(name: str) -> str:
    """The part that stays with the message: what follows the colon are its flags."""
    return name.partition(":")[0]


def place_of(base: str) -> Place:
    """The place of a message, by the time in its base name; one without a time comes last."""
    found = _TIME.match(base)
    seconds, micro = (int(found["seconds"]), int(found["micro"] or 0)) if found else (sys.maxsize, 0)
    parts: list[str | int] = list(_DIGITS.split(base))
    parts[1::2] = map(int, base_digits) if (base_digits := _DIGITS.findall(base)) else []
    return seconds, micro, parts


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
