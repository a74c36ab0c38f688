"""What the run knows of the messages that it put into maildrops."""

import hashlib

from conformance.monitor import Ledger
from conformance.monitor.ledger import Delivered
from tests.monitor.scripts import message

ONE, TWO = message("one", "first"), message("two", "second")


def test_a_message_is_found_by_its_identifier() -> None:
    ledger = Ledger({b"alice": [ONE]})
    ledger.add_delivered(b"alice", TWO)
    found = ledger.find(b"alice", b"<two@fixtures.pop3spec.invalid>")
    assert found is not None
    assert found.octets == TWO
    assert ledger.find(b"bob", b"<two@fixtures.pop3spec.invalid>") is None
    assert ledger.find(None, None) is None


def test_copies_are_one_message_and_other_messages_of_the_same_name_are_none() -> None:
    assert Ledger({b"a": [ONE, ONE]}).find(b"a", b"<one@fixtures.pop3spec.invalid>") is not None
    assert Ledger({b"a": [ONE, ONE]}).copies(b"a", b"<one@fixtures.pop3spec.invalid>") == 2
    assert Ledger({b"a": [ONE, ONE + b"more\r\n"]}).find(b"a", b"<one@fixtures.pop3spec.invalid>") is None


def test_an_empty_maildrop_is_known_and_another_one_is_not() -> None:
    assert Ledger({b"alice": []}).knows(b"alice")
    assert not Ledger({b"alice": []}).knows(b"bob")
    assert not Ledger().knows(b"alice")
    assert not Ledger().knows(None)


def test_header_and_lines() -> None:
    delivered = Delivered(b"a: b\r\nc: d\r\n\r\none\r\n\r\ntwo")
    assert delivered.header == b"a: b\r\nc: d\r\n"
    assert delivered.lines == [b"one", b"", b"two"]
    assert not delivered.terminated


def test_a_message_without_a_body_has_no_lines() -> None:
    assert Delivered(b"a: b\r\n").lines == []
    assert Delivered(b"a: b\r\n\r\n").lines == []


def test_a_message_without_a_header() -> None:
    delivered = Delivered(b"\r\ntext\r\n")
    assert delivered.header == b""
    assert delivered.lines == [b"text"]


def test_digests_are_those_of_what_retr_may_send() -> None:
    assert hashlib.sha256(b"a: b\r\n\r\nc\r\nd\r\n").digest() in Delivered(b"a: b\r\n\r\nc\nd").digests


def test_what_a_delivery_may_have_changed_is_delicate() -> None:
    assert not Delivered(ONE).delicate
    assert all(
        Delivered(ONE + more).delicate for more in (b"\xe9\r\n", b"\0\r\n", b"a\nb\r\n", b"a\rb\r\n", b"x" * 1000)
    )


def test_a_tab_and_a_line_of_998_octets_are_not_delicate() -> None:
    assert not Delivered(ONE + b"\ta\r\n" + b"x" * 998 + b"\r\n").delicate
