"""Faults that show only in large maildrops and in huge messages (RFC 1939 §3, §5, §6, §7).

Pages, counters and buffers that nobody fills in a small test: a thousand messages, 2^24 octets, a MiB.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from conformance.model import Maildrop, Message
from conformance.server.faults.editing import one_row, text_of, with_body, with_text, written
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import Choosing, Ending, Held
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response, accepted
from conformance.server.stores import MaildropBusyError, OpenMaildrop
from conformance.wire import State, stuff
from conformance.wire.grammar import TERMINATOR

__all__: list[str] = []

Take = Callable[[], OpenMaildrop]

_PAGE: Final = 1000
"""Messages that a server may take at a time."""
_MIB: Final = 1 << 20
_HUGE: Final = 16 * _MIB
"""Octets from which on a message is huge."""

# -- counting --------------------------------------------------------------------------------------------------------


@fault(Place.MAILDROP, large=True)
def maildrop_shows_1000_at_most(_: Scene, held: OpenMaildrop, *, most: int = _PAGE) -> OpenMaildrop:
    """A session sees the first thousand messages; those behind them have their turn in later sessions.

    All replies agree. What belongs to the maildrop that a session opens is the site's affair (RFC 1939 §8).
    """
    return Held(held, Maildrop(held.maildrop.messages[:most]))


@fault(Place.REPLY, "R1939-STAT-04", large=True)
def stat_counts_to_1000(scene: Scene, response: Response, *, most: int = _PAGE) -> Response:
    """STAT counts no further than 1000; its total is right."""
    if scene.verb != "STAT" or not response.positive:
        return response
    count, _, total = text_of(response).partition(b" ")
    return with_text(response, b"%d %b" % (min(int(count), most), total))


@fault(Place.REPLY, "R1939-STAT-05", large=True)
def total_overflows(scene: Scene, response: Response, *, bits: int = 24) -> Response:
    """STAT adds the sizes up in 24 bits; LIST tells them as they are."""
    if scene.verb != "STAT" or not response.positive:
        return response
    count, _, total = text_of(response).partition(b" ")
    return with_text(response, b"%b %d" % (count, int(total) % 2**bits))


@fault(Place.MAILDROP, "R1939-LIST-07", large=True)
def sizes_overflow(_: Scene, held: OpenMaildrop, *, bits: int = 24) -> OpenMaildrop:
    """Sizes are kept in 24 bits, for LIST and STAT alike."""
    noted = held.maildrop.messages
    return Held(held, Maildrop.of((message.octets % 2**bits, message.unique_id) for message in noted))


# -- listings --------------------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R1939-LIST-04", large=True)
def list_stops_at_1000(scene: Scene, response: Response, *, most: int = _PAGE) -> Response:
    """LIST ends behind its thousandth row, as if there were no more."""
    return with_body(response, lambda rows: rows[:most]) if scene.verb == "LIST" else response


@fault(Place.REPLY, "R1939-UIDL-02", large=True)
def uidl_stops_at_1000(scene: Scene, response: Response, *, most: int = _PAGE) -> Response:
    """UIDL ends behind its thousandth row, as if there were no more."""
    return with_body(response, lambda rows: rows[:most]) if scene.verb == "UIDL" else response


@fault(Place.REPLY, "R1939-LIST-04", large=True)
def row_lost_between_pages(scene: Scene, response: Response, *, page: int = _PAGE) -> Response:
    """LIST fetches a thousand rows at a time, and the first row of the second page is lost."""
    if scene.verb != "LIST":
        return response
    return with_body(response, lambda rows: rows[:page] + rows[page + 1 :])


@fault(Place.REPLY, "R1939-LIST-04", large=True)
def row_repeated_between_pages(scene: Scene, response: Response, *, page: int = _PAGE) -> Response:
    """LIST fetches a thousand rows at a time, and each page begins with the last row of the one before."""
    if scene.verb != "LIST":
        return response
    return with_body(
        response, lambda rows: (row for at in range(0, len(rows), page) for row in rows[max(0, at - 1) : at + page])
    )


@fault(Place.REPLY, "R1939-LIST-06", "R1939-UIDL-04", large=True)
def empty_line_between_pages(scene: Scene, response: Response, *, page: int = _PAGE) -> Response:
    """Listings have an empty line behind each thousand rows that others follow."""
    if scene.verb not in ("LIST", "UIDL"):
        return response
    return with_body(
        response, lambda rows: (b"\r\n" * (at > 0 and at % page == 0) + row for at, row in enumerate(rows))
    )


@fault(Place.REPLY, "R1939-LIST-04", "R1939-AUTH-10", large=True)
def numbers_in_listing_overflow(scene: Scene, response: Response, *, bits: int = 10) -> Response:
    """LIST writes the message-numbers of its rows in ten bits, so that 1024 is 0 and 1025 is 1."""
    if scene.verb != "LIST" or response.body is None:
        return response

    def change(row: bytes) -> bytes:
        number, _, size = row.partition(b" ")
        return b"%d %b" % (int(number) % 2**bits, size)

    return one_row(response, change)


# -- one among many --------------------------------------------------------------------------------------------------


def _on_the_first_page(scene: Scene, response: Response, verb: str, page: int) -> Message | None:
    """The message that has on the first page the place of the one that the command names, which is on a later page."""
    if scene.verb != verb or not response.positive or scene.number is None or scene.number <= page:
        return None
    return scene.session.maildrop.get((scene.number - 1) % page + 1)


@fault(Place.REPLY, "R1939-RETR-03", large=True)
def retr_counts_from_its_page(scene: Scene, response: Response, *, page: int = _PAGE) -> Response:
    """RETR looks for messages behind the thousandth on the first page, where others lie."""
    message = _on_the_first_page(scene, response, "RETR", page)
    return response if message is None else replace(response, body=scene.held.read(message))


@fault(Place.REPLY, "R1939-LIST-07", "R1939-LIST-14", large=True)
def list_of_one_counts_from_its_page(scene: Scene, response: Response, *, page: int = _PAGE) -> Response:
    """LIST with a number behind the thousandth tells the size of a message on the first page."""
    message = _on_the_first_page(scene, response, "LIST", page)
    return response if message is None else accepted(b"%b %d" % (scene.arguments[0], message.octets))


# -- unique-ids ------------------------------------------------------------------------------------------------------


@fault(Place.MAILDROP, "R1939-UIDL-08", large=True)
def unique_ids_repeat_behind_1000(_: Scene, held: OpenMaildrop, *, page: int = _PAGE) -> OpenMaildrop:
    """Behind the thousandth message unique-ids begin anew with that of the first."""
    noted = held.maildrop.messages
    return Held(held, Maildrop.of((m.octets, noted[(m.number - 1) % page].unique_id) for m in noted))


@fault(Place.REPLY, "R1939-UIDL-14", large=True)
def uidl_of_one_counts_from_its_page(scene: Scene, response: Response, *, page: int = _PAGE) -> Response:
    """UIDL with a number behind the thousandth tells the unique-id of a message on the first page."""
    message = _on_the_first_page(scene, response, "UIDL", page)
    return response if message is None else accepted(b"%b %b" % (scene.arguments[0], message.unique_id))


# -- QUIT ------------------------------------------------------------------------------------------------------------


@fault(Place.MAILDROP, "R1939-UPD-01", "R1939-UPD-07", large=True)
def quit_removes_none_behind_1000(_: Scene, held: OpenMaildrop, *, most: int = _PAGE) -> OpenMaildrop:
    """QUIT looks for marks among the first thousand messages, and passes over those behind."""
    return Choosing(held, lambda numbers: (number for number in numbers if number <= most))


@fault(Place.MAILDROP, "R1939-UPD-01", "R1939-UPD-07", large=True)
def quit_removes_1000_at_most(_: Scene, held: OpenMaildrop, *, most: int = _PAGE) -> OpenMaildrop:
    """QUIT removes the first thousand of the messages that are marked, as many as one statement takes."""
    return Choosing(held, lambda numbers: sorted(numbers)[:most])


@fault(Place.MAILDROP, "R1939-UPD-02", large=True)
def quit_keeps_1000_at_most(_: Scene, held: OpenMaildrop, *, most: int = _PAGE) -> OpenMaildrop:
    """QUIT writes the maildrop anew where something is to be removed, and what is behind the thousandth is lost."""
    behind = range(most + 1, held.maildrop.count + 1)
    return Choosing(held, lambda numbers: numbers.union(behind))


# -- huge messages ---------------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R1939-RETR-02", large=True)
def huge_message_cut(scene: Scene, response: Response, *, octets: int = _HUGE) -> Response:
    """RETR sends the first 16 MiB of a message and the terminating line, whatever is left."""
    if scene.verb != "RETR" or response.body is None:
        return response
    return replace(response, body=_first(response.body, octets))


def _first(blocks: Iterable[bytes], octets: int) -> Iterator[bytes]:
    for block in blocks:
        yield block[:octets]
        octets -= len(block)
        if octets <= 0:
            return


@fault(Place.REPLY, "R1939-RETR-03", large=True)
def octets_lost_in_huge_message(scene: Scene, response: Response, *, after: int = _HUGE) -> Response:
    """RETR leaves out the line at which 16 MiB of a message have been sent."""
    if scene.verb != "RETR" or response.body is None:
        return response
    return replace(response, body=_without_line(response.body, after))


def _without_line(blocks: Iterable[bytes], after: int) -> Iterator[bytes]:
    for block in blocks:
        if 0 <= after < len(block):
            start = block.find(b"\n", after) + 1
            yield block[:start] + block[block.find(b"\n", start) + 1 :]
        else:
            yield block
        after -= len(block)


@fault(Place.REPLY, "R1939-MULTI-06", large=True)
def stuffing_lost_behind_a_mib(scene: Scene, response: Response, *, octets: int = _MIB) -> Response:
    """RETR stuffs the first MiB of a message, and no line behind."""
    if scene.verb != "RETR" or response.body is None:
        return response
    return written(response, lambda it: _stuffed_at_first(it, octets))


def _stuffed_at_first(response: Response, octets: int) -> Iterator[bytes]:
    yield response.status
    at_start, sent = True, 0
    for block in response.body or ():
        if sent < octets:
            yield (b"." if at_start and block.startswith(b".") else b"") + block.replace(b"\n.", b"\n..")
        else:
            yield block
        at_start = block.endswith(b"\n")
        sent += len(block)
    yield TERMINATOR


@fault(Place.REPLY, "R1939-MULTI-02", large=True)
def no_terminator_behind_huge_message(scene: Scene, response: Response, *, octets: int = _HUGE) -> Response:
    """RETR sends no terminating line behind a message of more than 16 MiB."""
    message = scene.session.message(scene.number)
    if scene.verb != "RETR" or response.body is None or message is None or message.octets <= octets:
        return response
    return written(response, _unterminated)


def _unterminated(response: Response) -> Iterator[bytes]:
    yield response.status
    yield from stuff(response.body or ())


# -- the end in the middle of one ------------------------------------------------------------------------------------


def _in_huge_message(scene: Scene, octets: int) -> bool:
    """Whether the session ends without QUIT, and RETR of a huge message was the last command: as far as the server
    can tell it was not read to its end."""
    message: Message | None = scene.session.message(scene.number)
    left = scene.session.state is State.TRANSACTION and scene.verb == "RETR"
    return left and message is not None and message.octets > octets


@fault(Place.MAILDROP, "R1939-UPD-08", large=True)
def end_in_huge_message_is_quit(scene: Scene, held: OpenMaildrop, *, octets: int = _HUGE) -> OpenMaildrop:
    """What is marked is removed when the connection ends while a message of more than 16 MiB is sent."""

    def end(ending: Ending) -> None:
        if _in_huge_message(scene, octets) and scene.session.marked:
            ending.remove(frozenset(scene.session.marked))

    return Ending(held, scene, end)


@fault(Place.LOCK, "R1939-UPD-09", large=True)
def lock_outlives_huge_message(scene: Scene, take: Take, *, octets: int = _HUGE, refusals: int = 18) -> OpenMaildrop:
    """The lock is kept when the connection ends while a message of more than 16 MiB is sent; it happens once.

    So many logins are refused then, as long as whatever sends has not noticed.
    """
    kept = scene.common.memory.setdefault("kept", {})
    if kept.get(scene.user, 0):
        kept[scene.user] -= 1
        sending = "the message is still being sent"
        raise MaildropBusyError(sending)

    def end(_: Ending) -> None:
        if _in_huge_message(scene, octets):
            kept.setdefault(scene.user, refusals)

    return Ending(take(), scene, end)
