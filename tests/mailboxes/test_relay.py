import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from conformance.mailboxes import FillError, Mailbox, Provisioner, SpecError, Unsupported, provisioner

from .mails import ALICE, ours
from .peers import MailQueue, running, smtp_peer

Serve = Callable[..., Provisioner]


@pytest.fixture
def queue() -> MailQueue:
    return MailQueue()


@pytest.fixture
def serve(queue: MailQueue) -> Iterator[Serve]:
    """Start the peer; a provisioner for it."""
    with ExitStack() as stack:

        def start(kind: str = "smtp", options: str = "", timeout: float = 5) -> Provisioner:
            queue.hello = "LHLO" if kind == "lmtp" else "EHLO"
            place = stack.enter_context(running(smtp_peer(queue)))
            return provisioner(f"{kind}:{place}{options}", timeout=timeout)

        yield start


@pytest.mark.parametrize("kind", ["smtp", "lmtp"])
def test_messages_arrive_octet_for_octet_in_order_over_one_connection(
    queue: MailQueue, serve: Serve, kind: str
) -> None:
    relay = serve(kind)
    messages = [ours(1, b".\r\n..\r\n.dots\r\n\r\n"), ours(2, b""), ours(3, b"bell\x07\r\n" * 1000)]
    relay.deliver(ALICE, iter(messages))
    assert [octets.replace(b"\r\n..", b"\r\n.") for octets in queue.messages] == messages
    assert sum(command.upper().startswith(queue.hello) for command in queue.commands) == 1
    assert queue.commands[-1] == "quit"


def test_a_missing_line_end_is_added_at_the_very_end(queue: MailQueue, serve: Serve) -> None:
    serve().deliver(ALICE, [ours(1, b"no end")])
    assert queue.messages == [ours(1, b"no end\r\n")]


def test_without_options_the_sender_is_null_and_the_recipient_the_account(queue: MailQueue, serve: Serve) -> None:
    serve("lmtp").deliver(ALICE, [ours(1)])
    assert any(command.startswith("mail FROM:<> size=") for command in queue.commands)
    assert "rcpt TO:<alice>" in queue.commands


def test_options_set_sender_and_recipient(queue: MailQueue, serve: Serve) -> None:
    relay = serve(options="?to={local}+pop@{domain}&from=probe@example.org")
    relay.check(Mailbox("alice@example.org", ""))
    assert "mail FROM:<probe@example.org>" in queue.commands
    assert "rcpt TO:<alice+pop@example.org>" in queue.commands


def test_the_check_sends_no_message(queue: MailQueue, serve: Serve) -> None:
    serve().check(ALICE)
    assert [command.split()[0] for command in queue.commands] == ["ehlo", "mail", "rcpt", "rset", "quit"]


def test_8_bit_text_is_announced_where_the_server_takes_it(queue: MailQueue, serve: Serve) -> None:
    relay = serve()
    assert relay.accepts(frozenset({"8bit"})) is None
    relay.deliver(ALICE, [ours(1), ours(2, b"\xe4\r\n")])
    assert ["BODY=8BITMIME" in command for command in queue.commands if command.startswith("mail")] == [False, True]
    assert queue.messages[1] == ours(2, b"\xe4\r\n")


def test_8_bit_text_is_declined_where_the_server_does_not_offer_it(queue: MailQueue, serve: Serve) -> None:
    queue.extensions = ()
    relay = serve()
    assert "does not offer 8BITMIME" in (relay.accepts(frozenset({"8bit"})) or "")
    assert "does not offer 8BITMIME" in (relay.accepts(frozenset({"8bit", "dot-lines"})) or "")
    assert sum(command.startswith("ehlo") for command in queue.commands) == 1


UTF8 = frozenset({"8bit", "8bit-header", "utf8-header"})


def test_a_header_in_utf8_is_announced_where_the_server_takes_it(queue: MailQueue, serve: Serve) -> None:
    queue.extensions += ("SMTPUTF8",)
    relay = serve("lmtp")
    assert relay.accepts(UTF8) is None
    message = "Subject: Grüße\r\n".encode() + ours(2)
    relay.deliver(ALICE, [message, ours(1)])
    assert ["SMTPUTF8" in command for command in queue.commands if command.startswith("mail")] == [True, False]
    assert queue.messages[0] == message


def test_a_header_in_utf8_is_declined_where_the_server_does_not_offer_it(serve: Serve) -> None:
    assert "does not offer SMTPUTF8" in (serve().accepts(UTF8) or "")


@pytest.mark.parametrize(
    "trait", ["nul", "bare-cr", "bare-lf", "long-line", "8bit-header", "binary", "no-body", "rewritten-fields"]
)
def test_what_the_protocol_has_no_room_for_is_declined_without_asking(trait: str) -> None:
    assert provisioner("smtp:localhost:9").accepts(frozenset({trait, "8bit"}))


def test_lawful_alterations_are_no_reason_to_decline() -> None:
    assert provisioner("smtp:localhost:9").accepts(frozenset({"no-final-eol", "from-lines", "dot-lines"})) is None


