"""Header fields as they came, beside those that were put there."""

import pytest

from conformance.monitor.header import compare_headers

PUT = b"Received: from x\r\n\tby y\r\nFrom: a\r\nTo: b\r\nSubject: c\r\n"


@pytest.mark.parametrize(
    "came",
    [
        PUT,
        PUT.replace(b"\r\n", b"\n"),
        b"Received: from z\r\n by q\r\n" + PUT,
        b"Return-Path: <a@b>\r\nDelivered-To: alice\r\n" + PUT + b"Status: RO\r\nX-UIDL: 7\r\n",
        PUT.replace(b"\r\n\tby", b"\r\n  by"),
        PUT.replace(b"To: b\r\n", b"Date: today\r\nTo: b\r\n"),
    ],
)
def test_nothing_is_lost(came: bytes) -> None:
    result = compare_headers(came, PUT)
    assert result.lost is None
    assert result.stray is None


@pytest.mark.parametrize(
    "came, lost",
    [
        (PUT.replace(b"To: b\r\n", b""), b"to: b"),
        (PUT.replace(b"To: b", b"To: c"), b"to: b"),
        (b"", b"received: from x by y"),
        (b"Subject: c\r\n" + PUT.replace(b"Subject: c\r\n", b""), b"received: from x by y"),
    ],
)
def test_a_field_is_missing_or_changed_or_elsewhere(came: bytes, lost: bytes) -> None:
    assert compare_headers(came, PUT).lost == lost


def test_a_status_field_may_change_and_vanish() -> None:
    put = PUT + b"Status: O\r\nX-Status: A\r\n"
    assert compare_headers(PUT + b"Status: RO\r\n", put).lost is None
    assert compare_headers(PUT, put).lost is None


def test_a_field_that_is_not_ascii_may_come_in_another_form() -> None:
    put = PUT.replace(b"Subject: c", b"Subject: caf\xe9")
    assert compare_headers(PUT.replace(b"Subject: c", b"Subject: =?utf-8?q?caf=C3=A9?="), put).lost is None


def test_a_line_that_is_no_field() -> None:
    assert compare_headers(b"here it is\r\n" + PUT, PUT).stray == b"here it is"
    assert compare_headers(b"here it is\r\n" + PUT, b"so it was\r\n" + PUT).stray is None


def test_what_was_added_is_told() -> None:
    assert compare_headers(b"X-Virus: none\r\n" + PUT, PUT).added == {"x-virus"}
