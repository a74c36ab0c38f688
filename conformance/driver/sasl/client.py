"""The client's part in an exchange, mechanism by mechanism, without I/O (RFC 4422 §5).

A mechanism is made for an account and says its first word, or that it has none; then it answers each challenge. What it
can not answer, or what does not prove what it should, raises `SaslError`, and the exchange is cancelled.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from conformance.wire.saslprep import Preparation, saslprep

__all__ = ["MECHANISMS", "Client", "Identity", "SaslError", "mechanism", "prepared"]

_NOTHING: Final[Mapping[str, bytes]] = MappingProxyType({})


class SaslError(Exception):
    """The server said something to which there is no answer; the text says what."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who logs in, and what there is to prove it."""

    name: bytes
    password: bytes = field(default=b"", repr=False)
    token: bytes = field(default=b"", repr=False)
    """An OAuth bearer token."""
    host: bytes = b""
    """Where, as the user knows it; for the mechanisms that tell the server."""
    port: int = 0
    bindings: Mapping[str, bytes] = field(default_factory=lambda: _NOTHING)
    """Channel binding data by the name of their type, the preferred one first."""
    believes_unbound: bool = False
    """Whether the client could bind the channel, and saw that the server can not (RFC 5802 §6)."""


class Client:
    """One exchange, seen from the client."""

    plaintext = False
    """Whether it lets whoever listens know what opens the maildrop."""
    satisfied = True
    """Whether success may be believed: a mechanism that has the server prove itself sees to that first."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity

    def first(self) -> bytes | None:
        """The initial response; None where the server has the first word."""
        return None

    def answer(self, challenge: bytes) -> bytes:
        """The response to a challenge."""
        raise SaslError(f"a challenge too many: {challenge[:60]!r}")


_MECHANISMS: Final[dict[str, Callable[[Identity], Client]]] = {}

MECHANISMS: Final[Mapping[str, Callable[[Identity], Client]]] = MappingProxyType(_MECHANISMS)
"""Every mechanism by its name, the strongest first."""


def mechanism(name: str, make: Callable[[Identity], Client]) -> None:
    """Enter a mechanism."""
    _MECHANISMS[name] = make


def prepared(octets: bytes) -> bytes:
    """After SASLprep (RFC 4013), where that is possible; a name or password that it forbids goes as it is."""
    return saslprep(octets, Preparation.QUERY) or octets
