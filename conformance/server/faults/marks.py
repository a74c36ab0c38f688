"""Faults in marking messages as deleted: DELE, RSET, and what marks do to the other commands (RFC 1939 §5)."""

from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import Held, as_if_marked, asks, command_of, in_transaction
from conformance.server.faults.scene import Scene
from conformance.server.responses import OK, Response, accepted, refused
from conformance.server.stores import OpenMaildrop
from conformance.wire import Command, InvalidCommand

__all__: list[str] = []

Any = Command | InvalidCommand


def _unmarked(scene: Scene, command: Any) -> Response:
    return as_if_marked(scene, command, ())


# -- what marks are overlooked by ------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-LIST-10", "R1939-LIST-15")
def marked_still_listed(scene: Scene, command: Any) -> Response | None:
    """LIST lists messages that are marked as deleted."""
    return _unmarked(scene, command) if asks(scene, command, "LIST", number=False) else None


@fault(Place.COMMAND, "R1939-LIST-10", "R1939-LIST-15")
def marked_listed_without_a_size(scene: Scene, command: Any) -> Response | None:
    """LIST lists messages that are marked as deleted, with size 0."""
    if not asks(scene, command, "LIST", number=False):
        return None
    session = scene.session
    sizes = ((m.number, 0 if m.number in session.marked else m.octets) for m in session.maildrop.messages)
    rows = b"".join(b"%d %d\r\n" % row for row in sizes)
    return accepted(b"scan listing follows", body=(rows,) if rows else ())


@fault(Place.COMMAND, "R1939-DELE-03", "R1939-LIST-11")
def marked_shown_in_list_with_a_number(scene: Scene, command: Any) -> Response | None:
    """LIST shows a message that is marked as deleted to who names it."""
    return _unmarked(scene, command) if asks(scene, command, "LIST", number=True) else None


@fault(Place.COMMAND, "R1939-DELE-03", "R1939-RETR-06")
def marked_retrieved(scene: Scene, command: Any) -> Response | None:
    """RETR sends messages that are marked as deleted."""
    return _unmarked(scene, command) if asks(scene, command, "RETR", number=True) else None


@fault(Place.COMMAND, "R1939-DELE-03")
def marked_topped(scene: Scene, command: Any) -> Response | None:
    """TOP shows messages that are marked as deleted."""
    return _unmarked(scene, command) if asks(scene, command, "TOP", number=True) else None


@fault(Place.COMMAND, "R1939-UIDL-12")
def marked_have_unique_ids(scene: Scene, command: Any) -> Response | None:
    """UIDL lists messages that are marked as deleted."""
    return _unmarked(scene, command) if asks(scene, command, "UIDL", number=False) else None


@fault(Place.COMMAND, "R1939-DELE-03", "R1939-UIDL-13")
def marked_shown_in_uidl_with_a_number(scene: Scene, command: Any) -> Response | None:
    """UIDL shows the unique-id of a message that is marked as deleted to who names it."""
    return _unmarked(scene, command) if asks(scene, command, "UIDL", number=True) else None


@fault(Place.COMMAND, "R1939-STAT-06", "R1939-STAT-09")
def marked_counted(scene: Scene, command: Any) -> Response | None:
    """STAT counts messages that are marked as deleted, and their octets."""
    return _unmarked(scene, command) if asks(scene, command, "STAT", number=False) else None


@fault(Place.COMMAND, "R1939-STAT-06", "R1939-STAT-09")
def octets_of_marked_counted(scene: Scene, command: Any) -> Response | None:
    """STAT leaves out messages that are marked as deleted, and counts their octets all the same."""
    if not asks(scene, command, "STAT", number=False):
        return None
    return accepted(b"%d %d" % (scene.session.count, scene.session.maildrop.octets))


@fault(Place.COMMAND, "R1939-LIST-15")
def list_refused_when_all_are_marked(scene: Scene, command: Any) -> Response | None:
    """LIST is refused when every message is marked as deleted."""
    session = scene.session
    nothing_left = bool(session.marked) and not session.count
    return refused(b"no messages") if nothing_left and asks(scene, command, "LIST", number=False) else None


# -- DELE ------------------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-DELE-02")
def dele_marks_the_next(scene: Scene, command: Any) -> Any | None:
    """DELE marks the message behind the one that it names."""
    number, count = command.message, scene.session.maildrop.count
    if number is None or number > count or not asks(scene, command, "DELE", number=True):
        return None
    return command_of(b"DELE %d" % (number % count + 1))


@fault(
    Place.COMMAND,
    "R1939-DELE-02",
    "R1939-DELE-03",
    "R1939-DELE-04",
    "R1939-STAT-06",
    "R1939-STAT-09",
    "R1939-LIST-10",
    "R1939-LIST-11",
    "R1939-LIST-15",
    "R1939-RETR-06",
    "R1939-UIDL-12",
    "R1939-UIDL-13",
    "R1939-UPD-01",
    "R1939-UPD-07",
)
def dele_marks_nothing(scene: Scene, command: Any) -> Response | None:
    """DELE says that the message is deleted, and marks none.

    The message is marked by the server's own word, so that all is broken that holds of messages that are marked.
    """
    there = scene.session.message(command.message) is not None
    return OK if there and asks(scene, command, "DELE", number=True) else None


