"""Faults in the answers to STAT, LIST and UIDL (RFC 1939 §5, §7); for sizes see `sizes`."""

from collections.abc import Callable
from dataclasses import replace

from conformance.model import Maildrop
from conformance.server.faults.editing import Lines, one_row, text_of, with_body, with_text
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import Held
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response, accepted, refused
from conformance.server.stores import OpenMaildrop
from conformance.wire import Command, InvalidCommand, State

__all__: list[str] = []

Asked = Command | InvalidCommand

# -- STAT ------------------------------------------------------------------------------------------------------------


def _stat(scene: Scene, response: Response, change: Callable[[int, int], bytes]) -> Response:
    """STAT anew: a function of the two numbers."""
    if scene.verb != "STAT" or not response.positive:
        return response
    count, total = (int(word) for word in text_of(response).split())
    return with_text(response, change(count, total))


@fault(Place.REPLY, "R1939-STAT-03")
def stat_in_words(scene: Scene, response: Response) -> Response:
    """STAT says in words what the numbers are."""
    return _stat(scene, response, lambda count, total: b"%d messages %d octets" % (count, total))


@fault(Place.REPLY, "R1939-STAT-03")
def stat_with_two_spaces(scene: Scene, response: Response) -> Response:
    """STAT has two spaces between its numbers."""
    return _stat(scene, response, lambda count, total: b"%d  %d" % (count, total))


@fault(Place.REPLY, "R1939-STAT-04")
def stat_counts_one_more(scene: Scene, response: Response) -> Response:
    """STAT counts one message more than there are, where there are any."""
    return _stat(scene, response, lambda count, total: b"%d %d" % (count + bool(count), total))


@fault(Place.REPLY, "R1939-STAT-05")
def total_is_off_by_one(scene: Scene, response: Response) -> Response:
    """STAT counts one octet more for each message than LIST does."""
    return _stat(scene, response, lambda count, total: b"%d %d" % (count, total + count))


@fault(Place.REPLY, "R1939-STAT-06", "R1939-STAT-09")
def stat_counts_marked(scene: Scene, response: Response) -> Response:
    """STAT counts messages that are marked as deleted."""
    drop = scene.session.maildrop
    return _stat(scene, response, lambda *_: b"%d %d" % (drop.count, drop.octets))


@fault(Place.REPLY, "R1939-STAT-06", "R1939-STAT-09")
def total_counts_marked(scene: Scene, response: Response) -> Response:
    """STAT counts the octets of messages that are marked as deleted, but not the messages."""
    return _stat(scene, response, lambda count, _: b"%d %d" % (count, scene.session.maildrop.octets))


@fault(Place.REPLY, "R1939-STAT-07")
def stat_with_more_behind(scene: Scene, response: Response) -> Response:
    """STAT says more behind the size."""
    return _stat(scene, response, lambda count, total: b"%d %d octets in the maildrop" % (count, total))


@fault(Place.REPLY, "R1939-STAT-09")
def total_of_nothing(scene: Scene, response: Response) -> Response:
    """STAT has a size where no message is left."""
    return _stat(scene, response, lambda count, total: b"%d %d" % (count, total or 1))


@fault(Place.REPLY, "R1939-STAT-03", "R1939-STAT-09")
def stat_bare_without_messages(scene: Scene, response: Response) -> Response:
    """STAT leaves the numbers out when no message is left."""
    return _stat(scene, response, lambda count, total: b"%d %d" % (count, total) if count else b"")


# -- numbers ---------------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R1939-AUTH-10")
def number_skipped(_: Scene, command: Asked, *, number: int = 6) -> Command | None:
    """One number is left out, and the messages from there on have the next ones."""
    return _renumbered(command, lambda n: n if n < number else n - 1 if n > number else 0)


@number_skipped.at(Place.REPLY)
def _show_skipped(scene: Scene, response: Response, *, number: int = 6) -> Response:
    return _shown(scene, response, lambda n: n if n < number else n + 1)


@fault(Place.COMMAND, "R1939-AUTH-10", at_least="every number means another message than the suite has to think")
def numbers_from_zero(_: Scene, command: Asked) -> Command | None:
    """Messages are numbered from 0."""
    return _renumbered(command, lambda n: n + 1)


@numbers_from_zero.at(Place.REPLY)
def _show_from_zero(scene: Scene, response: Response) -> Response:
    return _shown(scene, response, lambda n: n - 1)


def _renumbered(command: Asked, real: Callable[[int], int]) -> Command | None:
    """The command as the server understands it, given what its numbers mean."""
    numbered = isinstance(command, Command) and command.verb in ("LIST", "UIDL", "RETR", "TOP", "DELE")
    if not isinstance(command, Command) or not numbered or not command.wellformed or not command.arguments:
        return None
    first, *rest = command.arguments
    return replace(command, arguments=(b"%d" % real(int(first)), *rest))


