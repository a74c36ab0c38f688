"""The servers that are compared, each in processes of its own and with the same mail."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from conformance.mailboxes import Mailbox, provisioner
from tests.foreign import servers

__all__ = ["MAIL", "REFERENCE", "Contestant", "attachment", "fill", "real_servers", "serving", "text"]

REFERENCE: Final = "pop3spec"
_HEADER: Final = b"From: maja@lakeside.example\r\nSubject: load\r\n\r\n"
_LINE: Final = b"Sphinx of black quartz, judge my vow, and let the five wizards jump quickly.\r\n"
_CODED: Final = b"U3BoaW54IG9mIGJsYWNrIHF1YXJ0eiwganVkZ2UgbXkgdm93LCBhbmQgbGV0IGZpdmUgd2l6YXJk\r\n"
_LAUNCHERS: Final[Mapping[str, Callable[[Path], AbstractContextManager[servers.Running]]]] = {
    "dovecot": servers.dovecot,
    "popa3d": servers.popa3d,
    "mailutils": servers.mailutils,
    "twisted": partial(servers.twisted, mended=True),
}


@dataclass(frozen=True)
class Contestant:
    """A server that runs, and has mail."""

    name: str
    port: int
    pid: int = 0
    """Its process; 0 where nobody asks."""

    def memory(self, field: str) -> int:
        """Octets of memory: `VmRSS`, that it has, or `VmHWM`, that it had at the most."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition(f"{field}:")[2].split()[0]) * 1024


def text(octets: int) -> bytes:
    """A message of about that size, in which every fiftieth line begins with a full stop."""
    some = _LINE * 49 + b"." + _LINE
    return _HEADER + some * (octets // len(some)) + _LINE * (octets % len(some) // len(_LINE))


def attachment(octets: int) -> bytes:
    """A message of about that size, which is large because of a file that comes with it in Base64."""
    return text(2000) + b"\r\n" + _CODED * (octets // len(_CODED))


MAIL: Final[Mapping[str, tuple[bytes, ...]]] = {
    "alice": (text(10 << 10),) * 50,
    "bob": (attachment(32 << 20),),
    "carol": (text(1000),),
}


def fill(spec: str, mail: Mapping[str, Iterable[bytes]] = MAIL) -> None:
    """Deliver each user's mail, as of a minute ago: popa3d waits until an mbox has not changed for a second."""
    way, _, place = spec.partition(":")
    for user, messages in mail.items():
        provisioner(spec).deliver(Mailbox(user, "secret"), messages)
        if way == "mbox":
            path = Path(place.format(user=user))
            past = path.stat().st_mtime - 60
            os.utime(path, (past, past))


@contextmanager
def serving(folder: Path, *users: str) -> Iterator[Contestant]:
    """The reference server, as `pop3spec serve` starts it, over Maildirs in the folder."""
    accounts = [f"--user={user}" if ":" in user else f"--user={user}:secret" for user in users or MAIL]
    command = [sys.executable, "-m", "conformance.cli", "serve", *accounts, f"--maildir={folder}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)  # as the others are
    try:
        assert process.stdout is not None
        yield Contestant(REFERENCE, int(process.stdout.readline().rpartition(":")[2]), process.pid)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def real_servers(folder: Path) -> Iterator[list[Contestant]]:
    """Every real server that can be started here, with the mail."""
    with ExitStack() as stack:
        started = []
        for name in servers.SERVERS:
            if servers.available(name) is None:
                running = stack.enter_context(_LAUNCHERS[name](folder))
                fill(running.fill)
                started.append(Contestant(name, running.port))
        yield started
