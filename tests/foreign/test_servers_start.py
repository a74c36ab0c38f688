"""Every server that others wrote starts, serves and is gone afterwards, wherever it can run at all."""

import os
import poplib
import select
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from . import servers
from .servers import Running, StartError, available
from .servers.availability import DOVECOT_ACCOUNT, own_uid_as
from .servers.confined import confined
from .servers.running import free_port

_SECONDS: Final = 20.0

_MESSAGE: Final = [
    *(
        b"From: alice@example.org",
        b"Subject: probe",
        b"Date: Mon, 1 Jan 2024 00:00:00 +0000",
        b"Message-ID: <1@example.org>",
    ),
    *(b"", b"hello", b".", b"..dots", b"bye"),
]

_MAIN: Final = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from foreign import servers
with getattr(servers, sys.argv[2])(Path(sys.argv[3])) as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Variant:
    """One way to start one of the servers."""

    server: str
    flags: tuple[str, ...] = ()
    retrieves: bool = True

    def __str__(self) -> str:
        return "-".join([self.server, *self.flags])

    def start(self, folder: Path) -> AbstractContextManager[Running]:
        """The server, about to run under `folder`; the test is skipped where it cannot."""
        if (reason := available(self.server)) is not None:
            pytest.skip(reason)
        launcher = getattr(servers, self.server)
        started: AbstractContextManager[Running] = launcher(folder, **dict.fromkeys(self.flags, True))
        return started


_TWISTED: Final = Variant("twisted", retrieves=False)
_DOVECOT: Final = Variant("dovecot")
_VARIANTS: Final = (
    _TWISTED,
    Variant("twisted", ("mended",)),
    _DOVECOT,
    Variant("dovecot", ("penalty", "lock_session")),
    Variant("courier"),
    Variant("courier", ("delay",)),
    Variant("cyrus"),
    Variant("cyrus", ("delay",)),
    Variant("popa3d"),
    Variant("popa3d", ("delay",)),
    Variant("mailutils"),
    Variant("mailutils", ("delay",)),
)


@pytest.fixture(params=_VARIANTS, ids=str)
def variant(request: pytest.FixtureRequest) -> Variant:
    found: Variant = request.param
    return found


@pytest.fixture
def server(variant: Variant, tmp_path: Path) -> Iterator[Running]:
    with variant.start(tmp_path) as running:
        yield running


def test_every_server_is_tried() -> None:
    assert {variant.server for variant in _VARIANTS} == set(servers.SERVERS)


def test_the_greeting_is_positive(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), _SECONDS) as connection:
        assert connection.makefile("rb").readline().startswith(b"+OK")


def test_every_account_can_log_in(server: Running) -> None:
    assert server.longest is not None
    assert [len(word) for word in server.longest] == [40, 40]
    assert server.spaced is not None
    assert " " in server.spaced[1]
    for name, password in (*server.accounts, server.longest, server.spaced):
        session = _log_in(server, name, password)
        assert session.stat() == (0, 0)
        session.quit()


def test_a_wrong_password_is_refused(server: Running) -> None:
    with pytest.raises(poplib.error_proto, match="-ERR"):
        _log_in(server, "alice", "wrong")


def test_a_message_put_into_the_store_is_served_and_deleted(variant: Variant, server: Running) -> None:
    _fill(server, "alice")
    session = _log_in(server, "alice", "secret")
    assert session.stat()[0] == 1
    if variant.retrieves:
        assert session.retr(1)[1][-len(_MESSAGE) :] == _MESSAGE  # behind what LMTP puts on top
        session.dele(1)
    session.quit()
    session = _log_in(server, "alice", "secret")
    assert session.stat()[0] == (0 if variant.retrieves else 1)
    session.quit()


def test_a_store_that_was_emptied_can_be_filled_again(server: Running) -> None:
    for _ in range(2):
        _fill(server, "bob")
        session = _log_in(server, "bob", "secret")
        assert session.stat()[0] == 1
        session.quit()
        _empty(server, "bob")
        session = _log_in(server, "bob", "secret")
        assert session.stat()[0] == 0
        session.quit()


def test_both_ways_to_tls_show_the_certificate(server: Running) -> None:
    if server.tls_port is None:
        pytest.skip(f"{server.name} has no TLS")
    context = ssl.create_default_context(cafile=server.ca)
    session: poplib.POP3 = poplib.POP3_SSL("localhost", server.tls_port, timeout=_SECONDS, context=context)
    session.quit()
    session = poplib.POP3("localhost", server.port, timeout=_SECONDS)
    session.stls(context)
    session.user("alice")
    session.pass_("secret")
    session.quit()


def test_the_published_set_up_names_no_place_of_this_run(server: Running, tmp_path: Path) -> None:
    assert server.config
    assert server.version[0].isdigit()
    for place in (str(tmp_path), str(Path.home()), str(server.port)):
        assert place not in server.config


