"""Turns of AUTH and what is wrong with them (RFC 5034 §4)."""

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire import Command, Line, Misspelling, Reply, Turn, challenge_of, decoded, misspelling


@pytest.mark.parametrize(
    "text, wrong",
    [
        (b"", None),
        (b"AGFsaWNlAHNlY3JldA==", None),
        (b"AAA=", None),
        (b"AAAA", None),
        (b"+/+/", None),
        (b"A", Misspelling.REMAINDER),
        (b"AAAAA", Misspelling.REMAINDER),
        (b"A===", Misspelling.REMAINDER),
        (b"AA", Misspelling.LENGTH),
        (b"AA=", Misspelling.LENGTH),
        (b"AAA", Misspelling.LENGTH),
        (b"AAAA=", Misspelling.LENGTH),
        (b"AA===", Misspelling.LENGTH),
        (b"=", Misspelling.PAD),
        (b"====", Misspelling.PAD),
        (b"=AAA", Misspelling.PAD),
        (b"AAA=BBB", Misspelling.PAD),
        (b"AA==AA==", Misspelling.PAD),
        (b"!!!!", Misspelling.ALPHABET),
        (b"AA AA", Misspelling.ALPHABET),
        (b"AA-_", Misspelling.ALPHABET),
        (b"AAAA\n", Misspelling.ALPHABET),
        (b"\xffAAA", Misspelling.ALPHABET),
        (b"=A!", Misspelling.ALPHABET),
        (b"*", Misspelling.ALPHABET),
    ],
)
def test_what_is_wrong_with_base64_has_a_name(text: bytes, wrong: Misspelling | None) -> None:
    assert misspelling(text) is wrong
    assert (decoded(text) is None) == (wrong is not None)


@given(st.binary())
def test_what_is_encoded_is_decoded(octets: bytes) -> None:
    assert decoded(base64.b64encode(octets)) == octets


@given(st.binary() | st.text("AB+/=", max_size=9).map(str.encode))
def test_the_standard_library_is_of_the_same_opinion(text: bytes) -> None:
    try:
        expected = base64.b64decode(text, validate=True) if len(text) % 4 == 0 else None
    except binascii.Error:
        expected = None
    assert decoded(text) == expected


@pytest.mark.parametrize(
    "line, challenge",
    [
        (b"+ \r\n", b""),
        (b"+\r\n", b""),
        (b"+ AAA=\r\n", b"\0\0"),
        (b"+ AAA\r\n", None),
        (b"+ go ahead\r\n", None),
        (b"+AAA=\r\n", None),
        (b"+  \r\n", None),
        (b"+OK\r\n", None),
        (b"+ok AAAA\r\n", None),
        (b"-ERR\r\n", None),
        (b"AAAA\r\n", None),
    ],
)
def test_a_challenge_is_read(line: bytes, challenge: bytes | None) -> None:
    assert challenge_of(Reply(Line(line))) == challenge


@pytest.mark.parametrize("line", [b"+\r\n", b"+ \r\n", b"+AAAA\r\n", b"+ go ahead\r\n", b"+"])
def test_a_challenge_that_is_malformed_asks_for_a_turn_all_the_same(line: bytes) -> None:
    assert Reply(Line(line)).challenges


@pytest.mark.parametrize("line", [b"+OK\r\n", b"+ok\r\n", b"-ERR\r\n", b"\r\n", b" + \r\n"])
def test_what_begins_in_another_way_does_not(line: bytes) -> None:
    assert not Reply(Line(line)).challenges


def test_a_turn_gives_a_response_or_cancels() -> None:
    assert Turn(Line(b"AAA=\r\n")).response == b"\0\0"
    assert Turn(Line(b"\r\n")).response == b""
    cancelled = Turn(Line(b"*\r\n"))
    assert (cancelled.cancels, cancelled.response, cancelled.misspelling) == (True, None, None)
    junk = Turn(Line(b"QUIT now\r\n"))
    assert (junk.cancels, junk.response, junk.misspelling) == (False, None, Misspelling.ALPHABET)


def test_a_turn_can_be_read_like_a_command() -> None:
    turn = Turn(Line(b"AAA=\r\n"))
    shared = {name for name in dir(Command) if not name.startswith("_")}
    assert shared <= set(dir(turn))
    assert (turn.verb, turn.arguments, turn.wellformed, turn.multiline) == ("AUTH", (), True, False)
