"""What bodies hold, as it is compared: the message and the capabilities, and not what each delivery makes anew."""

import pytest

from conformance.machine.content import Content, content_of
from conformance.transcript import Conversation
from tests.transcript.recordings import recording

MESSAGE = b"Message-ID: <one@example.org>\r\nSubject: x\r\n\r\nhello\r\n"
OTHER = b"Message-ID: <two@example.org>\r\nSubject: x\r\n\r\nhello\r\n"


def content(command: bytes, body: bytes, status: bytes = b"+OK\r\n") -> Content | None:
    """That of the reply to a command behind a login."""
    login = (("C", b"USER a\r\n"), ("S", b"+OK\r\n"), ("C", b"PASS b\r\n"), ("S", b"+OK\r\n"))
    said = (("S", b"+OK\r\n"), *login, ("C", command + b"\r\n"), ("S", status + body + b".\r\n"))
    conversation = Conversation(recording(*said))
    conversation.follow()
    return content_of(conversation.exchanges[-1])


def differ(command: bytes, one: bytes, other: bytes) -> bool:
    """Whether two bodies are different things."""
    first = content(command, one)
    assert first is not None
    return first.differs_from(content(command, other))


@pytest.mark.parametrize("command", [b"RETR 1", b"TOP 1 9"])
def test_the_same_message_in_other_octets_is_different(command: bytes) -> None:
    assert differ(command, MESSAGE, MESSAGE.replace(b"hello", b"Hello"))
    assert differ(command, MESSAGE, b"X-More: 1\r\n" + MESSAGE)
    assert not differ(command, MESSAGE, MESSAGE)


def test_another_message_is_not_compared() -> None:
    assert not differ(b"RETR 1", MESSAGE, OTHER)


@pytest.mark.parametrize("field", [b"Received: from a\r\n\tby b; 1 Jan\r\n", b"X-Session: 1 Jan\r\n"])
def test_what_a_delivery_makes_anew_may_differ_and_must_be_there(field: bytes) -> None:
    assert not differ(b"RETR 1", field + MESSAGE, field.replace(b"1 Jan", b"2 Feb") + MESSAGE)
    assert differ(b"RETR 1", field + MESSAGE, MESSAGE)


def test_capabilities_are_compared_without_order_letter_case_and_release() -> None:
    capabilities = b"TOP\r\nEXPIRE 60\r\nIMPLEMENTATION one 1.0\r\n"
    assert not differ(b"CAPA", capabilities, b"implementation one 2.0\r\nexpire 60\r\nTOP\r\n")
    assert differ(b"CAPA", capabilities, capabilities.replace(b"60", b"NEVER"))
    assert differ(b"CAPA", capabilities, capabilities + b"UIDL\r\n")


@pytest.mark.parametrize(
    "command, body, status",
    [
        (b"LIST", b"1 120\r\n", b"+OK\r\n"),
        (b"RETR 1", b"Subject: nobody knows whose\r\n\r\n", b"+OK\r\n"),
        (b"RETR 1", b"", b"-ERR\r\n"),
        (b"RETR 1", MESSAGE + b"x" * (1 << 20), b"+OK\r\n"),
    ],
)
def test_all_else_is_not_compared(command: bytes, body: bytes, status: bytes) -> None:
    assert content(command, body, status) is None
