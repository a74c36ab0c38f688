"""TLS of the reference server, with clients that others wrote: STLS, pop3s, and what is refused."""

import poplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from conformance.server import Account, Policy, ReferenceServer, ServerTls

ACCOUNTS = (Account("alice", "secret"),)


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer(ACCOUNTS, tls=ServerTls.made(), tls_port=0) as running:
        running.deliver("alice", b"Subject: one\r\n\r\n.first\r\n")
        yield running


def trusting(server: ReferenceServer) -> ssl.SSLContext:
    assert server.tls is not None
    return ssl.create_default_context(cadata=server.tls.authority.decode())


def port(server: ReferenceServer) -> int:
    assert server.tls_port is not None
    return server.tls_port


def talk(stream: socket.socket, *lines: bytes) -> list[bytes]:
    """The first line of the answer to each of these."""
    said = []
    with stream.makefile("rb") as answers:
        for line in lines:
            if line:
                stream.sendall(line + b"\r\n")
            said.append(answers.readline())
    return said


def plain(server: ReferenceServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), 10)


def test_stls_with_a_client_that_others_wrote(server: ReferenceServer) -> None:
    client = poplib.POP3("localhost", server.port, timeout=10)
    assert "STLS" in client.capa()
    client.stls(context=trusting(server))
    assert "STLS" not in client.capa()
    client.user("alice")
    client.pass_("secret")
    assert client.retr(1)[1] == [b"Subject: one", b"", b".first"]
    assert "STLS" not in client.capa()
    client.quit()


def test_tls_from_the_start_with_a_client_that_others_wrote(server: ReferenceServer) -> None:
    client = poplib.POP3_SSL("localhost", port(server), timeout=10, context=trusting(server))
    client.user("alice")
    client.pass_("secret")
    assert client.stat() == (1, 24)
    client.quit()


def test_a_client_that_trusts_nobody_speaks_to_nobody(server: ReferenceServer) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        poplib.POP3_SSL("localhost", port(server), timeout=10, context=ssl.create_default_context())
    client = poplib.POP3("localhost", server.port, timeout=10)
    with pytest.raises(ssl.SSLCertVerificationError):
        client.stls(context=ssl.create_default_context())
    with suppress(OSError):  # poplib has lost the socket by then
        client.close()


def test_without_tls_stls_is_not_there() -> None:
    with ReferenceServer(ACCOUNTS) as server, plain(server) as stream:
        assert server.tls_url == ""
        assert talk(stream, b"", b"STLS")[1].startswith(b"-ERR")


def test_stls_inside_tls_is_refused(server: ReferenceServer) -> None:
    with plain(server) as stream:
        talk(stream, b"", b"STLS")
        with trusting(server).wrap_socket(stream, server_hostname="localhost") as inside:
            assert [line[:4] for line in talk(inside, b"STLS", b"USER alice", b"PASS secret", b"STLS")] == [
                b"-ERR",
                b"+OK\r",
                b"+OK ",
                b"-ERR",
            ]


def test_what_came_in_the_clear_behind_stls_is_never_obeyed(server: ReferenceServer) -> None:
    with plain(server) as stream:
        stream.recv(100)
        stream.sendall(b"STLS\r\nUSER alice\r\n")
        assert stream.recv(100) == b"+OK begin TLS\r\n"
        with trusting(server).wrap_socket(stream, server_hostname="localhost") as inside:
            assert talk(inside, b"PASS secret")[0].startswith(b"-ERR")


def test_a_name_given_in_the_clear_is_forgotten_inside(server: ReferenceServer) -> None:
    with plain(server) as stream:
        talk(stream, b"", b"USER alice", b"STLS")
        with trusting(server).wrap_socket(stream, server_hostname="localhost") as inside:
            assert talk(inside, b"PASS secret")[0].startswith(b"-ERR")


