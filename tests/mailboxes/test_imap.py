import socket
import ssl
import subprocess
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from conformance.mailboxes import FillError, Mailbox, Provisioner, SpecError, provisioner

from .mails import ALICE, FOREIGN, ours
from .peers import ImapDrop, imap_peer, running


class Serve(Protocol):
    def __call__(self, kind: str = "imap", options: str = "") -> Provisioner: ...


@pytest.fixture
def drop() -> ImapDrop:
    return ImapDrop()


@pytest.fixture
def serve(drop: ImapDrop) -> Iterator[Serve]:
    """Start the peer; a provisioner for it."""
    with ExitStack() as stack:

        def start(kind: str = "imap", options: str = "") -> Provisioner:
            place = stack.enter_context(running(imap_peer(drop)))
            return provisioner(f"{kind}:{place}{options}", timeout=5)

        yield start


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    pair = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-out", pair[0], "-keyout", pair[1]),
        ],
        check=True,
        capture_output=True,
    )
    return pair


def octets(drop: ImapDrop) -> list[bytes]:
    return [one.octets for one in drop.inbox]


def test_messages_are_appended_octet_for_octet_in_order(drop: ImapDrop, serve: Serve) -> None:
    messages = [ours(1), ours(2, b"bare\rcr and\nlf \xff\r\nno end"), ours(3, b"x" * 100_000)]
    imap = serve()
    imap.check(ALICE)
    imap.deliver(ALICE, iter(messages))
    assert octets(drop) == messages
    assert imap.count(ALICE) == 3
    assert [command for command in drop.commands if command.startswith("SELECT")] == []


def test_clear_expunges_our_messages_and_no_others(drop: ImapDrop, serve: Serve) -> None:
    imap = serve()
    drop.add(FOREIGN, deleted=True)
    drop.add(b"Subject: no identifier\r\n\r\n")
    before = octets(drop)
    imap.deliver(ALICE, (ours(number) for number in range(450)))
    drop.add(FOREIGN)
    imap.clear(ALICE)
    assert octets(drop) == [*before, FOREIGN]
    assert drop.inbox[0].deleted
    assert sum(command.startswith("UID EXPUNGE") for command in drop.commands) == 3
    assert "EXPUNGE" not in drop.commands


def test_items_behind_the_literal_are_read_as_well(drop: ImapDrop, serve: Serve) -> None:
    drop.uid_last = True
    drop.add(FOREIGN)
    drop.add(ours(1))
    serve().clear(ALICE)
    assert octets(drop) == [FOREIGN]


def test_what_fetch_did_not_ask_for_is_no_message_of_ours(drop: ImapDrop, serve: Serve) -> None:
    drop.noise = b'* 1 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (UID 9 FLAGS () BODY[HEADER.FIELDS (MESSAGE-ID)] "")\r\n'
    drop.noise += b"* 1 EXISTS\r\n"
    drop.add(ours(1))
    drop.add(FOREIGN)
    serve().clear(ALICE)
    assert octets(drop) == [FOREIGN]
    assert "UID EXPUNGE 1" in drop.commands


def test_a_server_that_does_not_speak_imap_is_told(drop: ImapDrop, serve: Serve) -> None:
    drop.greeting = b"+OK POP3 here"
    with pytest.raises(FillError, match="the greeting failed: that is no reply of IMAP"):
        serve().check(ALICE)


def test_an_inbox_that_answers_nothing_has_nothing_to_clear(drop: ImapDrop, serve: Serve) -> None:
    drop.add(ours(1))
    drop.answers["UID FETCH"] = "OK it was just expunged"
    serve().clear(ALICE)
    assert octets(drop) == [ours(1)]


def test_without_uidplus_clear_uses_the_plain_command(drop: ImapDrop, serve: Serve) -> None:
    drop.capabilities = "IMAP4rev1"
    drop.add(FOREIGN)
    drop.add(ours(1))
    serve().clear(ALICE)
    assert octets(drop) == [FOREIGN]
    assert "EXPUNGE" in drop.commands


@pytest.mark.parametrize("uid_last", [False, True])
def test_without_uidplus_messages_that_others_marked_are_not_taken_along(
    drop: ImapDrop, serve: Serve, uid_last: bool
) -> None:
    drop.capabilities = "IMAP4rev1"
    drop.uid_last = uid_last
    drop.add(FOREIGN, deleted=True)
    drop.add(ours(1))
    with pytest.raises(FillError, match="messages of others are marked as deleted, and without UIDPLUS"):
        serve().clear(ALICE)
    assert octets(drop) == [FOREIGN, ours(1)]
    assert not drop.inbox[1].deleted


@pytest.mark.parametrize("capabilities", ["IMAP4rev1 UIDPLUS", "IMAP4rev1"])
def test_where_nothing_is_ours_nothing_is_expunged(drop: ImapDrop, serve: Serve, capabilities: str) -> None:
    drop.capabilities = capabilities
    imap = serve()
    imap.clear(ALICE)
    drop.add(FOREIGN)
    imap.clear(ALICE)
    assert octets(drop) == [FOREIGN]
    assert not [command for command in drop.commands if "EXPUNGE" in command]


