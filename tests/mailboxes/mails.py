"""Messages for the tests of this folder."""

from conformance.mailboxes import FIXTURE_DOMAIN, Mailbox

__all__ = ["ALICE", "FOREIGN", "ours"]

ALICE = Mailbox("alice", "open sesame")

FOREIGN = b"From: carol@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: keep me\r\n\r\nnot yours\r\n"
"""A message of somebody else, in wire form."""


def ours(number: int, body: bytes = b"hello\r\n") -> bytes:
    """A message as pop3spec delivers it, in wire form."""
    header = f"From: bob@example.org\r\nMessage-ID: <test-{number}@{FIXTURE_DOMAIN}>\r\nSubject: {number}\r\n"
    return header.encode("ascii") + b"\r\n" + body
