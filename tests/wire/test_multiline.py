"""Bodies are accounted for as a slow reader does it line by line, in whatever blocks they come."""

import hashlib
import re
import tracemalloc
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.wire import LINE_LIMIT, Body, BodyReader, Defect, Flaw, stuff, unstuff

from .reading import LONG, SOUPS, LongLine, lines_of, read

KEPT = 8  # flaws of a kind
START = 1000


def reading(pieces: Iterable[bytes]) -> tuple[Body, bytes]:
    """The body and what is behind it; one without a terminating line is cut."""
    reader, body, left = BodyReader(START), None, b""
    for piece in pieces:
        if body is None:
            body, left = reader.feed(piece)
        else:
            left += piece
    return body or reader.cut(), left


def slow(octets: bytes) -> Body:
    """The accounts, read off line by line."""
    at, content, stuffed, lines, terminated = START, bytearray(), 0, 0, False
    flaws: list[Flaw] = []
    raws = lines_of(octets)
    for raw in raws:
        if raw in (b".\r\n", b".\n"):
            terminated = True
            break
        content += raw[1:] if raw.startswith(b".") else raw
        stuffed += raw.startswith(b".")
        lines += raw.endswith(b"\n")
        flaws += slow_flaws(raw, at)
        at += len(raw)
    kept = [flaw for kind in Defect for flaw in [flaw for flaw in flaws if flaw.defect is kind][:KEPT]]
    end = at + len(raw) if terminated else at
    if terminated:
        kept += [Flaw(Defect.BAD_TERMINATOR, at, end)] if raw == b".\n" else []
    elif raws:
        kept = with_botched_end(kept, raw, end)
    return Body(
        start=START,
        end=end,
        content_end=at,
        octets=len(content),
        lines=lines,
        stuffed=stuffed,
        digest=hashlib.sha256(content).digest(),
        terminated=terminated,
        flaws=tuple(sorted(kept, key=lambda flaw: flaw.start)),
    )


def slow_flaws(raw: bytes, at: int) -> list[Flaw]:
    found = []
    if raw.startswith(b".") and not raw.startswith(b".."):
        found.append(Flaw(Defect.NOT_STUFFED, at, at + 1))
    for index, octet in enumerate(raw):
        before, after = raw[index - 1 : index] if index else b"", raw[index + 1 : index + 2]
        kind = {
            10: Defect.BARE_LF if before != b"\r" else None,
            13: Defect.BARE_CR if after != b"\n" else None,
            0: Defect.NUL,
        }.get(octet)
        if kind is not None:
            found.append(Flaw(kind, at + index, at + index + 1))
    return found


def with_botched_end(flaws: list[Flaw], last: bytes, end: int) -> list[Flaw]:
    begin = end - len(last)
    if re.fullmatch(rb"\.[ \t\r]*\n?", last) and len(last) < 64:
        return [*(flaw for flaw in flaws if flaw.start < begin), Flaw(Defect.BAD_TERMINATOR, begin, end)]
    if last.endswith(b".\r\n") and last != b"..\r\n":
        return [*flaws, Flaw(Defect.GLUED_TERMINATOR, end - 3, end)]
    return flaws


@given(SOUPS)
@settings(deadline=None, max_examples=400)
def test_the_accounts_of_any_octets_are_those_of_a_slow_reader(octets: bytes) -> None:
    assert read(reading, octets) == slow(octets)


@given(SOUPS, LONG, SOUPS)
@settings(deadline=None, max_examples=10)
def test_so_are_those_of_long_lines(before: bytes, line: LongLine, after: bytes) -> None:
    octets = before + line.octets + after
    assert read(reading, octets) == slow(octets)


@pytest.mark.parametrize("length", range(LINE_LIMIT - 4, LINE_LIMIT + 3))
@pytest.mark.parametrize("after", [b"\r\n.\r\n", b"\r\n..\r\n.\r\n", b"\r\r\n.x\r\n.\r\n", b"\n.\n", b".\r\n.\r\n"])
def test_a_block_boundary_may_fall_anywhere(length: int, after: bytes) -> None:
    octets = b"x" * length + after
    for block in (LINE_LIMIT, LINE_LIMIT + 1, LINE_LIMIT + 2):
        blocks = [octets[at : at + block] for at in range(0, len(octets), block)]
        assert reading(blocks) == (slow(octets), b"")


