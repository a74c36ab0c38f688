"""Base64, line by line (RFC 5034 §4)."""

from base64 import b64encode
from collections.abc import Generator

import pytest

from conformance.server import Account
from conformance.server.sasl import Challenge, Outcome, Side, Turns, decoded

from .exchanging import ALICE

Told = list[bytes]


def echo(told: Told) -> Generator[bytes, bytes, Account | None]:
    told.append((yield b""))
    told.append((yield b"more"))
    return ALICE


def begun(told: Told, initial: bytes | None = None, begins: Side = Side.CLIENT) -> tuple[Turns, Challenge | Outcome]:
    turns = Turns(echo(told), begins)
    return turns, turns.begin(initial)


def test_challenges_and_responses_are_base64() -> None:
    told: Told = []
    turns, first = begun(told)
    assert isinstance(first, Challenge)
    assert first.line == b"+ \r\n"
    second = turns.respond(b"YQ==")
    assert isinstance(second, Challenge)
    assert second.line == b"+ bW9yZQ==\r\n"
    assert turns.respond(b"") == Outcome(ALICE)
    assert told == [b"a", b""]


def test_an_initial_response_saves_the_empty_challenge() -> None:
    told: Told = []
    _, answer = begun(told, b"YQ==")
    assert answer == Challenge(b"more")
    assert told == [b"a"]


def test_an_equals_sign_is_an_empty_initial_response_and_no_response_later() -> None:
    told: Told = []
    turns, answer = begun(told, b"=")
    assert answer == Challenge(b"more")
    assert told == [b""]
    assert turns.respond(b"=") == Outcome(None, broken_off=True)


def test_a_mechanism_that_the_server_begins_takes_no_initial_response() -> None:
    assert begun([], b"YQ==", Side.SERVER)[1] == Outcome(None, broken_off=True)


@pytest.mark.parametrize("line", [b"*", None, b"!!!!", b"YQ", b"YQ==YQ==", b"Y Q==", b"=AAA", b"AAA=BBB", b"YR=="])
def test_what_cancels_and_what_is_no_base64_ends_it(line: bytes | None) -> None:
    told: Told = []
    turns, _ = begun(told)
    assert turns.respond(line) == Outcome(None, broken_off=True)
    assert told == []


@pytest.mark.parametrize("octets", [b"", b"a", b"ab", b"abc", bytes(range(256))])
def test_what_is_encoded_is_decoded(octets: bytes) -> None:

    assert decoded(b64encode(octets)) == octets
