"""`pop3spec probe` tells what is there."""

import shutil
import socket
import ssl
from pathlib import Path

import pytest

from conformance.server import Account, ReferenceServer, ServerTls
from tests.cli.command import pop3spec
from tests.cli.peers import Behaviour, endless, listening, says, silent
from tests.foreign.servers.certificate import make_certificate


def test_a_pop3_server_is_described_and_what_to_do_next_is_told() -> None:
    with ReferenceServer([Account("alice", "secret"), Account("bob", "secret", apop=True)]) as server:
        done = pop3spec("probe", f"127.0.0.1:{server.port}")
    assert (done.status, done.err) == (0, "")
    assert f"127.0.0.1:{server.port} speaks POP3." in done.out
    assert "time stamp <" in done.out
    assert "TOP, UIDL, USER" in done.out
    assert f"pop3spec run pop://127.0.0.1:{server.port} --account NAME:PASSWORD" in done.out


def test_a_url_is_as_good_as_a_place() -> None:
    with ReferenceServer() as server:
        assert pop3spec("probe", server.url).status == 0


def test_a_server_without_capa_and_apop_says_so() -> None:
    with listening(says(b"+OK hello\r\n", b"-ERR what?\r\n", b"+OK bye\r\n")) as where:
        done = pop3spec("probe", where)
    assert done.status == 0
    assert "no time stamp in the greeting" in done.out
    assert "the server answered -ERR to CAPA" in done.out


def test_a_server_that_offers_stls_without_user_gets_a_warning() -> None:
    with listening(says(b"+OK hello\r\n", b"+OK\r\nSTLS\r\nUIDL\r\n.\r\n", b"+OK bye\r\n")) as where:
        assert "logins in cleartext seem to be switched off" in pop3spec("probe", where).out


def test_a_server_that_refuses_service_is_no_target() -> None:
    with listening(says(b"-ERR too busy\r\n")) as where:
        done = pop3spec("probe", where)
    assert done.status == 3
    assert "speaks POP3, but refuses service" in done.out
    assert "-ERR too busy" in done.out


