"""Processes that end for certain: a program and all its offspring in a process namespace of their own.

`unshare --fork` makes a new namespace with a shell as process 1 and the program as its child. When process 1 dies the
kernel kills all others, and lets its parent reap it only after they are gone; so whoever has waited for `unshare` knows
that no process, no open port and no mount of that namespace is left. If the test process dies without a word, the
kernel kills `unshare` (`setpriv --pdeathsig`), and its death kills process 1 (`--kill-child`). The program cannot be
process 1 itself: the kernel forgets the signal of a process that changes its uid or gid, as daemons do. The signal
follows the thread that starts the server: let that be one which lives as long as the test.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from .running import await_greeting

__all__ = ["confined", "enclosed"]

_END_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.02
_PROCESS_1: Final = ("sh", "-c", '"$@"; exit $?', "process-1")


def enclosed(namespaces: Sequence[str], command: Sequence[str]) -> list[str]:
    """The command line that runs `command` in a process namespace and in `namespaces`, options of unshare(1)."""
    return [
        *("setpriv", "--pdeathsig", "KILL"),
        *("unshare", *namespaces, "--pid", "--fork", "--kill-child=KILL", "--", *_PROCESS_1, *command),
    ]


@contextmanager
def confined(
    namespaces: Sequence[str],
    command: Sequence[str],
    *,
    port: int,
    log: Path,
    host: str = "127.0.0.1",
    also: Sequence[int] = (),
    descriptors: Sequence[int] = (),
) -> Iterator[None]:
    """Run a server until the block ends; it inherits `descriptors`.

    Enter the block when it greets on `port` and listens on the ports `also`.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            enclosed(namespaces, command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=descriptors,
            start_new_session=True,
        )
    try:
        await_greeting(process, port, log, host, also=also)
        yield
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill process 1 of the namespace and wait until unshare has reaped it; unshare itself only if that fails."""
    deadline = time.monotonic() + _END_SECONDS
    while process.poll() is None:
        if time.monotonic() > deadline:
            process.kill()
        for child in _children(process.pid):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK_SECONDS)


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
