"""The server on real sockets, with a client that others wrote and with one that misbehaves."""

import asyncio
import gc
import hashlib
import poplib
import re
import select
import socket
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.server import MemoryStore, ReferenceServer

from .talking import ACCOUNTS, LOGIN, Client, connected, log_in_again


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer(ACCOUNTS) as running:
        running.deliver("alice", b"Subject: one\r\n\r\n.first\r\n")
        running.deliver("alice", b"Subject: two\n\nsecond\n")
        yield running


def count(server: ReferenceServer) -> bytes:
    with connected(server) as client:
        return client.send(LOGIN + b"STAT\r\nQUIT\r\n").lines(4)[2]


def test_a_client_that_others_wrote_gets_through_a_session(server: ReferenceServer) -> None:
    client = poplib.POP3("127.0.0.1", server.port, timeout=10)
    client.user("alice")
    client.pass_("secret")
    assert client.stat() == (2, 48)
    assert client.list()[1] == [b"1 24", b"2 24"]
    assert client.retr(1)[1] == [b"Subject: one", b"", b".first"]
    assert client.top(2, 0)[1] == [b"Subject: two", b""]
    assert len(client.uidl()[1]) == 2
    client.dele(1)
    client.rset()
    client.dele(2)
    client.quit()
    assert count(server) == b"+OK 1 24\r\n"


def test_it_logs_in_by_apop_too(server: ReferenceServer) -> None:
    client = poplib.POP3("127.0.0.1", server.port, timeout=10)
    client.apop("carol", "a long shared secret")
    assert client.stat() == (0, 0)
    client.quit()


def test_a_whole_session_can_be_sent_at_once(server: ReferenceServer) -> None:
    with connected(server) as client:
        client.send(LOGIN + b"RETR 1\r\nDELE 1\r\nSTAT\r\nQUIT\r\nNOOP\r\n")
        assert client.rest().endswith(b"\r\n..first\r\n.\r\n+OK\r\n+OK 1 24\r\n+OK POP3 server signing off\r\n")


def test_a_command_may_come_octet_by_octet(server: ReferenceServer) -> None:
    with connected(server) as client:
        for octet in LOGIN + b"STAT\r\n":
            client.send(bytes((octet,)))
        assert client.lines(3)[2] == b"+OK 2 48\r\n"


def test_no_two_greetings_bear_the_same_time_stamp(server: ReferenceServer) -> None:
    with ThreadPoolExecutor(8) as pool:
        clients = list(pool.map(lambda _: Client(server), range(64)))
    stamps = {re.findall(rb"<[^<>]+@[^<>]+>", client.greeting)[0] for client in clients}
    for client in clients:
        client.close()
    assert len(stamps) == 64


def test_the_server_closes_after_quit_and_the_maildrop_is_free_by_then(server: ReferenceServer) -> None:
    with connected(server) as first, connected(server) as second:
        first.log_in()
        assert second.log_in().startswith(b"-ERR")
        assert first.ask(b"QUIT").startswith(b"+OK")
        assert second.log_in().startswith(b"+OK")
        assert first.rest() == b""


def test_what_was_sent_before_half_closing_is_answered(server: ReferenceServer) -> None:
    with connected(server) as client:
        client.send(LOGIN + b"DELE 1\r\nQUIT\r\n").half_close()
        assert client.rest().count(b"+OK") == 4
    assert count(server) == b"+OK 1 24\r\n"


def test_half_closing_without_quit_removes_nothing(server: ReferenceServer) -> None:
    with connected(server) as client:
        client.send(LOGIN + b"DELE 1\r\nDELE 2\r\nQUIT").half_close()
        assert client.rest().count(b"+OK") == 4
        assert count(server) == b"+OK 2 48\r\n"


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_session_that_ends_without_quit_removes_nothing_and_frees_the_maildrop(
    server: ReferenceServer, end: str
) -> None:
    client = Client(server)
    client.log_in()
    client.ask(b"DELE 1")
    getattr(client, end)()
    again = log_in_again(server)
    assert again.ask(b"STAT") == b"+OK 2 48\r\n"
    again.close()


