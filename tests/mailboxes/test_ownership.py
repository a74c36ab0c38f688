import pytest

from conformance.mail import load, names
from conformance.mailboxes import is_ours

from .mails import FOREIGN, ours


@pytest.mark.parametrize("name", names())
def test_every_bundled_message_is_ours_with_either_line_end(name: str) -> None:
    octets = load(name).octets
    assert is_ours(octets)
    assert is_ours(octets.replace(b"\r\n", b"\n"))


@pytest.mark.parametrize("name", ["small:7", "text:2000", "dots:2000", "lines:10"])
def test_every_made_message_is_ours(name: str) -> None:
    assert is_ours(load(name).octets)


@pytest.mark.parametrize(
    "header",
    [
        b"message-id: <a@fixtures.pop3spec.invalid>\r\n",
        b"X-UIDL: 7\nMessage-ID:<a@fixtures.pop3spec.invalid>  \nStatus: O\n\n",
        b"Message-ID:\r\n  <a@fixtures.pop3spec.invalid>\r\n",
        b"Message-ID: <a@fixtures.pop3spec.invalid>",
    ],
)
def test_a_message_id_of_ours_is_seen_however_it_is_written(header: bytes) -> None:
    assert is_ours(header)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\r\n",
        FOREIGN,
        b"Message-ID: <a@fixtures.pop3spec.invalid.example.org>\r\n",
        b"Message-ID: <a@notfixtures.pop3spec.invalid>\r\n",
        b"References: <a@fixtures.pop3spec.invalid>\r\n",
        b"Subject: see\r\n Message-ID: <a@fixtures.pop3spec.invalid>\r\n",
    ],
)
def test_other_mail_is_not_ours(header: bytes) -> None:
    assert not is_ours(header)


@pytest.mark.parametrize("separator", [b"\r\n", b"\n"])
def test_a_message_of_ours_quoted_in_a_body_does_not_count(separator: bytes) -> None:
    assert not is_ours(b"Subject: forwarded" + separator * 2 + ours(1))
    assert not is_ours(separator + ours(1))
