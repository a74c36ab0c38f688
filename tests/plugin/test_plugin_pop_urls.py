"""What RFC 2384 demands of a client, clause by clause: the client is the one that logs in here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.clauses import CATALOGUE
from conformance.cli.repeat import Repeat
from conformance.driver import Account, Driver, Target, TargetError, log_in
from conformance.plugin.targets import UsageError, describe
from conformance.server import Account as Served
from conformance.server import Policy, ReferenceServer
from tests.driver.peers import Action, answering, peer

NAME = "jörg;at@home"
IN_URL = "j%C3%B6rg%3Bat%40home"


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    accounts = [Served("alice", "secret"), Served("carol", "secret", apop=True), Served(NAME, "secret")]
    with ReferenceServer(accounts) as made:
        yield made


def target(url: str) -> Target:
    described = describe({"target": url})
    assert described is not None
    return described.target


def verbs(url: str) -> list[bytes]:
    """The commands, without what may be secret, that log in by the way of a URL, passwords from behind a colon."""
    where = target(url)
    with Driver(where) as driver:
        try:
            log_in(driver, where.accounts[0])
        finally:
            driver.close()
    said = [exchange.command.line.content.split(b" ") for exchange in driver.conversation.exchanges if exchange.command]
    return [b" ".join(words[:2]) for words in said]


def test_the_clauses_of_the_rfc_are_those_that_are_tried_here() -> None:
    tried = {name.removeprefix("test_url_")[:2] for name in globals() if name.startswith("test_url_")}
    assert {clause.id for clause in CATALOGUE.of_rfc(2384)} == {f"R2384-URL-{number}" for number in tried}


def test_url_01_without_a_port_it_is_110() -> None:
    assert target("pop://mail.example").port == 110
    assert target("pop://mail.example:1110").port == 1110


def test_url_02_no_url_that_is_written_holds_a_password(server: ReferenceServer) -> None:
    assert "@" not in server.url
    assert "hunter2" not in Repeat({"target": "pop://alice:hunter2@mx"})("a/b/c")
    for wrong in ("pop://alice:hunter2@mx/inbox", "pop://alice:hunter2@mx:port", "pop://alice;AUTH=:hunter2@mx"):
        with pytest.raises(UsageError) as caught:
            target(wrong)
        assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "user, said",
    [
        ("carol;AUTH=+APOP:secret", [b"APOP carol"]),
        ("carol;AUTH=%2Bapop:secret", [b"APOP carol"]),
        ("alice;AUTH=SCRAM-SHA-256:secret", [b"AUTH SCRAM-SHA-256"]),
        ("alice;AUTH=plain:secret", [b"AUTH PLAIN"]),
    ],
)
def test_url_03_the_mechanism_that_is_named_is_used(user: str, said: list[bytes], server: ReferenceServer) -> None:
    assert verbs(f"pop://{user}@127.0.0.1:{server.port}")[: len(said)] == said


@pytest.mark.parametrize(
    "user, said",
    [("alice;AUTH=CRAM-MD5", b"AUTH"), ("alice;AUTH=+APOP", b"APOP")],
)
def test_url_04_no_other_is_used_when_it_is_refused(user: str, said: bytes) -> None:
    refuses: list[Action] = [answering({said: b"-ERR no\r\n"}, greeting=b"+OK <1.2@mx> ready\r\n")]
    with peer(refuses) as there:
        with pytest.raises(TargetError):
            verbs(f"pop://{user}:secret@127.0.0.1:{there.port}")
        lines = [line.split(b" ")[0].strip() for connection in there.lines for line in connection.lines]
    assert said in lines
    assert not {b"USER", b"PASS"} & set(lines)


def test_url_05_without_a_mechanism_any_will_do(server: ReferenceServer) -> None:
    assert verbs(f"pop://alice:secret@127.0.0.1:{server.port}") == [b"USER alice", b"PASS secret"]


def test_url_06_what_is_reserved_is_encoded(server: ReferenceServer) -> None:
    assert target(f"pop://{IN_URL}:x@mx").accounts == (Account(NAME, "x"),)
    where = target(f"pop://{IN_URL}:secret@127.0.0.1:{server.port}")
    with Driver(where) as driver:
        log_in(driver, where.accounts[0])
    assert driver.transcript.octets("C", 0, 6 + len(NAME.encode())) == b"USER " + NAME.encode() + b"\r"


def test_url_06_octets_that_are_no_utf8_are_refused() -> None:
    with pytest.raises(UsageError, match="are UTF-8, and this is not") as caught:
        target("pop://j%FFrg:hunter2@mx")
    assert "hunter2" not in str(caught.value)


def test_url_07_a_password_is_sent_to_the_host_for_which_it_was_given_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POP3SPEC_PASSWORD", raising=False)
    (tmp_path / "mx.toml").write_text('host = "mx"\n[[account]]\nname = "alice"\npassword = "secret"\n')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no password"):
        target("pop://alice@elsewhere.example")


def test_url_08_without_a_name_there_is_no_account() -> None:
    assert target("pop://mail.example").accounts == ()


def test_url_09_what_any_mechanism_may_be_shows_no_password_in_the_clear() -> None:
    policy = Policy(mechanisms=frozenset({"PLAIN", "LOGIN"}))
    with ReferenceServer([Served("alice", "secret")], policy=policy) as made, pytest.raises(TargetError) as caught:
        verbs(f"pop://alice;AUTH=*:secret@127.0.0.1:{made.port}")
    assert "without TLS the server offers nothing that keeps the password secret" in str(caught.value)
