"""How clients get in through TLS and SASL, and where they turn back."""

import ssl
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from conformance.server import ServerTls
from tests.foreign.clients.meeting import meet
from tests.foreign.clients.programs import USER, Client, Place, Tls
from tests.foreign.servers.certificate import Certificates, Shown, make_certificates

__all__ = ["DANGERS", "NO_WAY", "WAYS", "danger_outcome", "way_outcome"]

NO_WAY: Final = "-"
"""Stands for a way that a client does not know."""

_MECHANISMS: Final = (
    *("APOP", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"),
    *("XOAUTH2", "OAUTHBEARER", "EXTERNAL"),
)

WAYS: Final[Mapping[str, tuple[Tls, str]]] = MappingProxyType(
    {
        "no TLS, USER and PASS": ("none", "USER"),
        "STLS, USER and PASS": ("STLS", "USER"),
        "pop3s, USER and PASS": ("pop3s", "USER"),
        **{f"STLS, {mechanism}": ("STLS", mechanism) for mechanism in _MECHANISMS},
    }
)
"""Each way to log in, by its name in the table."""

_OLD: Final = "the server speaks TLS 1.1 at most"
_NONE: Final = "the server does not offer STLS"
_WRONG: Final[Mapping[str, Shown]] = MappingProxyType(
    {
        "the certificate has run out": "expired",
        "the certificate is for another name": "other_name",
        "the certificate is signed by itself": "self_signed",
    }
)

DANGERS: Final[Mapping[str, tuple[Tls, str]]] = MappingProxyType(
    {
        **{f"{danger}, {tls}": (tls, danger) for danger in _WRONG for tls in ("STLS", "pop3s")},
        f"{_OLD}, STLS": ("STLS", _OLD),
        f"{_NONE}, USER and PASS": ("STLS", _NONE),
    }
)
"""Each reason not to log in, by its name in the table."""


def way_outcome(client: Client, way: str) -> str:
    """What the client comes away with when it is told to go this way."""
    tls, mechanism = WAYS[way]
    if mechanism not in client.mechanisms:
        return NO_WAY
    with _certificates("trusted") as made:
        place = _place(tls, made, mechanism)
        return meet(client, place, tls=_spoken(made))


def danger_outcome(client: Client, danger: str) -> str:
    """What the client comes away with where it ought to give no password."""
    tls, what = DANGERS[danger]
    with _certificates(_WRONG.get(what, "trusted")) as made:
        spoken = None if what == _NONE else _spoken(made)
        if spoken is not None and what == _OLD:
            _age(spoken.context)
        return meet(client, _place(tls, made, "USER"), tls=spoken)


@contextmanager
def _certificates(shown: Shown) -> Iterator[Certificates]:
    with tempfile.TemporaryDirectory() as folder:
        yield make_certificates(Path(folder), shown, USER)


def _spoken(made: Certificates) -> ServerTls:
    return ServerTls.loaded(made.shown, made.key, client_ca=made.ca)


def _place(tls: Tls, made: Certificates, mechanism: str) -> Place:
    own = made.client if mechanism == "EXTERNAL" else None
    return Place(0, tls, ca=None if tls == "none" else made.ca, mechanism=mechanism, certificate=own)


def _age(context: ssl.SSLContext) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # this is why it is asked for
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
