"""SIGTERM ends a command as Ctrl-C does: it cleans up and tells what was done."""

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

__all__ = ["Stopped", "stoppable"]


class _Terminated(KeyboardInterrupt):
    """SIGTERM; whoever cleans up after Ctrl-C does so after it."""


@dataclass(slots=True)
class Stopped:
    """Whether it happened."""

    terminated: bool = False


@contextlib.contextmanager
def stoppable() -> Iterator[Stopped]:
    """Let SIGTERM be like Ctrl-C while the block runs."""
    stopped = Stopped()

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        stopped.terminated = True
        raise _Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGTERM, before)
