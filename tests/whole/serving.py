"""The reference server as people start it, in a process of its own, with a command that restarts it."""

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.command import COMMAND, environment

__all__ = ["ACCOUNTS", "CRAM", "SERVED", "TOKEN", "TOKEN_VARIABLE", "Served", "served", "target_file"]

ACCOUNTS = (
    ("alice", "secret-of-alice", False),
    ("bob", "secret-of-bob", False),
    ("carol", "secret-of-carol", True),
    ("dave", "open sesame please", False),
    ("forty-characters-" + "n" * 23, "forty-characters-" + "p" * 23, False),
    ("jörg", "süß", False),
    ("käthe", "geheim\U0001f511", False),
    ("n" * 255, "p" * 255, False),
)
"""Name, password, and whether it is an APOP secret: one account for each thing that a scenario can need."""
CRAM = ("erin", "more than the 64 octets that a block of MD5 has, so that its digest is the key")
"""Name and password of one that logs in by CRAM-MD5."""
TOKEN = ("bob", "a-token-for-bob")
"""A name, and what opens its maildrop besides."""
TOKEN_VARIABLE = "TOKEN_FOR_BOB"
"""The variable that its token is read from."""
SERVED = (f"--user={CRAM[0]}:{CRAM[1]}:cram-md5", f"--token={TOKEN[0]}:{TOKEN[1]}", "--anonymous=dave", "--tls")
"""Options of a server that has all that there is."""


class Served:
    """`pop3spec serve`, and whoever connects to `doorbell` has it restarted, on the port that it had."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self._options = options
        self.starts = 0
        self.port = self.tls_port = 0
        self._process = self._start()
        self._doorbell = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._attend)
        self._thread.start()

    @property
    def fill(self) -> str:
        """How mail gets in."""
        return f"maildir:{self.folder}/mail/{{user}}"

    @property
    def restart(self) -> str:
        """A shell command that has it restarted, and waits until it listens."""
        port = self._doorbell.getsockname()[1]
        return f"{sys.executable} -c \"import socket; socket.create_connection(('127.0.0.1', {port})).recv(1)\""

    def mail(self) -> list[bytes]:
        """All that lies in the maildrops."""
        return sorted(path.read_bytes() for part in ("new", "cur") for path in self.folder.glob(f"mail/*/{part}/*"))

    def end(self) -> None:
        """Stop it."""
        self._doorbell.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._doorbell.close()
        self._stop()

    def _start(self) -> "subprocess.Popen[str]":
        users = [f"--user={name}:{password}{':apop' if apop else ''}" for name, password, apop in ACCOUNTS]
        more = [f"--maildir={self.folder / 'mail'}", f"--port={self.port}", *self._options]
        more += [f"--tls-port={self.tls_port}"] * ("--tls" in self._options)
        command = [*COMMAND, "serve", *users, *more]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("listening on "), said
        ports = [int(port) for port in re.findall(r"//[^ ]*:(\d+)", said)]
        self.port, self.tls_port = ports[0], ports[-1]
        self.starts += 1
        return process

    def _stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _attend(self) -> None:
        while True:
            try:
                caller, _ = self._doorbell.accept()
            except OSError:
                return
            with caller:
                self._stop()
                self._process = self._start()


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """Serve while the block runs."""
    server = Served(folder, *options)
    try:
        yield server
    finally:
        server.end()


def target_file(path: Path, port: int, fill: str, *more: str, restart: str = "", token: bool = False) -> Path:
    """A file that describes the server with all its accounts; `more` are lines of it.

    With `token` one of them has a token, which the variable holds.
    """
    lines = ['host = "127.0.0.1"', f"port = {port}", f"fill = '{fill}'", f"restart = '''{restart}'''", *more]
    for name, password, apop in ACCOUNTS:
        lines += ["[[account]]", f'name = "{name}"', f'password = "{password}"', f"apop = {str(apop).lower()}"]
        lines += [f'token-env = "{TOKEN_VARIABLE}"'] * (token and name == TOKEN[0])
    lines += ["[[account]]", f'name = "{CRAM[0]}"', f'password = "{CRAM[1]}"', 'auth = "CRAM-MD5"', "plain = false"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
