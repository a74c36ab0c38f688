"""A reply is the one that is expected, or it is said in what it differs."""

from typing import Any

import pytest

from conformance.scenario.matching import Mismatch, fill, match_body, match_status, rows_of
from conformance.scenario.parse import parse_session
from conformance.scenario.steps import Expect, Place
from conformance.scenario.templates import parse_template
from conformance.transcript import Exchange
from tests.transcript.recordings import conversation

LISTING = b"+OK 2 messages\r\n1 120\r\n2 080\r\n.\r\n"
MESSAGE = b"+OK\r\nSubject: x\r\n\r\n..dot\r\n.\r\n"


def exchange(command: bytes, reply: bytes) -> Exchange:
    login = (("C", b"USER a\r\n"), ("S", b"+OK\r\n"), ("C", b"PASS b\r\n"), ("S", b"+OK\r\n"))
    return conversation(("S", b"+OK\r\n"), *login, ("C", command + b"\r\n"), ("S", reply)).exchanges[-1]


def matched(text: str, reply: bytes, command: bytes = b"LIST", **variables: Any) -> dict[str, Any]:
    """What is kept of a reply that is as expected."""
    (expect,) = parse_session(text)
    assert isinstance(expect, Expect)
    one = exchange(command, reply)
    match_status(one, expect, variables)
    match_body(one, expect, variables)
    return variables


def differs(text: str, reply: bytes, command: bytes = b"LIST", **variables: Any) -> str:
    with pytest.raises(Mismatch) as caught:
        matched(text, reply, command, **variables)
    assert not caught.value.lost
    return caught.value.reason


@pytest.mark.parametrize(
    "text, reply",
    [
        ("S: +OK", b"+OK anything goes\r\n"),
        ("S: -ERR", b"-ERR [IN-USE] no\r\n"),
        ("S: +OK|-ERR", b"+OK\r\n"),
        ("S: +OK|-ERR", b"-ERR\r\n"),
        ("S: +OK {n} {n + 1}", b"+OK 2 3 more\r\n"),
        ("S: +OK {n}", b"+OK 002\r\n"),
        ("S: +OK x", b"+OK   x\r\n"),
    ],
)
def test_what_is_expected(text: str, reply: bytes) -> None:
    matched(text, reply, b"STAT", n=2)


@pytest.mark.parametrize(
    "text, reply, reason",
    [
        ("S: +OK", b"-ERR no\r\n", "+OK was expected and '-ERR no' came"),
        ("S: -ERR", b"+OK yes\r\n", "-ERR was expected and '+OK yes' came"),
        ("S: +OK {n}", b"+OK 3\r\n", "'+OK {n}' was expected, so '2' at word 2, and '3' is there"),
        ("S: +OK {n}", b"+OK\r\n", "and nothing is there"),
        ("S: +OK {n}", b"+OK 2x\r\n", "and '2x' is there"),
        ("S: +OK <x>", b"+OK\r\n", "'+OK <x>' was expected and '+OK' came: a word is missing"),
        ("S: +OK", b"-ERR \x1b[31m\xff\r\n", "came"),
    ],
)
def test_what_is_not_expected_is_told(text: str, reply: bytes, reason: str) -> None:
    said = differs(text, reply, b"STAT", n=2)
    assert reason in said
    assert said.isprintable()


def test_words_are_kept_as_numbers_where_they_are_numbers() -> None:
    kept = matched("S: +OK <a> <b> <c>", b"+OK 12 x " + b"9" * 30 + b"\r\n", b"STAT")
    assert kept == {"a": 12, "b": b"x", "c": b"9" * 30}


def test_nothing_is_kept_of_a_line_that_does_not_fit() -> None:
    variables: dict[str, Any] = {"n": 2}
    (expect,) = parse_session("S: +OK <a> {n}")
    assert isinstance(expect, Expect)
    with pytest.raises(Mismatch):
        match_status(exchange(b"STAT", b"+OK 1 9\r\n"), expect, variables)
    assert variables == {"n": 2}


def test_a_body_has_just_the_lines_that_are_expected_in_any_order() -> None:
    matched("S: +OK\nS: 2 80\nS: 1 <x>\nS: .", LISTING)
    matched("S: +OK\nS: .", b"+OK\r\n.\r\n")
    matched("S: +OK\nS: {n} <x>\nS: {n} <x>\nS: .", b"+OK\r\n1 2\r\n1 3\r\n.\r\n", n=1)


@pytest.mark.parametrize(
    "text, reason",
    [
        ("S: +OK\nS: 1 120\nS: .", "the body holds '2 080', which was not expected"),
        ("S: +OK\nS: 1 120\nS: 2 80\nS: 3 <x>\nS: .", "the line '3 <x>' was expected in the body and is not there"),
        ("S: +OK\nS: .", "the body holds '1 120', which was not expected"),
    ],
)
def test_another_body_is_told(text: str, reason: str) -> None:
    assert differs(text, LISTING) == reason


def test_where_a_line_is_too_much_its_octets_are_shown() -> None:
    one = exchange(b"LIST", LISTING)
    (expect,) = parse_session("S: +OK\nS: 2 80\nS: .")
    assert isinstance(expect, Expect)
    with pytest.raises(Mismatch) as caught:
        match_body(one, expect, {})
    assert [one.transcript.octets("S", *span) for span in caught.value.spans] == [b"1 120\r\n"]


def test_rows_are_kept_by_number() -> None:
    assert matched("S: +OK\nS: <rows x>\nS: .", LISTING)["x"] == {1: 120, 2: 80}
    ids = b"+OK\r\n1 abc\r\n2 0042\r\nhm\r\n" + b"9" * 30 + b" x\r\n.\r\n"
    assert rows_of(exchange(b"UIDL", ids)) == {1: b"abc", 2: b"0042"}
    assert rows_of(exchange(b"LIST", b"+OK\r\n1\r\n2 x\r\n\r\n.\r\n")) == {1: b"", 2: b"x"}


def test_the_accounts_of_a_body_are_kept() -> None:
    kept = matched("S: +OK\nS: <body x>\nS: .", MESSAGE, b"RETR 1")
    assert (kept["x"].octets, kept["x"].lines) == (20, 3)
    assert "a single line came" in differs("S: +OK\nS: <body x>\nS: .", b"+OK 1 2\r\n", b"STAT")


def test_templates_are_octets_and_what_expressions_come_to() -> None:
    assert fill(parse_template(r"RETR\s{n}\r\0", Place(1, 1)), {"n": 2}) == b"RETR 2\r\0"
