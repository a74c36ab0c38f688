import os
import pwd
from pathlib import Path

import pytest

from conformance.mailboxes.errors import FillError
from conformance.mailboxes.files import Owner, demand_access, local_form, owner_for_new, write_at

from .rights import NOBODY, needs_root, open_folder, unprivileged


def test_only_crlf_becomes_a_local_line_end() -> None:
    assert local_form(b"a\r\nb\rc\nd\r\n\r\n") == b"a\nb\rc\nd\n\n"


@needs_root
def test_root_gives_new_files_away(tmp_path: Path) -> None:
    Owner(NOBODY, 7, 0o600).take(tmp_path)
    status = tmp_path.stat()
    assert (status.st_uid, status.st_gid) == (NOBODY, 7)


@needs_root
def test_a_new_maildrop_belongs_to_the_owner_of_its_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 4711, 4712)
    owner = owner_for_new(tmp_path, "root")
    assert (owner.uid, owner.gid) == (4711, 4712)


@needs_root
@pytest.mark.parametrize("user", ["nobody", "nobody@example.org"])
def test_in_a_folder_of_root_it_belongs_to_the_account_of_that_name(tmp_path: Path, user: str) -> None:
    account = pwd.getpwnam("nobody")
    owner = owner_for_new(tmp_path, user)
    assert (owner.uid, owner.gid) == (account.pw_uid, account.pw_gid)


@needs_root
def test_in_a_folder_of_root_it_stays_with_root_where_no_account_has_the_name(tmp_path: Path) -> None:
    assert owner_for_new(tmp_path, "no-such-account-here").uid == 0


def test_who_is_not_root_keeps_the_folders_that_it_makes() -> None:
    with open_folder() as parent:
        parent.chmod(0o777)
        with unprivileged():
            folder = parent / "alice"
            folder.mkdir(mode=0o700)
            Owner(4711, 4712, 0o666).take(folder)
        status = folder.stat()
        assert status.st_uid != 4711
        assert status.st_mode & 0o777 == 0o700


def test_access_that_is_there_is_no_error(tmp_path: Path) -> None:
    demand_access(tmp_path, os.R_OK | os.W_OK | os.X_OK)


def test_access_that_is_missing_is_an_error_with_the_next_step() -> None:
    with open_folder() as folder:
        folder.chmod(0o555)
        with unprivileged(), pytest.raises(FillError, match="may not read and write there; run as its owner"):
            demand_access(folder, os.W_OK)


def test_octets_are_written_at_their_offset(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with path.open("r+b") as file:
        assert write_at(file.fileno(), b"abc", 2) == 5
        assert write_at(file.fileno(), b"", 5) == 5
    assert path.read_bytes() == b"01abc56789"