@fault(Place.COMMAND, "R1939-DELE-02")
def dele_refused_for_the_last(scene: Scene, command: Any) -> Response | None:
    """DELE is refused for the last of several messages."""
    count = scene.session.maildrop.count
    last = count > 1 and command.message == count
    return refused(b"no such message") if last and asks(scene, command, "DELE", number=True) else None


def _again(scene: Scene, command: Any) -> bool:
    """Whether DELE names a message that is marked."""
    return command.message in scene.session.marked and asks(scene, command, "DELE", number=True)


def _subtract(scene: Scene, command: Any) -> None:
    message = scene.session.maildrop.get(command.message)
    if message is not None:
        scene.session.octets = max(0, scene.session.octets - message.octets)


@fault(Place.COMMAND, "R1939-DELE-03", "R1939-DELE-04")
def dele_accepted_twice(scene: Scene, command: Any) -> Response | None:
    """DELE is accepted for a message that is marked, and changes nothing then."""
    return OK if _again(scene, command) else None


@fault(Place.COMMAND, "R1939-DELE-03", "R1939-DELE-04")
def dele_subtracts_twice(scene: Scene, command: Any) -> Response | None:
    """DELE is accepted for a message that is marked, and its octets are subtracted from the total again."""
    if not _again(scene, command):
        return None
    _subtract(scene, command)
    return OK


@fault(Place.COMMAND, "R1939-DELE-04", "R1939-STATE-05")
def dele_refused_and_subtracted(scene: Scene, command: Any) -> None:
    """DELE of a message that is marked is refused, but its octets are subtracted from the total again."""
    if _again(scene, command):
        _subtract(scene, command)


@fault(Place.COMMAND, "R1939-DELE-04", "R1939-STATE-05")
def dele_refused_and_next_marked(scene: Scene, command: Any) -> None:
    """DELE of a message that is marked is refused, but the message behind it is marked."""
    if _again(scene, command):
        scene.session.mark((command.message or 0) + 1)


@fault(Place.COMMAND, "R1939-DELE-07", "R1939-STATE-03")
def dele_marks_what_was_retrieved(scene: Scene, command: Any) -> Response | None:
    """DELE without a message-number marks the message that was retrieved last."""
    if in_transaction(scene) and command.verb == "RETR" and command.message is not None:
        scene.memory["last"] = command.message
    if in_transaction(scene) and command.verb == "DELE" and not command.arguments and "last" in scene.memory:
        scene.session.mark(scene.memory["last"])
        return OK
    return None


@fault(Place.COMMAND, "R1939-DELE-05", "R1939-UPD-08")
def dele_removes_at_once(scene: Scene, command: Any) -> Response | None:
    """DELE removes the message there and then, and RSET does not bring it back for good."""
    message = scene.session.message(command.message)
    if message is not None and asks(scene, command, "DELE", number=True):
        scene.held.remove(frozenset({message.number}))
    return None


# -- RSET ------------------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-RSET-02", "R1939-RSET-04")
def rset_unmarks_the_last_only(scene: Scene, command: Any) -> Response | None:
    """RSET takes away the mark that was made last, and no other."""
    session = scene.session
    if asks(scene, command, "DELE", number=True) and session.message(command.message) is not None:
        scene.memory["last"] = command.message
    if not asks(scene, command, "RSET", number=False):
        return None
    marked = session.marked - {scene.memory.pop("last", None)}
    session.unmark()
    for number in marked:
        session.mark(number)
    return OK


@fault(Place.COMMAND, "R1939-RSET-04")
def total_stays_reduced_behind_rset(scene: Scene, command: Any) -> Response | None:
    """RSET brings back the messages, but not their octets in the total."""
    session = scene.session
    if not asks(scene, command, "RSET", number=False):
        return None
    octets = session.octets
    session.unmark()
    session.octets = octets
    return OK


class _Remembering(Held):
    """A maildrop that removes whatever was ever marked."""

    def __init__(self, under: OpenMaildrop) -> None:
        super().__init__(under)
        self.ever: set[int] = set()

    def remove(self, numbers: frozenset[int]) -> None:
        super().remove(numbers | self.ever)


@fault(Place.MAILDROP, "R1939-RSET-05")
def rset_leaves_the_list_for_quit(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """RSET brings messages back for the session, and QUIT removes them all the same."""
    scene.memory["held"] = remembering = _Remembering(held)
    return remembering


@rset_leaves_the_list_for_quit.at(Place.COMMAND)
def _remember(scene: Scene, command: Any) -> None:
    held: _Remembering | None = scene.memory.get("held")
    if held is None or not in_transaction(scene):
        return
    if command.verb == "RSET":
        held.ever |= scene.session.marked
    if command.verb == "QUIT" and not command.arguments and held.ever and not scene.session.marked:
        held.remove(frozenset())
