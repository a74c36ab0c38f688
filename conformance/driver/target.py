"""What is judged: where it is, who may log in, how long it may take."""

import hashlib
import math
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from conformance.wire.saslprep import Preparation, saslprep

__all__ = ["ANY", "Account", "Limits", "Target", "TargetError", "Tls", "TlsMode"]


ANY: Final = "*"
"""The strongest way that the server offers (RFC 2384 §4)."""


class TargetError(Exception):
    """The target cannot be worked with: not reached, not logged in to, not filled. Says what to do next."""


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox that the run may use as its own."""

    name: str
    password: str = field(repr=False)
    apop: bool = False
    """Whether the server has the password as an APOP secret for this name; then APOP must work."""
    plain: bool = True
    """Whether USER and PASS are open to this name."""
    auth: str = ""
    """How the run logs in: ``USER``, ``APOP``, a SASL mechanism, or `ANY`; empty for USER or else APOP."""
    mechanisms: tuple[str, ...] = ()
    """Mechanisms by which the server is known to let this name in, besides `auth`; others are tried."""
    token: str = field(default="", repr=False)
    """An OAuth bearer token for this name, for mechanisms that want one."""

    @property
    def way(self) -> str:
        """How the run logs in, in any case."""
        return self.auth or ("USER" if self.plain else "APOP")

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """What must not be seen."""
        return tuple(secret.encode() for secret in (self.password, self.token) if secret)

    @property
    def name_octets(self) -> bytes:
        """The name as it is sent."""
        return self.name.encode()

    @property
    def password_octets(self) -> bytes:
        """The password as it is sent."""
        return self.password.encode()

    def digest(self, stamp: bytes) -> bytes:
        """The APOP digest for a greeting's time stamp, brackets included (RFC 1939 §7).

        It is made of the prepared secret (RFC 6856 §2.2), or of one that cannot be prepared as it is.
        """
        secret = saslprep(self.password_octets, Preparation.STORED)
        octets = stamp + (self.password_octets if secret is None else secret)
        return hashlib.md5(octets, usedforsecurity=False).hexdigest().encode()


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much; seconds and octets."""

    connect: float = 10.0
    """For the connection to be made."""
    reply: float = 10.0
    """For a reply to begin, and for it to go on."""
    login: float = 40.0
    """For the answer to a login: servers slow down who failed before."""
    quiet: float = 0.15
    """For which nothing may come, where nothing may come."""
    close: float = 5.0
    """For the server to close."""
    unlock: float = 5.0
    """For the maildrop's lock to be free again after a session ended."""
    login_delay: float = 5.0
    """Between two logins, where the server wants that (RFC 2449 §6.5); with a longer delay there is no run."""
    slowest: int = 262_144
    """Octets a second below which a reply that goes on and on is given up, once `reply` is over."""
    largest: int = 80 << 20
    """Octets of one reply that are read."""
    pieces: int = 200_000
    """Pieces in which the octets of one connection may come: each costs memory, however few octets it has."""


class TlsMode(StrEnum):
    """How a run comes to TLS."""

    NONE = "none"
    """It does not: everything goes in the clear."""
    STARTTLS = "starttls"
    """By STLS, behind the greeting (RFC 2595 §4)."""
    IMPLICIT = "implicit"
    """From the first octet on, which is pop3s (RFC 8314 §3.1)."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Whether TLS is spoken, and which certificates are accepted."""

    mode: TlsMode = TlsMode.NONE
    ca: str = ""
    """A file of authorities in PEM that are trusted; the system's, unless one is named."""
    insecure: bool = False
    """Whether any certificate will do."""
    server_name: str = ""
    """The name that the certificate must be for; the target's host, unless one is named."""
    certificate: str = ""
    """A file with a certificate of the client's own, in PEM; its key too, unless that has a file of its own."""
    key: str = ""
    cleartext_refused: bool = False
    """Whether the server is set to refuse logins in the clear, so that some may be tried there (RFC 2595 §2.3)."""


class Pace:
    """The time that a run leaves between a login and the next connection; none, unless the server insists on some."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.known = False
        """Whether it was found out what the server wants."""
        self._last = -math.inf

    def note(self) -> None:
        """Somebody has logged in."""
        self._last = time.monotonic()

    def wait(self) -> None:
        """Let the time pass that is still to pass."""
        if (left := self._last + self.seconds - time.monotonic()) > 0:
            time.sleep(left)


@dataclass(frozen=True, slots=True)
class Target:
    """A POP3 server and what the run may do with it."""

    host: str
    port: int = 110
    accounts: tuple[Account, ...] = ()
    limits: Limits = field(default_factory=Limits)
    clock_rate: float = 1.0
    """How much faster than ours the server's clock runs: only simulators have one that is not 1."""
    tls: Tls = Tls()
    pace: Pace = field(default_factory=Pace, compare=False, repr=False)

    @property
    def address(self) -> str:
        """``host:port``, an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
