import shutil
import ssl
from pathlib import Path

import pytest

from conformance.driver import Look, look
from conformance.server import Account, Policy, ReferenceServer

from ..foreign.servers.certificate import make_certificate
from .peers import Action, Line, answering, endlessly, half_close, hear, pause, peer, reset, say, silence


def seen(*script: Action) -> Look:
    with peer(script) as server:
        return look(server.target(reply=0.2))


@pytest.mark.parametrize(
    "greeting,kind",
    [
        (b"* OK IMAP4rev1 ready\r\n", "IMAP"),
        (b"* BYE too many\r\n", "IMAP"),
        (b"220 mx.example.org ESMTP\r\n", "SMTP or LMTP"),
        (b"220 mx.example.org LMTP ready\r\n", "SMTP or LMTP"),
        (b"220 (vsFTPd 3.0.5)\r\n", "FTP"),
        (b"HTTP/1.1 408 Request Timeout\r\n\r\n", "HTTP"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "SSH"),
        (b"200 news ready\r\n", "NNTP"),
        (b"+ POP2 example.org\r\n", "POP2"),
        (b'"IMPLEMENTATION" "Pigeonhole"\r\n', "ManageSieve"),
        (b"hello\r\n", "unknown"),
        (b"\0\xff\x1b[2J\r\n", "unknown"),
    ],
)
def test_other_protocols_are_told_by_their_greeting(greeting: bytes, kind: str) -> None:
    found = seen(say(greeting), hear())
    assert found.kind == kind
    assert found.greeting == greeting.split(b"\r\n")[0]
    assert found.capabilities is None


def test_a_greeting_without_a_line_end_tells_as_much() -> None:
    assert seen(say(b"* OK IMAP4rev1"), silence).kind == "IMAP"
    assert seen(say(b"+OK and on and on"), silence).kind == "endless"
    assert seen(endlessly(b"+OK " * 1000)).kind == "endless"


def test_a_server_that_says_nothing_is_silent() -> None:
    assert seen(silence) == Look("silent", b"")


@pytest.mark.parametrize("end", [half_close, reset])
def test_a_server_that_hangs_up_without_a_word_is_closed(end: Action) -> None:
    assert seen(pause(0.05), end) == Look("closed", b"")


def test_a_web_server_that_waits_to_be_asked_is_one() -> None:
    def web(line: Line) -> None:
        if line.line().startswith(b"GET "):
            line.socket.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

    assert seen(web).kind == "HTTP"


def test_an_alert_in_answer_to_a_hello_is_tls() -> None:
    def strict(line: Line) -> None:
        if line.receive()[:2] == b"\x16\x03":
            line.socket.sendall(b"\x15\x03\x01\x00\x02\x02\x28")

    assert seen(strict) == Look("TLS", b"")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_tls_from_the_start_is_told_with_what_is_inside(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_certificate(tmp_path))

    def pop3s(line: Line) -> None:
        try:
            with context.wrap_socket(line.socket.dup(), server_side=True) as inside:
                inside.sendall(b"+OK inside\r\n")
                inside.recv(100)
        except OSError:
            return

    assert seen(pop3s) == Look("TLS", b"+OK inside")


def test_a_refusal_to_serve_is_pop3_all_the_same() -> None:
    found = seen(say(b"-ERR too many connections\r\n"), half_close)
    assert found.kind == "POP3"
    assert found.refused


def test_the_time_stamp_and_the_capabilities_are_told() -> None:
    accounts = [Account("alice", "secret"), Account("carol", "secret", apop=True)]
    with ReferenceServer(accounts, policy=Policy(implementation="here")) as server, peer([silence]) as other:
        target = other.target()
        found = look(type(target)(server.host, server.port))
    assert found.kind == "POP3"
    assert not found.refused
    assert found.stamp.startswith(b"<")
    assert found.stamp in found.greeting
    assert found.capabilities is not None
    assert b"IMPLEMENTATION here" in found.capabilities
    assert found.without_capa == ""


@pytest.mark.parametrize(
    "answer,why,refused",
    [
        (b"-ERR what?\r\n", "-ERR to CAPA", True),
        (b"", "waited in vain", False),
        (b"!", "server closed", False),
        (b"+OK here\r\nTOP\r\n", "waited in vain", False),
        (b"eh?\r\n", "something else", False),
        (b"-ERR half a li", "waited in vain", False),
    ],
)
def test_why_there_is_no_list_of_capabilities_is_told(answer: bytes, why: str, refused: bool) -> None:
    found = seen(answering({b"CAPA": answer}))
    assert found.kind == "POP3"
    assert found.capabilities is None
    assert why in found.without_capa
    assert found.refuses_capa is refused


def test_nobody_logs_in_and_the_session_ends_with_quit() -> None:
    with peer([answering({b"CAPA": b"+OK\r\nTOP\r\n.\r\n"})]) as server:
        look(server.target())
        assert server.finished().lines == [b"CAPA", b"QUIT"]