def test_quit_counts_even_if_nobody_waits_for_its_answer(server: ReferenceServer) -> None:
    client = Client(server)
    client.log_in()
    client.send(b"DELE 1\r\nQUIT\r\n").close()
    again = log_in_again(server)
    assert again.ask(b"STAT") == b"+OK 1 24\r\n"
    again.close()


def test_many_sessions_go_on_side_by_side() -> None:
    store = MemoryStore()
    with ReferenceServer(ACCOUNTS, store) as server:
        clients = [Client(server) for _ in range(200)]
        for client in clients:
            client.send(b"USER alice\r\n")
        assert [client.line() for client in clients] == [b"+OK\r\n"] * 200
        for client in clients:
            client.close()


def dial(server: ReferenceServer) -> socket.socket:
    """A connection from which nothing is read yet."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def greeted(connection: socket.socket) -> bool:
    return bool(select.select([connection], [], [], 0)[0]) and connection.recv(100).startswith(b"+OK")


def test_beyond_the_limit_a_client_waits_for_its_greeting() -> None:
    with (
        ReferenceServer(ACCOUNTS, max_connections=2) as server,
        connected(server) as first,
        connected(server) as second,
    ):
        with dial(server) as third, dial(server) as fourth, dial(server) as gone:
            gone.close()
            for _ in range(50):
                second.ask(b"NOOP")
            assert not greeted(third)
            first.close()
            assert third.recv(100).startswith(b"+OK")
            assert not greeted(fourth)
        assert second.ask(b"QUIT").startswith(b"+OK")


def test_two_thousand_messages_are_listed_read_and_removed() -> None:
    with ReferenceServer(ACCOUNTS) as server:
        for number in range(1, 2001):
            server.deliver("alice", b"Subject: %d\r\n\r\n%b\r\n" % (number, b"x" * number))
        sizes = [len(b"Subject: %d\r\n\r\n" % number) + number + 2 for number in range(1, 2001)]
        with connected(server) as client:
            assert client.log_in() == b"+OK maildrop has 2000 messages (%d octets)\r\n" % sum(sizes)
            client.send(b"LIST\r\nUIDL\r\n").line()
            assert client.body() == [b"%d %d\r\n" % (number, size) for number, size in enumerate(sizes, 1)]
            client.line()
            assert len({line.split()[1] for line in client.body()}) == 2000
            client.send(b"".join(b"RETR %d\r\nDELE %d\r\n" % (number, number) for number in range(1, 2001)))
            for number in range(1, 2001):
                client.line()
                assert client.body() == [b"Subject: %d\r\n" % number, b"\r\n", b"x" * number + b"\r\n"]
                assert client.line() == b"+OK\r\n"
            assert client.ask(b"STAT") == b"+OK 0 0\r\n"
            assert client.ask(b"QUIT").startswith(b"+OK")
        assert count(server) == b"+OK 0 0\r\n"


def test_a_large_message_arrives_whole() -> None:
    line = b".Sphinx of black quartz, judge my vow.\r\n"
    message = b"Subject: large\r\n\r\n" + line * (32 * 2**20 // len(line))
    with ReferenceServer(ACCOUNTS) as server:
        server.deliver("alice", message)
        with connected(server) as client:
            client.log_in()
            client.send(b"RETR 1\r\nNOOP\r\nQUIT\r\n")
            assert client.line() == b"+OK %d octets\r\n" % len(message)
            body = client.rest().removesuffix(b".\r\n+OK\r\n+OK POP3 server signing off\r\n")
    unstuffed = hashlib.sha256(body.replace(b"\n..", b"\n.")).digest()
    assert unstuffed == hashlib.sha256(message).digest()


@pytest.mark.parametrize("turns", range(6))
def test_a_client_that_comes_as_the_server_ends_leaves_nothing_open(turns: int) -> None:
    async def main() -> None:
        async with ReferenceServer(ACCOUNTS).listening() as server:
            client = socket.create_connection(("127.0.0.1", server.port))  # the kernel accepts it, the loop has not yet
            for _ in range(turns):
                await asyncio.sleep(0)
        for _ in range(9):
            await asyncio.sleep(0)
        client.close()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(main())
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
