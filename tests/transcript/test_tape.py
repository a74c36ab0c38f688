from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.transcript import Tape

MEGABYTE = bytes(range(256)) * 4096


@given(st.lists(st.binary(max_size=40)), st.integers(0, 200), st.integers(0, 200))
def test_a_tape_reads_like_the_octets_put_together(pieces: list[bytes], start: int, end: int) -> None:
    tape, octets = Tape(), b"".join(pieces)
    for piece in pieces:
        tape.append(piece)
    assert len(tape) == len(octets)
    assert tape.read(start, end) == octets[start:end]
    assert b"".join(tape.blocks(0, len(tape))) == octets


@pytest.fixture
def long_tape() -> Iterator[Tape]:
    tape = Tape()
    for piece in (MEGABYTE[:-1], b"!!", MEGABYTE, b"the end"):
        tape.append(piece)
    yield tape
    tape.close()


LONG = MEGABYTE[:-1] + b"!!" + MEGABYTE + b"the end"
EDGES = (0, 1, 65_535, 65_536, 1_048_575, 1_048_576, 1_048_577, 1_048_578, 2_097_153, len(LONG) - 1, len(LONG))


def test_a_long_tape_reads_the_same_on_either_side_of_the_file(long_tape: Tape) -> None:
    for start, end in product(EDGES, EDGES):
        assert long_tape.read(start, end) == LONG[start:end], (start, end)


def test_octets_can_be_added_after_old_ones_were_read(long_tape: Tape) -> None:
    assert long_tape.read(0, 4) == LONG[:4]
    long_tape.append(MEGABYTE)
    long_tape.append(b"more")
    assert b"".join(long_tape.blocks(0, len(long_tape))) == LONG + MEGABYTE + b"more"


def test_blocks_are_small_however_long_the_tape(long_tape: Tape) -> None:
    assert max(map(len, long_tape.blocks(3, len(LONG)))) <= 65_536


def test_a_closed_tape_lets_go_of_its_file(long_tape: Tape) -> None:
    long_tape.close()
    with pytest.raises(ValueError, match="closed"):
        long_tape.read(0, 1)


def test_closing_a_short_tape_changes_nothing() -> None:
    tape = Tape()
    tape.append(b"+OK\r\n")
    tape.close()
    assert tape.read(0, 5) == b"+OK\r\n"
