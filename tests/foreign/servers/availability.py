"""Whether a server can run here, and if not, why."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .confined import enclosed

__all__ = ["DOVECOT_ACCOUNT", "SERVERS", "available", "cache", "dovecot_version", "own_uid_as", "program"]

SERVERS: Final = ("courier", "cyrus", "dovecot", "mailutils", "popa3d", "twisted")
"""The servers that there is a launcher for."""

DOVECOT_ACCOUNT: Final = "dovenull"
"""The account that Dovecot runs as; Debian's dovecot-core creates it."""

_UNPACKED: Final = {
    "courier": "root/usr/lib/courier/courier/courierpop3d",
    "cyrus": "sbin/pop3d",
    "mailutils": "sbin/pop3d",
    "popa3d": "sbin/popa3d",
}
_SYSTEM_PATH: Final = "/usr/local/sbin:/usr/sbin:/sbin"


def cache() -> Path:
    """Where `.ci/foreign-servers` unpacks what cannot be installed: POP3SPEC_FOREIGN, else in the user's cache."""
    if chosen := os.environ.get("POP3SPEC_FOREIGN"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pop3spec" / "foreign"


def program(name: str) -> str | None:
    """The path of an installed program; daemons are found even where PATH is an ordinary user's."""
    return shutil.which(name) or shutil.which(name, path=_SYSTEM_PATH)


def available(name: str) -> str | None:
    """None if the server can be started here, otherwise the reason why it cannot."""
    if name == "twisted":
        missing = importlib.util.find_spec("twisted") is None
        return "Twisted is not installed (pip install 'pop3spec[test]')" if missing else None
    if name == "dovecot":
        return _missing_tools() or _no_dovecot()
    return _missing_tools() or _no_private_root(name)


def dovecot_version() -> str:
    """The version of the Dovecot that is installed."""
    done = subprocess.run([program("dovecot") or "dovecot", "--version"], capture_output=True, check=True, text=True)
    return done.stdout.split()[0]


def own_uid_as(account: str) -> list[str]:
    """Options of unshare(1) for a user namespace in which the present user is `account`."""
    entry = pwd.getpwnam(account)
    return ["--user", f"--map-user={entry.pw_uid}", f"--map-group={entry.pw_gid}"]


def _missing_tools() -> str | None:
    missing = [tool for tool in ("setpriv", "unshare", "openssl") if program(tool) is None]
    return f"not installed: {', '.join(missing)}" if missing else None


def _no_dovecot() -> str | None:
    if program("dovecot") is None or not Path("/usr/lib/dovecot/pop3-login").exists():
        return "Debian's dovecot-pop3d is not installed (.ci/foreign-servers does it)"
    if not dovecot_version().startswith("2.3."):
        return f"the settings are for Dovecot 2.3, and this is {dovecot_version()}"
    try:
        namespaces = own_uid_as(DOVECOT_ACCOUNT)
    except KeyError:
        return f"there is no account {DOVECOT_ACCOUNT}"
    return _refused("user namespaces", namespaces, ["true"])


def _no_private_root(name: str) -> str | None:
    if os.geteuid() != 0:
        return f"{name} needs root, for mounts and for changing to the uid of an account"
    if not (cache() / name / _UNPACKED[name]).exists():
        return f"{name} is not unpacked in {cache()} (.ci/foreign-servers does it)"
    attempt = (
        "mount -t tmpfs none /mnt && mkdir /mnt/upper /mnt/work /mnt/root && "
        "mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work none /mnt/root"
    )
    return _refused("a private overlay of /", ["--mount"], ["sh", "-c", attempt])


def _refused(what: str, namespaces: Sequence[str], command: Sequence[str]) -> str | None:
    """What the kernel says against running `command` in `namespaces`; None if nothing."""
    done = subprocess.run(enclosed(namespaces, command), capture_output=True, check=False, text=True)
    return f"{what} cannot be had here: {done.stderr.strip()}" if done.returncode else None