def test_a_message_that_clear_would_not_find_is_refused(drop: ImapDrop, serve: Serve) -> None:
    with pytest.raises(FillError, match=r"no Message-ID that ends in @fixtures\.pop3spec\.invalid>; give it one"):
        serve().deliver(ALICE, [ours(1), FOREIGN])
    assert octets(drop) == [ours(1)]


def test_name_and_password_are_quoted(drop: ImapDrop, serve: Serve) -> None:
    drop.login = r'LOGIN "al \"the\\ice" "a\"b\\c d"'
    assert serve().count(Mailbox(r'al "the\ice', r'a"b\c d')) == 0


def test_a_refused_login_is_told_and_the_password_masked(serve: Serve) -> None:
    wrong = Mailbox("alice", "swordfish")
    with pytest.raises(FillError, match=r'LOGIN failed: wrong: LOGIN "alice" "\*\*\*\*\*\*\*\*"; see') as caught:
        serve().check(wrong)
    assert "swordfish" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("user, password", [("älice", "x"), ("alice", "pässword"), ("alice", "a\r\nb")])
def test_what_login_cannot_carry_is_refused_without_telling_the_password(
    drop: ImapDrop, serve: Serve, user: str, password: str
) -> None:
    with pytest.raises(FillError, match="is not plain ASCII, which LOGIN asks for") as caught:
        serve().deliver(Mailbox(user, password), [ours(1)])
    assert password not in str(caught.value)
    assert not [command for command in drop.commands if command.startswith("LOGIN")]


def test_a_refused_append_is_told_with_the_words_of_the_server(drop: ImapDrop, serve: Serve) -> None:
    drop.answers["APPEND"] = "NO over quota"
    with pytest.raises(
        FillError, match=r"IMAP server 127\.0\.0\.1:\d+: APPEND failed: over quota; see the server's log"
    ):
        serve().deliver(ALICE, [ours(1)])


@pytest.mark.parametrize("command", ["UID FETCH", "UID STORE", "UID EXPUNGE", "SELECT"])
@pytest.mark.parametrize("answer", ["NO not now", "BAD not so"])
def test_a_refusal_while_clearing_is_told(drop: ImapDrop, serve: Serve, command: str, answer: str) -> None:
    drop.add(ours(1))
    drop.answers[command] = answer
    with pytest.raises(FillError, match=f"{command}.* failed: .*{answer.partition(' ')[2]}"):
        serve().clear(ALICE)


@pytest.mark.parametrize("command", ["LOGIN", "APPEND"])
def test_a_server_that_hangs_up_is_told(drop: ImapDrop, serve: Serve, command: str) -> None:
    drop.answers[command] = "close"
    with pytest.raises(FillError, match=r"failed: .*EOF"):
        serve().deliver(ALICE, [ours(1)])


def test_a_server_that_hangs_up_at_the_end_changes_nothing(drop: ImapDrop, serve: Serve) -> None:
    drop.answers["LOGOUT"] = "close"
    serve().deliver(ALICE, [ours(1)])
    assert octets(drop) == [ours(1)]


def test_a_server_that_falls_silent_is_not_waited_for() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(FillError, match="timed out; see whether the server is overloaded"),
    ):
        provisioner(f"imap:127.0.0.1:{listener.getsockname()[1]}", timeout=0.1).check(ALICE)


def test_a_refused_connection_is_told_with_the_next_step() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FillError, match=rf"IMAP server 127\.0\.0\.1:{port}: Connection refused; start the server"):
        provisioner(f"imap:127.0.0.1:{port}").check(ALICE)


def test_tls_looks_at_the_certificate(drop: ImapDrop, serve: Serve, certificate: tuple[Path, Path]) -> None:
    drop.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    drop.context.load_cert_chain(*certificate)
    serve("imaps", f"?ca={certificate[0]}").deliver(ALICE, [ours(1)])
    serve("imaps", "?verify=no").deliver(ALICE, [ours(2)])
    assert octets(drop) == [ours(1), ours(2)]


def test_a_certificate_that_nobody_vouches_for_is_told(drop: ImapDrop, certificate: tuple[Path, Path]) -> None:
    drop.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    drop.context.load_cert_chain(*certificate)
    with (
        running(imap_peer(drop)) as place,
        pytest.raises(FillError, match=r"CERTIFICATE_VERIFY_FAILED.*; name the server's CA with \?ca=FILE"),
    ):
        provisioner(f"imaps:{place}", timeout=5).check(ALICE)


@pytest.mark.parametrize("spec", ["imap:h?verify=no", "imaps:h?verify=yes", "imaps:h?ca=", "imap:/run/socket"])
def test_a_wrong_spec_is_found_at_once(spec: str) -> None:
    with pytest.raises(SpecError):
        provisioner(spec)


def test_a_missing_ca_is_told(tmp_path: Path) -> None:
    with pytest.raises(FillError, match=r"ca\.pem: No such file or directory"):
        provisioner(f"imaps:h?ca={tmp_path}/ca.pem")


def test_it_says_what_it_can_do() -> None:
    imap = provisioner("imap:localhost")
    assert imap.can_clear
    assert imap.knows_order
    assert imap.accepts(frozenset({"8bit", "long-line", "no-final-eol", "from-lines", "dot-lines"})) is None
    for trait in ("nul", "bare-cr", "bare-lf", "8bit-header"):
        assert imap.accepts(frozenset({trait}))