def _shown(scene: Scene, response: Response, shown: Callable[[int], int]) -> Response:
    def change(row: bytes) -> bytes:
        number, space, rest = row.partition(b" ")
        return b"%d%b%b" % (shown(int(number)), space, rest)

    return one_row(response, change) if scene.verb in ("LIST", "UIDL") else response


# -- LIST ------------------------------------------------------------------------------------------------------------


def _full(scene: Scene, response: Response, verb: str, change: Callable[[Lines], Lines]) -> Response:
    return with_body(response, change) if scene.verb == verb else response


def _single(scene: Scene, response: Response, verb: str) -> bool:
    return scene.verb == verb and response.positive and response.body is None


def _rows(scene: Scene, response: Response, verb: str, change: Callable[[bytes], bytes]) -> Response:
    return one_row(response, change) if scene.verb == verb else response


@fault(Place.REPLY, "R1939-LIST-02", usually="LIST#2")
def list_on_one_line(scene: Scene, response: Response) -> Response:
    """LIST of a single message has its listing on the status line, though no number was given."""
    if response.body is None or scene.session.count != 1:
        return response
    return accepted(b"".join(response.body).removesuffix(b"\r\n"))


@fault(Place.REPLY, "R1939-LIST-03")
def list_says_nothing_of_one(scene: Scene, response: Response) -> Response:
    """LIST with a number says no more than +OK."""
    return with_text(response, b"") if _single(scene, response, "LIST") else response


@fault(Place.REPLY, "R1939-LIST-03", "R1939-MULTI-13")
def list_of_one_is_multi_line(scene: Scene, response: Response) -> Response:
    """LIST with a number has its listing on a line of its own, and a terminating line."""
    if not _single(scene, response, "LIST"):
        return response
    return replace(with_text(response, b"one message follows"), body=(text_of(response) + b"\r\n",))


@fault(Place.REPLY, "R1939-LIST-04")
def list_lacks_the_last(scene: Scene, response: Response) -> Response:
    """LIST leaves out the last message, where there are two or more."""
    return _full(scene, response, "LIST", lambda lines: lines[:-1] if len(lines) > 1 else lines)


@fault(Place.REPLY, "R1939-LIST-04")
def list_repeats_the_first(scene: Scene, response: Response) -> Response:
    """LIST has two lines for the first message."""
    return _full(scene, response, "LIST", lambda lines: lines[:1] + lines)


@fault(Place.COMMAND, "R1939-LIST-05")
def list_refused_when_empty(scene: Scene, command: Asked) -> Response | None:
    """LIST is refused when the maildrop is empty."""
    empty = scene.session.state is State.TRANSACTION and not scene.session.maildrop.count
    return refused(b"no messages") if command.verb == "LIST" and not command.arguments and empty else None


@fault(Place.COMMAND, "R1939-LIST-15")
def list_refused_when_all_marked(scene: Scene, command: Asked) -> Response | None:
    """LIST is refused when every message is marked as deleted."""
    session = scene.session
    none_left = session.state is State.TRANSACTION and session.maildrop.count and not session.count
    return refused(b"no messages") if command.verb == "LIST" and not command.arguments and none_left else None


@fault(Place.REPLY, "R1939-LIST-06")
def list_in_columns(scene: Scene, response: Response) -> Response:
    """The lines of LIST are padded with spaces, so that they stand in columns."""
    return _full(scene, response, "LIST", lambda lines: [b"%4b %8b" % tuple(line.split(b" ")) for line in lines])


@fault(Place.REPLY, "R1939-LIST-06")
def list_with_tab(scene: Scene, response: Response) -> Response:
    """LIST has a TAB between number and size."""
    return _rows(scene, response, "LIST", lambda row: row.replace(b" ", b"\t"))


@fault(Place.REPLY, "R1939-LIST-08")
def list_with_more_behind(scene: Scene, response: Response) -> Response:
    """LIST says more behind the sizes."""
    return _rows(scene, response, "LIST", lambda row: row + b" octets")


@fault(Place.REPLY, "R1939-LIST-10", "R1939-LIST-15")
def list_shows_marked(scene: Scene, response: Response) -> Response:
    """LIST shows messages that are marked as deleted."""
    rows = [b"%d %d\r\n" % (m.number, m.octets) for m in scene.session.maildrop.messages]
    return _full(scene, response, "LIST", lambda _: rows)


@fault(Place.COMMAND, "R1939-LIST-11", "R1939-DELE-03")
def list_answers_for_marked(scene: Scene, command: Asked) -> Response | None:
    """LIST with the number of a message that is marked as deleted is answered."""
    message = scene.session.maildrop.get(command.message)
    marked = message is not None and message.number in scene.session.marked
    if command.verb != "LIST" or not marked or message is None:
        return None
    return accepted(b"%d %d" % (message.number, message.octets))


