"""The store in memory."""

import pytest

from conformance.server import MaildropBusyError, MemoryStore, OpenMaildrop


def messages(held: OpenMaildrop) -> list[bytes]:
    return [b"".join(held.read(message)) for message in held.maildrop.messages]


def unique_ids(held: OpenMaildrop) -> list[bytes]:
    return [message.unique_id for message in held.maildrop.messages]


def filled() -> MemoryStore:
    store = MemoryStore()
    for octets in (b"one\n", b"two\r\n", b"three"):
        store.deliver("alice", octets)
    return store


def test_messages_come_in_wire_form_in_the_order_of_their_delivery() -> None:
    held = filled().open("alice")
    assert messages(held) == [b"one\r\n", b"two\r\n", b"three\r\n"]
    assert [message.octets for message in held.maildrop.messages] == [5, 5, 7]


def test_a_large_message_comes_in_blocks() -> None:
    store = MemoryStore()
    store.deliver("alice", b"x" * 70 + b"\r\n" * 100_000)
    held = store.open("alice")
    blocks = list(held.read(held.maildrop.messages[0]))
    assert len(blocks) > 1
    assert b"".join(blocks) == b"x" * 70 + b"\r\n" * 100_000


def test_an_account_without_mail_has_an_empty_maildrop() -> None:
    assert MemoryStore().open("alice").maildrop.count == 0


def test_a_maildrop_is_held_by_one_session_until_that_lets_go() -> None:
    store = filled()
    held = store.open("alice")
    with pytest.raises(MaildropBusyError):
        store.open("alice")
    store.open("bob").close()
    held.close()
    again = store.open("alice")
    held.close()
    with pytest.raises(MaildropBusyError):
        store.open("alice")
    again.close()


def test_only_what_is_named_is_removed() -> None:
    store = filled()
    held = store.open("alice")
    held.remove(frozenset({1, 3}))
    assert len(messages(held)) == 3
    held.close()
    assert messages(store.open("alice")) == [b"two\r\n"]


def test_what_is_delivered_during_a_session_is_not_seen_and_not_lost() -> None:
    store = filled()
    held = store.open("alice")
    store.deliver("alice", b"four\n")
    assert held.maildrop.count == 3
    held.remove(frozenset({1, 2, 3}))
    held.close()
    assert messages(store.open("alice")) == [b"four\r\n"]


def test_unique_ids_stay_and_are_not_given_again() -> None:
    store = filled()
    held = store.open("alice")
    before = unique_ids(held)
    held.remove(frozenset({2, 3}))
    held.close()
    store.deliver("alice", b"four\n")
    held = store.open("alice")
    assert unique_ids(held)[0] == before[0]
    assert unique_ids(held)[1] not in before


def test_a_maildrop_can_be_cleared() -> None:
    store = filled()
    store.clear("alice")
    store.clear("bob")
    assert store.open("alice").maildrop.count == 0
