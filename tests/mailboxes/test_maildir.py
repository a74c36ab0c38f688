import mailbox
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.mailboxes import FillError, Mailbox, Provisioner, SpecError, provisioner
from conformance.mailboxes.maildir import Maildir

from .mails import ALICE, FOREIGN, ours
from .rights import NOBODY, needs_root, open_folder, unprivileged

NOW = 1_800_000_000.25


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where alice's Maildir is, once it is made."""
    return tmp_path / "alice"


@pytest.fixture
def maildir(tmp_path: Path) -> Provisioner:
    return provisioner(f"maildir:{tmp_path}/{{user}}")


def stored(folder: Path) -> list[Path]:
    """The message files by name, which is the order in which servers number them."""
    return sorted((*(folder / "new").iterdir(), *(folder / "cur").iterdir()), key=lambda path: path.name)


def put_foreign(folder: Path, name: str = "1700000000.M1P1.host") -> Path:
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    path = folder / "cur" / f"{name}:2,S"
    path.write_bytes(FOREIGN.replace(b"\r\n", b"\n"))
    return path


def test_delivered_messages_are_read_back_by_the_mailbox_module(maildir: Provisioner, folder: Path) -> None:
    maildir.check(ALICE)
    maildir.deliver(ALICE, [ours(1), ours(2, b".\r\nFrom here\r\nbare\rcr\r\n\0"), ours(3, b"")])
    box = mailbox.Maildir(folder, create=False)
    found = {box.get_bytes(key) for key in box.iterkeys()}
    assert found == {
        message.replace(b"\r\n", b"\n")
        for message in (ours(1), ours(2, b".\r\nFrom here\r\nbare\rcr\r\n\0"), ours(3, b""))
    }
    assert not list((folder / "tmp").iterdir())


def test_names_and_times_rise_in_the_order_of_delivery(maildir: Provisioner, folder: Path) -> None:
    maildir.deliver(ALICE, (ours(number) for number in range(30)))
    provisioner(maildir.spec).deliver(ALICE, [ours(number) for number in range(30, 40)])
    names = stored(folder)
    assert [path.read_bytes() for path in names] == [ours(number).replace(b"\r\n", b"\n") for number in range(40)]
    times = [path.stat().st_mtime for path in names]
    assert times == sorted(set(times))
    seconds = [int(path.name.partition(".")[0]) for path in names]
    assert seconds == times


def test_messages_come_after_those_that_lie_there(tmp_path: Path, folder: Path) -> None:
    put_foreign(folder, f"{int(NOW) + 60}.M1P1.host")
    Maildir("maildir", f"{tmp_path}/{{user}}", clock=lambda: NOW).deliver(ALICE, [ours(1)])
    assert stored(folder)[-1].name.startswith(f"{int(NOW) + 61}.M250000P{os.getpid()}Q1R")


@pytest.mark.parametrize("name", ["9999999999.x", "note", "99999999999999.x"])
def test_a_name_that_is_no_time_does_not_move_the_clock(tmp_path: Path, folder: Path, name: str) -> None:
    put_foreign(folder, name)
    Maildir("maildir", f"{tmp_path}/{{user}}", clock=lambda: NOW).deliver(ALICE, [ours(1)])
    assert [path for path in stored(folder) if path.name.startswith(f"{int(NOW)}.")]


def test_a_missing_maildir_is_made_private_where_its_parent_exists(maildir: Provisioner, folder: Path) -> None:
    maildir.check(ALICE)
    assert not folder.exists()
    maildir.deliver(ALICE, [ours(1)])
    assert {path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())} == {0o700}
    assert stored(folder)[0].stat().st_mode & 0o777 == 0o600


@needs_root
def test_root_makes_files_that_the_owner_of_the_maildir_can_read(maildir: Provisioner, folder: Path) -> None:
    folder.mkdir()
    os.chown(folder, 4711, 4712)
    maildir.deliver(ALICE, [ours(1)])
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in (folder / "new", *stored(folder))}
    assert owners == {(4711, 4712)}
    assert stored(folder)[0].stat().st_mode & 0o777 == 0o600


@needs_root
def test_another_account_makes_files_as_open_as_the_folder_is() -> None:
    with open_folder() as parent:
        folder = put_foreign(parent / "alice").parent.parent
        for path in (folder, *folder.iterdir()):
            path.chmod(0o777)
        with unprivileged():
            provisioner(f"maildir:{parent}/{{user}}").deliver(ALICE, [ours(1)])
        (path,) = (folder / "new").iterdir()
        assert (path.stat().st_uid, path.stat().st_mode & 0o777) == (NOBODY, 0o666)


def test_clear_finds_messages_that_the_server_moved_and_renamed(maildir: Provisioner, folder: Path) -> None:
    maildir.deliver(ALICE, (ours(number) for number in range(6)))
    for path, suffix in zip(stored(folder), ["", ":2,", ":2,S", ",S=123:2,RS", ",S=123,W=130:2,", "!2,S"], strict=True):
        path.rename(folder / "cur" / (path.name + suffix))
    maildir.clear(ALICE)
    assert not stored(folder)


