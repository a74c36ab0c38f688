"""A reference server in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["port_of", "resident", "serving", "start"]

_PROGRAM = """
import sys
from conformance.server import MaildirStore, ReferenceServer, serve_until_signal
serve_until_signal(ReferenceServer(store=MaildirStore(sys.argv[1])), lambda line: print(line, flush=True))
"""


def start(folder: Path) -> subprocess.Popen[str]:
    """A server over the Maildirs in a folder; it says where it listens."""
    command = [sys.executable, "-c", _PROGRAM, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def port_of(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on pop3://127.0.0.1:"), line
    return int(line.rpartition(":")[2])


@contextmanager
def serving(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A server that is killed behind the block, if it still runs."""
    process = start(folder)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def resident(process: subprocess.Popen[str]) -> int:
    """Octets of memory that the process has."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024