@pytest.mark.parametrize(
    "name, behaviour",
    [
        ("IMAP", says(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")),
        ("SMTP or LMTP", says(b"220 mx.example.org ESMTP ready\r\n")),
        ("SSH", says(b"SSH-2.0-OpenSSH_9.2\r\n")),
        ("POP2", says(b"+ POP2 ready\r\n")),
        ("NNTP", says(b"200 news ready\r\n")),
        ("FTP", says(b"220 files here\r\n")),
        ("ManageSieve", says(b'"IMPLEMENTATION" "sieve"\r\nOK\r\n')),
        ("something else", says(b"go away\r\n")),
        ("a line without end", endless),
        ("a line without end", says(b"+OK but no")),
        ("nothing at all", silent),
        ("nothing at all", lambda connection: connection.close()),
    ],
)
def test_other_things_are_called_by_their_name(name: str, behaviour: Behaviour) -> None:
    with listening(behaviour) as where:
        done = pop3spec("probe", where, "--timeout", "0.5")
    assert (done.status, done.err) == (3, "")
    assert f"{where} does not speak POP3 but {name}." in done.out
    assert len(done.out.splitlines()) >= 2  # and what to do about it


def web_server(connection: socket.socket) -> None:
    if connection.recv(4096).startswith(b"GET "):
        connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")


def test_a_web_server_is_found_out_though_it_waits_for_the_client() -> None:
    with listening(web_server) as where:
        done = pop3spec("probe", where, "--timeout", "0.5")
    assert done.status == 3
    assert "does not speak POP3 but HTTP." in done.out


def strict_about_tls(connection: socket.socket) -> None:
    if connection.recv(4096)[:2] == b"\x16\x03":
        connection.sendall(b"\x15\x03\x01\x00\x02\x02\x28")  # the alert "handshake failure", RFC 8446 §6


def test_tls_from_the_start_is_recognised_by_an_alert() -> None:
    with listening(strict_about_tls) as where:
        done = pop3spec("probe", where, "--timeout", "0.5")
    assert done.status == 3
    assert "TLS from the start, which POP3 has on port 995 (pop3s)" in done.out
    assert "write pops:// before the host" in done.out


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_tls_from_the_start_is_recognised_and_what_it_says_inside(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_certificate(tmp_path))

    def pop3s(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as inside:
            inside.sendall(b"+OK inside\r\n")
            inside.recv(4096)

    with listening(pop3s) as where:
        done = pop3spec("probe", where, "--timeout", "0.5")
    assert done.status == 3
    assert "inside TLS  +OK inside" in done.out


def test_what_a_server_says_cannot_act_on_the_terminal() -> None:
    greeting = b"+OK \x1b]0;title\x07\x1b[31m[bold]red[/bold] \xc3\xa9 \x9b2J\r\n"
    with listening(says(greeting, b"+OK\r\n\x1b[2J[link=x]\r\n.\r\n", b"+OK\r\n")) as where:
        done = pop3spec("probe", where, env={"FORCE_COLOR": "1"})
    assert done.status == 0
    assert "+OK \\x1b]0;title\\x07\\x1b[31m[bold]red[/bold] \\xc3\\xa9 \\x9b2J" in done.out
    assert "\\x1b[2J[link=x]" in done.out


def test_a_refused_connection_is_status_3() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = pop3spec("probe", f"127.0.0.1:{port}")
    assert (done.status, done.out) == (3, "")
    assert f"cannot connect to 127.0.0.1:{port}: Connection refused." in done.err


def test_an_unknown_host_is_status_3() -> None:
    done = pop3spec("probe", "no-such-host.invalid")
    assert done.status == 3
    assert "cannot connect to no-such-host.invalid:110: " in done.err


@pytest.mark.parametrize("where", ["imap://host", "host:port", "host:0", "host:65536", "a b", "[::1", "", ":110"])
def test_what_is_no_place_is_a_usage_error(where: str) -> None:
    assert pop3spec("probe", where).status == 2


@pytest.mark.parametrize("way", ["pop", "pops", "starttls"])
def test_tls_is_looked_at_where_there_is_some(way: str) -> None:
    with ReferenceServer(tls=ServerTls.made(), tls_port=0) as server:
        place = f"pops://localhost:{server.tls_port}" if way == "pops" else f"pop://localhost:{server.port}"
        done = pop3spec("probe", *["--starttls"] * (way == "starttls"), place)
    assert done.status == 0
    assert ("STLS" in done.out.split("capabilities")[1].splitlines()[0]) is (way == "pop")
    rows = [line.strip().partition("  ") for line in done.out.splitlines() if line.startswith("  ")]
    facts = {name: text.strip() for name, _, text in rows}
    assert facts["TLS versions"] == "1.2, 1.3"
    assert facts["certificate for"] == "localhost, 127.0.0.1, ::1"
    assert facts["certificate, accepted"].startswith("no: ")  # nobody trusts its authority
    named = {"pop": place, "pops": place, "starttls": f"{place} --tls starttls"}[way]
    assert f"pop3spec run {named} --account NAME:PASSWORD --fill none" in done.out


def test_a_place_without_tls_that_ought_to_have_some_is_status_3() -> None:
    with ReferenceServer() as server:
        begun = pop3spec("probe", f"pops://127.0.0.1:{server.port}")
        asked = pop3spec("probe", "--starttls", f"127.0.0.1:{server.port}")
    assert (begun.status, asked.status) == (3, 3)
    assert "no TLS: " in begun.err
    assert "Does it speak TLS from the start there?" in begun.err
    assert "no TLS by STLS: the server answered '-ERR" in asked.err


def test_both_ways_to_tls_at_once_are_a_usage_error() -> None:
    assert pop3spec("probe", "--starttls", "pops://host").status == 2


def test_the_password_in_a_url_is_not_shown() -> None:
    with ReferenceServer() as server:
        done = pop3spec("probe", f"pop://alice:hunter22@127.0.0.1:{server.port}")
    assert done.status == 0
    assert "hunter22" not in done.text
