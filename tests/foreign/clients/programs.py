"""Four clients, each told to fetch all mail of one account and to leave it there."""

import mailbox
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

__all__ = ["CLIENTS", "Client", "Fetched"]

USER: Final = "alice"
PASSWORD: Final = "secret"
_SECONDS: Final = 6.0
"""Time enough for anything that ends by itself."""


@dataclass(frozen=True)
class Fetched:
    """What a client came away with."""

    mails: tuple[bytes, ...]
    """The messages that it delivered, as it delivered them."""
    status: int | None
    """Its exit status; None when it had to be stopped."""


@dataclass(frozen=True)
class Client:
    """A program, and how it is called."""

    name: str
    version: Callable[[], str | None]
    """The version that is here; None where there is none."""
    fetch: Callable[[int, Path], Fetched]
    """Fetch from a port of this machine, with a folder to work in."""


def _installed(program: str) -> str | None:
    if shutil.which(program) is None:
        return None
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    words = done.stdout.replace("+", " ").split()
    return next(word for word in words if word[0].isdigit())


def _call(*command: str | Path, home: Path) -> int | None:
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            list(map(str, command)), cwd=home, env=environment, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode


def _write(path: Path, *lines: str) -> Path:
    path.touch(mode=0o600)
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


_POPLIB: Final = """
import poplib, sys
session = poplib.POP3("127.0.0.1", int(sys.argv[1]), timeout=3)
session.user(sys.argv[2]); session.pass_(sys.argv[3])
for number in range(1, session.stat()[0] + 1):
    lines = session.retr(number)[1]
    open(f"{number}.eml", "wb").write(b"\\r\\n".join([*lines, b""]))
session.quit()
"""


def _poplib(port: int, folder: Path) -> Fetched:
    status = _call(sys.executable, "-I", "-c", _POPLIB, str(port), USER, PASSWORD, home=folder)
    return Fetched(_files(folder), status)


def _curl(port: int, folder: Path) -> Fetched:
    """One message after another, by the numbers of a listing, as scripts do."""
    url = f"pop3://{USER}:{PASSWORD}@127.0.0.1:{port}/"
    quiet = ("curl", "--silent", "--max-time", "4")
    statuses = [_call(*quiet, "--output", folder / "listing", url, home=folder)]
    listing = folder / "listing"
    rows = listing.read_bytes().splitlines() if listing.exists() else []
    for number in [row.split()[0].decode("ascii", "replace") for row in rows if row.split()]:
        statuses.append(_call(*quiet, "--output", folder / f"{number}.eml", url + number, home=folder))
    return Fetched(_files(folder), next((status for status in statuses if status != 0), 0))


def _fetchmail(port: int, folder: Path) -> Fetched:
    (folder / "mail").mkdir()
    config = _write(
        folder / "fetchmailrc",
        f"poll 127.0.0.1 service {port} protocol pop3 timeout 3 no dns:",
        f'user "{USER}" password "{PASSWORD}" keep fetchall no rewrite sslproto "" mda "cat > mail/$$.$(date +%N).eml"',
    )
    options = ("--nodetach", "--nosyslog", "--invisible", "--idfile", folder / "ids", "--pidfile", folder / "pid")
    status = _call("fetchmail", "--fetchmailrc", config, *options, home=folder)
    return Fetched(_files(folder / "mail"), status)


def _mpop(port: int, folder: Path) -> Fetched:
    kept = _write(folder / "mbox")
    config = _write(
        folder / "mpoprc",
        *(
            "account default",
            "host 127.0.0.1",
            f"port {port}",
            f"user {USER}",
            f"password {PASSWORD}",
            "auth user",
            "tls off",
        ),
        *("keep on", "timeout 3", "received_header off", f"delivery mbox {kept}", f"uidls_file {folder}/ids"),
    )
    status = _call("mpop", f"--file={config}", "--quiet", home=folder)
    box = mailbox.mbox(kept)
    try:
        return Fetched(tuple(map(box.get_bytes, box.keys())), status)
    finally:
        box.close()


def _files(folder: Path) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(folder.glob("*.eml")))


def _named(clients: Iterable[Client]) -> Mapping[str, Client]:
    return MappingProxyType({client.name: client for client in clients})


CLIENTS: Final = _named(
    (
        Client("poplib", lambda: f"{sys.version_info.major}.{sys.version_info.minor}", _poplib),
        Client("curl", lambda: _installed("curl"), _curl),
        Client("fetchmail", lambda: _installed("fetchmail"), _fetchmail),
        Client("mpop", lambda: _installed("mpop"), _mpop),
    )
)
"""By name."""
