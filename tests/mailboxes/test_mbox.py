import mailbox
import os
import pwd
import resource
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance.mailboxes import FillError, Mailbox, Provisioner, SpecError, provisioner
from conformance.mailboxes.mbox import Mbox

from .mails import ALICE, FOREIGN, ours
from .rights import needs_root, open_folder, unprivileged

SEPARATOR = b"From carol@example.org Thu Nov 23 10:00:00 2023\n"
THEIRS = SEPARATOR + FOREIGN.replace(b"\r\n", b"\n") + b"\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Alice's mbox, which is not there yet."""
    return tmp_path / "alice"


@pytest.fixture
def mbox(tmp_path: Path) -> Provisioner:
    return provisioner(f"mbox:{tmp_path}/{{user}}", timeout=0.2)


def local(message: bytes) -> bytes:
    return message.replace(b"\r\n", b"\n")


def test_delivered_messages_are_read_back_by_the_mailbox_module(mbox: Provisioner, path: Path) -> None:
    messages = [ours(1), ours(2, b""), ours(3, b"8-bit \xff\r\nbare\rcr\0\r\n"), ours(4)]
    mbox.check(ALICE)
    mbox.deliver(ALICE, iter(messages))
    with closing(mailbox.mbox(path, create=False)) as box:
        assert [box.get_bytes(key) for key in box.iterkeys()] == [local(message) for message in messages]


def test_lines_that_look_like_separators_are_quoted(mbox: Provisioner, path: Path) -> None:
    mbox.deliver(ALICE, [ours(1, b"From here\r\n>From there\r\nFrom\r\n\r\nFrom end"), ours(2)])
    assert b"\n\n>From here\n>From there\nFrom\n\n>From end\n\nFrom pop3spec@" in path.read_bytes()
    assert mbox.count(ALICE) == 2


def test_a_separator_line_bears_the_time_of_delivery(path: Path) -> None:
    Mbox("mbox", str(path), timeout=1, clock=lambda: 1_800_000_000.5).deliver(ALICE, [ours(1)])
    separator = path.read_bytes().partition(b"\n")[0]
    assert separator == b"From pop3spec@fixtures.pop3spec.invalid Fri Jan 15 08:00:00 2027"


def test_mail_of_others_stays_octet_for_octet(mbox: Provisioner, path: Path) -> None:
    path.write_bytes(THEIRS)
    mbox.deliver(ALICE, [ours(1), ours(2)])
    assert path.read_bytes().startswith(THEIRS + b"From pop3spec@")
    assert mbox.count(ALICE) == 3
    mbox.clear(ALICE)
    assert path.read_bytes() == THEIRS
    assert mbox.count(ALICE) == 1


@pytest.mark.parametrize("cut", [1, 2])
def test_a_file_that_ends_without_an_empty_line_gets_one(mbox: Provisioner, path: Path, cut: int) -> None:
    path.write_bytes(THEIRS[:-cut])
    mbox.deliver(ALICE, [ours(1)])
    assert path.read_bytes().startswith(THEIRS + b"From pop3spec@")
    mbox.clear(ALICE)
    assert path.read_bytes() == THEIRS


def test_clear_finds_messages_between_those_of_others(mbox: Provisioner, path: Path) -> None:
    for number in range(4):
        mbox.deliver(ALICE, [ours(number), ours(number + 100, b"x" * 10_000)])
        with path.open("ab") as file:
            file.write(THEIRS.replace(b"keep me", b"%d" % number))
    mbox.clear(ALICE)
    assert path.read_bytes() == b"".join(THEIRS.replace(b"keep me", b"%d" % number) for number in range(4))


def test_clear_moves_mail_of_many_octets_whole(mbox: Provisioner, path: Path) -> None:
    large = THEIRS + bytes(range(33, 127)) * 30_000 + b"\n\n"
    mbox.deliver(ALICE, [ours(1)])
    with path.open("ab") as file:
        file.write(large + THEIRS)
    mbox.clear(ALICE)
    assert path.read_bytes() == large + THEIRS