def test_clear_keeps_the_mail_of_others(maildir: Provisioner, folder: Path) -> None:
    kept = [
        put_foreign(folder),
        put_foreign(folder, "1700000000.M1P1Q1R0a.pop3spec.example.org"),
        put_foreign(folder, "pop3spec"),
    ]
    index = folder / "cur" / ".keep"
    index.touch()
    maildir.deliver(ALICE, [ours(1), ours(2)])
    assert maildir.count(ALICE) == 5
    maildir.clear(ALICE)
    assert stored(folder) == sorted([*kept, index], key=lambda path: path.name)
    assert maildir.count(ALICE) == 3


def test_clear_takes_away_what_a_broken_run_left(maildir: Provisioner, folder: Path) -> None:
    maildir.deliver(ALICE, [ours(1), ours(2)])
    draft, whole = stored(folder)
    draft.rename(folder / "tmp" / draft.name)
    provisioner(maildir.spec).clear(ALICE)
    assert not draft.exists()
    assert not whole.exists()
    assert not list((folder / "tmp").iterdir())


def test_messages_that_keep_coming_back_are_an_error(
    maildir: Provisioner, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maildir.deliver(ALICE, [ours(1)])
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)  # as if a server renamed them each time
    with pytest.raises(FillError, match="messages keep moving while they are removed; close the POP3 sessions"):
        maildir.clear(ALICE)
    assert len(stored(folder)) == 1


def test_without_a_maildir_there_is_nothing_to_count_or_clear(maildir: Provisioner) -> None:
    maildir.clear(ALICE)
    assert maildir.count(ALICE) == 0


def test_a_missing_parent_is_named_with_the_next_step(tmp_path: Path) -> None:
    maildir = provisioner(f"maildir:{tmp_path}/nowhere/{{user}}")
    with pytest.raises(FillError, match=r"nowhere/alice: .*/nowhere does not exist; create the account's mail folder"):
        maildir.check(ALICE)
    with pytest.raises(FillError, match="No such file or directory"):
        maildir.deliver(ALICE, [ours(1)])


def test_a_file_in_the_place_of_the_maildir_is_an_error(maildir: Provisioner, folder: Path) -> None:
    folder.touch()
    with pytest.raises(FillError, match="that is not a folder"):
        maildir.check(ALICE)
    with pytest.raises(FillError, match="File exists"):
        maildir.deliver(ALICE, [ours(1)])


def test_a_folder_without_permission_is_an_error() -> None:
    with open_folder() as parent:
        folder = put_foreign(parent / "alice").parent.parent
        maildir = provisioner(f"maildir:{parent}/{{user}}")
        maildir.deliver(ALICE, [ours(1)])
        for path in folder.iterdir():
            path.chmod(0o555)
        with unprivileged():
            with pytest.raises(FillError, match="may not read and write there; run as its owner or as root"):
                maildir.check(ALICE)
            with pytest.raises(FillError, match=r"Permission denied \(.*\); run as its owner or as root"):
                maildir.deliver(ALICE, [ours(1)])
            with pytest.raises(FillError, match="Permission denied"):
                maildir.clear(ALICE)
        for path in folder.iterdir():
            path.chmod(0o700)


@pytest.mark.parametrize("user", ["..", "../alice", "/etc"])
def test_a_name_that_leads_elsewhere_is_refused_by_every_method(maildir: Provisioner, user: str) -> None:
    stranger = Mailbox(user, "")
    for method in (maildir.check, maildir.count, maildir.clear, lambda box: maildir.deliver(box, [ours(1)])):
        with pytest.raises(FillError, match="cannot be part of a path"):
            method(stranger)


def test_a_message_that_cannot_be_written_leaves_no_draft(maildir: Provisioner, folder: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(FillError, match="File too large"):
            maildir.deliver(ALICE, [ours(1), ours(2, b"x" * 200_000), ours(3)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(stored(folder)) == 1
    assert not list((folder / "tmp").iterdir())


def test_what_goes_wrong_in_the_making_of_messages_is_not_blamed_on_the_folder(maildir: Provisioner) -> None:
    def messages() -> Iterator[bytes]:
        yield ours(1)
        raise FileNotFoundError("no.eml")

    with pytest.raises(FileNotFoundError, match=r"no\.eml"):
        maildir.deliver(ALICE, messages())
    assert maildir.count(ALICE) == 1


def test_it_says_what_it_can_do(maildir: Provisioner) -> None:
    assert maildir.can_clear
    assert maildir.knows_order
    assert maildir.accepts(frozenset({"nul", "8bit", "long-line", "no-body", "no-final-eol"})) is None
    assert "LF stands for every line end" in (maildir.accepts(frozenset({"bare-lf", "8bit"})) or "")
    assert "a CR that stands before a line end" in (maildir.accepts(frozenset({"bare-cr"})) or "")


def test_a_misspelt_placeholder_is_found_at_once() -> None:
    with pytest.raises(SpecError, match=r"\{usr\} is no placeholder"):
        provisioner("maildir:/srv/{usr}")
