"""Replies of servers that keep to the form, and of those that do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire import BodyReader, Indicator, Line, Reply

from .reading import SOUPS


def reply(octets: bytes) -> Reply:
    return Reply(Line(octets, 100))


@pytest.mark.parametrize(
    "octets, indicator",
    [
        (b"+OK\r\n", Indicator.OK),
        (b"+OK text\r\n", Indicator.OK),
        (b"+OK\n", Indicator.OK),
        (b"+OK", Indicator.OK),
        (b"+ok\r\n", Indicator.OK),
        (b"+Ok text\r\n", Indicator.OK),
        (b"+OKfoo\r\n", Indicator.OK),
        (b"+OK\ttext\r\n", Indicator.OK),
        (b"-ERR\r\n", Indicator.ERR),
        (b"-ERR text\r\n", Indicator.ERR),
        (b"-err text\r\n", Indicator.ERR),
        (b"-ERRfoo\r\n", Indicator.ERR),
        (b"+ \r\n", Indicator.CONTINUATION),
        (b"+ dGVzdA==\r\n", Indicator.CONTINUATION),
        (b"+\r\n", Indicator.CONTINUATION),
        (b"+O\r\n", Indicator.NONE),
        (b"+dGVzdA==\r\n", Indicator.NONE),
        (b" +OK\r\n", Indicator.NONE),
        (b"OK\r\n", Indicator.NONE),
        (b"-ER\r\n", Indicator.NONE),
        (b"ERR no\r\n", Indicator.NONE),
        (b"* OK IMAP4rev1\r\n", Indicator.NONE),
        (b"220 ready\r\n", Indicator.NONE),
        (b"\r\n", Indicator.NONE),
        (b"", Indicator.NONE),
        (b"\0\xff\r\n", Indicator.NONE),
    ],
)
def test_the_indicator_is_read_as_a_forgiving_client_reads_it(octets: bytes, indicator: Indicator) -> None:
    assert reply(octets).indicator is indicator


@given(st.one_of(SOUPS, st.binary(max_size=8)))
def test_positive_and_negative_say_what_the_indicator_says_of_any_octets(octets: bytes) -> None:
    answer = reply(octets)
    assert answer.positive is (answer.indicator is Indicator.OK)
    assert answer.negative is (answer.indicator is Indicator.ERR)


@pytest.mark.parametrize(
    "octets, text, words",
    [
        (b"+OK\r\n", b"", []),
        (b"+OK \r\n", b"", []),
        (b"+OK 2 320\r\n", b"2 320", [b"2", b"320"]),
        (b"+OK  2\t320 \r\n", b" 2\t320 ", [b"2", b"320"]),
        (b"+OKfoo bar\r\n", b"bar", [b"bar"]),
        (b"+OK bare\n", b"bare", [b"bare"]),
    ],
)
def test_the_text_is_what_follows_the_first_space(octets: bytes, text: bytes, words: list[bytes]) -> None:
    assert (reply(octets).text, reply(octets).words) == (text, words)


@pytest.mark.parametrize(
    "octets, numbers",
    [
        (b"+OK 2 320\r\n", (2, 320, None)),
        (b"+OK 007 x\r\n", (7, None, None)),
        (b"+OK -1 +1\r\n", (None, None, None)),
        (b"+OK 1_000 \xb2\r\n", (None, None, None)),
        (b"+OK " + b"9" * 20 + b" " + b"9" * 21 + b"\r\n", (10**20 - 1, None, None)),
        (b"+OK " + b"1" * 5000 + b"\r\n", (None, None, None)),
        (b"-ERR\r\n", (None, None, None)),
    ],
)
def test_a_number_is_a_word_of_digits_of_sane_length(octets: bytes, numbers: tuple[int | None, ...]) -> None:
    assert tuple(reply(octets).number(index) for index in range(3)) == numbers


def test_a_reply_ends_where_its_status_line_ends_or_its_body() -> None:
    status = Line(b"+OK\r\n", 100)
    body, _ = BodyReader(status.end).feed(b"text\r\n.\r\n")
    assert (Reply(status).start, Reply(status).end) == (100, 105)
    assert (Reply(status, body).start, Reply(status, body).end) == (100, 114)
