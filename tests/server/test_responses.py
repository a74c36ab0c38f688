"""Replies become octets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.server.responses import OK, Response, accepted, refused


@pytest.mark.parametrize(
    "response, octets",
    [
        (OK, b"+OK\r\n"),
        (accepted(b"2 320"), b"+OK 2 320\r\n"),
        (refused(b"no"), b"-ERR no\r\n"),
        (accepted(b"none", ()), b"+OK none\r\n.\r\n"),
        (accepted(b"two", (b"1 120\r\n2 200\r\n",)), b"+OK two\r\n1 120\r\n2 200\r\n.\r\n"),
        (accepted(b"dots", (b".\r", b"\n", b".a\r\n", b"b.\r\n.")), b"+OK dots\r\n..\r\n..a\r\nb.\r\n..\r\n.\r\n"),
    ],
)
def test_a_reply_is_its_status_line_its_stuffed_body_and_the_end_line(response: Response, octets: bytes) -> None:
    assert b"".join(response.blocks()) == octets


def test_a_body_is_begun_before_anything_is_promised() -> None:
    def unreadable() -> Iterator[bytes]:
        yield from map(Path.read_bytes, [Path("/no/such/file")])

    with pytest.raises(OSError, match="/no/such/file"):
        next(accepted(b"here it comes", unreadable()).blocks())
