"""Learning through TLS, by other logins, from servers that make one wait, and beside mail of others."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from conformance.driver import Account, Limits, Target, Tls, TlsMode
from conformance.learning import Bounds, Heard, Learned, learn
from conformance.learning.asking import Asker
from conformance.learning.book import Page
from conformance.learning.words import alphabet
from conformance.mailboxes import provisioner
from conformance.scenario import Settings, Stage
from conformance.server import Account as ServerAccount
from conformance.server import MaildirStore, MemoryStore, Policy, ReferenceServer, ServerTls
from tests.cli.peers import listening
from tests.faults.suite import Memory

pytest.importorskip("aalpy", reason="AALpy is not installed: pip install 'pop3spec[learn]'")

ALICE = Account("alice", "hunter2x")
LIMITS = Limits(reply=2, login=2, close=1, unlock=0.3)
FOREIGN = b"Subject: mine\r\n\r\nmine\r\n"


def _labels(learned: Learned) -> set[str]:
    return {word.label for word in learned.words}


def _learned(server: ReferenceServer, target: Target, bounds: Bounds | None = None, *, touch: bool = True) -> Learned:
    assert isinstance(server.store, MemoryStore)
    return learn(Stage(target, Memory(server.store), Settings(touch=touch)), bounds or Bounds(failed_logins=0))


# -- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def secured() -> Iterator[ReferenceServer]:
    with ReferenceServer([ServerAccount("alice", "hunter2x")], tls=ServerTls.made(), tls_port=0) as running:
        yield running


@pytest.fixture
def reach(secured: ReferenceServer, tmp_path: Path) -> Target:
    """That server, in the clear, and with its authority at hand."""
    assert secured.tls is not None
    authority = tmp_path / "ca.pem"
    authority.write_bytes(secured.tls.authority)
    return Target("127.0.0.1", secured.port, (ALICE,), LIMITS, tls=Tls(ca=str(authority)))


@pytest.mark.parametrize("mode", [TlsMode.STARTTLS, TlsMode.IMPLICIT])
def test_a_session_is_as_it_should_inside_of_tls(mode: TlsMode, secured: ReferenceServer, reach: Target) -> None:
    port = secured.tls_port if mode is TlsMode.IMPLICIT else secured.port
    target = replace(reach, port=port or 0, tls=replace(reach.tls, mode=mode))
    learned = _learned(secured, target, touch=False)
    assert (learned.ended_early, learned.seen) == ("", [])
    assert "STLS" in _labels(learned)
    assert learned.comparison is not None
    assert [label for label in learned.comparison.labels if "TLS" not in label] == ["ENDED"]


def test_stls_is_learned_where_its_certificate_is_accepted(secured: ReferenceServer, reach: Target) -> None:
    learned = _learned(secured, reach, touch=False)
    assert (learned.ended_early, learned.seen) == ("", [])
    assert learned.comparison is not None
    assert "AUTHORIZATION, TLS" in learned.comparison.labels


def test_stls_is_left_out_where_the_certificate_is_not_accepted(secured: ReferenceServer, reach: Target) -> None:
    learned = _learned(secured, replace(reach, tls=Tls()), Bounds(failed_logins=0, sessions=30))
    assert "STLS" not in _labels(learned)
    assert any(text.startswith("STLS: the certificate is not accepted: ") for text in learned.left_out)
    assert all(word.verb != "STLS" for seen in learned.seen for word in seen.difference.words)


# -- other logins ----------------------------------------------------------------------------------------------------


def test_an_account_for_apop_alone_is_learned_by_apop() -> None:
    with ReferenceServer([ServerAccount("alice", "hunter2x", apop=True)]) as server:
        apop = Account("alice", "hunter2x", apop=True, plain=False)
        learned = _learned(server, Target("127.0.0.1", server.port, (apop,), LIMITS), Bounds())
    assert (learned.ended_early, learned.seen) == ("", [])
    assert {"APOP right", "APOP wrong"} <= _labels(learned)
    assert not {"USER right", "PASS right", "AUTH right"} & _labels(learned)
    assert learned.left_out == ["USER and PASS: they are not open to alice"]
    assert not learned.complete


def test_where_no_login_is_known_that_is_said() -> None:
    with ReferenceServer([ServerAccount("alice", "hunter2x")]) as server:
        scram = Account("alice", "hunter2x", plain=False, auth="SCRAM-SHA-256")
        learned = _learned(server, Target("127.0.0.1", server.port, (scram,), LIMITS))
    assert learned.left_out[-1].startswith("all behind a login: ")
    assert (learned.ended_early, learned.seen) == ("", [])


# -- servers that make one wait --------------------------------------------------------------------------------------


def test_a_login_delay_is_kept_and_told() -> None:
    policy, rate = Policy(login_delay=600), 4000
    with ReferenceServer([ServerAccount("alice", "hunter2x")], policy=policy, clock_rate=rate) as server:
        target = Target("127.0.0.1", server.port, (ALICE,), LIMITS, clock_rate=rate)
        learned = _learned(server, target, Bounds(failed_logins=0, sessions=14))
    assert learned.remarks == ["the server wants 0.15 s between two logins (LOGIN-DELAY), and got them"]
    assert "--sessions allows no more" in learned.ended_early
    assert learned.seen == []


def test_where_wrong_passwords_take_long_they_end_and_nothing_else() -> None:
    bounds = Bounds(seconds=0)
    bounds.wrong_password()
    bounds.answered(2)
    with pytest.raises(Exception, match=r"takes 2\.0 s to answer one, so 1 of them took more than 0 s, a quarter of"):
        bounds.wrong_password()
    bounds.look_again(1)
    bounds.wrong_password()
    assert bounds.failed == 2


_OUTSIDE = {b"USER alice": b"+OK", b"QUIT": b"+OK"}
_INSIDE = {
    b"STAT": b"+OK 0 0",
    b"LIST": b"+OK\r\n.",
    b"UIDL": b"+OK\r\n.",
    b"NOOP": b"+OK",
    b"RSET": b"+OK",
    b"QUIT": b"+OK",
}


@dataclass
class _Small:
    """A server of few commands, without mail."""

    wrong: int = 1000
    """Wrong passwords behind which it lets nobody in any more."""
    refusals: int = 1000
    """Refusals before login behind which it hangs up, a moment later; with a last word that answers what is said."""

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(b"+OK\r\n")
        before, known, refusals = b"", _OUTSIDE, 0
        while before != b"QUIT" and (octets := connection.recv(4096)):
            said = octets.rstrip()
            answer = known.get(said, b"-ERR")
            if before == b"USER alice" and said.startswith(b"PASS ") and known is _OUTSIDE:
                right = said == b"PASS hunter2x" and self.wrong > 0
                self.wrong -= said != b"PASS hunter2x"
                answer, known = (b"+OK", _INSIDE) if right else (b"-ERR", _OUTSIDE)
            connection.sendall(answer + b"\r\n")
            before, refusals = said, refusals + (answer == b"-ERR" and known is _OUTSIDE)
            if refusals == self.refusals:
                connection.settimeout(0.01)
                with suppress(TimeoutError):
                    connection.recv(4096)
                connection.sendall(b"-ERR that is enough\r\n")
                return


def test_an_account_that_gets_locked_is_left_alone_and_what_was_learned_before_holds() -> None:
    with listening(_Small(wrong=4)) as where:
        target = Target("127.0.0.1", int(where.partition(":")[2]), (ALICE,), LIMITS)
        learned = learn(Stage(target, provisioner("none"), Settings()), Bounds())
    assert learned.lost
    assert "does not let alice in any more, as it did before; " in learned.ended_early
    assert learned.failed_logins < 12
    assert learned.machine is not None
    assert len(learned.machine.states) == 4
    assert learned.seen == []


def test_what_is_said_when_a_server_hangs_up_is_no_answer_to_what_comes_next() -> None:
    said = {word.label: word for word in alphabet(ALICE)}
    with listening(_Small(refusals=3)) as where:
        stage = Stage(
            Target("127.0.0.1", int(where.partition(":")[2]), (ALICE,), LIMITS), provisioner("none"), Settings()
        )
        asker = Asker(stage, Page.first(ALICE, 0, ()), Bounds())
        asker.ask([said["FROB"]] * 5)
        heard = asker.ask([*[said["FROB"]] * 3, said["QUIT"]]).heard
    assert heard == (Heard.ERR, Heard.ERR, Heard.ERR, Heard.CLOSED)


# -- mail of others --------------------------------------------------------------------------------------------------


def test_mail_that_comes_from_elsewhere_is_not_deleted(tmp_path: Path) -> None:
    store = MaildirStore(tmp_path)
    store.open("alice").close()

    def more(states: int, sessions: int) -> None:  # noqa: ARG001 - as learning calls it
        if FOREIGN not in mail():
            store.deliver("alice", FOREIGN)

    def mail() -> list[bytes]:
        return [path.read_bytes() for part in ("new", "cur") for path in (tmp_path / "alice" / part).iterdir()]

    with ReferenceServer([ServerAccount("alice", "hunter2x")], store) as server:
        target = Target("127.0.0.1", server.port, (ALICE,), LIMITS)
        stage = Stage(target, provisioner(f"maildir:{tmp_path}/{{user}}"), Settings())
        learned = learn(stage, Bounds(failed_logins=0), more)
    assert "DELE is held back: the maildrop holds 3 messages, and 2 of them can be ours" in learned.ended_early
    assert mail() == [FOREIGN]
