"""The store of Maildirs."""

import mailbox
from pathlib import Path

import pytest

from conformance.server import MaildirStore, MaildropBusyError, MaildropError, OpenMaildrop
from conformance.server.maildir import HeldMaildir
from conformance.wire.grammar import UNIQUE_ID


def put(folder: Path, name: str, octets: bytes, part: str = "cur") -> Path:
    path = folder / "alice" / part / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    return path


def messages(held: OpenMaildrop) -> list[bytes]:
    return [b"".join(held.read(message)) for message in held.maildrop.messages]


def unique_ids(held: OpenMaildrop) -> list[bytes]:
    return [message.unique_id for message in held.maildrop.messages]


def look(folder: Path) -> list[bytes]:
    """What a server that has just been started finds."""
    held = MaildirStore(folder).open("alice")
    held.close()
    return messages(held)


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def filled(folder: Path) -> MaildirStore:
    store = MaildirStore(folder)
    for octets in (b"one\n", b"two\r\n", b"three"):
        store.deliver("alice", octets)
    return store


def test_messages_come_in_wire_form_in_the_order_of_their_delivery(tmp_path: Path) -> None:
    held = filled(tmp_path).open("alice")
    assert messages(held) == [b"one\r\n", b"two\r\n", b"three\r\n"]
    assert [message.octets for message in held.maildrop.messages] == [5, 5, 7]


def test_what_is_stored_is_what_was_delivered(tmp_path: Path) -> None:
    filled(tmp_path)
    stored = {path.read_bytes() for path in (tmp_path / "alice" / "new").iterdir()}
    assert stored == {b"one\n", b"two\r\n", b"three"}
    assert list((tmp_path / "alice" / "tmp").iterdir()) == []


def test_an_account_without_a_maildir_gets_an_empty_one(tmp_path: Path) -> None:
    assert MaildirStore(tmp_path / "new folder").open("alice").maildrop.count == 0
    assert sorted(path.name for path in (tmp_path / "new folder" / "alice").iterdir() if path.is_dir()) == [
        *("cur", "new", "tmp")
    ]


def test_what_another_program_delivered_is_there(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "alice")
    box.add(b"Subject: one\n\nbody\n")
    box.add(b"Subject: two\n\nbody\n")
    held = MaildirStore(tmp_path).open("alice")
    assert sorted(messages(held)) == [b"Subject: one\r\n\r\nbody\r\n", b"Subject: two\r\n\r\nbody\r\n"]
    assert len(set(unique_ids(held))) == 2


def test_messages_stand_in_the_order_of_their_time_stamps(tmp_path: Path) -> None:
    for name in ("1000.M10P1.host:2,S", "1000.M9P1.host:2,", "999.M99P1.host:2,", "10000.M1P1.host:2,"):
        put(tmp_path, name, name.encode())
    put(tmp_path, "1000.M9P2.host", b"new one", "new")
    assert [octets.split(b".host")[0].strip() for octets in look(tmp_path)] == [
        *(b"999.M99P1", b"1000.M9P1", b"new one", b"1000.M10P1", b"10000.M1P1")
    ]


def test_a_new_message_moves_to_cur_and_keeps_its_name(tmp_path: Path) -> None:
    put(tmp_path, "1000.M1P1.host", b"x", "new")
    put(tmp_path, "1001.M1P1.host:2,F", b"y", "new")
    assert unique_ids(MaildirStore(tmp_path).open("alice")) == [b"1000.M1P1.host", b"1001.M1P1.host"]
    assert sorted(path.name for path in (tmp_path / "alice" / "cur").iterdir()) == [
        "1000.M1P1.host:2,",
        "1001.M1P1.host:2,F",
    ]


def test_a_name_that_is_taken_costs_no_message(tmp_path: Path) -> None:
    put(tmp_path, "1000.M1P1.host:2,", b"old\r\n")
    put(tmp_path, "1000.M1P1.host:2,S", b"twin\r\n")
    put(tmp_path, "1000.M1P1.host", b"new\r\n", "new")
    store = MaildirStore(tmp_path)
    held = store.open("alice")
    assert sorted(messages(held)) == [b"new\r\n", b"old\r\n", b"twin\r\n"]
    before = unique_ids(held)
    assert len(set(before)) == 3
    held.close()
    assert unique_ids(store.open("alice")) == before


def test_what_is_no_message_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path, "1000.M1P1.host:2,", b"one\r\n")
    put(tmp_path, ".hidden", b"no\r\n")
    (tmp_path / "alice" / "cur" / "folder").mkdir()
    (tmp_path / "alice" / "cur" / "link").symlink_to("/etc/hostname")
    put(tmp_path, "draft", b"half", "tmp")
    assert look(tmp_path) == [b"one\r\n"]
    assert (tmp_path / "alice" / "tmp" / "draft").exists()


@pytest.mark.parametrize("name", ["x" * 71, "with space", "caf\u00e9", "1000.M1P1." + "host" * 40])
def test_any_name_gives_a_unique_id(tmp_path: Path, name: str) -> None:
    put(tmp_path, f"{name}:2,S", b"x")
    first = MaildirStore(tmp_path).open("alice")
    first.close()
    assert UNIQUE_ID.fullmatch(unique_ids(first)[0])
    assert unique_ids(MaildirStore(tmp_path).open("alice")) == unique_ids(first)


def test_unique_ids_stay_for_another_server_and_after_a_session_without_update(tmp_path: Path) -> None:
    store = filled(tmp_path)
    held = store.open("alice")
    before = unique_ids(held)
    held.close()
    assert unique_ids(MaildirStore(tmp_path).open("alice")) == before


