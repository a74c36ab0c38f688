"""What a fault can do to a connection, as values that stand among the octets."""

from dataclasses import dataclass
from typing import Final

__all__ = ["CLOSE", "CUT", "HALF_CLOSE", "HEARD", "RESET", "SILENCE", "Act", "Clear", "Idle", "Pause", "Wait"]


@dataclass(frozen=True, slots=True)
class Pause:
    """Go on after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Idle:
    """Go on after so many seconds in which the client says nothing; what else was to be said of this reply is not said
    when it says something before."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that is done to the connection, once all octets before it have left."""

    name: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Say octets in the clear, where TLS is spoken."""

    octets: bytes


Act = Pause | Idle | Wait | Clear

CLOSE: Final = Wait("close")
"""End the session without UPDATE, and close the connection."""
CUT: Final = Wait("cut")
"""Likewise, without the close alert that is due where TLS is spoken."""
RESET: Final = Wait("reset")
"""Likewise, by a reset."""
HALF_CLOSE: Final = Wait("half-close")
"""Send no more, and go on reading."""
SILENCE: Final = Wait("silence")
"""Say nothing any more, and leave the connection open, until the client closes it."""
HEARD: Final = Wait("heard")
"""Go on as soon as the client has said something."""
