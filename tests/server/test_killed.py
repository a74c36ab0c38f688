"""A server that is killed, at whatever moment, loses nothing that it was not told to remove."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from conformance.server import MaildirStore, OpenMaildrop

from . import dying
from .processes import port_of, serving
from .talking import LOGIN, Client


def contents(held: OpenMaildrop) -> dict[bytes, bytes]:
    """The messages by unique-id."""
    return {message.unique_id: b"".join(held.read(message)) for message in held.maildrop.messages}


def found(folder: Path) -> dict[bytes, bytes]:
    held = MaildirStore(folder).open("alice")
    held.close()
    return contents(held)


def filled(folder: Path, count: int = 6) -> dict[bytes, bytes]:
    store = MaildirStore(folder)
    for number in range(count):
        store.deliver("alice", b"Subject: %d\n\nbody of %d\n" % (number, number))
    return {
        path.name.encode(): path.read_bytes().replace(b"\n", b"\r\n") for path in (folder / "alice" / "new").iterdir()
    }


@pytest.fixture
def killed_at(tmp_path: Path) -> Iterator[Callable[[int, Path, str], int]]:
    """Does some work on a folder in a process that is killed before that step; its exit status."""
    program = [sys.executable, str(Path(dying.__file__))]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:

        def ask(step: int, folder: Path, work: str) -> int:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{step} {folder} {work}\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield ask
        process.communicate()


def test_before_any_step_of_a_session(tmp_path: Path, killed_at: Callable[[int, Path, str], int]) -> None:
    for step in range(1000):
        folder = tmp_path / str(step)
        before = filled(folder)
        names = sorted(before, key=lambda name: int(name.partition(b"Q")[2].partition(b".")[0]))
        spared = {name: before[name] for number, name in enumerate(names, 1) if number not in dying.MARKED}
        status = killed_at(step, folder, "session")
        after = found(folder)
        assert status in (dying.DONE, dying.KILLED)
        assert spared.items() <= after.items() <= before.items()
        if status == dying.DONE:
            assert after == spared
            break
    assert step > 20


def test_before_any_step_of_a_delivery(tmp_path: Path, killed_at: Callable[[int, Path, str], int]) -> None:
    for step in range(100):
        folder = tmp_path / str(step)
        before = filled(folder)
        status = killed_at(step, folder, "delivery")
        after = found(folder)
        assert status in (dying.DONE, dying.KILLED)
        assert before.items() <= after.items()
        late = [octets for name, octets in after.items() if name not in before]
        assert late == ([b"one more\r\n"] if status == dying.DONE else [])
        if status == dying.DONE:
            break
    assert step >= 2


@pytest.mark.parametrize("seed", range(10))
def test_at_any_moment_while_it_serves(tmp_path: Path, seed: int) -> None:
    random = Random(seed)  # noqa: S311  # the moment need not be a secret
    before = filled(tmp_path, 100)
    marked = sorted(random.sample(range(1, 101), 60))
    with serving(tmp_path) as process:
        client = Client(port_of(process))
        client.send(LOGIN + b"UIDL\r\n").lines(3)
        names = [line.split()[1] for line in client.body()]
        client.send(b"".join(b"DELE %d\r\n" % number for number in marked) + b"QUIT\r\n")
        store, until = MaildirStore(tmp_path), time.perf_counter() + random.uniform(0, 0.006)
        delivered = 0
        while time.perf_counter() < until:
            store.deliver("alice", b"late %d\n" % delivered)
            delivered += 1
        process.kill()
        process.wait()
        client.close()
    after = found(tmp_path)
    spared = {name for number, name in enumerate(names, 1) if number not in marked}
    assert set(names) == set(before)
    assert spared <= set(after)
    assert all(after[name] == before[name] for name in before if name in after)
    assert sorted(after[name] for name in after if name not in before) == sorted(
        b"late %d\r\n" % number for number in range(delivered)
    )


def test_the_maildrop_is_free_as_soon_as_the_server_is_gone(tmp_path: Path) -> None:
    before = filled(tmp_path)
    with serving(tmp_path) as process:
        client = Client(port_of(process))
        client.send(LOGIN + b"DELE 1\r\n").lines(3)
        process.kill()
        process.wait()
        client.close()
    assert found(tmp_path) == before
