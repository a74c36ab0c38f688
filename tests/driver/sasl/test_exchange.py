"""Exchanges over a connection (RFC 5034 §4), with servers that follow a script, and with the reference server."""

from base64 import b64encode
from dataclasses import replace

import pytest

from conformance.driver import ANY, Account, Driver, Outcome, TargetError, TlsMode, authenticate, log_in
from conformance.driver.target import Tls
from conformance.server import Account as Opened
from conformance.server import ReferenceServer
from conformance.server.tls import ServerTls
from tests.driver.peers import Action, hear, peer, say

ALICE = Account("alice", "secret", token="token of alice")
CHALLENGE = b"+ " + b64encode(b"<1@example.org>") + b"\r\n"


def heard(*script: Action, mechanism: str = "PLAIN", account: Account = ALICE) -> tuple[Outcome, list[bytes]]:
    """What came of an exchange, and the client's lines."""
    with peer([say(b"+OK ready\r\n"), *script]) as server:
        with Driver(server.target(account)) as driver:
            driver.read_greeting()
            outcome = authenticate(driver, mechanism, account)
        return outcome, list(server.finished().lines)


# -- lines -----------------------------------------------------------------------------------------------------------


def test_an_initial_response_goes_with_auth() -> None:
    outcome, lines = heard(hear(), say(b"+OK\r\n"))
    assert not outcome.failed
    assert lines == [b"AUTH PLAIN " + b64encode(b"\0alice\0secret")]


def test_an_empty_one_is_an_equals_sign() -> None:
    assert heard(hear(), say(b"+OK\r\n"), mechanism="EXTERNAL")[1] == [b"AUTH EXTERNAL ="]


def test_one_that_is_too_long_waits_for_the_empty_challenge() -> None:
    long = replace(ALICE, password="p" * 200)
    outcome, lines = heard(hear(), say(b"+ \r\n"), hear(), say(b"+OK\r\n"), account=long)
    assert not outcome.failed
    assert lines == [b"AUTH PLAIN", b64encode(b"\0alice\0" + b"p" * 200)]


@pytest.mark.parametrize("length, with_it", [(173, True), (174, False)])
def test_the_line_has_255_octets_at_the_most(length: int, with_it: bool) -> None:
    _, lines = heard(hear(), say(b"-ERR\r\n"), account=replace(ALICE, password="p" * length))
    assert (lines[0] != b"AUTH PLAIN") is with_it
    assert len(lines[0]) + 2 <= 255


def test_a_server_that_begins_gets_no_initial_response() -> None:
    outcome, lines = heard(hear(), say(CHALLENGE), hear(), say(b"+OK\r\n"), mechanism="CRAM-MD5")
    assert not outcome.failed
    assert lines[0] == b"AUTH CRAM-MD5"
    assert len(lines) == 2


@pytest.mark.parametrize("challenge", [b"+ !!!\r\n", b"+ AA=A\r\n", b"+ QQ\r\n", b"+ Q Q=\r\n"])
def test_a_challenge_that_is_no_base64_is_cancelled(challenge: bytes) -> None:
    outcome, lines = heard(hear(), say(challenge), hear(), say(b"-ERR\r\n"), mechanism="CRAM-MD5")
    assert "not in base64" in outcome.failed
    assert lines[1] == b"*"


def test_a_challenge_that_has_no_answer_is_cancelled() -> None:
    outcome, lines = heard(hear(), say(b"+ bW9yZQ==\r\n"), hear(), say(b"-ERR\r\n"))
    assert "too many" in outcome.failed
    assert lines[1] == b"*"


def test_an_error_about_a_token_is_answered_by_a_control_a() -> None:
    error = b"+ " + b64encode(b'{"status":"invalid_token"}') + b"\r\n"
    outcome, lines = heard(hear(), say(error), hear(), say(b"-ERR\r\n"), mechanism="OAUTHBEARER")
    assert outcome.failed == "the server refused"
    assert lines[1] == b"AQ=="


def test_a_server_that_challenges_without_end_is_left() -> None:
    endless = (action for _ in range(20) for action in (say(b"+ \r\n"), hear()))
    outcome, lines = heard(hear(), *endless, mechanism="XOAUTH2")
    assert "without end" in outcome.failed
    assert lines[-1] == b"*"


# -- outcomes --------------------------------------------------------------------------------------------------------


def test_a_refusal_is_told() -> None:
    outcome, _ = heard(hear(), say(b"-ERR [AUTH] no\r\n"))
    assert outcome.failed == "the server refused"
    assert outcome.exchange is not None
    assert outcome.exchange.status == b"-ERR [AUTH] no"


