"""What a test gets to know about a running server, and how to tell that it is there."""

import re
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["ACCOUNTS", "LONGEST", "SPACED", "Running", "StartError", "await_greeting", "fill_in", "free_port"]

ACCOUNTS: Final = (("alice", "secret"), ("bob", "secret"), ("carol", "secret"), ("erin", "hush"), ("frank", "whisper"))
"""Name and password of the accounts that every server has."""

LONGEST: Final = ("abcdefghijklmnopqrstuvwxyz-0123456789-xy", "0123456789-abcdefghijklmnopqrstuvwxyz-01")
"""An account whose name and password are 40 octets each, the longest argument of RFC 1939 §3."""

SPACED: Final = ("dave", "open sesame")
"""An account whose password has a space in it; RFC 1939 §7 makes the space a part of PASS's only argument."""

_START_SECONDS: Final = 10.0
_GREETING_SECONDS: Final = 2.0
_RETRY_SECONDS: Final = 0.02


@dataclass(frozen=True)
class Running:
    """A server that has greeted, and what a test needs in order to use it."""

    name: str
    """The server's name, with its variant: `dovecot`, `twisted-mended`."""

    version: str
    """The version that the server or its package names."""

    port: int
    """The port of `host` where it speaks POP3."""

    accounts: tuple[tuple[str, str], ...]
    """Name and password of the ordinary accounts."""

    longest: tuple[str, str] | None
    """The account whose name and password are 40 octets each; None where the server cannot have it."""

    spaced: tuple[str, str] | None
    """The account whose password has a space in it; None where the server cannot have it."""

    fill: str
    """Where to put messages: `maildir:` or `mbox:` and a path in which `{user}` stands for the name of the account, or
    an address for LMTP."""

    tls_port: int | None
    """The port where it speaks POP3 over TLS from the first octet; None where it has no TLS."""

    ca: Path | None
    """The certificate of the authority that has signed its own, for localhost and `host`; None where it has no TLS."""

    config: str
    """The text of the set-up, fit to be published: capital words stand for ports and paths."""

    log: Path
    """What it said about itself."""

    host: str = "127.0.0.1"
    """The address where it listens."""

    client_certificate: Path | None = None
    """Certificate and key of the first account; None where it takes none."""

    token: Callable[[str], str] | None = None
    """What makes an access token for an account; None where it takes none."""

    def mail(self, user: str) -> Path:
        """The Maildir folder or mbox file of an account, where there is one."""
        return Path(self.fill.partition(":")[2].replace("{user}", user))


class StartError(Exception):
    """A server did not come up; the message carries the end of its log."""


def free_port() -> int:
    """A port of any address of this machine that nobody listens on at this moment."""
    with socket.create_server(("", 0)) as listener:
        return int(listener.getsockname()[1])


def fill_in(settings: str, places: Mapping[str, object]) -> str:
    """The settings with each capital word that stands for a place put in its place."""
    return re.sub(r"\b[A-Z_]+\b", lambda word: str(places.get(word[0], word[0])), settings)


def await_greeting(
    process: subprocess.Popen[bytes], port: int, log: Path, host: str = "127.0.0.1", *, also: Sequence[int] = ()
) -> None:
    """Return when the server greets on `port` and listens on the ports `also`.

    Raise StartError when it ends, says something else or takes too long.
    """
    deadline = time.monotonic() + _START_SECONDS
    while not (greeting := _greeting(host, port)):
        _go_on_waiting(process, deadline, f"no greeting on port {port}", log)
    if not greeting.startswith(b"+OK"):
        raise StartError(_complaint(f"the greeting is {greeting!r}", log))
    for other in also:
        while not _listens(host, other):
            _go_on_waiting(process, deadline, f"nobody listens on port {other}", log)


def _go_on_waiting(process: subprocess.Popen[bytes], deadline: float, missing: str, log: Path) -> None:
    """Wait for one moment; raise StartError with what is `missing` when the process has ended or it is too late."""
    try:
        process.wait(_RETRY_SECONDS)
    except subprocess.TimeoutExpired:
        if time.monotonic() < deadline:
            return
    raise StartError(_complaint(f"{missing}; exit status {process.poll()}", log))


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=_GREETING_SECONDS).close()
    except OSError:
        return False
    return True


def _greeting(host: str, port: int) -> bytes:
    """The first line on `port`; empty while nobody listens, or when the connection ends or stalls first."""
    try:
        with socket.create_connection((host, port), timeout=_GREETING_SECONDS) as connection:
            line = connection.makefile("rb").readline()
    except OSError:
        return b""
    return line if line.endswith(b"\r\n") else b""


def _complaint(what: str, log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n  ".join([f"{what}; {log} ends with:", *lines[-20:]])
