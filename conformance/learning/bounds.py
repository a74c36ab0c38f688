"""What learning may cost: connections, seconds, and wrong passwords."""

import time
from dataclasses import dataclass, field

__all__ = ["Bounds", "Exhausted", "NoGuesses", "Unsteady"]


class Exhausted(Exception):
    """A bound was reached; the text says which, and what to do for more."""


class NoGuesses(Exhausted):
    """No more wrong passwords may be sent; all else can go on."""


class Unsteady(Exception):
    """The server answers one and the same session in several ways."""


@dataclass(slots=True)
class Bounds:
    """What is allowed, and what was used of it."""

    sessions: int = 4000
    seconds: float = 600.0
    failed_logins: int = 40
    said: int = 0
    """Sessions that were begun."""
    failed: int = 0
    """Wrong passwords that were sent behind a name."""
    began: float = field(default_factory=time.monotonic)

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
        """One more is sent; `Exhausted` when there may be none."""
        if self.failed >= self.failed_logins:
            message = f"{self.failed_logins} wrong passwords were sent, and --failed-logins allows no more"
            raise NoGuesses(message)
        self.failed += 1
