"""The reference server as people start it, in a process of its own, with a command that restarts it."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.command import COMMAND, environment

__all__ = ["ACCOUNTS", "Served", "served", "target_file"]

ACCOUNTS = (
    ("alice", "secret-of-alice", False),
    ("bob", "secret-of-bob", False),
    ("carol", "secret-of-carol", True),
    ("dave", "open sesame please", False),
    ("forty-characters-" + "n" * 23, "forty-characters-" + "p" * 23, False),
)
"""Name, password, and whether it is an APOP secret: one account for each thing that a scenario can need."""


class Served:
    """`pop3spec serve`, and whoever connects to `doorbell` has it restarted, on the port that it had."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self._options = options
        self.starts = 0
        self.port = 0
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
        command = [*COMMAND, "serve", *users, *more]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("listening on "), said
        self.port = int(said.rpartition(":")[2])
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


def target_file(path: Path, port: int, fill: str, *more: str, restart: str = "") -> Path:
    """A file that describes the server with all its accounts; `more` are lines of it."""
    lines = ['host = "127.0.0.1"', f"port = {port}", f"fill = '{fill}'", f"restart = '''{restart}'''", *more]
    for name, password, apop in ACCOUNTS:
        lines += ["[[account]]", f'name = "{name}"', f'password = "{password}"', f"apop = {str(apop).lower()}"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