def test_silence_and_an_end_are_told() -> None:
    assert "no whole answer" in heard(hear())[0].failed


def test_success_without_proof_of_the_servers_is_none() -> None:
    outcome, _ = heard(hear(), say(b"+OK\r\n"), mechanism="SCRAM-SHA-1")
    assert "did not prove" in outcome.failed


def test_binding_needs_tls() -> None:
    with peer([say(b"+OK ready\r\n"), hear()]) as server, Driver(server.target(ALICE)) as driver:
        outcome = authenticate(driver, "SCRAM-SHA-1-PLUS", ALICE)
    assert outcome == Outcome(None, "there is no TLS to bind to")


# -- both ends -------------------------------------------------------------------------------------------------------

SERVED = [Opened("alice", "secret", token="token of alice"), Opened("erin", "keyed secret", cram_md5=True)]
ERIN = Account("erin", "keyed secret", plain=False, auth="CRAM-MD5")


def let_in(server: ReferenceServer, account: Account, mode: TlsMode = TlsMode.NONE) -> str:
    """Log in, and say which way was taken."""
    with peer([]) as other:
        target = replace(other.target(account), host="127.0.0.1", port=server.port, tls=Tls(mode, insecure=True))
    with Driver(target) as driver:
        log_in(driver, account)
        stat = driver.ask(b"STAT")
        assert stat is not None
        assert stat.positive
        asked = [exchange.command.line.content for exchange in driver.conversation.exchanges if exchange.command]
    way = next(line for line in reversed(asked) if line[:4] in (b"AUTH", b"PASS", b"APOP"))
    return way.split(b" ")[1].decode() if way.startswith(b"AUTH") else way[:4].decode()


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "XOAUTH2"])
def test_the_reference_server_lets_in(mechanism: str) -> None:
    with ReferenceServer(SERVED) as server:
        assert let_in(server, replace(ALICE, auth=mechanism)) == mechanism
        assert let_in(server, ERIN) == "CRAM-MD5"


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "OAUTHBEARER", "SCRAM-SHA-256"])
def test_and_through_tls(mechanism: str) -> None:
    with ReferenceServer(SERVED, tls=ServerTls.made()) as server:
        assert let_in(server, replace(ALICE, auth=mechanism), TlsMode.STARTTLS) == mechanism


def test_the_strongest_way_is_found() -> None:
    with ReferenceServer(SERVED, tls=ServerTls.made()) as server:
        assert let_in(server, replace(ALICE, auth=ANY)) == "SCRAM-SHA-256"
        assert let_in(server, replace(ALICE, auth=ANY), TlsMode.STARTTLS) == "SCRAM-SHA-256"


@pytest.mark.parametrize(
    "listed, greeting, way",
    [
        (b"SASL PLAIN SCRAM-SHA-1 CRAM-MD5\r\nUSER\r\n", b"+OK\r\n", b"AUTH SCRAM-SHA-1 "),
        (b"SASL PLAIN CRAM-MD5\r\n", b"+OK <1@example.org>\r\n", b"AUTH CRAM-MD5"),
        (b"SASL PLAIN LOGIN\r\nUSER\r\n", b"+OK <1@example.org>\r\n", b"APOP alice "),
    ],
)
def test_what_shows_the_password_is_no_choice_in_the_clear(listed: bytes, greeting: bytes, way: bytes) -> None:
    account = replace(ALICE, auth=ANY)
    with peer([say(greeting), hear(), say(b"+OK\r\n" + listed + b".\r\n"), hear(), say(b"-ERR\r\n")]) as server:
        with Driver(server.target(account)) as driver, pytest.raises(TargetError, match="cannot log in"):
            log_in(driver, account)
        assert server.finished().lines[1].startswith(way)


def test_where_there_is_no_other_the_user_is_told_what_to_do() -> None:
    account = replace(ALICE, auth=ANY)
    with peer([say(b"+OK\r\n"), hear(), say(b"+OK\r\nSASL PLAIN\r\nUSER\r\n.\r\n")]) as server:
        with Driver(server.target(account)) as driver, pytest.raises(TargetError, match="Take TLS"):
            log_in(driver, account)
        assert server.finished().lines == [b"CAPA"]


def test_a_way_that_is_unknown_is_told() -> None:
    account = replace(ALICE, auth="KERBEROS_V4")
    told = pytest.raises(TargetError, match="by KERBEROS_V4: that is none of SCRAM-SHA-256-PLUS, ")
    with peer([say(b"+OK\r\n"), hear()]) as server, Driver(server.target(account)) as driver, told:
        log_in(driver, account)
