"""What a fault is: a name, the clauses that it breaks, and small functions that meddle with the server in set places.

A function takes the scene first, and then what its place hands it. Its keyword-only arguments are the fault's
parameters, its docstring says what goes wrong.

    @fault(Place.REPLY, "R1939-RESP-02")
    def indicator_in_lower_case(scene: Scene, response: Response) -> Response:
        \"\"\"Status indicators are written in lower case.\"\"\"
        return replace(response, status=response.status.lower())

That is all there is to add one: it is then known by its name, with hyphens, to `pop3spec serve --fault`, to profiles,
to `pop3spec faults` and to the kill matrix.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

__all__ = [
    "CERTIFIED",
    "CLEARTEXT_REFUSED",
    "FAULTS",
    "IN_THE_CLEAR",
    "POPS",
    "STARTTLS",
    "Fault",
    "Parameter",
    "Place",
    "fault",
]

Value = int | float | str | bool
Meddle = Callable[..., Any]


class Place(StrEnum):
    """Where a fault acts, and what its function takes there behind the scene and gives back."""

    RECEIVE = "receive"
    """(octets) -> octets: what came from the client in one piece."""
    COMMAND = "command"
    """(command) -> None, and the server goes on; a command, which it obeys instead; or a response, and that is all."""
    TURN = "turn"
    """(line) -> None, and the server goes on; a line, which it takes for the client's response in a SASL exchange
    instead; or a response, and that is all. The line is None where it was too long or had no CRLF."""
    EXCHANGE = "exchange"
    """(mechanism, exchange) -> exchange: the server's part in a SASL exchange, a generator of challenges."""
    OFFER = "offer"
    """(offer) -> offer: the SASL mechanisms that there are; asked whenever they are listed or one is begun."""
    REPLY = "reply"
    """(response) -> response: what says yes or no."""
    CHALLENGE = "challenge"
    """(response) -> response: a challenge of SASL, which says neither."""
    OCTETS = "octets"
    """(response, blocks) -> blocks: what goes out for a response, with acts of the connection among the octets."""
    LOCK = "lock"
    """(open) -> maildrop: `open()` takes hold of it, and raises where it cannot."""
    MAILDROP = "maildrop"
    """(maildrop) -> maildrop: what a session has taken hold of."""
    EXPIRY = "expiry"
    """(blocks) -> blocks: what goes out when the autologout timer is over; nothing, by rights."""
    TLS = "tls"
    """(beginning) -> beginning: how TLS begins, behind STLS or from the start."""
    BEHIND_STLS = "behind STLS"
    """(behind, kept) -> kept: what is kept, inside TLS, of what came in the clear behind STLS; nothing, by rights."""
    ACTIVITY = "activity"
    """(deadline) -> deadline: when the timer will be over, in seconds of the server's clock; asked at any time."""


IN_THE_CLEAR: Final = ""
STARTTLS: Final = "starttls"
"""Through TLS by STLS."""
POPS: Final = "pops"
"""Through TLS from the start."""
CERTIFIED: Final = "certified"
"""By STLS, and with a certificate of the client's own."""
CLEARTEXT_REFUSED: Final = "cleartext-refused"
"""Through TLS by STLS, to a server that refuses passwords in the clear."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something about a fault that can be set."""

    name: str
    kind: type[Value]
    default: Value

    def __str__(self) -> str:
        return f"{self.name}={self.default}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to be wrong."""

    name: str
    room: str
    """The group that it belongs to, such as ``octets``."""
    says: str
    """What goes wrong, in one sentence."""
    story: str
    """More about it; empty where there is no more."""
    clauses: frozenset[str]
    """The ids of the clauses that it breaks; empty for what is odd and lawful."""
    at_least: str = ""
    """Why more clauses may be found broken than those; empty where it is just those."""
    slow: bool = False
    """Whether it shows only where the autologout timer is waited for."""
    large: bool = False
    """Whether it shows only in large maildrops."""
    over: tuple[str, ...] = (IN_THE_CLEAR,)
    """How a run has to come to the server to see it; more than one where each shows something of its own."""
    usually: str = ""
    """When it strikes where nothing is said of that; empty for whenever it can."""
    beside: tuple[str, ...] = ()
    """Folders of scenarios that meet it, beside those of the RFCs whose clauses it breaks."""
    parameters: tuple[Parameter, ...] = ()
    _meddles: dict[Place, Meddle] = field(default_factory=dict)

    @property
    def meddles(self) -> Mapping[Place, Meddle]:
        """Its functions, by place."""
        return MappingProxyType(self._meddles)

    def at(self, place: Place) -> "Callable[[Meddle], Fault]":
        """Have it act in another place too; the function takes the same parameters, or none."""

        def enter(meddle: Meddle) -> Fault:
            self._meddles[place] = meddle
            return self

        return enter


_FAULTS: Final[dict[str, Fault]] = {}

FAULTS: Final[Mapping[str, Fault]] = MappingProxyType(_FAULTS)
"""Every fault, by its name."""


def fault(
    place: Place,
    *clauses: str,
    at_least: str = "",
    slow: bool = False,
    large: bool = False,
    over: str | tuple[str, ...] = IN_THE_CLEAR,
    usually: str = "",
    beside: tuple[str, ...] = (),
) -> Callable[[Meddle], Fault]:
    """Make a function a fault that breaks these clauses."""

    def enter(meddle: Meddle) -> Fault:
        name = meddle.__name__.strip("_").replace("_", "-")
        says, _, story = (inspect.getdoc(meddle) or "").partition("\n")
        made = Fault(
            name,
            room=meddle.__module__.rpartition(".")[2],
            says=says,
            story=story.strip(),
            clauses=frozenset(clauses),
            at_least=at_least,
            slow=slow,
            large=large,
            over=(over,) if isinstance(over, str) else over,
            usually=usually,
            beside=beside,
            parameters=_parameters(meddle),
            _meddles={place: meddle},
        )
        if name in _FAULTS:
            mistake = f"two faults are called {name}"
            raise ValueError(mistake)
        _FAULTS[name] = made
        return made

    return enter


def _parameters(meddle: Meddle) -> tuple[Parameter, ...]:
    parameters = inspect.signature(meddle).parameters.values()
    keywords = (parameter for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY)
    return tuple(Parameter(keyword.name, type(keyword.default), keyword.default) for keyword in keywords)
