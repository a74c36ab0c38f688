"""A root directory of its own for a daemon that wants accounts, PAM and /var/mail: an overlay of `/` that only it sees.

Nothing of the machine changes, and the machine's own accounts cannot log in. It needs root.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .availability import cache
from .confined import confined
from .running import ACCOUNTS, LONGEST, SPACED

__all__ = ["PrivateRoot", "pam_file", "private_root"]

_PEOPLE: Final = (*ACCOUNTS, LONGEST, SPACED)
_FIRST_UID: Final = 2001
_GROUP: Final = 2000
_DAEMONS: Final = {"popa3d": 990, "courier": 991, "cyrus": 992}
_SCRIPT: Final = Path(__file__).with_suffix(".sh")


@dataclass(frozen=True)
class PrivateRoot:
    """The place where one daemon runs, prepared and not yet entered."""

    folder: Path
    """Where everything about it lies, as seen from outside."""

    unpacked: Path
    """The folder with the unpacked packages; inside it is `/opt`."""

    @property
    def log(self) -> Path:
        """Where the daemon's words go."""
        return self.folder / "log"

    maildirs: bool
    """Whether each account has a Maildir, and not an mbox file."""

    @property
    def fill(self) -> str:
        """Where to put messages, as `Running.fill` has it."""
        place = f"{self.folder}/mail/{{user}}"
        return f"maildir:{place}/Maildir" if self.maildirs else f"mbox:{place}"

    @property
    def version(self) -> str:
        """The version of the unpacked package, without Debian's epoch and revision."""
        version = (self.unpacked / "version").read_text().strip()
        return version.rpartition(":")[2].partition("-")[0]

    @contextmanager
    def run(
        self, command: Sequence[str], *, port: int, also: Sequence[int] = (), descriptors: Sequence[int] = ()
    ) -> Iterator[None]:
        """Run `command` until the block ends; it starts in `folder` and finds the new root in `space/root`."""
        inside = ["sh", str(_SCRIPT), str(self.folder), str(self.unpacked), *command]
        with confined(["--mount"], inside, port=port, also=also, log=self.log, descriptors=descriptors):
            yield


def private_root(name: str, tmp: Path, files: Mapping[str, str], *, maildirs: bool = False) -> PrivateRoot:
    """Prepare a root under `tmp` for the server `name`, with `files`, by their paths, and mail for each account.

    That is an mbox file which belongs to the account, or else, with `maildirs`, a Maildir which belongs to root.
    """
    folder = tmp / name
    for part in ("space", "upper/var/mail", "upper/opt", "mail"):
        (folder / part).mkdir(parents=True)
    for path, text in {**_account_files(), **files}.items():
        target = folder / "upper" / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(0o644)
    (folder / "upper/etc/shadow").chmod(0o600)
    (_make_maildirs if maildirs else _make_mboxes)(folder / "mail")
    return PrivateRoot(folder, cache() / name, maildirs)


def pam_file(*, delay: bool) -> str:
    """What PAM is told: to ask for the password in /etc/shadow, and whether a failure is held back for 2 s."""
    return f"auth required pam_unix.so{'' if delay else ' nodelay'}\naccount required pam_unix.so\n"


def _account_files() -> dict[str, str]:
    """What /etc says about accounts, and nothing but files to ask."""
    passwd = ["root:x:0:0::/root:/bin/sh", "nobody:x:65534:65534::/nonexistent:/bin/false"]
    passwd += [f"{name}:x:{uid}:{uid}::/var/lib/{name}:/bin/false" for name, uid in _DAEMONS.items()]
    shadow = [f"{name}:*:19000:0:99999:7:::" for name in ("root", "nobody", *_DAEMONS)]
    for uid, ((name, _), crypted) in enumerate(zip(_PEOPLE, _crypted(), strict=True), _FIRST_UID):
        passwd.append(f"{name}:x:{uid}:{_GROUP}::/nonexistent:/bin/sh")
        shadow.append(f"{name}:{crypted}:19000:0:99999:7:::")
    group = ["root:x:0:", "mail:x:8:", f"people:x:{_GROUP}:", "nogroup:x:65534:"]
    group += [f"{name}:x:{uid}:" for name, uid in _DAEMONS.items()]
    return {
        "/etc/passwd": "\n".join([*passwd, ""]),
        "/etc/shadow": "\n".join([*shadow, ""]),
        "/etc/group": "\n".join([*group, ""]),
        "/etc/nsswitch.conf": "passwd: files\nshadow: files\ngroup: files\nhosts: files\nservices: files\n",
        "/etc/hosts.allow": "",
        "/etc/hosts.deny": "",
    }


def _crypted() -> list[str]:
    passwords = "".join(f"{password}\n" for _, password in _PEOPLE)
    done = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"], input=passwords, capture_output=True, check=True, text=True
    )
    return done.stdout.split()


def _make_mboxes(folder: Path) -> None:
    """Give each account an empty mbox file of its own, in a folder where everybody can make lock files."""
    folder.chmod(0o777)
    for uid, (name, _) in enumerate(_PEOPLE, _FIRST_UID):
        file = folder / name
        file.touch()
        os.chown(file, uid, _GROUP)
        file.chmod(0o660)


def _make_maildirs(folder: Path) -> None:
    """Give each account an empty Maildir."""
    for name, _ in _PEOPLE:
        for part in ("new", "cur", "tmp"):
            (folder / name / "Maildir" / part).mkdir(parents=True)
