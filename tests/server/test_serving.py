"""A server starts, says where it is, and stops."""

import asyncio
import signal
import socket
from pathlib import Path

import pytest

from conformance.server import Account, MaildirStore, MemoryStore, ReferenceServer, serve_until_signal
from conformance.server.memory import HeldInMemory

from .processes import port_of, serving
from .talking import Client, connected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly_and_open_sessions_remove_nothing(tmp_path: Path, number: signal.Signals) -> None:
    MaildirStore(tmp_path).deliver("alice", b"Subject: one\n\nbody\n")
    with serving(tmp_path) as process:
        with connected(port_of(process)) as client:
            client.log_in()
            assert client.ask(b"DELE 1").startswith(b"+OK")
            process.send_signal(number)
            assert client.rest() == b""
        output, errors = process.communicate(timeout=10)
        assert (process.returncode, output, errors) == (0, "", "")
    held = MaildirStore(tmp_path).open("alice")
    assert held.maildrop.count == 1
    held.close()


def test_it_says_where_it_is() -> None:
    with ReferenceServer() as server:
        assert server.url == f"pop3://127.0.0.1:{server.port}"
        with connected(server) as client:
            assert client.greeting == b"+OK POP3 server ready\r\n"
    assert ReferenceServer(host="::1", port=110).url == "pop3://[::1]:110"


def test_a_port_that_is_taken_is_an_error_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="address already in use"):
        ReferenceServer(port=taken.getsockname()[1]).__enter__()


def test_its_end_drops_open_sessions_without_update() -> None:
    with ReferenceServer() as server:
        server.deliver("alice", b"one")
        client = Client(server)
        client.log_in()
        client.ask(b"DELE 1")
    assert client.rest() == b""
    client.close()
    with server, connected(server) as client:  # the same server again, on the same port
        assert client.log_in() == b"+OK maildrop has 1 messages (5 octets)\r\n"


def test_it_serves_in_a_loop_that_runs_already() -> None:
    async def session() -> bytes:
        async with ReferenceServer([Account("dave", "word")]).listening() as server:
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(b"USER dave\r\nPASS word\r\nQUIT\r\n")
            said = await reader.read()
            writer.close()
            await writer.wait_closed()
            return said

    assert asyncio.run(session()).count(b"+OK") == 4


def test_mail_can_be_delivered_while_it_runs(tmp_path: Path) -> None:
    with ReferenceServer(store=MaildirStore(tmp_path)) as server, connected(server) as client:
        server.deliver("alice", b"one\n")
        assert client.log_in() == b"+OK maildrop has 1 messages (5 octets)\r\n"
        server.deliver("alice", b"two\n")
        assert client.ask(b"STAT") == b"+OK 1 5\r\n"


def test_in_the_main_thread_it_announces_itself_once_and_ends_with_a_signal() -> None:
    server, announced = ReferenceServer(), list[str]()

    def announce(line: str) -> None:
        announced.append(line)
        signal.raise_signal(signal.SIGTERM)

    serve_until_signal(server, announce)
    assert announced == [f"listening on {server.url}"]


def test_its_end_drops_those_who_wait_too() -> None:
    with ReferenceServer(max_connections=1) as server:
        first = Client(server)
        waiting = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        first.ask(b"NOOP")
    assert first.rest() == b""
    assert waiting.recv(100) == b""
    first.close()
    waiting.close()


class Broken(MemoryStore):
    """A store with a mistake in it."""

    def open(self, user: str) -> HeldInMemory:
        held = super().open(user)
        if user == "bob":
            held.close()
            raise ZeroDivisionError
        return held

    def remove(self, user: str, unique_ids: frozenset[bytes]) -> None:
        raise ZeroDivisionError(user, unique_ids)


@pytest.mark.parametrize(
    "session", [b"USER bob\r\nPASS secret\r\n", b"USER alice\r\nPASS secret\r\nDELE 1\r\nQUIT\r\n"]
)
def test_a_mistake_in_a_store_ends_the_session_and_nothing_else(
    session: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with ReferenceServer(store=Broken()) as server:
        server.deliver("alice", b"one")
        with connected(server) as client:
            assert b"-ERR" not in client.send(session).rest()
        with connected(server) as client:
            assert client.log_in() == b"+OK maildrop has 1 messages (5 octets)\r\n"
    assert "ZeroDivisionError" in caplog.text
