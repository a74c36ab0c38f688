"""A client meets the reference server, and what it comes away with is told in words."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from conformance.mail import maildrop
from conformance.server import Account, ReferenceServer, ServerTls
from tests.foreign.clients.programs import PASSWORD, TOKEN, USER, Client, Fetched, Place

__all__ = ["meet"]

_MAILS: Final = ("plain", "dots", "plain", "blank-lines")


def meet(client: Client, place: Place, *, tls: ServerTls | None = None, faults: Iterable[str] = ()) -> str:
    """What the client comes away with from such a place, whose port this finds; `tls` is what the server has."""
    account = Account(USER, PASSWORD, place.mechanism == "APOP", place.mechanism == "CRAM-MD5", TOKEN)
    shaken: list[object] = []
    if tls is not None:
        tls.context.sni_callback = lambda *hello: shaken.append(hello)
    server = ReferenceServer([account], faults=faults, tls=tls, tls_port=None if tls is None else 0)
    mails = [mail.octets for mail in maildrop(_MAILS)]
    with server, tempfile.TemporaryDirectory() as folder:
        for octets in mails:
            server.deliver(USER, octets)
        port = server.tls_port if place.tls == "pop3s" else server.port
        assert port is not None
        fetched = client.fetch(replace(place, port=port), Path(folder))
    in_the_clear = place.tls != "none" and not shaken and fetched.mails
    return _told(fetched, mails) + ", in the clear" * bool(in_the_clear)


def _told(fetched: Fetched, mails: Sequence[bytes]) -> str:
    left = [_bare(octets) for octets in mails]
    whole = 0
    for got in map(_bare, fetched.mails):
        match = next((octets for octets in left if got.endswith(octets)), None)
        if match is not None:
            whole += 1
            left.remove(match)
    altered = len(fetched.mails) - whole
    parts = [f"{whole} whole", f"{altered} altered" if altered else ""]
    return ", ".join([*filter(None, parts), "hangs" if fetched.status is None else f"exit {fetched.status}"])


def _bare(octets: bytes) -> bytes:
    """Without what any client may change: line ends, also at the end."""
    return octets.replace(b"\r\n", b"\n").rstrip(b"\n")