def test_nothing_is_left_when_the_block_ends(variant: Variant, tmp_path: Path) -> None:
    mounts = Path("/proc/mounts").read_text()
    with variant.start(tmp_path) as running:
        offspring = _offspring(os.getpid())
        session = _log_in(running, "alice", "secret")
        offspring |= _offspring(os.getpid())
    session.close()
    assert offspring
    assert [pid for pid in offspring if Path(f"/proc/{pid}").exists()] == []
    assert not _listens(running.port)
    assert Path("/proc/mounts").read_text() == mounts


def test_nothing_is_left_when_the_test_process_is_killed(variant: Variant, tmp_path: Path) -> None:
    variant.start(tmp_path)  # skips where it cannot run
    main = [sys.executable, "-c", _MAIN, str(Path(__file__).parents[1]), variant.server, str(tmp_path)]
    with tempfile.TemporaryDirectory() as orphaned:
        environment = {**os.environ, "TMPDIR": orphaned}
        with subprocess.Popen(main, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            offspring = list(_handles(_offspring(process.pid)))
            process.kill()
        assert offspring
        for descriptor in offspring:
            assert select.select([descriptor], [], [], _SECONDS)[0]
            os.close(descriptor)
        assert not _listens(port)


def _handles(processes: Iterable[int]) -> Iterator[int]:
    """File descriptors of those that are still there: one that served a connection may have ended since."""
    for pid in processes:
        with suppress(ProcessLookupError):
            yield os.pidfd_open(pid)


def test_a_server_that_does_not_come_up_is_reported_with_its_last_words(tmp_path: Path) -> None:
    if (reason := available("dovecot")) is not None:
        pytest.skip(reason)
    command = ["sh", "-c", "echo no luck today >&2; exit 3"]
    attempt = confined(own_uid_as(DOVECOT_ACCOUNT), command, port=free_port(), log=tmp_path / "log")
    with pytest.raises(StartError, match=r"(?s)status 3.*no luck today"), attempt:
        pytest.fail("it greeted")


def test_the_session_lock_of_dovecot_is_a_flag(tmp_path: Path) -> None:
    # to see the second session refused would take 12 s
    for flags, locked in (((), False), (("lock_session",), True)):
        (folder := tmp_path / str(locked)).mkdir()
        with Variant("dovecot", flags).start(folder) as running:
            session = _log_in(running, "alice", "secret")
            session.stat()
            assert (running.mail("alice") / "dovecot-pop3-session.lock").exists() is locked
            session.quit()


def test_stock_twisted_drops_the_connection_on_dele(tmp_path: Path) -> None:
    with _TWISTED.start(tmp_path) as running:
        _fill(running, "alice")
        session = _log_in(running, "alice", "secret")
        with pytest.raises(poplib.error_proto, match="EOF"):
            session.dele(1)
        session.close()


def _log_in(server: Running, name: str, password: str) -> poplib.POP3:
    """Log in; where the session before still holds the maildrop, try again, as its end takes the server some time."""
    deadline = time.monotonic() + _SECONDS
    while True:
        session = poplib.POP3("127.0.0.1", server.port, timeout=_SECONDS)
        try:
            session.user(name)
            session.pass_(password)
        except poplib.error_proto as error:
            session.close()
            if b"[IN-USE]" not in error.args[0] or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return session


def _fill(server: Running, name: str) -> None:
    """Put the message into the store as a careless stranger would: a new file is for its writer alone."""
    octets = b"\n".join([*_MESSAGE, b""])
    if server.fill.startswith("maildir:"):
        path = server.mail(name) / "new" / "1.probe"
        path.write_bytes(octets)
        path.chmod(0o600)
    elif server.fill.startswith("lmtp:"):
        place = urllib.parse.urlsplit(server.fill.replace("lmtp:", "lmtp://"))
        with smtplib.LMTP(place.hostname or "", place.port or 0) as courier:
            courier.sendmail("dave", [name], octets.replace(b"\n", b"\r\n"))
    else:
        with server.mail(name).open("ab") as file:
            file.write(b"From alice@example.org Mon Jan  1 00:00:00 2024\n" + octets + b"\n")


def _empty(server: Running, name: str) -> None:
    if server.fill.startswith("lmtp:"):  # it has no other way to its store
        session = _log_in(server, name, "secret")
        for number in range(1, session.stat()[0] + 1):
            session.dele(number)
        session.quit()
        return
    place = server.mail(name)
    if server.fill.startswith("maildir:"):
        for message in [*(place / "new").iterdir(), *(place / "cur").iterdir()]:
            message.unlink()
    else:
        place.write_bytes(b"")


def _offspring(pid: int) -> set[int]:
    """The processes that descend from `pid`."""
    found = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            for child in map(int, task.read_text().split()):
                found |= {child} | _offspring(child)
    return found


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), _SECONDS).close()
    except ConnectionRefusedError:
        return False
    return True
