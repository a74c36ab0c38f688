import fcntl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.mailboxes.errors import FillError
from conformance.mailboxes.locking import locked

from .rights import NOBODY, needs_root, open_folder, unprivileged

HOLD = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    path = tmp_path / "alice"
    path.touch()
    return path


@contextmanager
def another_program_locks(path: Path) -> Iterator[None]:
    """A fcntl lock that a second process holds; one process cannot keep itself out."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield
        process.communicate()


def test_all_three_locks_are_held_and_let_go(mbox: Path) -> None:
    with locked(mbox, timeout=1):
        assert Path(f"{mbox}.lock").exists()
        look = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
        second = subprocess.run([sys.executable, "-c", look, mbox], capture_output=True, check=False)
        assert b"BlockingIOError" in second.stderr
        # Last, as to close any descriptor of a file lets go of the fcntl lock.
        with mbox.open("r+b") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert not Path(f"{mbox}.lock").exists()
    with locked(mbox, timeout=0):
        pass


def test_the_lock_file_of_another_program_ends_the_wait_and_stays(mbox: Path) -> None:
    lock = Path(f"{mbox}.lock")
    lock.touch()
    with (
        pytest.raises(FillError, match=r"alice\.lock exists; 0\.1 seconds were not enough; close the POP3 sessions"),
        locked(mbox, timeout=0.1),
    ):
        pass
    assert lock.exists()


def test_the_kernel_lock_of_another_program_ends_the_wait(mbox: Path) -> None:
    with (
        another_program_locks(mbox),
        pytest.raises(FillError, match="its fcntl lock is held by another program"),
        locked(mbox, timeout=0.1),
    ):
        pass
    with locked(mbox, timeout=1):
        pass


def test_a_flock_of_another_program_ends_the_wait(mbox: Path) -> None:
    with mbox.open("r+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(FillError, match="its flock lock is held"), locked(mbox, timeout=0.1):
            pass
    assert not Path(f"{mbox}.lock").exists()


def test_the_locks_are_let_go_when_the_work_fails(mbox: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(mbox, timeout=1):
        raise ZeroDivisionError
    with locked(mbox, timeout=0):
        pass


def test_a_file_that_is_gone_is_an_error_and_leaves_no_lock(tmp_path: Path) -> None:
    with pytest.raises(FillError, match="No such file or directory"), locked(tmp_path / "gone", timeout=1):
        pass
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_replaced_while_its_locks_are_awaited_is_opened_anew(mbox: Path) -> None:
    mbox.write_bytes(b"old")
    new = mbox.with_name("new")
    new.write_bytes(b"new")

    def change() -> bytes:
        with locked(mbox, timeout=10) as file:
            return file.read()

    with mbox.open("rb") as other, ThreadPoolExecutor(1) as pool:
        fcntl.flock(other, fcntl.LOCK_EX)
        read = pool.submit(change)
        while _times_open(mbox) < 2 and not read.done():
            pass
        new.replace(mbox)
        fcntl.flock(other, fcntl.LOCK_UN)
        assert read.result() == b"new"


def _times_open(path: Path) -> int:
    return sum(_leads_to(link) == str(path) for link in Path("/proc/self/fd").iterdir())


def _leads_to(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:  # the descriptor by which the folder was read
        return ""


def test_a_file_that_is_removed_as_soon_as_it_was_made_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "alice"
    makes = iter((lambda: None, path.touch))
    with locked(path, timeout=10, make=lambda: next(makes)()) as file:
        assert file.read() == b""
    assert path.exists()


def test_a_file_that_never_stays_is_an_error(tmp_path: Path) -> None:
    with (
        pytest.raises(FillError, match=r"the file does not stay; 0\.1 seconds were not enough"),
        locked(tmp_path / "alice", timeout=0.1, make=lambda: None),
    ):
        pass


@needs_root
def test_where_the_folder_cannot_be_written_to_the_kernel_locks_have_to_do() -> None:
    with open_folder() as folder:
        path = folder / "alice"
        path.touch()
        path.chmod(0o666)
        with unprivileged():
            assert path.stat().st_uid != NOBODY
            with locked(path, timeout=1):
                assert [one.name for one in folder.iterdir()] == ["alice"]
