"""What a fault gets to know and to use: the session that it meddles with, and what the whole server remembers."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from conformance.server.auth import Accounts
from conformance.server.faults.armed import Armed
from conformance.server.faults.fault import Meddle, Place
from conformance.server.faults.when import Moment
from conformance.server.responses import Response
from conformance.server.stores import OpenMaildrop, Store
from conformance.wire import Command, InvalidCommand, State

if TYPE_CHECKING:
    from conformance.model import Session
    from conformance.server.faults.dialogue import FaultyDialogue

__all__ = ["GREETING", "Common", "Scene"]

GREETING = "GREETING"


@dataclass(slots=True)
class Common:
    """What all connections of a server with faults share."""

    store: Store
    accounts: Accounts
    armed: tuple[Armed, ...]
    seed: int = 0
    connections: int = 0
    """How many there were."""
    memory: dict[Any, Any] = field(default_factory=dict)
    """What faults remember from one connection to the next."""
    refuse: Callable[[], None] = lambda: None
    """Take no connections any more."""


class Scene:
    """One connection, as faults see it."""

    def __init__(self, common: Common) -> None:
        common.connections += 1
        self.common = common
        self.connection = common.connections
        """The number of this connection, from 1."""
        self.random = Random(f"{common.seed}/{self.connection}")  # noqa: S311 - chance from a seed, and no secret
        self.memory: dict[Any, Any] = {}
        """What faults remember on this connection."""
        self.command: Command | InvalidCommand | None = None
        """What is being obeyed; None before the first command."""
        self.user = ""
        """Whose maildrop is being opened, or was."""
        self.over = False
        """Whether the connection has ended."""
        self._dialogue: FaultyDialogue | None = None
        self._counts: Counter[str] = Counter()
        self._moment = Moment(self.connection, GREETING, 1, 0, State.AUTHORIZATION)

    # -- what is there -------------------------------------------------------------------------------------------

    @property
    def dialogue(self) -> "FaultyDialogue":
        """The server's part in the session."""
        assert self._dialogue is not None  # noqa: S101 - it enters before anything else happens
        return self._dialogue

    @property
    def session(self) -> "Session":
        """Where the session stands: state, marks, maildrop."""
        return self.dialogue.session

    @property
    def held(self) -> OpenMaildrop:
        """The maildrop that the session holds."""
        return self.dialogue.held

    @property
    def verb(self) -> str:
        """The verb of what is being obeyed, in capitals; ``GREETING`` before the first command."""
        return self._moment.verb

    @property
    def arguments(self) -> tuple[bytes, ...]:
        """Its arguments."""
        return self.command.arguments if self.command is not None else ()

    @property
    def number(self) -> int | None:
        """The message-number that it names."""
        return self.command.message if self.command is not None else None

    def answer(self, command: Command | InvalidCommand) -> Response:
        """What the server itself would do and say."""
        return self.dialogue.obey(command)

    # -- meddling ------------------------------------------------------------------------------------------------

    def enter(self, dialogue: "FaultyDialogue") -> None:
        """Let the dialogue be known to faults."""
        self._dialogue = dialogue

    def begin(self, command: Command | InvalidCommand) -> None:
        """A command is going to be obeyed."""
        self.command = command
        self._counts[command.verb] += 1
        self._counts[""] += 1
        self._moment = Moment(
            self.connection, command.verb, self._counts[command.verb], self._counts[""], self.session.state
        )

    def meddles(self, place: Place) -> Iterator[Meddle]:
        """The functions that strike at this place now, with their parameters set."""
        for armed in self.common.armed:
            meddle = armed.fault.meddles.get(place)
            if meddle is not None and armed.when.holds(self._moment, self.random):
                yield _bound(meddle, armed)

    def through(self, place: Place, value: Any, *before: Any) -> Any:
        """A value, handed through all functions that strike at this place now."""
        for meddle in self.meddles(place):
            value = meddle(self, *before, value)
        return value

    def octets(self, response: Response, blocks: Iterable[Any]) -> Iterator[Any]:
        """What goes out for a response."""
        return iter(self.through(Place.OCTETS, blocks, response))


def _bound(meddle: Meddle, armed: Armed) -> Meddle:
    takes = meddle.__kwdefaults__ or {}
    arguments = {name: value for name, value in armed.arguments.items() if name in takes}
    return lambda *given: meddle(*given, **arguments)