def test_words_in_the_clear_in_place_of_a_handshake_end_the_connection(server: ReferenceServer) -> None:
    with plain(server) as stream:
        talk(stream, b"", b"STLS")
        stream.sendall(b"NOOP\r\nNOOP\r\n")
        rest = b""
        while octets := stream.recv(100):
            rest += octets
    assert b"+OK" not in rest


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_it_speaks_the_versions_of_today(server: ReferenceServer, version: ssl.TLSVersion) -> None:
    context = trusting(server)
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", port(server)), 10) as stream,
        context.wrap_socket(stream, server_hostname="localhost") as inside,
    ):
        assert talk(inside, b"")[0].startswith(b"+OK")


def test_the_end_is_told_by_a_close_alert(server: ReferenceServer) -> None:
    with (
        socket.create_connection(("127.0.0.1", port(server)), 10) as stream,
        trusting(server).wrap_socket(stream, server_hostname="localhost", suppress_ragged_eofs=False) as inside,
    ):
        talk(inside, b"", b"QUIT")
        assert inside.recv(100) == b""


def test_the_autologout_timer_ends_a_session_inside_tls_by_a_close_alert() -> None:
    made = ReferenceServer(ACCOUNTS, tls=ServerTls.made(), tls_port=0, clock_rate=6000.0)
    with (
        made as server,
        socket.create_connection(("127.0.0.1", port(server)), 10) as stream,
        trusting(server).wrap_socket(stream, server_hostname="localhost", suppress_ragged_eofs=False) as inside,
    ):
        talk(inside, b"", b"USER alice", b"PASS secret")
        began = time.monotonic()
        assert inside.recv(100) == b""
        assert time.monotonic() - began < 5


def test_a_large_message_goes_through_tls_whole(server: ReferenceServer) -> None:
    large = b"Subject: large\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"0123456789" * 7 + b"\r\n") * 60_000
    server.deliver("alice", large)
    client = poplib.POP3_SSL("localhost", port(server), timeout=10, context=trusting(server))
    client.user("alice")
    client.pass_("secret")
    assert client.retr(2)[2] == len(large)
    client.quit()


def test_many_sessions_at_the_same_time(server: ReferenceServer) -> None:
    clients = [poplib.POP3_SSL("localhost", port(server), timeout=10, context=trusting(server)) for _ in range(20)]
    assert all(client.capa() for client in clients)
    for client in clients:
        client.quit()


def test_a_server_that_ends_in_the_midst_of_a_handshake_ends() -> None:
    with ReferenceServer(ACCOUNTS, tls=ServerTls.made()) as server:
        stream = plain(server)
        talk(stream, b"", b"STLS")
    assert stream.recv(100) == b""
    stream.close()


def test_a_certificate_from_files(tmp_path: Path) -> None:
    authority = trustme.CA()
    leaf = authority.issue_cert("localhost")
    both, key = tmp_path / "both.pem", tmp_path / "key.pem"
    leaf.private_key_and_cert_chain_pem.write_to_path(both)
    leaf.private_key_pem.write_to_path(key)
    context = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    for tls in (ServerTls.loaded(both), ServerTls.loaded(both, key)):
        with ReferenceServer(ACCOUNTS, tls=tls, tls_port=0) as server:
            client = poplib.POP3_SSL("localhost", port(server), timeout=10, context=context)
            client.quit()


def test_a_client_is_asked_for_a_certificate_only_where_one_is_of_use(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "clients.pem")
    assert ServerTls.made().context.verify_mode is ssl.CERT_NONE
    assert ServerTls.made(client_ca=tmp_path / "clients.pem").context.verify_mode is ssl.CERT_OPTIONAL


def test_a_client_certificate_logs_in_by_external(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "clients.pem")
    tls = ServerTls.made(client_ca=tmp_path / "clients.pem")
    with ReferenceServer(ACCOUNTS, tls=tls, tls_port=0, policy=Policy()) as server:
        context = trusting(server)
        authority.issue_cert("alice@example.org", common_name="alice").configure_cert(context)
        client = poplib.POP3_SSL("localhost", port(server), timeout=10, context=context)
        assert "EXTERNAL" in client.capa()["SASL"]
        client.quit()
