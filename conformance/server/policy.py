"""Where the RFCs leave a server the choice: what the reference server chose, and its limits."""

from dataclasses import dataclass
from typing import Final

from conformance import __version__

__all__ = ["LEAST_AUTOLOGOUT", "Policy"]

LEAST_AUTOLOGOUT: Final = 600.0
"""Seconds: the timer is of ten minutes at least (RFC 1939 §3)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Choices of a server."""

    autologout: float = LEAST_AUTOLOGOUT
    """Seconds without a command after which a session ends, in any state."""
    line_limit: int = 2048
    """Octets of a command line; a longer one is refused as a whole. RFC 2449 §4 asks for 255."""
    offers: frozenset[str] = frozenset({"TOP", "UIDL", "USER", "PASS", "APOP", "CAPA"})
    """The optional commands that there are (RFC 1939 §7, RFC 2449 §5)."""
    implementation: str = f"pop3spec-{__version__}"
    """What CAPA calls the server."""

    def __post_init__(self) -> None:
        if self.autologout < LEAST_AUTOLOGOUT:
            mistake = f"an autologout timer is of {LEAST_AUTOLOGOUT:g} seconds at least; let the clock run faster"
            raise ValueError(mistake)

    def capabilities(self, *, plain: bool) -> tuple[bytes, ...]:
        """The lines of CAPA, the same in every state; `plain` tells whether some account logs in by USER and PASS."""
        tags = [tag for tag in ("TOP", "UIDL", "USER") if tag in self.offers and (plain or tag != "USER")]
        return tuple(
            line.encode() for line in (*tags, "PIPELINING", "EXPIRE NEVER", f"IMPLEMENTATION {self.implementation}")
        )
