"""What is judged: where it is, who may log in, how long it may take."""

import hashlib
from dataclasses import dataclass, field

__all__ = ["Account", "Limits", "Target", "TargetError"]


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

    @property
    def name_octets(self) -> bytes:
        """The name as it is sent."""
        return self.name.encode()

    @property
    def password_octets(self) -> bytes:
        """The password as it is sent."""
        return self.password.encode()

    def digest(self, stamp: bytes) -> bytes:
        """The APOP digest for a greeting's time stamp, brackets included (RFC 1939 §7)."""
        octets = stamp + self.password_octets
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
    slowest: int = 262_144
    """Octets a second below which a reply that goes on and on is given up, once `reply` is over."""
    largest: int = 80 << 20
    """Octets of one reply that are read."""
    pieces: int = 200_000
    """Pieces in which the octets of one connection may come: each costs memory, however few octets it has."""


@dataclass(frozen=True, slots=True)
class Target:
    """A POP3 server and what the run may do with it."""

    host: str
    port: int = 110
    accounts: tuple[Account, ...] = ()
    limits: Limits = field(default_factory=Limits)
    clock_rate: float = 1.0
    """How much faster than ours the server's clock runs: only simulators have one that is not 1."""

    @property
    def address(self) -> str:
        """``host:port``, an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
