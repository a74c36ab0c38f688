"""The autologout timer, on a server whose time runs faster."""

import select
import time
from collections.abc import Iterator

import pytest

from conformance.server import ReferenceServer

from .talking import ACCOUNTS, Client, connected, log_in_again

RATE = 1000.0  # ten minutes in 0.6 seconds
TIMER = 600 / RATE


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer(ACCOUNTS, clock_rate=RATE) as running:
        running.deliver("alice", b"Subject: one\r\n\r\nfirst\r\n")
        yield running


def silent(client: Client, seconds: float) -> bool:
    """Whether nothing comes for that long."""
    return not select.select([client.socket], [], [], seconds)[0]


def test_an_idle_session_ends_without_a_word_and_without_update(server: ReferenceServer) -> None:
    with connected(server) as client:
        client.log_in()
        client.ask(b"DELE 1")
        begun = time.monotonic()
        assert client.rest() == b""
        assert time.monotonic() - begun >= TIMER * 0.95
        with connected(server) as again:
            assert again.log_in() == b"+OK maildrop has 1 messages (23 octets)\r\n"


def test_one_that_never_logged_in_ends_too_and_no_sooner(server: ReferenceServer) -> None:
    begun = time.monotonic()
    with connected(server) as client:
        assert client.rest() == b""
        assert time.monotonic() - begun >= TIMER * 0.95


@pytest.mark.parametrize("line", [b"NOOP", b"nonsense"])
def test_any_command_keeps_a_session_alive(server: ReferenceServer, line: bytes) -> None:
    with connected(server) as client:
        client.log_in()
        begun = time.monotonic()
        while time.monotonic() < begun + 2 * TIMER:
            assert silent(client, TIMER / 4)
            assert client.ask(line)[:1] in b"+-"


def test_half_a_line_does_not(server: ReferenceServer) -> None:
    begun = time.monotonic()
    with connected(server) as client:
        while silent(client, TIMER / 4):
            client.send(b"x")
        assert client.rest() == b""
    assert time.monotonic() - begun < 2 * TIMER


@pytest.mark.parametrize(
    "lines, receive_buffer",
    [
        pytest.param(450_000, 1 << 16, id="more than buffers hold"),
        pytest.param(14_000, 1 << 14, id="less than they hold"),
    ],
)
def test_a_slow_transfer_is_not_cut(lines: int, receive_buffer: int) -> None:
    message = b"Subject: large\r\n\r\n" + (b"x" * 70 + b"\r\n") * lines
    with ReferenceServer(ACCOUNTS, clock_rate=RATE) as server:
        server.deliver("alice", message)
        with connected(server, receive_buffer=receive_buffer) as client:
            client.log_in()
            client.send(b"RETR 1\r\n")
            begun, octets = time.monotonic(), 0
            while octets < len(message):
                pace = begun + octets / len(message) * 2.5 * TIMER
                select.select([], [], [], max(0.0, pace - time.monotonic()))
                octets += len(piece := client.socket.recv(receive_buffer))
                assert piece, "the transfer was cut"
            assert time.monotonic() - begun > 2 * TIMER
            assert client.send(b"NOOP\r\nQUIT\r\n").rest().endswith(b"+OK\r\n+OK POP3 server signing off\r\n")


def test_a_transfer_that_stands_still_is_idle() -> None:
    with ReferenceServer(ACCOUNTS, clock_rate=RATE) as server:
        server.deliver("alice", b"x" * 2**25)
        stuck = Client(server, receive_buffer=1 << 14)
        stuck.log_in()
        stuck.send(b"RETR 1\r\n")
        log_in_again(server).close()
        stuck.close()
