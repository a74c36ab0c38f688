"""The driver inside TLS: the same exactness as without, and an honest word where there is no TLS."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme

from conformance.driver import (
    TLS_OWN_REASONS,
    Account,
    Driver,
    Limits,
    Target,
    TargetError,
    Tls,
    TlsMode,
    TlsSeen,
    look_at_tls,
    session,
    tls_facts,
)
from conformance.driver.certificate import read_certificate
from conformance.server import Account as Served
from conformance.server import ReferenceServer, ServerTls
from conformance.transcript import Incident, Mark

from .peers import ALICE, Line, answering, hear, peer, say, silence

MESSAGE = b"Subject: long\r\n\r\n" + b"0123456789abcde\r\n" * 100_000
Reach = Callable[..., Target]


@pytest.fixture(scope="module")
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer([Served("alice", "open sesame")], tls=ServerTls.made(), tls_port=0) as running:
        running.deliver("alice", MESSAGE)
        yield running


@pytest.fixture(scope="module")
def reach(server: ReferenceServer, tmp_path_factory: pytest.TempPathFactory) -> Reach:
    assert server.tls is not None
    authority = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.write_bytes(server.tls.authority)

    def to(mode: TlsMode, **more: Any) -> Target:
        port = server.tls_port if mode is TlsMode.IMPLICIT else server.port
        tls = replace(Tls(mode, ca=str(authority)), **more)
        return Target("127.0.0.1", port or 0, (ALICE,), Limits(connect=5, reply=5, quiet=0.05), tls=tls)

    return to


def incidents(driver: Driver) -> list[tuple[Incident, str]]:
    return [(entry.incident, entry.note) for entry in driver.transcript.entries if isinstance(entry, Mark)]


@pytest.mark.parametrize("mode", TlsMode)
def test_a_session_is_the_same_in_every_mode(mode: TlsMode, reach: Reach) -> None:
    with session(reach(mode), ALICE, "A") as driver:
        answer = driver.ask(b"RETR 1")
        assert answer is not None
        assert answer.body_octets() == MESSAGE
        assert driver.quiet(0.05)
        assert driver.ask(b"QUIT") is not None
        assert driver.wait_for_close() is Incident.SERVER_CLOSED
        last = [incident for incident, _ in incidents(driver)][-2:]
    assert last[-1] is Incident.SERVER_CLOSED
    assert (last[0] is Incident.CLOSE_ALERT) is (mode is not TlsMode.NONE)


def test_what_is_sent_in_the_clear_and_inside_is_one_recording(reach: Reach) -> None:
    with Driver(reach(TlsMode.STARTTLS)) as driver:
        driver.ask(b"NOOP")
        verbs = [exchange.verb for exchange in driver.conversation.exchanges]
        (version, cipher) = incidents(driver)[1][1].split(", ")
    assert verbs == ["greeting", "STLS", "NOOP"]
    assert (version[:4], cipher[:4]) == ("TLSv", "TLS_")


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_the_greeting_that_comes_with_the_end_of_the_handshake_is_not_lost(version: str, reach: Reach) -> None:
    for _ in range(20):
        driver = Driver(reach(TlsMode.IMPLICIT))
        driver.connect(clear=True)
        assert driver.start_tls(version) == ""
        assert driver.read_greeting() is not None
        assert driver.open
        driver.close()


def test_octets_go_out_in_pieces_inside_of_tls(reach: Reach) -> None:
    with Driver(reach(TlsMode.IMPLICIT)) as driver:
        driver.read_greeting()
        driver.send(b"CAPA\r\n", piece=1)
        answer = driver.read_reply()
    assert answer is not None
    assert answer.complete


def test_a_client_that_closes_says_so() -> None:
    heard: list[bytes] = []

    def serve(line: Line) -> None:
        with _context(trustme.CA()).wrap_socket(line.socket, server_side=True) as inside:
            inside.sendall(b"+OK\r\n")
            heard.append(inside.recv(100))  # an end without an alert would raise

    with peer([serve]) as there, Driver(_inside(there.target(), TlsMode.IMPLICIT)) as driver:
        driver.read_greeting()
        driver.close()
        there.finished()
    assert heard == [b""]


def _context(authority: trustme.CA, **leaf: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1", **leaf).configure_cert(context)
    return context


def _inside(target: Target, mode: TlsMode, **more: Any) -> Target:
    return replace(target, tls=Tls(mode, insecure=True, **more))


# -- where there is none ---------------------------------------------------------------------------------------------


def test_a_certificate_of_nobody_knows_whom_is_not_accepted(reach: Reach) -> None:
    with pytest.raises(TargetError, match=r"the certificate is not accepted: .* --ca FILE names the authority"):
        Driver(replace(reach(TlsMode.IMPLICIT), tls=Tls(TlsMode.IMPLICIT))).connect()


def test_a_certificate_for_another_name_is_not_accepted(reach: Reach) -> None:
    with pytest.raises(TargetError, match=r"the certificate is not accepted: .* --server-name NAME"):
        Driver(reach(TlsMode.STARTTLS, server_name="mail.example.org")).connect()
    with Driver(reach(TlsMode.STARTTLS, server_name="localhost")) as driver:
        assert driver.channel is not None


def test_a_server_that_refuses_stls_is_told_of() -> None:
    with peer([answering({b"STLS": b"-ERR no\r\n"})]) as there, pytest.raises(TargetError) as caught:
        Driver(_inside(there.target(), TlsMode.STARTTLS)).connect()
    assert str(caught.value).endswith(
        "no TLS by STLS: the server answered '-ERR no'. Is STLS switched on in the server? pops:// is for servers that "
        "speak TLS from the start, pop:// for those that speak none."
    )


def test_a_server_that_speaks_in_the_clear_where_tls_is_due() -> None:
    with peer([say(b"+OK ready\r\n"), hear()]) as there, pytest.raises(TargetError) as caught:
        Driver(_inside(there.target(), TlsMode.IMPLICIT)).connect()
    assert "Does it speak TLS from the start there? --tls starttls is for those that begin in the clear" in str(
        caught.value
    )


def test_a_handshake_that_never_goes_on_ends_in_time() -> None:
    began = time.monotonic()
    with peer([silence]) as there, pytest.raises(TargetError, match="the server did not go on with it"):
        Driver(_inside(there.target(connect=0.3), TlsMode.IMPLICIT)).connect()
    assert time.monotonic() - began < 5


def test_a_handshake_without_end_is_given_up() -> None:
    def endless(line: Line) -> None:
        record = b"\x16\x03\x03\x40\x00" + b"\x0b\x3f\xff\xfc" + bytes(16380)
        with suppress(OSError):
            while not line.over.is_set():
                line.socket.sendall(record)

    with peer([endless]) as there, pytest.raises(TargetError, match="no TLS: "):
        Driver(_inside(there.target(), TlsMode.IMPLICIT)).connect()


def test_a_server_that_does_not_greet_is_left_to_whoever_reads_the_greeting() -> None:
    with peer([say(b"-ERR go away\r\n")]) as there, Driver(_inside(there.target(), TlsMode.STARTTLS)) as driver:
        greeting = driver.read_greeting()
        assert greeting is not None
        assert greeting.negative
        assert driver.stls is None


def test_what_is_no_tls_ends_the_connection_and_not_the_run() -> None:
    with peer([answering({b"STLS": b"+OK\r\n", b"NOOP": b"!"})]) as there:
        driver = Driver(replace(there.target(), tls=Tls(insecure=True)))
        driver.connect()
        driver.read_greeting()
        driver.ask(b"STLS")
        why = driver.start_tls()
        assert why
        assert not driver.open
        assert (Incident.NO_TLS, why) in incidents(driver)
        assert driver.ask(b"NOOP") is None


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_one_version_can_be_offered_alone(version: str, reach: Reach) -> None:
    driver = Driver(reach(TlsMode.NONE))
    driver.connect()
    driver.read_greeting()
    driver.ask(b"STLS")
    assert driver.start_tls(version) == ""
    assert driver.channel is not None
    assert driver.channel.version == f"TLSv{version}"
    assert driver.start_tls() == "TLS is spoken already"
    driver.close()
    assert driver.start_tls() == "the connection has ended"


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_server_of_today_refuses_the_versions_of_yesterday(version: str, reach: Reach) -> None:
    driver = Driver(reach(TlsMode.NONE))
    driver.connect()
    driver.read_greeting()
    driver.ask(b"STLS")
    assert driver.start_tls(version)


def test_authorities_that_cannot_be_read(tmp_path: Path, reach: Reach) -> None:
    path = tmp_path / "ca.pem"
    with pytest.raises(TargetError, match=r"--ca .*ca.pem: .*No such file"):
        Driver(reach(TlsMode.IMPLICIT, ca=str(path))).connect()
    path.write_text("no certificate")
    with pytest.raises(TargetError, match=r"a file of certificates in PEM is expected"):
        Driver(reach(TlsMode.IMPLICIT, ca=str(path))).connect()
    with pytest.raises(TargetError, match=r"--client-cert .*: no certificate with its key in PEM"):
        Driver(reach(TlsMode.IMPLICIT, certificate=str(path))).connect()


# -- facts -----------------------------------------------------------------------------------------------------------


def test_the_facts_of_a_good_server(reach: Reach) -> None:
    facts = dict(tls_facts(reach(TlsMode.NONE), stls=True))
    assert facts["TLS"] == "by STLS"
    assert facts["TLS versions"] == "1.2, 1.3"
    assert "TLS, outdated" not in facts
    assert facts["certificate for"] == "localhost, 127.0.0.1, ::1"
    assert facts["certificate key"] == "elliptic curve secp256r1, signed over sha256"
    assert facts["certificate, accepted"] == "yes, for 127.0.0.1"
    assert dict(tls_facts(reach(TlsMode.IMPLICIT), stls=False))["TLS"] == "from the start (pop3s)"


def test_there_are_no_facts_without_tls(reach: Reach) -> None:
    assert tls_facts(reach(TlsMode.NONE), stls=False) == ()


def test_a_server_that_lists_stls_and_refuses_it_gives_fewer_facts() -> None:
    with peer([answering({b"STLS": b"-ERR no\r\n"})]) as there:
        facts = dict(tls_facts(there.target(), stls=True))
    assert facts == {"TLS": "by STLS", "TLS versions": "none of 1.0 to 1.3", "TLS handshake": "STLS was refused"}


def test_what_is_listed_on_the_other_side_of_stls_is_seen(reach: Reach) -> None:
    inside = look_at_tls(reach(TlsMode.NONE), stls=True, capa=True).across
    clear = look_at_tls(reach(TlsMode.STARTTLS), stls=True, capa=True).across
    assert inside is not None
    assert clear is not None
    assert b"STLS" in clear
    assert b"STLS" not in inside
    assert look_at_tls(reach(TlsMode.IMPLICIT), stls=False, capa=True).across is None


def test_where_there_is_no_tls_nobody_is_asked_what_is_inside(reach: Reach) -> None:
    assert look_at_tls(reach(TlsMode.NONE), stls=False, capa=True) == TlsSeen()


@pytest.mark.parametrize("mode", [TlsMode.NONE, TlsMode.STARTTLS])
@pytest.mark.parametrize("capa", [True, False])
def test_capa_is_asked_once_more_and_only_where_that_is_wanted(mode: TlsMode, capa: bool) -> None:
    listed = b"+OK\r\nTOP\r\n.\r\n"
    with peer([answering({b"STLS": b"-ERR no\r\n", b"CAPA": listed})]) as there:
        target = replace(there.target(), tls=Tls(mode))
        across = look_at_tls(target, stls=True, capa=capa).across
    asked = [line for session in there.lines for line in session.lines].count(b"CAPA")
    assert asked == int(capa and mode is TlsMode.STARTTLS)
    assert across == ((b"TOP",) if asked else None)


def test_a_server_that_does_not_list_again_what_it_listed_gives_no_list() -> None:
    with peer([answering({b"STLS": b"-ERR no\r\n", b"CAPA": b"-ERR no\r\n"})]) as there:
        target = replace(there.target(), tls=Tls(TlsMode.STARTTLS))
        assert look_at_tls(target, stls=True, capa=True).across is None


def _leaf(**more: Any) -> bytes:
    pem = trustme.CA().issue_cert("*.example.org", **more).cert_chain_pems[0].bytes()
    return ssl.PEM_cert_to_DER_cert(pem.decode())


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    "more, name, objections",
    [
        ({}, "mail.example.org", ()),
        ({}, "example.org", ("it is not for example.org",)),
        ({}, "a.b.example.org", ("it is not for a.b.example.org",)),
        (
            {"not_after": NOW - timedelta(days=2)},
            "x.example.org",
            (f"it expired on {NOW - timedelta(days=2):%Y-%m-%d}",),
        ),
        (
            {"not_before": NOW + timedelta(days=2)},
            "x.example.org",
            (f"it is not valid before {NOW + timedelta(days=2):%Y-%m-%d}",),
        ),
    ],
)
def test_what_a_careful_client_objects_to(more: dict[str, Any], name: str, objections: tuple[str, ...]) -> None:
    read = read_certificate(_leaf(**more))
    assert read is not None
    assert read.objections(name, NOW) == objections


def test_what_is_no_certificate_has_no_facts() -> None:
    assert read_certificate(b"0\x03\x02\x01\x00") is None
    assert read_certificate(b"") is None


def test_another_account_than_alice_is_not_let_in_by_tls(reach: Reach) -> None:
    with (
        pytest.raises(TargetError, match="cannot log in as mallory"),
        session(reach(TlsMode.IMPLICIT), Account("mallory", "x"), "A"),
    ):
        pass


# -- how it ends -----------------------------------------------------------------------------------------------------


@contextmanager
def wrong_on_purpose(fault: str, mode: TlsMode = TlsMode.IMPLICIT) -> Iterator[Target]:
    with ReferenceServer([Served("alice", "open sesame")], tls=ServerTls.made(), tls_port=0, faults=[fault]) as running:
        port = running.tls_port if mode is TlsMode.IMPLICIT else running.port
        yield Target("127.0.0.1", port or 0, (ALICE,), Limits(connect=5, reply=5), tls=Tls(mode, insecure=True))


def test_what_is_said_in_the_clear_beneath_tls_is_known_for_what_it_is() -> None:
    with wrong_on_purpose("pop3s-farewell-in-the-clear") as target, Driver(target) as driver:
        driver.read_greeting()
        farewell = driver.ask(b"QUIT")
        ((_, note),) = [found for found in incidents(driver) if found[0] is Incident.NOT_TLS]
    assert farewell is not None
    assert farewell.reply is None
    assert note.startswith("in the clear came '+OK")


def test_an_end_without_a_close_alert_has_none() -> None:
    with wrong_on_purpose("pop3s-without-close-alert") as target, Driver(target) as driver:
        driver.read_greeting()
        driver.ask(b"QUIT")
        assert driver.wait_for_close() is Incident.SERVER_CLOSED
        assert Incident.CLOSE_ALERT not in [incident for incident, _ in incidents(driver)]


def test_a_server_that_waits_for_our_alert_gets_it_and_has_closed_all_the_same() -> None:
    tls, heard = ServerTls.made(), Future[None]()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with tls.context.wrap_socket(listener.accept()[0], server_side=True) as inside:
                inside.sendall(b"+OK\r\n")
                inside.recv(100)
                inside.sendall(b"+OK\r\n")
                inside.unwrap().close()  # comes back when the client has said that it closes, too
                heard.set_result(None)

        thread = Thread(target=serve)
        thread.start()
        target = Target("127.0.0.1", listener.getsockname()[1], tls=Tls(TlsMode.IMPLICIT, insecure=True))
        with Driver(target) as driver:
            driver.read_greeting()
            driver.ask(b"QUIT")
            assert driver.wait_for_close() is Incident.SERVER_CLOSED
            heard.result(5)
        thread.join()


# -- what is offered -------------------------------------------------------------------------------------------------


def offered(target: Target, offer: str) -> str:
    """Why a handshake with this on offer failed; empty when it did not."""
    driver = Driver(target)
    driver.connect(clear=True)
    why = driver.start_tls(offer)
    driver.close()
    return why


def test_what_is_recommended_can_be_offered_alone(reach: Reach) -> None:
    assert offered(reach(TlsMode.IMPLICIT), "modern") == ""
    with wrong_on_purpose("old-suites-only") as target:
        assert offered(target, "") == ""
        assert offered(target, "modern")


def test_the_servers_part_in_a_failure_is_told_from_ours(reach: Reach) -> None:
    assert offered(reach(TlsMode.IMPLICIT, ca=""), "").startswith(TLS_OWN_REASONS)
    with wrong_on_purpose("old-suites-only") as target:
        assert not offered(target, "modern").startswith(TLS_OWN_REASONS)
