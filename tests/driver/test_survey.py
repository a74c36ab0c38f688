from collections.abc import Mapping

import pytest

from conformance.driver import Account, Features, TargetError, credentials, survey
from conformance.server import Account as Opened
from conformance.server import Policy, ReferenceServer

from .peers import ALICE, Action, answering, half_close, hear, peer, say

CAPA = b"+OK\r\nUSER\r\nTOP\r\nUIDL\r\n.\r\n"


def surveyed(answers: Mapping[bytes, bytes], greeting: bytes = b"+OK ready\r\n") -> tuple[Features, list[bytes]]:
    with peer([answering(dict(answers), greeting)]) as server:
        found = survey(server.target(reply=0.2, login=0.5), ALICE)
        return found, server.finished(1).lines


def refusal(*script: Action) -> str:
    with peer(script) as server, pytest.raises(TargetError) as caught:
        survey(server.target(reply=0.2, login=0.3), ALICE)
    return str(caught.value).replace(str(server.port), "PORT")


def test_what_is_announced_is_there_without_being_tried() -> None:
    found, said = surveyed({b"CAPA": CAPA, b"STAT": b"+OK 0 0\r\n"})
    assert found.missing.keys() == {"no-CAPA", "APOP"}
    assert found.capabilities == (b"USER", b"TOP", b"UIDL")
    assert found.unknown == frozenset()
    assert said == [b"USER alice", b"PASS open sesame", b"CAPA", b"STAT", b"QUIT"]


def test_what_is_not_announced_is_missing_when_the_server_refuses_it() -> None:
    refused = b"-ERR unknown\r\n"
    answers = {b"CAPA": refused, b"STAT": b"+OK 2 320\r\n", b"UIDL": refused, b"TOP": refused}
    found, said = surveyed(answers)
    assert found.missing == {
        "CAPA": "the server answered -ERR to CAPA",
        "APOP": "the greeting holds no time stamp",
        "UIDL": "the server answered -ERR to UIDL",
        "TOP": "the server answered -ERR to TOP 1 0",
    }
    assert found.messages == 2
    assert said[-1] == b"TOP 1 0"  # no QUIT: what was shown stays there


def test_nothing_is_missing_because_something_failed() -> None:
    found, _ = surveyed({b"CAPA": b"", b"STAT": b"+OK 2 320\r\n", b"UIDL": b"", b"TOP": b"-ERR half"})
    assert found.missing.keys() == {"APOP", "no-CAPA"}
    assert "not known" in found.missing["no-CAPA"]


def test_an_empty_maildrop_leaves_open_whether_top_and_uidl_are_there() -> None:
    found, said = surveyed({b"CAPA": b"-ERR\r\n", b"STAT": b"+OK 0 0\r\n", b"UIDL": b"-ERR nothing\r\n"})
    assert found.unknown == {"TOP", "UIDL"}
    assert "TOP" not in found.missing
    assert b"TOP 1 0" not in said
    assert said[-1] == b"QUIT"


def test_a_time_stamp_is_what_apop_needs() -> None:
    found, _ = surveyed({b"CAPA": CAPA}, b"+OK ready <1896.697170952@dbc.mtview.ca.us>\r\n")
    assert "APOP" not in found.missing


def test_the_reference_server_has_what_its_policy_offers() -> None:
    for offers, missing in (
        ({"TOP", "UIDL", "USER", "PASS", "APOP", "CAPA"}, {"no-CAPA", "APOP"}),
        ({"USER", "PASS"}, {"CAPA", "TOP", "UIDL", "APOP"}),
    ):
        with ReferenceServer([Opened("alice", "open sesame")], policy=Policy(offers=frozenset(offers))) as server:
            server.deliver("alice", b"Subject: x\r\n\r\nx\r\n")
            with peer([half_close]) as other:
                target = type(other.target())("127.0.0.1", server.port)
            assert survey(target, ALICE).missing.keys() == missing


@pytest.mark.parametrize(
    "script,words",
    [
        ([say(b"* OK IMAP\r\n"), hear()], "127.0.0.1:PORT does not speak POP3: it seems to be IMAP"),
        ([say(b"-ERR busy\r\n"), half_close], "127.0.0.1:PORT refuses service: -ERR busy"),
        ([half_close], "closed the connection without a word"),
        ([answering({b"CAPA": CAPA, b"PASS": b"-ERR no\r\n"})], "answered PASS with '-ERR no'. Is the password right"),
        ([answering({b"CAPA": CAPA, b"USER": b"!"})], "gave no answer to USER (server closed)"),
        ([answering({b"CAPA": CAPA, b"PASS": b""})], "gave no answer to PASS (waited in vain)"),
    ],
)
def test_a_server_that_nobody_can_log_in_to_is_told_with_what_to_do(script: list[Action], words: str) -> None:
    assert words in refusal(*script)


def test_a_server_that_repeats_the_password_does_not_make_us_tell_it() -> None:
    said = refusal(answering({b"CAPA": CAPA, b"PASS": b"-ERR open sesame is wrong: 'OPEN SESAME'\r\n"}))
    assert "sesame" not in said.lower()
    assert "********" in said


def test_an_account_for_apop_alone_never_sends_its_secret_in_the_clear() -> None:
    account = Account("carol", "open sesame", apop=True, plain=False)
    (command,) = credentials(account, b"+OK ready <1@example.org>")
    assert command.startswith(b"APOP carol ")
    assert len(command.split(b" ")[2]) == 32
    with pytest.raises(TargetError, match="no time stamp"):
        credentials(account, b"+OK ready")
    assert credentials(Account("alice", "a b", apop=True), b"+OK <1@b>") == (b"USER alice", b"PASS a b")
