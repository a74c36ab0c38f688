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
    interrupted: bool = False
    """By Ctrl-C."""

    def heed(self) -> None:
        """Raise KeyboardInterrupt if it did, for Python forgets one that strikes in a finalizer."""
        if self.terminated or self.interrupted:
            raise KeyboardInterrupt


@contextlib.contextmanager
def stoppable() -> Iterator[Stopped]:
    """Let SIGTERM be like Ctrl-C while the block runs; note Ctrl-C, unless it is ignored."""
    stopped = Stopped()

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        stopped.terminated = True
        raise _Terminated

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        stopped.interrupted = True
        raise KeyboardInterrupt

    handlers = {signal.SIGTERM: stop}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        handlers[signal.SIGINT] = interrupt
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
