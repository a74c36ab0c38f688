"""Faults in what RETR and TOP send of a message (RFC 1939 §5, §7, §11)."""

from collections.abc import Callable
from dataclasses import replace

from conformance.server.faults.editing import Lines, Reread, with_body
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response, refused
from conformance.server.stores import OpenMaildrop
from conformance.wire import Command, InvalidCommand

__all__: list[str] = []

_EMPTY = b"\r\n"


def _in(scene: Scene, response: Response, verb: str, change: Callable[[Lines], Lines]) -> Response:
    return with_body(response, change) if scene.verb == verb else response


def _split(lines: Lines) -> tuple[Lines, Lines]:
    """The header with the empty line behind it, and the rest."""
    end = lines.index(_EMPTY) + 1 if _EMPTY in lines else len(lines)
    return lines[:end], lines[end:]


# -- RETR ------------------------------------------------------------------------------------------------------------


@fault(Place.REPLY, "R1939-RETR-02")
def retr_sends_the_header_only(scene: Scene, response: Response) -> Response:
    """RETR sends the header of a message and nothing of its body."""
    return _in(scene, response, "RETR", lambda lines: _split(lines)[0])


@fault(Place.REPLY, "R1939-RETR-02")
def retr_cut_short(scene: Scene, response: Response, *, octets: int = 65_000) -> Response:
    """RETR sends no more than so many octets of a message."""

    def cut(lines: Lines) -> Lines:
        whole = b"".join(lines)
        return lines if len(whole) <= octets else [whole[:octets].rstrip(b"\r\n") + _EMPTY]

    return _in(scene, response, "RETR", cut)


@fault(Place.REPLY, "R1939-RETR-03")
def retr_adds_a_footer(scene: Scene, response: Response) -> Response:
    """RETR adds lines of the server's own to the end of each message."""
    return _in(
        scene, response, "RETR", lambda lines: [*lines, b"-- \r\n", b"This message was found to be harmless.\r\n"]
    )