def test_unique_ids_are_not_given_again(tmp_path: Path) -> None:
    store = filled(tmp_path)
    held = store.open("alice")
    before = set(unique_ids(held))
    held.remove(frozenset({1, 2, 3}))
    held.close()
    for number in range(50):
        store.deliver("alice", b"%d" % number)
    assert before.isdisjoint(unique_ids(store.open("alice")))


def test_a_maildir_is_held_against_this_server_and_others(tmp_path: Path) -> None:
    store, other = filled(tmp_path), MaildirStore(tmp_path)
    held = store.open("alice")
    for contender in (store, other):
        with pytest.raises(MaildropBusyError):
            contender.open("alice")
    held.close()
    held.close()
    other.open("alice").close()


def test_only_what_is_named_is_removed(tmp_path: Path) -> None:
    held = filled(tmp_path).open("alice")
    held.remove(frozenset({1, 3}))
    held.close()
    assert look(tmp_path) == [b"two\r\n"]


def test_what_is_delivered_during_a_session_is_not_seen_and_not_lost(tmp_path: Path) -> None:
    store = filled(tmp_path)
    held = store.open("alice")
    store.deliver("alice", b"four\n")
    put(tmp_path, "1.M1P1.other", b"five\n", "new")
    assert held.maildrop.count == 3
    held.remove(frozenset({1, 2, 3}))
    held.close()
    assert sorted(look(tmp_path)) == [b"five\r\n", b"four\r\n"]


def test_a_message_is_read_and_removed_under_the_flags_that_it_bears_by_then(tmp_path: Path) -> None:
    for number in (1, 2):
        put(tmp_path, f"100{number}.M1P1.host:2,", b"%d\r\n" % number)
    held = MaildirStore(tmp_path).open("alice")
    for path in (tmp_path / "alice" / "cur").iterdir():
        path.rename(f"{path}S")
    assert messages(held) == [b"1\r\n", b"2\r\n"]
    for path in (tmp_path / "alice" / "cur").iterdir():
        path.rename(f"{path}T")
    held.remove(frozenset({2}))
    held.close()
    assert look(tmp_path) == [b"1\r\n"]


def test_a_message_that_somebody_took_away_cannot_be_read_but_counts_as_removed(tmp_path: Path) -> None:
    held = filled(tmp_path).open("alice")
    for path in (tmp_path / "alice" / "cur").iterdir():
        path.unlink()
    with pytest.raises(MaildropError):
        held.read(held.maildrop.messages[0])
    held.remove(frozenset({1}))


def test_a_message_that_cannot_be_removed_is_reported_and_the_others_go(tmp_path: Path) -> None:
    held = filled(tmp_path).open("alice")
    first = sorted((tmp_path / "alice" / "cur").iterdir())[0]
    first.unlink()
    first.mkdir()  # no user, not even root, can unlink a folder
    with pytest.raises(MaildropError, match=r"directory|permitted"):
        held.remove(frozenset({1, 2}))
    held.close()
    assert look(tmp_path) == [b"three\r\n"]


@pytest.mark.parametrize("user", ["", ".", "..", "../bob", "a/b", "/etc", "a\0b", ".hidden"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, user: str) -> None:
    store = MaildirStore(tmp_path / "mail")
    with pytest.raises(MaildropError):
        store.open(user)
    with pytest.raises(MaildropError):
        store.deliver(user, b"x")
    assert list(tmp_path.rglob("*")) == []


def test_a_maildir_that_cannot_be_made_is_an_error_and_stays_unlocked(tmp_path: Path) -> None:
    (tmp_path / "alice").write_bytes(b"a file")
    with pytest.raises(MaildropError):
        MaildirStore(tmp_path).open("alice")
    with pytest.raises(MaildropError):
        MaildirStore(tmp_path).deliver("alice", b"x")


def test_a_maildir_that_cannot_be_listed_is_an_error_and_is_let_go_of(tmp_path: Path) -> None:
    store = filled(tmp_path)
    part = put(tmp_path, "x", b"y").parent
    descriptors = open_files()
    target = tmp_path / "elsewhere"
    part.rename(target)
    part.symlink_to(tmp_path / "alice" / "pop3spec.lock")
    with pytest.raises(MaildropError):
        store.open("alice")
    assert open_files() == descriptors
    part.unlink()
    target.rename(part)
    assert store.open("alice").maildrop.count == 4


def test_a_message_that_was_changed_is_counted_again_and_one_that_was_not_is_not(tmp_path: Path) -> None:
    path = put(tmp_path, "1000.M1P1.host:2,", b"one\n")
    store = MaildirStore(tmp_path)
    sizes = []
    for octets in (b"one\n", b"one two\n"):
        path.write_bytes(octets)
        held = store.open("alice")
        sizes += [message.octets for message in held.maildrop.messages]
        held.close()
    assert sizes == [5, 9]


def test_a_large_message_is_read_in_blocks_and_its_file_closed(tmp_path: Path) -> None:
    put(tmp_path, "1000.M1P1.host:2,", b"x" * 70 + b"\n" * 300_000)
    held = MaildirStore(tmp_path).open("alice")
    assert isinstance(held, HeldMaildir)
    descriptors = open_files()
    blocks = list(held.read(held.maildrop.messages[0]))
    assert b"".join(blocks) == b"x" * 70 + b"\r\n" * 300_000
    assert max(map(len, blocks)) <= 1 << 17
    assert open_files() == descriptors
