"""Faults in what has to change nothing, in which numbers name a message, and in whose they are (RFC 1939 §4, §5)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from conformance.model import Maildrop, Message
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import Held, asks, command_of, in_transaction
from conformance.server.faults.scene import Scene
from conformance.server.responses import OK, Response, accepted, refused
from conformance.server.stores import OpenMaildrop
from conformance.wire import Command, InvalidCommand, State

__all__: list[str] = []

Any = Command | InvalidCommand


# -- what has no business with marks ---------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-NOOP-02")
def noop_unmarks(scene: Scene, command: Any) -> None:
    """NOOP looks at the maildrop again, and takes every mark away."""
    if asks(scene, command, "NOOP", number=False):
        scene.session.unmark()


@fault(Place.COMMAND, "R1939-STATE-05")
def unknown_command_unmarks(scene: Scene, command: Any) -> None:
    """An unknown command takes every mark away."""
    if in_transaction(scene) and command.known is None:
        scene.session.unmark()


@fault(Place.COMMAND, "R1939-STATE-05")
def unknown_command_bars_login(scene: Scene, command: Any) -> Response | None:
    """An unknown command before login makes every login on the connection fail."""
    if scene.session.state is State.AUTHORIZATION and command.known is None:
        scene.memory["barred"] = True
    return refused(b"not any more") if "barred" in scene.memory and command.verb in ("PASS", "APOP") else None


@fault(Place.REPLY, "R1939-RETR-07")
def retr_marks(scene: Scene, response: Response) -> Response:
    """RETR marks the message as deleted."""
    if scene.verb == "RETR" and response.positive and in_transaction(scene):
        scene.session.mark(scene.number)
    return response


@fault(Place.COMMAND, "R1939-RETR-07", "R1939-STATE-08")
def retr_only_once(scene: Scene, command: Any) -> Response | None:
    """RETR is refused for a message that was retrieved before in the session."""
    if not asks(scene, command, "RETR", number=True):
        return None
    seen: set[int] = scene.memory.setdefault("retrieved", set())
    if command.message in seen:
        return refused(b"no such message")
    if command.message is not None:
        seen.add(command.message)
    return None


@fault(Place.REPLY, "R1939-TOP-11")
def top_marks(scene: Scene, response: Response) -> Response:
    """TOP marks the message as deleted."""
    if scene.verb == "TOP" and response.positive and in_transaction(scene):
        scene.session.mark(scene.number)
    return response


@fault(Place.COMMAND, "R1939-STATE-08")
def list_only_once(scene: Scene, command: Any) -> Response | None:
    """LIST without a message-number is refused the second time."""
    if not asks(scene, command, "LIST", number=False):
        return None
    if "listed" in scene.memory:
        return refused(b"the listing was given")
    scene.memory["listed"] = True
    return None


# -- numbers ---------------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-DELE-06")
def dele_of_a_missing_message(scene: Scene, command: Any, *, beyond: int = 9) -> Response | None:
    """DELE is accepted for numbers a little above that of the last message."""
    return OK if _beyond(scene, command, beyond) and asks(scene, command, "DELE", number=True) else None


def _beyond(scene: Scene, command: Any, beyond: int) -> bool:
    count = scene.session.maildrop.count
    return command.message is not None and count < command.message <= count + beyond


@fault(Place.COMMAND, "R1939-LIST-12")
def list_of_a_missing_message(scene: Scene, command: Any, *, beyond: int = 9) -> Response | None:
    """LIST shows numbers a little above that of the last message, with size 0."""
    missing = _beyond(scene, command, beyond) and asks(scene, command, "LIST", number=True)
    return accepted(b"%d 0" % (command.message or 0)) if missing else None


@fault(Place.COMMAND, "R1939-RETR-05")
def retr_of_a_missing_message(scene: Scene, command: Any, *, beyond: int = 9) -> Response | None:
    """RETR sends an empty message for numbers a little above that of the last one."""
    missing = _beyond(scene, command, beyond) and asks(scene, command, "RETR", number=True)
    return accepted(b"message follows", body=()) if missing else None


@fault(Place.COMMAND, "R1939-TOP-06")
def top_of_a_missing_message(scene: Scene, command: Any, *, beyond: int = 9) -> Response | None:
    """TOP sends nothing for numbers a little above that of the last message, and says that it worked."""
    missing = _beyond(scene, command, beyond) and asks(scene, command, "TOP", number=True)
    return accepted(b"top of message follows", body=()) if missing else None


@fault(Place.COMMAND, "R1939-UIDL-13")
def uidl_of_a_missing_message(scene: Scene, command: Any, *, beyond: int = 9) -> Response | None:
    """UIDL makes up a unique-id for numbers a little above that of the last message."""
    missing = _beyond(scene, command, beyond) and asks(scene, command, "UIDL", number=True)
    return accepted(b"%d none" % (command.message or 0)) if missing else None


_NAMING: Final = frozenset({"LIST", "RETR", "DELE", "TOP", "UIDL"})


@fault(
    Place.COMMAND,
    "R1939-ARG-02",
    "R1939-DELE-06",
    "R1939-LIST-12",
    "R1939-RETR-05",
    "R1939-TOP-06",
    "R1939-UIDL-13",
)
def numbers_wrap(scene: Scene, command: Any, *, bits: int = 32) -> Any | None:
    """Message-numbers are read into a machine word, so that 4294967297 is 1."""
    if command.verb not in _NAMING or not command.wellformed or not command.arguments or not in_transaction(scene):
        return None
    number, *rest = command.arguments
    return command_of(b" ".join((command.verb.encode(), b"%d" % (int(number) % 2**bits), *rest)))


@fault(Place.COMMAND, "R1939-ARG-02", "R1939-STATE-03")
def minus_is_passed_over(scene: Scene, command: Any) -> Any | None:
    """Message-numbers are read without their minus sign, so that -1 is 1."""
    if command.verb not in _NAMING or not command.arguments or not in_transaction(scene):
        return None
    number, *rest = command.arguments
    if not number.startswith(b"-"):
        return None
    return command_of(b" ".join((command.verb.encode(), number.removeprefix(b"-"), *rest)))


@fault(Place.COMMAND, "R1939-ARG-02", "R1939-LIST-12", "R1939-MULTI-13")
def zero_lists_all(scene: Scene, command: Any) -> Any | None:
    """LIST 0 is taken for LIST without a message-number."""
    return command_of(b"LIST") if in_transaction(scene) and command.line.content.upper() == b"LIST 0" else None


# -- messages that move ----------------------------------------------------------------------------------------------


class _Row(Held):
    """Messages in an order of their own, of which some can be taken out."""

    def __init__(self, under: OpenMaildrop) -> None:
        super().__init__(under)
        self.order = [message.number for message in under.maildrop.messages]
        self.taken: list[int] = []

    def arrange(self, scene: Scene) -> None:
        """Number the messages by their order, and mark none."""
        old = {message.number: message for message in self.under.maildrop.messages}
        ordered = [old[number] for number in self.order]
        self.maildrop = Maildrop.of((message.octets, message.unique_id) for message in ordered)
        scene.session.open(self.maildrop)

    def read(self, message: Message) -> Iterator[bytes]:
        return super().read(replace(message, number=self.order[message.number - 1]))

    def remove(self, numbers: frozenset[int]) -> None:
        super().remove(frozenset(self.order[number - 1] for number in numbers) | frozenset(self.taken))


@fault(Place.MAILDROP, "R1939-AUTH-12")
def numbers_close_up(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """DELE takes the message out of the row, and those behind it move up."""
    scene.memory["row"] = row = _Row(held)
    return row


@numbers_close_up.at(Place.COMMAND)
def _take_out(scene: Scene, command: Any) -> Response | None:
    row: _Row | None = scene.memory.get("row")
    if row is None or not in_transaction(scene) or not command.wellformed:
        return None
    if command.verb == "DELE" and command.message is not None and scene.session.message(command.message):
        row.taken.append(row.order.pop(command.message - 1))
        row.arrange(scene)
        return OK
    if command.verb == "RSET":
        row.order = sorted(row.order + row.taken)
        row.taken = []
        row.arrange(scene)
    if command.verb == "QUIT" and row.taken:
        row.remove(frozenset())
    return None


@fault(Place.MAILDROP, "R1939-AUTH-12", "R1939-RSET-04")
def rset_puts_messages_last(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """RSET gives the messages that it brings back the last numbers."""
    scene.memory["row"] = row = _Row(held)
    return row


@rset_puts_messages_last.at(Place.COMMAND)
def _put_last(scene: Scene, command: Any) -> Response | None:
    row: _Row | None = scene.memory.get("row")
    if row is None or not asks(scene, command, "RSET", number=False):
        return None
    back = [row.order[number - 1] for number in sorted(scene.session.marked)]
    row.order = [number for number in row.order if number not in back] + back
    row.arrange(scene)
    return OK