def test_clear_finds_messages_that_a_server_rewrote(mbox: Provisioner, path: Path) -> None:
    mbox.deliver(ALICE, [ours(1), ours(2)])
    octets = path.read_bytes().replace(b"\n\nhello", b"\nX-UIDL: 7\nStatus: RO\n\nhello")
    octets = octets.replace(b"From pop3spec@fixtures.pop3spec.invalid", b"From bob@example.org").replace(
        b"\nFrom: bob", b"\nX-IMAPbase: 1 2\nFrom: bob", 1
    )
    assert octets.count(b"From bob@example.org") == 2
    path.write_bytes(octets + THEIRS)
    mbox.clear(ALICE)
    assert path.read_bytes() == THEIRS


def test_clear_finds_a_message_without_message_id_by_its_separator(mbox: Provisioner, path: Path) -> None:
    mbox.deliver(ALICE, [b"Subject: no identifier\r\n\r\n", b""])
    assert mbox.count(ALICE) == 2
    mbox.clear(ALICE)
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    "theirs",
    [
        THEIRS.rstrip(b"\n"),
        THEIRS.replace(b"not yours", b"From me\nto you"),
        THEIRS.replace(b"not yours", b"> Message-ID: <a@fixtures.pop3spec.invalid>"),
        b"no separator at all\n" + THEIRS,
        SEPARATOR + b"\nFrom \n\n" + THEIRS,
        THEIRS.replace(b"not yours", b"x" * 200_000),
    ],
    ids=["cut", "unquoted", "quoting ours", "junk", "empty", "long line"],
)
def test_nothing_of_others_is_lost_however_odd_it_is(mbox: Provisioner, path: Path, theirs: bytes) -> None:
    mbox.deliver(ALICE, [ours(1)])
    before = path.read_bytes()
    path.write_bytes(before + theirs)
    mbox.clear(ALICE)
    kept = path.read_bytes()
    assert kept == theirs.removeprefix(b"no separator at all\n")


def test_junk_before_the_first_separator_stays_and_is_not_counted(mbox: Provisioner, path: Path) -> None:
    path.write_bytes(b"junk\n\n")
    mbox.deliver(ALICE, [ours(1)])
    assert mbox.count(ALICE) == 1
    mbox.clear(ALICE)
    assert path.read_bytes() == b"junk\n\n"


def test_a_file_without_other_mail_stays_as_an_empty_file(mbox: Provisioner, path: Path) -> None:
    path.touch()
    path.chmod(0o660)
    before = path.stat()
    mbox.deliver(ALICE, [ours(1)])
    mbox.clear(ALICE)
    after = path.stat()
    assert after.st_size == 0
    assert (before.st_ino, before.st_mode, before.st_uid, before.st_gid) == (
        after.st_ino,
        after.st_mode,
        after.st_uid,
        after.st_gid,
    )


def test_a_missing_file_is_made_private(mbox: Provisioner, path: Path) -> None:
    assert mbox.count(ALICE) == 0
    mbox.clear(ALICE)
    assert not path.exists()
    mbox.deliver(ALICE, [])
    assert path.stat().st_mode & 0o777 == 0o600
    assert mbox.count(ALICE) == 0


def test_a_file_that_somebody_else_makes_first_is_no_error(path: Path) -> None:
    path.symlink_to("elsewhere")  # there, and not to be found: so it looks to who lost that race
    with pytest.raises(FillError, match=r"the file does not stay; 0\.2 seconds were not enough"):
        provisioner(f"mbox:{path.parent}/{{user}}", timeout=0.2).deliver(ALICE, [ours(1)])


@needs_root
def test_a_missing_file_in_a_folder_of_root_is_made_for_the_account(mbox: Provisioner, tmp_path: Path) -> None:
    mbox.deliver(Mailbox("nobody", ""), [ours(1)])
    assert (tmp_path / "nobody").stat().st_uid == pwd.getpwnam("nobody").pw_uid


@needs_root
def test_root_leaves_the_file_to_its_owner(mbox: Provisioner, path: Path) -> None:
    path.touch()
    os.chown(path, 4711, 4712)
    mbox.deliver(ALICE, [ours(1)])
    mbox.clear(ALICE)
    assert (path.stat().st_uid, path.stat().st_gid) == (4711, 4712)