@fault(Place.COMMAND, "R1939-LIST-12", "R1939-ARG-02")
def list_answers_for_any_number(scene: Scene, command: Asked) -> Response | None:
    """LIST with a number that no message has is answered, with a size of nothing."""
    argument = command.arguments[0] if len(command.arguments) == 1 else b""
    if command.verb != "LIST" or scene.session.state is not State.TRANSACTION or not argument.isdigit():
        return None
    return None if scene.session.maildrop.get(int(argument)) else accepted(argument + b" 0")


# -- UIDL ------------------------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R1939-UIDL-02")
def uidl_lacks_the_last(scene: Scene, response: Response) -> Response:
    """UIDL leaves out the last message, where there are two or more."""
    return _full(scene, response, "UIDL", lambda lines: lines[:-1] if len(lines) > 1 else lines)


@fault(Place.REPLY, "R1939-UIDL-02")
def uidl_repeats_the_first(scene: Scene, response: Response) -> Response:
    """UIDL has two lines for the first message."""
    return _full(scene, response, "UIDL", lambda lines: lines[:1] + lines)


@fault(Place.REPLY, "R1939-UIDL-02", usually="UIDL#1")
def uidl_on_one_line(scene: Scene, response: Response) -> Response:
    """UIDL of a single message has its listing on the status line, though no number was given."""
    if response.body is None or scene.session.count != 1:
        return response
    return accepted(b"".join(response.body).removesuffix(b"\r\n"))


@fault(Place.REPLY, "R1939-UIDL-03")
def uidl_of_one_lacks_its_number(scene: Scene, response: Response) -> Response:
    """UIDL with a number answers with the unique-id alone."""
    return with_text(response, text_of(response).partition(b" ")[2]) if _single(scene, response, "UIDL") else response


@fault(Place.REPLY, "R1939-UIDL-03", "R1939-MULTI-13")
def uidl_of_one_is_multi_line(scene: Scene, response: Response) -> Response:
    """UIDL with a number has its listing on a line of its own, and a terminating line."""
    if not _single(scene, response, "UIDL"):
        return response
    return replace(with_text(response, b"one message follows"), body=(text_of(response) + b"\r\n",))


@fault(Place.REPLY, "R1939-UIDL-04")
def uidl_with_tab(scene: Scene, response: Response) -> Response:
    """UIDL has a TAB between number and unique-id."""
    return _rows(scene, response, "UIDL", lambda row: row.replace(b" ", b"\t"))


@fault(Place.REPLY, "R1939-UIDL-05")
def uidl_with_size_behind(scene: Scene, response: Response) -> Response:
    """UIDL says the size behind the unique-id."""
    return _rows(scene, response, "UIDL", lambda row: row + b" 320")


def _identified(held: OpenMaildrop, change: Callable[[int, bytes], bytes]) -> OpenMaildrop:
    """The maildrop with other unique-ids, each a function of the message's size and its real one."""
    noted = held.maildrop.messages
    return Held(held, Maildrop.of((m.octets, change(m.octets, m.unique_id)) for m in noted))


@fault(Place.MAILDROP, "R1939-UIDL-06")
def unique_ids_too_long(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Unique-ids have 71 characters."""
    return _identified(held, lambda _, unique_id: unique_id.ljust(71, b"."))


@fault(Place.REPLY, "R1939-UIDL-06")
def unique_ids_empty(scene: Scene, response: Response) -> Response:
    """UIDL has an empty unique-id for each message."""
    return _rows(scene, response, "UIDL", lambda row: row.partition(b" ")[0] + b" ")


@fault(Place.MAILDROP, "R1939-UIDL-07")
def unique_ids_not_ascii(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Unique-ids have octets above 127."""
    return _identified(held, lambda _, unique_id: b"\xfc" + unique_id)


@fault(Place.MAILDROP, "R1939-UIDL-07")
def unique_ids_with_control(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Unique-ids have a control character in them."""
    return _identified(held, lambda _, unique_id: unique_id[:4] + b"\x7f" + unique_id[4:])


@fault(Place.MAILDROP, "R1939-UIDL-08")
def unique_ids_by_size(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Messages of the same size have the same unique-id."""
    return _identified(held, lambda octets, _: b"size.%d" % octets)


@fault(Place.REPLY, "R1939-UIDL-14")
def uidl_forms_differ(scene: Scene, response: Response) -> Response:
    """UIDL with a number tells another unique-id than UIDL without."""
    return with_text(response, text_of(response) + b".one") if _single(scene, response, "UIDL") else response


@fault(Place.REPLY, "R1939-UIDL-14")
def unique_ids_change_in_session(scene: Scene, response: Response) -> Response:
    """The unique-id of a message is another one once it was retrieved."""
    retrieved = scene.memory.setdefault("retrieved", set())
    if scene.verb == "RETR" and response.positive:
        retrieved.add(scene.number)

    def change(row: bytes) -> bytes:
        number = row.partition(b" ")[0]
        return row + b".read" if number.isdigit() and int(number) in retrieved else row

    return _rows(scene, response, "UIDL", change)
