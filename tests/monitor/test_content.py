"""A message as it came, beside the one that was put there; and where in the server's octets they differ."""

from dataclasses import dataclass

import pytest

from conformance.monitor.content import Comparison, Kind, compare, header_of
from conformance.monitor.ledger import Delivered
from conformance.transcript import Conversation, Transcript
from tests.monitor.scripts import message

MAIL = message("m", "one", ".", "..two", ".three", "four")


@dataclass
class Came:
    transcript: Transcript
    comparison: Comparison

    def octets(self) -> list[bytes]:
        """The octets that the differences point at."""
        lines = [difference.line for difference in self.comparison.differences]
        return [self.transcript.octets("S", line.start, line.end) for line in lines]

    def kinds(self) -> list[Kind]:
        return [difference.kind for difference in self.comparison.differences]


def came(sent: bytes, put: bytes = MAIL, piece: int = 1 << 20, *, followed: bool = False) -> Came:
    """What the comparison makes of these octets behind the status line, when they come in pieces."""
    transcript = Transcript()
    transcript.record("S", b"+OK ready\r\n", 0.0)
    transcript.record("C", b"RETR 1\r\n", 0.1)
    octets = b"+OK\r\n" + sent + b".\r\n"
    for at in range(0, len(octets), piece):
        transcript.record("S", octets[at : at + piece], 0.2)
    conversation = Conversation(transcript)
    conversation.follow()
    exchange = conversation.exchanges[1]
    assert exchange.reply is not None
    assert exchange.reply.body is not None
    return Came(
        transcript, compare(exchange, exchange.reply.body, Delivered(put), header_of(exchange), followed=followed)
    )


STUFFED = MAIL.replace(b"\r\n.", b"\r\n..")


@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_the_same_message(piece: int) -> None:
    result = came(STUFFED, piece=piece)
    assert result.comparison.sound
    assert result.comparison.stuffed == {True, False}


@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_a_changed_line(piece: int) -> None:
    result = came(STUFFED.replace(b"four", b"five"), piece=piece)
    assert result.kinds() == [Kind.CHANGED]
    assert result.octets() == [b"five\r\n"]


def test_lines_that_were_not_stuffed() -> None:
    result = came(STUFFED.replace(b"...two", b"..two").replace(b"..three", b".three"))
    assert result.kinds() == [Kind.NOT_STUFFED, Kind.NOT_STUFFED]
    assert result.octets() == [b"..two\r\n", b".three\r\n"]


def test_a_full_stop_that_ended_the_message() -> None:
    result = came(STUFFED[: STUFFED.index(b"..\r\n")], followed=True)
    assert result.kinds() == [Kind.NOT_STUFFED]


def test_a_message_that_ends_before_a_full_stop() -> None:
    result = came(STUFFED[: STUFFED.index(b"..\r\n")])
    assert result.kinds() == [Kind.CUT]


def test_a_body_of_empty_lines_of_which_nothing_came() -> None:
    empty = MAIL[: MAIL.index(b"\r\n\r\n") + 4] + b"\r\n\r\n"
    assert came(empty[:-4], put=empty).kinds() == [Kind.EMPTIED]


def test_full_stops_that_were_added_to_the_header() -> None:
    header, blank, body = STUFFED.partition(b"\r\n\r\n")
    assert came(header.replace(b".", b"..") + blank + body).kinds() == [Kind.STUFFED]


def test_lines_that_were_added_to_a_message_that_is_all_header() -> None:
    header = MAIL[: MAIL.index(b"\r\n\r\n") + 2]
    assert came(header + b"-- \r\n", put=header).kinds() == [Kind.MORE]


def test_full_stops_too_many() -> None:
    result = came(STUFFED.replace(b"..three", b"...three"))
    assert result.kinds() == [Kind.STUFFED]
    assert result.octets() == [b"...three\r\n"]


def test_a_message_that_is_cut_in_a_line() -> None:
    result = came(STUFFED.replace(b"four\r\n", b"fo\r\n"))
    assert result.kinds() == [Kind.CUT]
    assert result.octets() == [b"fo\r\n"]


def test_a_message_that_is_cut_at_a_line() -> None:
    result = came(STUFFED.replace(b"four\r\n", b""))
    assert result.kinds() == [Kind.CUT]
    assert result.comparison.differences[0].wanted == b"four"


def test_a_message_that_goes_on() -> None:
    result = came(STUFFED + b"five\r\n")
    assert result.kinds() == [Kind.MORE]
    assert result.octets() == [b"five\r\n"]


def test_a_header_that_lost_a_field() -> None:
    result = came(STUFFED.replace(b"From: a@example.org\r\n", b""))
    assert result.kinds() == [Kind.HEADER]
    assert result.octets()[0].startswith(b"Message-ID")


def test_a_line_in_the_header_that_is_no_field() -> None:
    result = came(b"message follows\r\n" + STUFFED)
    assert result.kinds() == [Kind.NO_FIELD]
    assert result.octets()[0].startswith(b"message follows")


def test_a_field_added_is_told_and_no_difference() -> None:
    result = came(b"X-Seen: yes\r\n" + STUFFED)
    assert result.comparison.sound
    assert result.comparison.notes == ["the server adds header fields: x-seen"]


def test_a_large_message_is_compared_across_blocks() -> None:
    large = message("m", *[f".{n}" for n in range(40_000)])
    sent = large.replace(b"\r\n.", b"\r\n..")
    assert came(sent, large, piece=1000).comparison.sound
    changed = came(sent.replace(b"..39999", b"..3999x"), large, piece=1000)
    assert changed.octets() == [b"..3999x\r\n"]