def test_a_maildrop_that_is_locked_is_an_error_after_the_wait(mbox: Provisioner, path: Path) -> None:
    path.write_bytes(THEIRS)
    Path(f"{path}.lock").touch()
    with pytest.raises(FillError, match=r"alice\.lock exists; 0\.2 seconds were not enough"):
        mbox.deliver(ALICE, [ours(1)])
    with pytest.raises(FillError, match=r"alice\.lock exists; 0\.2 seconds were not enough"):
        mbox.clear(ALICE)
    assert path.read_bytes() == THEIRS
    assert mbox.count(ALICE) == 1


def test_half_a_message_is_taken_back(mbox: Provisioner, path: Path) -> None:
    mbox.deliver(ALICE, [ours(1)])
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(FillError, match="File too large"):
            mbox.deliver(ALICE, [ours(2, b"x" * 200_000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    mbox.deliver(ALICE, [ours(3)])
    assert mbox.count(ALICE) == 2


def test_what_goes_wrong_in_the_making_of_messages_is_not_blamed_on_the_file(mbox: Provisioner) -> None:
    def messages() -> Iterator[bytes]:
        yield ours(1)
        raise FileNotFoundError("no.eml")

    with pytest.raises(FileNotFoundError, match=r"no\.eml"):
        mbox.deliver(ALICE, messages())
    assert mbox.count(ALICE) == 1
    mbox.clear(ALICE)
    assert mbox.count(ALICE) == 0


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_file_is_refused_by_every_method(
    mbox: Provisioner, path: Path, make: Callable[[Path], None]
) -> None:
    make(path)
    for method in (mbox.check, mbox.count, mbox.clear, lambda box: mbox.deliver(box, [ours(1)])):
        with pytest.raises(FillError, match="that is not a file; correct the path in --fill, or use maildir:PATH"):
            method(ALICE)


def test_a_missing_folder_is_named_with_the_next_step(tmp_path: Path) -> None:
    mbox = provisioner(f"mbox:{tmp_path}/nowhere/{{user}}")
    with pytest.raises(FillError, match=r"nowhere is not a folder; create that folder"):
        mbox.check(ALICE)
    with pytest.raises(FillError, match="No such file or directory"):
        mbox.deliver(ALICE, [ours(1)])


def test_a_file_without_permission_is_an_error() -> None:
    with open_folder() as folder:
        path = folder / "alice"
        path.write_bytes(THEIRS)
        path.chmod(0)
        mbox = provisioner(f"mbox:{folder}/{{user}}")
        with unprivileged():
            with pytest.raises(FillError, match="may not read and write there; run as its owner or as root"):
                mbox.check(ALICE)
            with pytest.raises(FillError, match="Permission denied; run as its owner or as root"):
                mbox.deliver(ALICE, [ours(1)])
            with pytest.raises(FillError, match="Permission denied"):
                mbox.count(ALICE)


def test_a_folder_without_permission_is_an_error() -> None:
    with open_folder() as folder:
        folder.chmod(0o555)
        with unprivileged(), pytest.raises(FillError, match="may not read and write there"):
            provisioner(f"mbox:{folder}/{{user}}").check(ALICE)
        folder.chmod(0o755)


@pytest.mark.parametrize("user", ["..", "../alice", "/etc"])
def test_a_name_that_leads_elsewhere_is_refused(mbox: Provisioner, user: str) -> None:
    with pytest.raises(FillError, match="cannot be part of a path"):
        mbox.deliver(Mailbox(user, ""), [ours(1)])


def test_it_says_what_it_can_do(mbox: Provisioner) -> None:
    assert mbox.can_clear
    assert mbox.knows_order
    assert mbox.accepts(frozenset({"nul", "8bit", "long-line", "from-lines", "no-final-eol"})) is None
    for trait in ("bare-lf", "bare-cr", "no-body", "final-empty-lines", "rewritten-fields"):
        assert mbox.accepts(frozenset({trait}))


def test_a_misspelt_placeholder_is_found_at_once() -> None:
    with pytest.raises(SpecError, match=r"\{usr\} is no placeholder"):
        provisioner("mbox:/srv/{usr}")