@fault(Place.MAILDROP, "R1939-RETR-03")
def empty_lines_at_the_end_lost(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Empty lines at the end of a message are lost when it is read."""

    def strip(message: bytes) -> bytes:
        header, blank, body = message.partition(b"\r\n\r\n")
        kept = body.rstrip(b"\r\n")
        return header + blank + (kept + _EMPTY if kept else b"")

    return Reread(held, strip)


@fault(Place.REPLY, "R1939-RETR-03")
def blanks_at_line_ends_lost(scene: Scene, response: Response) -> Response:
    """RETR sends lines without the white space at their ends."""
    return _in(scene, response, "RETR", lambda lines: [line.rstrip() + _EMPTY for line in lines])


@fault(Place.REPLY, "R1939-RETR-03")
def long_lines_broken(scene: Scene, response: Response, *, octets: int = 512) -> Response:
    """RETR breaks lines of the body that are longer than a buffer of the server."""

    def broken(lines: Lines) -> Lines:
        out, body = _split(lines)
        for line in body:
            while len(line) > octets + 2:
                out.append(line[:octets] + _EMPTY)
                line = line[octets:]
            out.append(line)
        return out

    return _in(scene, response, "RETR", broken)


@fault(Place.REPLY, "R1939-RETR-03")
def retr_sends_the_neighbour(scene: Scene, response: Response) -> Response:
    """RETR sends the message behind the one that was asked for, where there is one."""
    if scene.verb != "RETR" or not response.positive or scene.number is None:
        return response
    message = scene.session.maildrop.get(scene.number + 1)
    return response if message is None else replace(response, body=tuple(scene.held.read(message)))


@fault(Place.REPLY, "R1939-RETR-08")
def status_field_from_the_second_time(scene: Scene, response: Response) -> Response:
    """A message that was retrieved before has a header field more."""
    if scene.verb != "RETR" or not response.positive:
        return response
    seen = scene.memory.setdefault("retrieved", set())
    again = scene.number in seen
    seen.add(scene.number)
    return with_body(response, lambda lines: [b"Status: RO\r\n", *lines]) if again else response


@fault(Place.REPLY, "R1939-RETR-10")
def mbox_line_before_message(scene: Scene, response: Response) -> Response:
    """RETR sends the line that separates messages in an mbox before the message."""
    line = b"From maja@lakeside.example Mon Mar  2 08:15:00 2026\r\n"
    return _in(scene, response, "RETR", lambda lines: [line, *lines])


@fault(Place.REPLY, "R1939-FMT-01")
def line_before_header(scene: Scene, response: Response) -> Response:
    """RETR sends a line before the header that is no header field."""
    return _in(scene, response, "RETR", lambda lines: [b"(retrieved from the spool)\r\n", *lines])


# -- TOP -------------------------------------------------------------------------------------------------------------


def _top(scene: Scene, response: Response, change: Callable[[Lines, Lines, int], Lines]) -> Response:
    """TOP anew: a function of the header with its empty line, the whole body, and how many lines are asked for."""
    if scene.verb != "TOP" or not response.positive or scene.number is None:
        return response
    message = scene.session.maildrop.get(scene.number)
    if message is None:
        return response
    header, body = _split(b"".join(scene.held.read(message)).splitlines(keepends=True))
    return with_body(response, lambda _: change(header, body, int(scene.arguments[1])))


@fault(Place.REPLY, "R1939-TOP-02", "R1939-TOP-03")
def top_sends_one_line_more(scene: Scene, response: Response) -> Response:
    """TOP sends one line of the body more than was asked for."""
    return _top(scene, response, lambda header, body, lines: header + body[: lines + 1])


@fault(Place.REPLY, "R1939-TOP-02")
def top_counts_the_empty_line(scene: Scene, response: Response) -> Response:
    """TOP counts the empty line behind the header as the first line of the body."""
    return _top(scene, response, lambda header, body, lines: header + body[: max(0, lines - 1)])


@fault(Place.REPLY, "R1939-TOP-02")
def top_ends_in_an_empty_line(scene: Scene, response: Response) -> Response:
    """TOP sends an empty line behind the lines of the body, if any were asked for."""
    return _top(
        scene, response, lambda header, body, lines: header + body[:lines] + ([_EMPTY] if 0 < lines < len(body) else [])
    )


@fault(Place.REPLY, "R1939-TOP-02", "R1939-TOP-03")
def top_sends_everything(scene: Scene, response: Response) -> Response:
    """TOP sends the whole message whatever number of lines is asked for."""
    return _top(scene, response, lambda header, body, _: header + body)


@fault(Place.REPLY, "R1939-TOP-03")
def top_zero_without_empty_line(scene: Scene, response: Response) -> Response:
    """TOP n 0 leaves out the empty line behind the header."""
    return _top(scene, response, lambda header, body, lines: header + body[:lines] if lines else header[:-1])


@fault(Place.REPLY, "R1939-TOP-03")
def top_zero_sends_everything(scene: Scene, response: Response) -> Response:
    """TOP n 0 sends the whole message."""
    return _top(scene, response, lambda header, body, lines: header + body[: lines or None])


@fault(Place.COMMAND, "R1939-TOP-04")
def top_refuses_too_many_lines(scene: Scene, command: Command | InvalidCommand) -> Response | None:
    """TOP is refused when it asks for more lines than the message has."""
    if command.verb != "TOP" or not command.wellformed:
        return None
    message = scene.session.maildrop.get(command.message)
    if message is None:
        return None
    body = _split(b"".join(scene.held.read(message)).splitlines(keepends=True))[1]
    return refused(b"there are not so many lines") if int(command.arguments[1]) > len(body) else None


@fault(Place.REPLY, "R1939-TOP-04")
def top_leaves_out_the_last_line(scene: Scene, response: Response) -> Response:
    """TOP leaves out the last line where it has to send the entire message."""
    return _top(
        scene, response, lambda header, body, lines: header + (body[:-1] if lines > len(body) else body[:lines])
    )


@fault(Place.REPLY, "R1939-TOP-05")
def top_counts_stuffed_lines_twice(scene: Scene, response: Response) -> Response:
    """TOP counts a line that is stuffed as two."""

    def change(header: Lines, body: Lines, lines: int) -> Lines:
        sent, left = [], lines
        for line in body:
            left -= 1 + line.startswith(b".")
            if left < 0:
                break
            sent.append(line)
        return header + sent

    return _top(scene, response, change)


@fault(Place.REPLY, "R1939-TOP-09")
def top_count_overflows(scene: Scene, response: Response, *, bits: int = 32) -> Response:
    """TOP keeps the number of lines in so many bits, with a sign, and takes a negative one for none."""

    def change(header: Lines, body: Lines, lines: int) -> Lines:
        lines %= 1 << bits
        return header + body[: 0 if lines >= 1 << (bits - 1) else lines]

    return _top(scene, response, change)


@fault(Place.REPLY, "R1939-TOP-02", "R1939-TOP-10")
def top_does_not_count_empty_lines(scene: Scene, response: Response) -> Response:
    """TOP sends empty lines of the body without counting them."""

    def change(header: Lines, body: Lines, lines: int) -> Lines:
        sent: Lines = []
        left = lines
        for line in body:
            if line != _EMPTY:
                if not left:
                    break
                left -= 1
            elif not left:
                break
            sent.append(line)
        return header + sent

    return _top(scene, response, change)
