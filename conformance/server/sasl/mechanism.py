"""What a mechanism is: a name, and a generator that plays the server's part in an exchange (RFC 4422 §5).

The generator yields challenges, is sent responses, and returns the account that was proven, or None. It does no I/O and
knows nothing of POP3:

    @mechanism("PLAIN", begins=Side.CLIENT, plaintext=True)
    def plain(place: Circumstances) -> Exchange:
        \"\"\"RFC 4616.\"\"\"
        message = yield b""
        ...
        return account

A mechanism that the client begins yields an empty challenge first: its initial response is the answer to that. POP3
lets no data go with success (RFC 5034 §4), so a mechanism that has some yields them as a last challenge.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from conformance.server.auth import Account, Accounts

__all__ = ["MECHANISMS", "Channel", "Circumstances", "Exchange", "Mechanism", "Side", "mechanism"]

_NOTHING: Final[Mapping[str, bytes]] = MappingProxyType({})


class Side(StrEnum):
    """Who has the first word."""

    CLIENT = "client"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Channel:
    """What lies below a session, as far as logging in depends on it."""

    secure: bool = False
    """Whether it is TLS."""
    bindings: Mapping[str, bytes] = field(default_factory=lambda: _NOTHING)
    """Channel binding data by the name of their type (RFC 5929), where TLS has them."""
    certified: str = ""
    """The name that the client's certificate bears, once it was found to be trusted."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an exchange depends on besides what the client says."""

    accounts: Accounts
    channel: Channel
    binds: bool = False
    """Whether mechanisms that bind the channel are on offer."""
    anonymous: str = ""
    """Whose maildrop is open to everybody; empty for nobody's."""


Exchange = Generator[bytes, bytes, Account | None]


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A SASL mechanism, seen from the server."""

    name: str
    begins: Side
    play: Callable[[Circumstances], Exchange]
    serves: Callable[[Circumstances], bool]
    """Whether anybody could log in by it."""
    plaintext: bool
    """Whether it lets whoever listens know what opens the maildrop."""
    needs_tls: bool
    """Whether its own specification forbids it without TLS."""


_MECHANISMS: Final[dict[str, Mechanism]] = {}

MECHANISMS: Final[Mapping[str, Mechanism]] = MappingProxyType(_MECHANISMS)
"""Every mechanism by its name, the strongest first."""


def mechanism(
    name: str,
    *,
    begins: Side,
    serves: Callable[[Circumstances], bool] = lambda place: place.accounts.offers_pass,
    plaintext: bool = False,
    needs_tls: bool = False,
) -> Callable[[Callable[[Circumstances], Exchange]], Callable[[Circumstances], Exchange]]:
    """Enter a generator function as a mechanism."""

    def enter(play: Callable[[Circumstances], Exchange]) -> Callable[[Circumstances], Exchange]:
        _MECHANISMS[name] = Mechanism(name, begins, play, serves, plaintext, needs_tls)
        return play

    return enter