def test_only_lmtp_keeps_the_order() -> None:
    assert provisioner("lmtp:localhost").knows_order
    assert not provisioner("smtp:localhost").knows_order


def test_neither_takes_messages_away_or_counts_them() -> None:
    relay = provisioner("smtp:localhost:9")
    assert not relay.can_clear
    assert relay.count(ALICE) is None
    with pytest.raises(
        Unsupported, match="smtp:localhost:9: cannot take away messages of alice again; delete them over"
    ):
        relay.clear(ALICE)


def test_lmtp_speaks_over_a_local_socket(queue: MailQueue, tmp_path: Path) -> None:
    queue.hello = "LHLO"
    with running(smtp_peer(queue, str(tmp_path / "lmtp"))) as path:
        provisioner(f"lmtp:{path}?to={{user}}@example.org", timeout=5).deliver(ALICE, [ours(1)])
    assert queue.messages == [ours(1)]
    assert "rcpt TO:<alice@example.org>" in queue.commands


def test_a_refused_recipient_is_told_with_the_words_of_the_server(queue: MailQueue, serve: Serve) -> None:
    queue.answers["RCPT"] = "550 no such user"
    relay = serve()
    for method in (relay.check, lambda box: relay.deliver(box, [ours(1)])):
        with pytest.raises(FillError, match=r"it answered 550 no such user; see that the server has that account"):
            method(ALICE)
    assert not queue.messages


def test_a_refused_sender_is_told_with_the_option_that_sets_it(queue: MailQueue, serve: Serve) -> None:
    queue.answers["MAIL"] = "553 who?"
    relay = serve()
    for method in (relay.check, lambda box: relay.deliver(box, [ours(1)])):
        with pytest.raises(FillError, match=r"553 who\?; set a sender that the server takes with \?from="):
            method(ALICE)


@pytest.mark.parametrize("command", ["DATA", "message"])
def test_a_refused_message_is_told(queue: MailQueue, serve: Serve, command: str) -> None:
    queue.answers[command] = "452 disk full"
    with pytest.raises(FillError, match="it answered 452 disk full; see the server's log"):
        serve().deliver(ALICE, [ours(1)])


def test_messages_before_a_failure_stay_delivered(queue: MailQueue, serve: Serve) -> None:
    def messages() -> Iterator[bytes]:
        yield ours(1)
        queue.answers["message"] = "554 no more"
        yield ours(2)

    with pytest.raises(FillError, match="554 no more"):
        serve().deliver(ALICE, messages())
    assert queue.messages[0] == ours(1)


@pytest.mark.parametrize("command", ["greeting", "MAIL", "message"])
def test_a_server_that_hangs_up_is_told(queue: MailQueue, serve: Serve, command: str) -> None:
    queue.answers[command] = "close"
    with pytest.raises(FillError, match="it closed the connection; see the server's log"):
        serve().deliver(ALICE, [ours(1)])


@pytest.mark.parametrize("command", ["greeting", "RCPT", "message"])
def test_a_server_that_falls_silent_is_not_waited_for(queue: MailQueue, serve: Serve, command: str) -> None:
    queue.answers[command] = "silence"
    with pytest.raises(FillError, match=r"no answer in 0\.1 seconds"):
        serve(timeout=0.1).deliver(ALICE, [ours(1)])


def test_a_server_that_does_not_want_to_talk_is_told(queue: MailQueue, serve: Serve) -> None:
    queue.answers["greeting"] = "554 go away"
    with pytest.raises(FillError, match="it answered 554 go away"):
        serve().check(ALICE)


def test_a_refused_connection_is_told_with_the_next_step() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FillError, match=rf"smtp server 127\.0\.0\.1:{port}: Connection refused; start the server"):
        provisioner(f"smtp:127.0.0.1:{port}").check(ALICE)


def test_a_missing_socket_is_told(tmp_path: Path) -> None:
    with pytest.raises(FillError, match=r"lmtp server .*/lmtp: No such file or directory"):
        provisioner(f"lmtp:{tmp_path}/lmtp").check(ALICE)


def test_what_goes_wrong_in_the_making_of_messages_is_not_blamed_on_the_server(serve: Serve) -> None:
    def messages() -> Iterator[bytes]:
        yield ours(1)
        raise FileNotFoundError("no.eml")

    with pytest.raises(FileNotFoundError, match=r"no\.eml"):
        serve().deliver(ALICE, messages())


def test_a_name_that_is_no_address_is_refused_before_anything_is_sent(queue: MailQueue, serve: Serve) -> None:
    with pytest.raises(FillError, match="is no mail address"):
        serve().deliver(Mailbox("a> <b", ""), [ours(1)])
    assert not queue.commands


@pytest.mark.parametrize("spec", ["smtp:h?to={usr}", "smtp:h?from={usr}", "smtp:/run/socket", "lmtp:h?verify=no"])
def test_a_wrong_spec_is_found_at_once(spec: str) -> None:
    with pytest.raises(SpecError):
        provisioner(spec)
