"""Messages become what they are on the wire, however they are stored and cut into blocks."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.server.canonical import size_of, top_of, wire_form

soups = st.text("ab.\r\n", max_size=60).map(str.encode)
pieces = st.lists(st.text("ab.\r\n", max_size=12).map(str.encode), max_size=10)


def wire(octets: bytes) -> bytes:
    """The wire form, in the plainest way there is."""
    lines = re.sub(rb"\r?\n", b"\r\n", octets)
    if not lines or lines.endswith(b"\n"):
        return lines
    return lines + (b"\n" if lines.endswith(b"\r") else b"\r\n")


def top(octets: bytes, lines: int) -> bytes:
    """The top, in the plainest way there is."""
    end = (b"\r\n" + octets).find(b"\r\n\r\n")
    if end < 0:
        return octets
    header, body = octets[: end + 2], octets[end + 2 :]
    return header + b"".join(re.findall(rb"[^\n]*\n", body)[:lines])


@given(pieces)
def test_every_line_ends_in_crlf_whatever_the_blocks(blocks: list[bytes]) -> None:
    assert b"".join(wire_form(blocks)) == wire(b"".join(blocks))


@given(pieces)
def test_the_size_is_that_of_the_wire_form(blocks: list[bytes]) -> None:
    assert size_of(blocks) == len(wire(b"".join(blocks)))


@given(pieces, st.integers(0, 8))
def test_the_top_is_the_header_and_so_many_lines_whatever_the_blocks(blocks: list[bytes], lines: int) -> None:
    whole = wire(b"".join(blocks))
    cuts = [whole[start : start + 7] for start in range(0, len(whole), 7)]
    assert b"".join(top_of(cuts, lines)) == top(whole, lines)
    assert b"".join(top_of([whole], lines)) == top(whole, lines)


@given(soups)
def test_what_is_in_wire_form_stays_as_it_is(octets: bytes) -> None:
    assert b"".join(wire_form([wire(octets)])) == wire(octets)


@pytest.mark.parametrize(
    "stored, sent",
    [
        (b"", b""),
        (b"a", b"a\r\n"),
        (b"a\n\nb\n", b"a\r\n\r\nb\r\n"),
        (b"a\r\n\r\nb", b"a\r\n\r\nb\r\n"),
        (b"a\r\nb\nc\r\n", b"a\r\nb\r\nc\r\n"),
        (b"a\rb\r\n", b"a\rb\r\n"),
        (b"a\r", b"a\r\n"),
    ],
)
def test_line_ends_are_mended_and_nothing_else(stored: bytes, sent: bytes) -> None:
    assert b"".join(wire_form([stored])) == sent
    assert b"".join(wire_form(stored[place : place + 1] for place in range(len(stored)))) == sent


@pytest.mark.parametrize(
    "lines, expected",
    [
        (0, b"S: x\r\n\r\n"),
        (1, b"S: x\r\n\r\n\r\n"),
        (2, b"S: x\r\n\r\n\r\na\r\n"),
        (99, b"S: x\r\n\r\n\r\na\r\nb\r\n"),
    ],
)
def test_the_empty_line_belongs_to_the_header_and_others_count(lines: int, expected: bytes) -> None:
    assert b"".join(top_of([b"S: x\r\n\r\n\r\na\r\nb\r\n"], lines)) == expected


def test_the_top_reads_no_further_than_it_must() -> None:
    blocks = iter([b"S: x\r\n\r\none\r\n", b"two\r\n", b"three\r\n"])
    assert b"".join(top_of(blocks, 1)) == b"S: x\r\n\r\none\r\n"
    assert next(blocks) == b"two\r\n"
