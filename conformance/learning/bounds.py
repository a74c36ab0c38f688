"""What learning may cost: connections, seconds, and wrong passwords."""

import time
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Bounds", "Crowded", "Exhausted", "NoGuesses", "Unsteady"]


_SHARE: Final = 4
"""One part in so many of the time may go by behind the first wrong password, where a server takes its time for them."""

_KEPT: Final = 10
"""Wrong passwords that are kept to look again at what was found, if it is no more than a quarter of them."""


class Exhausted(Exception):
    """A bound was reached; the text says which, and what to do for more."""


class NoGuesses(Exhausted):
    """No more wrong passwords may be sent; all else can go on."""


class Crowded(Exhausted):
    """The maildrop does not hold just what was delivered."""


class Unsteady(Exception):
    """The server answers one and the same session in several ways."""


@dataclass(slots=True)
class Bounds:
    """What is allowed, and what was used of it."""

    sessions: int = 4000
    seconds: float = 600.0
    failed_logins: int = 120
    said: int = 0
    """Sessions that were begun."""
    failed: int = 0
    """Wrong passwords that were sent behind a name."""
    waited: float = 0.0
    """Seconds that the answers to them took."""
    began: float = field(default_factory=time.monotonic)
    _guessed: float | None = None
    """When the first of them was sent."""
    _again: bool = False
    """Whether what was found is looked at once more: some wrong passwords are kept for that."""

    def session(self) -> None:
        """One more is begun; `Exhausted` when there may be none."""
        if self.said >= self.sessions:
            message = f"{self.sessions} sessions were held, and --sessions allows no more"
            raise Exhausted(message)
        if time.monotonic() - self.began > self.seconds:
            message = f"{self.seconds:g} s are over, and --seconds allows no more"
            raise Exhausted(message)
        self.said += 1

    def wrong_password(self) -> None:
        """One more is sent; `NoGuesses` when there may be none."""
        kept = 0 if self._again else min(_KEPT, self.failed_logins // 4)
        if self.failed >= self.failed_logins - kept:
            more = f" but {kept} to look again at what is found" if kept else ""
            message = f"{self.failed} wrong passwords were sent, and --failed-logins allows no more{more}"
            raise NoGuesses(message)
        now, most = time.monotonic(), self.seconds / _SHARE
        self._guessed = self._guessed or now
        if now - self._guessed > most and not self._again:
            message = (
                f"the server takes {self.waited / self.failed:.1f} s to answer one, so {self.failed} of them took more "
                f"than {most:g} s, a quarter of what --seconds allows"
            )
            raise NoGuesses(message)
        self.failed += 1

    def answered(self, seconds: float) -> None:
        """So long the answer to a wrong password took."""
        self.waited += seconds

    def look_again(self, sessions: int) -> None:
        """From now on what was found is looked at once more, whatever finding it has cost."""
        self._again = True
        self.sessions += sessions
        self.seconds += self.seconds / 10
