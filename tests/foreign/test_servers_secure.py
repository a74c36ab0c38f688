"""What the servers that others wrote can be told about TLS and SASL, they do."""

import base64
import poplib
import socket
import ssl
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from . import servers
from .servers import Running, available
from .servers.tokens import token

_SECONDS: Final = 20.0
_WITH_TLS: Final = ("courier", "cyrus", "dovecot", "mailutils")
_WHY_REFUSED: Final = {
    "expired": "certificate has expired",
    "other_name": "Hostname mismatch",
    "self_signed": "self.signed certificate",
}
_MECHANISMS: Final = {
    "PLAIN": b"\0alice\0secret",
    "XOAUTH2": b"user=alice\1auth=Bearer TOKEN\1\1",
    "OAUTHBEARER": b"n,a=alice,\1auth=Bearer TOKEN\1\1",
    "EXTERNAL": b"alice",
    "ANONYMOUS": b"a passer-by",
}
_OTHERS: Final = {"LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"}


@contextmanager
def _started(name: str, folder: Path, flags: Sequence[str] = (), **words: str) -> Iterator[Running]:
    if (reason := available(name)) is not None:
        pytest.skip(reason)
    with getattr(servers, name)(folder, **dict.fromkeys(flags, True), **words) as server:
        yield server


@pytest.mark.parametrize("shows", sorted(_WHY_REFUSED))
@pytest.mark.parametrize("name", _WITH_TLS)
def test_a_wrong_certificate_is_refused_by_python(name: str, shows: str, tmp_path: Path) -> None:
    with _started(name, tmp_path, shows=shows) as server:
        context = ssl.create_default_context(cafile=server.ca)
        for by_stls in (False, True):
            with pytest.raises(ssl.SSLCertVerificationError, match=_WHY_REFUSED[shows]):
                _shake_hands(server, context, by_stls=by_stls)


@pytest.mark.parametrize("name", _WITH_TLS)
def test_a_password_is_taken_inside_tls_alone_where_a_server_is_told_so(name: str, tmp_path: Path) -> None:
    with _started(name, tmp_path, ["tls_only"]) as server:
        session = poplib.POP3(server.host, server.port, timeout=_SECONDS)
        with pytest.raises(poplib.error_proto, match="-ERR"):
            _log_in(session)
        session.stls(ssl.create_default_context(cafile=server.ca))
        assert _log_in(session).startswith(b"+OK")
        session.quit()


def test_old_versions_of_tls_are_refused_unless_told_otherwise(tmp_path: Path) -> None:
    for flags in ([], ["old_tls"]):
        (folder := tmp_path / "-".join(["old", *flags])).mkdir()
        with _started("dovecot", folder, flags) as server:
            context = _old(ssl.create_default_context(cafile=server.ca))
            if flags:
                session = _over_tls(server, context)
                assert session.quit().startswith(b"+OK")
            else:
                with pytest.raises(ssl.SSLError, match=r"ALERT_PROTOCOL_VERSION|UNEXPECTED_EOF"):
                    _shake_hands(server, context)


def test_dovecot_lets_the_account_in_by_each_mechanism(tmp_path: Path) -> None:
    with _started("dovecot", tmp_path) as server:
        context = ssl.create_default_context(cafile=server.ca)
        assert server.client_certificate is not None
        context.load_cert_chain(server.client_certificate)
        for mechanism, words in _MECHANISMS.items():
            session = _over_tls(server, context)
            assert set(session.capa()["SASL"]) == {*_MECHANISMS, *_OTHERS}
            response = base64.b64encode(words.replace(b"TOKEN", token("alice").encode("ascii")))
            answer = _ask(session, b"AUTH %b %b" % (mechanism.encode("ascii"), response))
            assert (mechanism, answer[:3]) == (mechanism, b"+OK")
            assert session.stat() == (0, 0)
            session.quit()


def test_dovecot_refuses_a_token_that_has_run_out(tmp_path: Path) -> None:
    with _started("dovecot", tmp_path) as server:
        session = poplib.POP3(server.host, server.port, timeout=_SECONDS)
        words = b"n,a=alice,\1auth=Bearer %b\1\1" % token("alice", expired=True).encode("ascii")
        assert _ask(session, b"AUTH OAUTHBEARER " + base64.b64encode(words)).startswith(b"+ ")
        assert _ask(session, base64.b64encode(b"\1")).startswith(b"-ERR")
        session.quit()


def _log_in(session: poplib.POP3) -> bytes:
    session.user("alice")
    return session.pass_("secret")


def _over_tls(server: Running, context: ssl.SSLContext) -> poplib.POP3:
    assert server.tls_port is not None
    return poplib.POP3_SSL("localhost", server.tls_port, timeout=_SECONDS, context=context)


def _shake_hands(server: Running, context: ssl.SSLContext, *, by_stls: bool = False) -> None:
    port = server.port if by_stls else server.tls_port
    assert port is not None
    with socket.create_connection((server.host, port), _SECONDS) as connection:
        if by_stls:
            with connection.makefile("rb") as replies:
                assert replies.readline().startswith(b"+OK")
                connection.sendall(b"STLS\r\n")
                assert replies.readline().startswith(b"+OK")
        context.wrap_socket(connection, server_hostname="localhost").close()


def _old(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same, for TLS 1.1 and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # this is why it is asked for
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _ask(session: poplib.POP3, line: bytes) -> bytes:
    """Send a line that poplib has no method for; return the line that answers it."""
    assert isinstance(session.sock, socket.socket)
    session.sock.sendall(line + b"\r\n")
    answer: bytes = session.file.readline()
    return answer
