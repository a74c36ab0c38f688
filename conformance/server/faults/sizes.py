"""Faults in the sizes of messages, and in how they and other numbers are written (RFC 1939 §4, §5, §11)."""

from dataclasses import replace

from conformance.server.faults.editing import one_row, text_of, with_text
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import resized
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response
from conformance.server.stores import OpenMaildrop
from conformance.wire.grammar import TERMINATOR

__all__: list[str] = []


@fault(Place.MAILDROP, "R1939-LIST-07", "R1939-FMT-02")
def sizes_count_line_ends_once(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Sizes count a line end as one octet."""
    return resized(held, lambda message: len(message) - message.count(b"\r\n"))


@fault(Place.MAILDROP, "R1939-LIST-07", "R1939-FMT-03")
def sizes_count_stuffing(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Sizes count the octets that byte-stuffing adds."""
    return resized(held, lambda message: len(message) + (b"\n" + message).count(b"\n."))


@fault(Place.MAILDROP, "R1939-LIST-07", "R1939-FMT-04")
def sizes_count_terminator(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Sizes count the terminating line."""
    return resized(held, lambda message: len(message) + len(TERMINATOR))


@fault(Place.MAILDROP, "R1939-LIST-07", "R1939-FMT-03", "R1939-FMT-04")
def sizes_as_sent(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Sizes count all that RETR sends behind its status line, stuffing and terminating line too."""
    return resized(held, lambda message: len(message) + (b"\n" + message).count(b"\n.") + len(TERMINATOR))


@fault(Place.MAILDROP, "R1939-LIST-07")
def sizes_without_header(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Sizes leave the header out."""
    return resized(held, lambda message: len(message.partition(b"\r\n\r\n")[2]))


@fault(Place.MAILDROP, "R1939-LIST-07")
def sizes_in_blocks(_: Scene, held: OpenMaildrop, *, block: int = 512) -> OpenMaildrop:
    """Sizes are rounded up to blocks of the disk."""
    return resized(held, lambda message: -(-len(message) // block) * block)


@fault(Place.REPLY, "R1939-AUTH-14")
def sizes_grow_when_retrieved(scene: Scene, response: Response) -> Response:
    """A message that was retrieved is listed with more octets than before."""
    if scene.verb == "RETR" and response.positive:
        scene.memory.setdefault("grown", set()).add(scene.number)
    if scene.verb != "LIST":
        return response
    return one_row(response, lambda row: _more(row, scene.memory.get("grown", set()), 12))


@fault(Place.REPLY, "R1939-AUTH-14", "R1939-STAT-05")
def total_grows_when_retrieved(scene: Scene, response: Response) -> Response:
    """STAT counts more octets once a message was retrieved; LIST does not."""
    if scene.verb == "RETR" and response.positive:
        scene.memory["more"] = 12
    if scene.verb != "STAT" or not response.positive or not scene.session.count:
        return response
    count, _, total = text_of(response).partition(b" ")
    return with_text(response, b"%b %d" % (count, int(total) + scene.memory.get("more", 0)))


def _more(row: bytes, numbers: set[int], octets: int) -> bytes:
    number, _, size = row.partition(b" ")
    return b"%b %d" % (number, int(size) + octets) if number.isdigit() and int(number) in numbers else row


@fault(Place.REPLY, "R1939-AUTH-11")
def large_sizes_in_hexadecimal(scene: Scene, response: Response, *, above: int = 0xFFFF) -> Response:
    """Sizes above a limit are written in base sixteen, in LIST and in STAT."""
    if scene.verb not in ("LIST", "STAT") or (scene.verb == "STAT" and response.body is not None):
        return response
    return one_row(response, lambda row: _hexadecimal(row, above))


def _hexadecimal(row: bytes, above: int) -> bytes:
    first, _, size = row.partition(b" ")
    return b"%b %X" % (first, int(size)) if size.isdigit() and int(size) > above else row


@fault(Place.REPLY, "R1939-LIST-14")
def single_size_differs(scene: Scene, response: Response) -> Response:
    """LIST with a number tells a size of one octet more than LIST without."""
    if scene.verb != "LIST" or response.body is not None or not response.positive:
        return response
    number, _, size = text_of(response).partition(b" ")
    return with_text(response, b"%b %d" % (number, int(size) + 1))


@fault(Place.REPLY, "R1939-STAT-05")
def total_counts_line_ends_once(scene: Scene, response: Response) -> Response:
    """The total in STAT counts a line end as one octet, as the files on disk do; LIST does not."""
    if scene.verb != "STAT" or not response.positive:
        return response
    count, _, total = text_of(response).partition(b" ")
    messages = (m for m in scene.session.maildrop.messages if m.number not in scene.session.marked)
    lines = sum(block.count(b"\n") for message in messages for block in scene.held.read(message))
    return replace(response, status=b"+OK %b %d\r\n" % (count, int(total) - lines))
