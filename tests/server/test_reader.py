"""Octets become commands, in whatever pieces they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.server.reader import CommandReader
from conformance.wire import Command, InvalidCommand, Line, parse_command


def read(reader: CommandReader) -> list[Command | InvalidCommand]:
    commands = [reader.read(line) for line in reader.waiting]
    reader.waiting.clear()
    return commands


@given(st.lists(st.sampled_from([b"NOOP", b"\r", b"\n", b"\r\n", b" ", b"DELE 1", b"\0", b"PASS a b"]), max_size=30))
def test_pieces_do_not_matter(pieces: list[bytes]) -> None:
    octets = b"".join(pieces)
    whole, parts, single = CommandReader(100), CommandReader(100), CommandReader(100)
    whole.feed(octets)
    for piece in pieces:
        parts.feed(piece)
    for place in range(len(octets)):
        single.feed(octets[place : place + 1])
    expected = [parse_command(Line(line + b"\n")) for line in octets.split(b"\n")[:-1]]
    assert read(whole) == read(parts) == read(single) == expected


@pytest.mark.parametrize("octets, ended", [(b"NO", False), (b"NOOP\r", False), (b"NOOP\r\n", True), (b"a\nb", True)])
def test_it_tells_whether_a_line_ended(octets: bytes, ended: bool) -> None:
    assert CommandReader(100).feed(octets) is ended


def test_a_line_within_the_limit_is_a_command() -> None:
    reader = CommandReader(20)
    reader.feed(b"PASS " + b"x" * 13 + b"\r\n")
    assert [command.wellformed for command in read(reader)] == [True]


@pytest.mark.parametrize("size", [1, 7, 20, 21, 1000])
@pytest.mark.parametrize("octets", [b"PASS " + b"x" * 14, b"PASS " + b"x" * 500, b"NOOP\r" * 90])
def test_a_longer_line_is_none_as_a_whole_and_its_rest_is_not_another(octets: bytes, size: int) -> None:
    reader = CommandReader(20)
    stream = octets + b"\r\nNOOP\r\n"
    for start in range(0, len(stream), size):
        reader.feed(stream[start : start + size])
    commands = read(reader)
    assert [type(command) for command in commands] == [InvalidCommand, Command]
    assert commands[1].verb == "NOOP"


def test_an_endless_line_takes_no_memory() -> None:
    reader = CommandReader(2048)
    for _ in range(1000):
        assert reader.feed(b"x" * 65_536) is False
    reader.feed(b"\r\n")
    assert len(reader.waiting[0]) <= 2048 + 1


def test_what_is_cleared_is_forgotten() -> None:
    reader = CommandReader(100)
    reader.feed(b"NOOP\r\nNO")
    reader.clear()
    reader.feed(b"OP\r\n")
    assert [command.verb for command in read(reader)] == ["OP"]
