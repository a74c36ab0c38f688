"""A program that works on a Maildir and is killed on the way, before some step into the file system.

It reads lines `STEP FOLDER WORK` and answers each with the exit status of the child that did the work. The steps are
Python's audit events; a child that has done its work before the given one is not killed.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from conformance.server import MaildirStore

MARKED = frozenset({1, 3, 4})
DONE, KILLED = 0, -signal.SIGKILL


def session(folder: Path) -> None:
    held = MaildirStore(folder).open("alice")
    for message in held.maildrop.messages:
        b"".join(held.read(message))
    held.remove(MARKED)
    held.close()


def delivery(folder: Path) -> None:
    MaildirStore(folder).deliver("alice", b"one more\n")


WORKS: dict[str, Callable[[Path], None]] = {"session": session, "delivery": delivery}


def killed_at(step: int, work: Callable[[Path], None], folder: Path) -> int:
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left = iter(range(step))

    def watch(event: str, _: object) -> None:
        if event.startswith(("os.", "open")) and next(left, None) is None:
            signal.raise_signal(signal.SIGKILL)

    sys.addaudithook(watch)
    work(folder)
    os._exit(0)


if __name__ == "__main__":
    for line in sys.stdin:
        number, where, what = line.split()
        sys.stdout.write(f"{killed_at(int(number), WORKS[what], Path(where))}\n")
        sys.stdout.flush()