@pytest.mark.parametrize(
    "octets",
    [
        b".\r\n",
        b"\r\n.\r\n",
        b"one\r\ntwo\r\n.\r\n",
        b"..\r\n...\r\n..x\r\n.\r\n",
        b".x\r\n.\r\n",
        b"bare\nlines\n.\n",
        b"\rone\r\r\n\0\0\r\n.\r\n",
        b".\n",
    ],
)
def test_what_is_behind_the_terminating_line_is_given_back(octets: bytes) -> None:
    assert read(reading, octets, b"+OK next\r\n.\r\n") == slow(octets)


def test_the_accounts_of_a_plain_body_in_figures() -> None:
    body = read(reading, b"..stuffed\r\nplain\r\n.\r\n", b"+OK\r\n")
    assert (body.start, body.content_end, body.end) == (1000, 1018, 1021)
    assert (body.octets, body.lines, body.stuffed, body.terminated, body.flaws) == (17, 2, 1, True, ())
    assert body.digest == hashlib.sha256(b".stuffed\r\nplain\r\n").digest()


def test_an_empty_body_has_no_lines() -> None:
    body = read(reading, b".\r\n")
    assert (body.octets, body.lines, body.content_end, body.end) == (0, 0, 1000, 1003)


@pytest.mark.parametrize(
    "octets, flaw",
    [
        (b"text\r\n.\n", Flaw(Defect.BAD_TERMINATOR, 1006, 1008)),
        (b"text\r\n.\r", Flaw(Defect.BAD_TERMINATOR, 1006, 1008)),
        (b"text\r\n.", Flaw(Defect.BAD_TERMINATOR, 1006, 1007)),
        (b"text\r\n. \r\n", Flaw(Defect.BAD_TERMINATOR, 1006, 1010)),
        (b"text\r\n.\t\n", Flaw(Defect.BAD_TERMINATOR, 1006, 1009)),
        (b"text\r\n.\r\r\n", Flaw(Defect.BAD_TERMINATOR, 1006, 1010)),
        (b". \r\n", Flaw(Defect.BAD_TERMINATOR, 1000, 1004)),
        (b"text\r\n." + b" " * 40 + b"\r\n", Flaw(Defect.BAD_TERMINATOR, 1006, 1049)),
        (b"last words.\r\n", Flaw(Defect.GLUED_TERMINATOR, 1010, 1013)),
        (b"...\r\n", Flaw(Defect.GLUED_TERMINATOR, 1002, 1005)),
    ],
)
def test_a_botched_terminating_line_is_the_one_thing_that_is_wrong(octets: bytes, flaw: Flaw) -> None:
    assert read(reading, octets).flaws == (flaw,)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"text",
        b"text\r\n",
        b"text.      \r\n",  # the full stop is no line start, though few octets are behind it
        b"text.     \r\n",
        b"text.\r\nmore\r\n",
        b"..\r\n",  # a line that is a full stop, stuffed
    ],
)
def test_a_body_that_breaks_off_elsewhere_meant_no_end(octets: bytes) -> None:
    body = read(reading, octets)
    assert (body.terminated, body.flaws) == (False, ())
    assert (body.content_end, body.end) == (1000 + len(octets), 1000 + len(octets))


def test_a_full_stop_and_space_in_the_middle_is_a_line_that_was_not_stuffed() -> None:
    body = read(reading, b". \r\ntext\r\n.\r\n")
    assert body.flaws == (Flaw(Defect.NOT_STUFFED, 1000, 1001),)
    assert body.octets == len(b" \r\ntext\r\n")


@pytest.mark.parametrize(
    "kind, line", [(Defect.NUL, b"\0\r\n"), (Defect.BARE_LF, b"x\n"), (Defect.NOT_STUFFED, b".x\r\n")]
)
def test_the_first_few_flaws_of_each_kind_are_kept(kind: Defect, line: bytes) -> None:
    body = read(reading, line * 20 + b"\r\r\n.\r\n")
    assert [flaw.defect for flaw in body.flaws] == [kind] * KEPT + [Defect.BARE_CR]


