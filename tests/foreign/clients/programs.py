"""Four clients, each told to fetch all mail of one account and to leave it there."""

import mailbox
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

__all__ = ["CLIENTS", "PASSWORD", "TOKEN", "USER", "Client", "Fetched", "Place", "Tls"]

USER: Final = "alice"
PASSWORD: Final = "secret"
TOKEN: Final = "a-token-from-somebody-who-may-grant-it"
_SECONDS: Final = 6.0
"""Time enough for anything that ends by itself."""


Tls = Literal["none", "STLS", "pop3s"]
"""No TLS; TLS that the client demands by STLS; TLS from the start."""


@dataclass(frozen=True)
class Place:
    """Where the mail is, and how to get in."""

    port: int
    """The port of 127.0.0.1."""
    tls: Tls = "none"
    """Whether to demand TLS."""
    ca: Path | None = None
    """The authority to trust, and no other."""
    mechanism: str = "USER"
    """USER and PASS, APOP, or a SASL mechanism."""
    certificate: Path | None = None
    """The client's own certificate, with its key."""

    @property
    def secret(self) -> str:
        """What opens the maildrop by that mechanism."""
        return TOKEN if self.mechanism in ("OAUTHBEARER", "XOAUTH2") else PASSWORD


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
    fetch: Callable[[Place, Path], Fetched]
    """Fetch from there, with a folder to work in."""
    mechanisms: frozenset[str]
    """The ways that it can be told to log in by, of those that the reference server has."""


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
import poplib, ssl, sys
port, tls, ca, user, secret, mechanism = sys.argv[1:]
context = ssl.create_default_context(cafile=ca or None)
if tls == "pop3s":
    session = poplib.POP3_SSL("127.0.0.1", int(port), timeout=3, context=context)
else:
    session = poplib.POP3("127.0.0.1", int(port), timeout=3)
if tls == "STLS":
    session.stls(context)
if mechanism == "APOP":
    session.apop(user, secret)
else:
    session.user(user); session.pass_(secret)
for number in range(1, session.stat()[0] + 1):
    lines = session.retr(number)[1]
    open(f"{number}.eml", "wb").write(b"\\r\\n".join([*lines, b""]))
session.quit()
"""


def _poplib(place: Place, folder: Path) -> Fetched:
    words = [str(place.port), place.tls, str(place.ca or ""), USER, place.secret, place.mechanism]
    return Fetched(status=_call(sys.executable, "-I", "-c", _POPLIB, *words, home=folder), mails=_files(folder))


def _curl(place: Place, folder: Path) -> Fetched:
    """One message after another, by the numbers of a listing, as scripts do."""
    scheme = "pop3s" if place.tls == "pop3s" else "pop3"
    url = f"{scheme}://127.0.0.1:{place.port}/"
    options: list[str | Path] = ["curl", "--silent", "--max-time", "4", *_curl_login(place)]
    options += ["--ssl-reqd"] if place.tls == "STLS" else []
    options += ["--cacert", place.ca] if place.ca is not None else []
    statuses = [_call(*options, "--output", folder / "listing", url, home=folder)]
    listing = folder / "listing"
    rows = listing.read_bytes().splitlines() if listing.exists() else []
    for number in [row.split()[0].decode("ascii", "replace") for row in rows if row.split()]:
        statuses.append(_call(*options, "--output", folder / f"{number}.eml", url + number, home=folder))
    return Fetched(_files(folder), next((status for status in statuses if status != 0), 0))


def _curl_login(place: Place) -> list[str | Path]:
    match place.mechanism:
        case "USER":
            return ["--user", f"{USER}:{PASSWORD}"]
        case "APOP":
            return ["--user", f"{USER}:{PASSWORD}", "--login-options", "AUTH=+APOP"]
        case "EXTERNAL":
            return ["--user", f"{USER}:", "--login-options", "AUTH=EXTERNAL", "--cert", str(place.certificate)]
        case "OAUTHBEARER" | "XOAUTH2":
            return ["--user", USER, "--oauth2-bearer", TOKEN, "--login-options", f"AUTH={place.mechanism}"]
    return ["--user", f"{USER}:{PASSWORD}", "--login-options", f"AUTH={place.mechanism}"]


def _fetchmail(place: Place, folder: Path) -> Fetched:
    (folder / "mail").mkdir()
    protocol = "apop" if place.mechanism == "APOP" else "pop3"
    auth = " auth cram-md5" if place.mechanism == "CRAM-MD5" else " auth password"
    tls = {"none": 'sslproto ""', "STLS": 'sslproto "TLS1.2+"', "pop3s": "ssl"}[place.tls]
    trust = f' sslcertck sslcertfile "{place.ca}"' if place.ca is not None else ""
    config = _write(
        folder / "fetchmailrc",
        f"poll localhost service {place.port} protocol {protocol} timeout 3{auth} no dns:",
        f'user "{USER}" password "{PASSWORD}" keep fetchall no rewrite {tls}{trust}',
        'mda "cat > mail/$$.$(date +%N).eml"',
    )
    options = ("--nodetach", "--nosyslog", "--invisible", "--idfile", folder / "ids", "--pidfile", folder / "pid")
    status = _call("fetchmail", "--fetchmailrc", config, *options, home=folder)
    return Fetched(_files(folder / "mail"), status)


def _mpop(place: Place, folder: Path) -> Fetched:
    kept = _write(folder / "mbox")
    tls = {"none": "tls off", "STLS": "tls on\ntls_starttls on", "pop3s": "tls on\ntls_starttls off"}[place.tls]
    own = "" if place.certificate is None else f"tls_cert_file {place.certificate}\ntls_key_file {place.certificate}"
    config = _write(
        folder / "mpoprc",
        *("account default", "host 127.0.0.1", f"port {place.port}", f"user {USER}", f"password {place.secret}"),
        *(f"auth {place.mechanism.lower()}", tls, f"tls_trust_file {place.ca}" if place.ca is not None else "", own),
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


_USER: Final = frozenset({"USER", "APOP"})
_CURL: Final = _USER | {"PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER", "EXTERNAL"}

CLIENTS: Final = _named(
    (
        Client("poplib", lambda: f"{sys.version_info.major}.{sys.version_info.minor}", _poplib, _USER),
        Client("curl", lambda: _installed("curl"), _curl, _CURL),
        Client("fetchmail", lambda: _installed("fetchmail"), _fetchmail, _USER | {"CRAM-MD5"}),
        Client("mpop", lambda: _installed("mpop"), _mpop, _CURL | {"SCRAM-SHA-1", "SCRAM-SHA-256"}),
    )
)
"""By name."""
