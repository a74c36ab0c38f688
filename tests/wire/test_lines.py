"""Lines are cut at LF however the octets come, nothing is lost, and what is wrong has a name."""

import tracemalloc
from collections.abc import Iterable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.wire import LINE_LIMIT, Defect, Line, LineBuffer

from .reading import LONG, SOUPS, LongLine, lines_of, read


def reading(pieces: Iterable[bytes], limit: int = LINE_LIMIT, start: int = 0) -> tuple[list[Line], bytes]:
    """The finished lines, and what is held of one that is not."""
    buffer, lines = LineBuffer(start, limit), []
    for piece in pieces:
        rest = piece
        while rest:
            line, rest = buffer.take(rest)
            lines += [line] if line is not None else []
    return lines, buffer.held


def slow_lines(octets: bytes, limit: int, start: int) -> list[Line]:
    lines = []
    for raw in lines_of(octets):
        if raw.endswith(b"\n"):
            lines.append(Line(raw[:limit], start, len(raw)))
        start += len(raw)
    return lines


def slow_defects(raw: bytes) -> list[Defect]:
    content = raw[:-2] if raw[-2:] == b"\r\n" else raw[:-1] if raw[-1:] == b"\n" else raw
    found = {
        Defect.BARE_LF: raw[-1:] == b"\n" and raw[-2:-1] != b"\r",
        Defect.BARE_CR: 13 in content,
        Defect.NO_LINE_END: raw[-1:] != b"\n",
        Defect.NUL: 0 in content,
        Defect.NOT_ASCII: any(octet not in range(0x20, 0x7F) for octet in content),
    }
    return [defect for defect in Defect if found.get(defect)]


@given(SOUPS, st.sampled_from((1, 2, 3, 7, LINE_LIMIT)), st.sampled_from((0, 1000)))
@settings(deadline=None)
def test_any_octets_are_cut_at_each_lf_in_whatever_pieces_they_come(octets: bytes, limit: int, start: int) -> None:
    assert read(partial(reading, limit=limit, start=start), octets) == slow_lines(octets, limit, start)


@given(LONG, SOUPS)
@settings(deadline=None, max_examples=10)
def test_a_line_about_as_long_as_the_limit_is_cut_in_whatever_pieces_it_comes(line: LongLine, after: bytes) -> None:
    octets = line.octets + after
    assert read(reading, octets) == slow_lines(octets, LINE_LIMIT, 0)


def test_octets_behind_the_last_line_end_wait_for_more() -> None:
    assert [line.raw for line in read(reading, b"+OK\r\n-ERR no\n", b"+OK half")] == [b"+OK\r\n", b"-ERR no\n"]


def test_take_gives_back_what_is_behind_the_line() -> None:
    buffer = LineBuffer()
    assert buffer.take(b"NO") == (None, b"")
    assert buffer.take(b"OP\r\nQUIT\r\nL") == (Line(b"NOOP\r\n"), b"QUIT\r\nL")
    assert buffer.take(b"") == (None, b"")


def test_feed_reads_no_further_than_the_first_line_end() -> None:
    buffer = LineBuffer()
    assert buffer.feed(b"NOOP\r\nQUIT") == Line(b"NOOP\r\n")
    assert (len(buffer), buffer.held, buffer.position) == (0, b"", 6)


def test_a_buffer_tells_what_it_holds_and_where_that_began() -> None:
    buffer = LineBuffer(start=100, limit=4)
    buffer.take(b"+OK\n")
    buffer.take(b"-ERR no")
    assert (len(buffer), buffer.held, buffer.position) == (7, b"-ERR", 104)


def test_flush_gives_the_unfinished_line_once() -> None:
    buffer = LineBuffer(start=100, limit=4)
    buffer.take(b"-ERR no")
    assert buffer.flush() == Line(b"-ERR", 100, 7)
    assert buffer.flush() is None
    assert buffer.take(b"+OK\n") == (Line(b"+OK\n", 107), b"")


@pytest.mark.parametrize("pieces", [[b"x" * 20 + b"\r\n"], [b"x" * 9, b"x" * 11, b"\r", b"\n"]])
def test_offsets_behind_a_cut_line_are_right(pieces: list[bytes]) -> None:
    lines, _ = reading([*pieces, b"NOOP\r\n"], limit=10)
    assert lines == [Line(b"x" * 10, 0, 22), Line(b"NOOP\r\n", 22)]
    assert lines[0].defects == (Defect.CUT,)


def test_an_endless_line_takes_no_more_memory_than_the_limit() -> None:
    buffer, piece = LineBuffer(), b"x" * (1 << 20)
    tracemalloc.start()
    for _ in range(16):
        buffer.take(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(buffer) == 16 << 20
    assert len(buffer.held) == LINE_LIMIT
    assert peak < 6 * LINE_LIMIT


def test_a_line_of_just_the_limit_is_whole() -> None:
    line, _ = LineBuffer(limit=6).take(b"NOOP\r\n")
    assert line is not None
    assert line.defects == ()


def test_a_line_end_that_the_cut_splits_is_no_lone_cr() -> None:
    line, _ = LineBuffer(limit=5).take(b"NOOP\r\n")
    assert line is not None
    assert (line.raw, line.defects) == (b"NOOP\r", (Defect.CUT, Defect.NOT_ASCII))


def test_a_cr_well_inside_a_cut_line_is_a_lone_cr() -> None:
    assert Defect.BARE_CR in Line(b"a\rb\r", 0, 5).defects


def test_a_cut_line_is_known_by_its_length_though_its_octets_look_whole() -> None:
    assert Line(b"+OK\r\n", 0, 9).defects == (Defect.CUT,)


@pytest.mark.parametrize(
    "raw, content",
    [
        (b"+OK\r\n", b"+OK"),
        (b"+OK\n", b"+OK"),
        (b"+OK\r", b"+OK\r"),
        (b"+OK\r\r\n", b"+OK\r"),
        (b"\r\n", b""),
        (b"\n", b""),
        (b"", b""),
    ],
)
def test_the_content_is_the_line_without_its_end(raw: bytes, content: bytes) -> None:
    assert Line(raw).content == content


def test_a_line_knows_where_it_ends() -> None:
    assert Line(b"+OK\r\n", 10).end == 15
    assert Line(b"+OK", 10, 99).end == 109


@pytest.mark.parametrize(
    "raw, defects",
    [
        (b"\r\n", ()),
        (b" !~\r\n", ()),
        (b"+OK\n", (Defect.BARE_LF,)),
        (b"+OK\r\r\n", (Defect.BARE_CR, Defect.NOT_ASCII)),
        (b"+OK", (Defect.NO_LINE_END,)),
        (b"+OK\r", (Defect.BARE_CR, Defect.NO_LINE_END, Defect.NOT_ASCII)),
        (b"+\0OK\r\n", (Defect.NUL, Defect.NOT_ASCII)),
        (b"+OK\t\r\n", (Defect.NOT_ASCII,)),
        (b"+OK \x7f\r\n", (Defect.NOT_ASCII,)),
        (b"+OK \xc3\xa9\r\n", (Defect.NOT_ASCII,)),
    ],
)
def test_what_is_wrong_with_a_line_has_a_name(raw: bytes, defects: tuple[Defect, ...]) -> None:
    assert Line(raw).defects == defects


@given(st.one_of(st.binary(max_size=12), SOUPS))
def test_the_defects_of_any_octets_are_those_that_a_slow_look_finds(octets: bytes) -> None:
    for raw in lines_of(octets):
        assert list(Line(raw).defects) == slow_defects(raw)
