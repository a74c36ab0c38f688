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
    response_limit: int = 65_536
    """Octets of a client's line inside of a SASL exchange (RFC 5034 §4: what the mechanisms need)."""
    offers: frozenset[str] = frozenset(
        {"TOP", "UIDL", "USER", "PASS", "APOP", "CAPA", "AUTH", "UTF8", "UTF8-USER", "LANG"}
    )
    """The optional commands that there are (RFC 1939 §7, RFC 2449 §5, RFC 6856), and `UTF8-USER`: names in UTF-8."""
    mechanisms: frozenset[str] | None = None
    """The SASL mechanisms that may be offered; all by default, where they are of use to anyone."""
    anonymous: str = ""
    """Whose maildrop is open to everybody, by the mechanism ANONYMOUS; nobody's by default (RFC 4505 §5)."""
    implementation: str = f"pop3spec-{__version__}"
    """What CAPA calls the server."""
    login_delay: int = 0
    """Seconds behind a login for which no other by the same account is taken; 0 for none (RFC 2449 §6.5)."""
    expire: int | None = None
    """Days for which messages are kept at least; None for ever, and with 0 what RETR showed goes at QUIT (§6.7)."""

    require_tls: bool = False
    """Whether nobody logs in by showing a password in the clear (RFC 2595 §2.3): by no command and by no mechanism."""

    def __post_init__(self) -> None:
        if self.autologout < LEAST_AUTOLOGOUT:
            mistake = f"an autologout timer is of {LEAST_AUTOLOGOUT:g} seconds at least; let the clock run faster"
            raise ValueError(mistake)
        if self.login_delay < 0 or (self.expire or 0) < 0:
            mistake = "neither seconds between logins nor days to keep mail can be less than none"
            raise ValueError(mistake)
