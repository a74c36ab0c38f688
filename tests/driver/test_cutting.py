"""What is sent is cut into segments, and nothing of it is lost."""

import pytest

from conformance.driver import Cutting, Driver, Target, Way, between, in_pieces
from conformance.server import Account, ReferenceServer
from conformance.transcript import Chunk

LONG = b"NOOP " + b"x" * 1000 + b"\r\n"


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("octets", [b"", b"\n", b"NOOP\r\n", b"STAT\r\nLIST\r\nQUI", LONG])
def test_all_octets_come_in_their_order(way: Way, octets: bytes) -> None:
    pieces = Cutting(way, "7").cutter("A")(octets)
    assert b"".join(pieces) == octets
    assert all(pieces)
    assert len(pieces) <= 257


def test_each_way_cuts_where_it_says() -> None:
    assert Cutting(Way.LINES).cutter("A")(b"STAT\r\nLIST\r\nQUI") == [b"STAT\r\n", b"LIST\r\n", b"QUI"]
    assert Cutting(Way.OCTETS).cutter("A")(b"NO\r\n") == [b"N", b"O", b"\r", b"\n"]
    assert in_pieces(b"NOOP\r\n", 4) == [b"NOOP", b"\r\n"]


def test_chance_is_made_of_the_seed_and_the_connection() -> None:
    def pieces(seed: str, connection: str) -> list[list[bytes]]:
        cut = Cutting(Way.PIECES, seed).cutter(connection)
        return [list(cut(LONG)) for _ in range(3)]

    assert pieces("7", "A") == pieces("7", "A")
    assert pieces("7", "A") != pieces("7", "B")
    assert pieces("7", "A") != pieces("8", "A")
    assert len({tuple(one) for one in pieces("7", "A")}) == 3


def test_pauses_take_a_bounded_time_in_all() -> None:
    for count in (1, 10, 257, 100_000):
        assert between([b"x"] * count) * count <= 0.5


def test_a_driver_sends_so() -> None:
    with ReferenceServer([Account("alice", "secret")]) as server:
        driver = Driver(Target(server.host, server.port), cutting=Cutting(Way.OCTETS))
        with driver:
            driver.read_greeting()
            answer = driver.ask(b"CAPA")
            assert answer is not None
            assert answer.positive
        sent = [entry for entry in driver.transcript.entries if isinstance(entry, Chunk) and entry.sender == "C"]
        assert [one.end - one.start for one in sent] == [1] * len(b"CAPA\r\n")
        driver.transcript.close()
