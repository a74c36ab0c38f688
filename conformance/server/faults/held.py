"""A held maildrop, for faults to change: as the store has it, where nothing else is said."""

from collections.abc import Callable, Iterable, Iterator

from conformance.model import Maildrop, Message
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response
from conformance.server.stores import MaildropError, OpenMaildrop
from conformance.wire import Command, InvalidCommand, Line, State, parse_command

__all__ = ["Choosing", "Ending", "Held", "as_if_marked", "asks", "command_of", "in_transaction", "resized"]


class Held:
    """A maildrop that hands everything on to the one under it."""

    def __init__(self, under: OpenMaildrop, maildrop: Maildrop | None = None) -> None:
        self.under = under
        self.maildrop = under.maildrop if maildrop is None else maildrop

    def read(self, message: Message) -> Iterator[bytes]:
        """The message of that number."""
        return self.under.read(_numbered(self.under.maildrop, message.number))

    def remove(self, numbers: frozenset[int]) -> None:
        """Remove these messages."""
        self.under.remove(numbers)

    def close(self) -> None:
        """Let go of it."""
        self.under.close()


class Choosing(Held):
    """A maildrop that removes something else than what it is told."""

    def __init__(self, under: OpenMaildrop, choose: Callable[[frozenset[int]], Iterable[int]]) -> None:
        super().__init__(under)
        self._choose = choose

    def remove(self, numbers: frozenset[int]) -> None:
        """Remove what is chosen of them, or instead."""
        super().remove(frozenset(self._choose(numbers)))


class Ending(Held):
    """A maildrop that is told of the session's end."""

    def __init__(self, under: OpenMaildrop, scene: Scene, end: Callable[["Ending"], None]) -> None:
        super().__init__(under)
        self.scene = scene
        self._end: Callable[[Ending], None] | None = end

    def close(self) -> None:
        """Tell of the end, once, and let go."""
        end, self._end = self._end, None
        if end is not None:
            end(self)
        super().close()


def _numbered(maildrop: Maildrop, number: int) -> Message:
    message = maildrop.get(number)
    if message is None:
        gone = f"there is no message {number} any more"
        raise MaildropError(gone)
    return message


def resized(held: OpenMaildrop, size: Callable[[bytes], int]) -> Held:
    """The maildrop with other sizes, told from the messages in wire form."""
    messages = held.maildrop.messages
    return Held(held, Maildrop.of((size(b"".join(held.read(message))), message.unique_id) for message in messages))


def in_transaction(scene: Scene) -> bool:
    """Whether the maildrop is open."""
    return scene.session.state is State.TRANSACTION


def asks(scene: Scene, command: Command | InvalidCommand, verb: str, *, number: bool) -> bool:
    """Whether it is this command, in TRANSACTION, with a message-number or without."""
    return in_transaction(scene) and command.verb == verb and command.wellformed and bool(command.arguments) is number


def as_if_marked(scene: Scene, command: Command | InvalidCommand, numbers: Iterable[int]) -> Response:
    """What the server answers when these messages are marked, and no others; the marks are as before then."""
    session, marked = scene.session, frozenset(scene.session.marked)
    _mark(scene, numbers)
    response = scene.answer(command)
    if session.state is State.TRANSACTION:
        _mark(scene, marked)
    return response


def _mark(scene: Scene, numbers: Iterable[int]) -> None:
    scene.session.unmark()
    for number in numbers:
        scene.session.mark(number)


def command_of(text: bytes) -> Command | InvalidCommand:
    """The command that a line is, without its end."""
    return parse_command(Line(text + b"\r\n"))