def test_a_body_finds_the_first_flaw_of_some_kinds() -> None:
    body = read(reading, b"x\n.x\r\n\0\r\n.\r\n")
    assert body.has(Defect.NUL, Defect.NOT_STUFFED) == Flaw(Defect.NOT_STUFFED, 1002, 1003)
    assert body.has(Defect.BARE_CR) is None


def test_the_octets_read_so_far_count_those_of_an_unfinished_line() -> None:
    reader = BodyReader(START)
    assert reader.received == 0
    reader.feed(b"text\r\nmo")
    assert reader.received == 8
    reader.feed(b"x" * LINE_LIMIT)
    assert reader.received == 8 + LINE_LIMIT


@pytest.mark.parametrize("line", [b"x", b"x" * 76 + b"\r\n", b".\0\r"])
def test_a_body_of_any_size_takes_little_memory(line: bytes) -> None:
    reader, block = BodyReader(0), (line * LINE_LIMIT)[:LINE_LIMIT]
    tracemalloc.start()
    for _ in range(256):
        reader.feed(block)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reader.received == 256 * LINE_LIMIT
    assert peak < 10 * LINE_LIMIT


def blocks_of(message: bytes) -> st.SearchStrategy[list[bytes]]:
    """The message in any blocks, empty ones among them."""
    places = st.lists(st.integers(0, len(message)), max_size=6).map(sorted)
    return places.map(lambda cuts: [message[a:b] for a, b in zip([0, *cuts], [*cuts, len(message)], strict=True)])


def finished(message: bytes) -> bytes:
    """The message with the line end that it is sent with."""
    if not message or message.endswith(b"\r\n"):
        return message
    return message + (b"\n" if message.endswith(b"\r") else b"\r\n")


@given(SOUPS.flatmap(lambda message: st.tuples(st.just(message), blocks_of(message))))
@settings(deadline=None)
def test_a_stuffed_message_is_read_back_as_it_was(case: tuple[bytes, list[bytes]]) -> None:
    message, blocks = case
    wire = b"".join(stuff(blocks))
    assert wire == b"".join(stuff([message]))
    assert unstuff(wire) == finished(message)
    body, behind = reading([wire + b".\r\n+OK\r\n"])
    assert behind == b"+OK\r\n"
    assert (body.terminated, body.octets, body.stuffed) == (True, len(finished(message)), len(wire) - body.octets)
    assert body.digest == hashlib.sha256(finished(message)).digest()
    assert body.has(Defect.NOT_STUFFED, Defect.BAD_TERMINATOR) is None


@pytest.mark.parametrize(
    "blocks, wire",
    [
        ([], b""),
        ([b""], b""),
        ([b"text"], b"text\r\n"),
        ([b"text\r\n"], b"text\r\n"),
        ([b"text\r"], b"text\r\n"),
        ([b"text\n"], b"text\n\r\n"),
        ([b"text\r", b"\n"], b"text\r\n"),
        ([b"."], b"..\r\n"),
        ([b".\r\n", b".", b"\r\n"], b"..\r\n..\r\n"),
        ([b"a\r\n", b"", b".b"], b"a\r\n..b\r\n"),
        ([b"a", b".b\r\n"], b"a.b\r\n"),
        ([b"a\n.\n.."], b"a\n..\n...\r\n"),
    ],
)
def test_line_starts_are_stuffed_across_the_edges_of_blocks(blocks: list[bytes], wire: bytes) -> None:
    assert b"".join(stuff(blocks)) == wire


@pytest.mark.parametrize(
    "octets, content", [(b"..x\r\n...\r\n", b".x\r\n..\r\n"), (b".x", b"x"), (b"a.\r\n", b"a.\r\n")]
)
def test_unstuff_takes_one_full_stop_from_each_line_start(octets: bytes, content: bytes) -> None:
    assert unstuff(octets) == content
