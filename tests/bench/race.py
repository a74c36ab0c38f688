"""The same loads for every server, in turn."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import cycle
from typing import Final

from .client import Client, logged_in, whole_session
from .contestants import MAIL, Contestant

__all__ = ["LOADS", "race"]

_ROUNDS: Final = 80
_SECONDS: Final = 0.02
"""Of one server in one round; a load is not broken off, so it can be longer."""
_PATIENCE: Final = 5.0
"""Seconds for one server and one load, after which it takes part in no other round."""
_PIPELINED: Final = 1000

Step = Callable[[], float]
"""Does a part of the load; how much that was, in the load's unit."""
Load = Callable[[Client], Step]


def _single_noop(client: Client) -> Step:
    send, receive = client.socket.send, client.socket.recv

    def step() -> float:
        for _ in range(100):
            send(b"NOOP\r\n")
            receive(512)
        return 100

    return step


def _pipelined_noop(client: Client) -> Step:
    return lambda: client.pipeline(b"NOOP\r\n", _PIPELINED)


def _small_messages(client: Client) -> Step:
    commands = cycle([b"RETR %d\r\n" % number for number in range(1, len(MAIL["alice"]) + 1)])

    def step() -> float:
        client.body(next(commands))
        return 1

    return step


def _large_message(client: Client) -> Step:
    return lambda: client.body(b"RETR 1\r\n") / 1e6


LOADS: Final[dict[str, tuple[str, Load | None]]] = {
    "sessions/s": ("carol", None),
    "single NOOP/s": ("alice", _single_noop),
    "pipelined NOOP/s": ("alice", _pipelined_noop),
    "RETR of 10 KiB/s": ("alice", _small_messages),
    "RETR of 32 MiB, MB/s": ("bob", _large_message),
}
"""Whose maildrop, and what is done in a session; None stands for sessions themselves."""


def race(name: str, contestants: Sequence[Contestant]) -> list[float]:
    """The rate of each in its best round: whatever else the machine does can only make a round worse."""
    best, spent = [0.0] * len(contestants), [0.0] * len(contestants)
    order = deque(enumerate(contestants))
    for _ in range(_ROUNDS):
        order.rotate()
        for number, contestant in order:
            if spent[number] < _PATIENCE:
                began = time.perf_counter()
                best[number] = max(best[number], _rate(contestant, *LOADS[name]))
                spent[number] += time.perf_counter() - began
    return best


def _rate(contestant: Contestant, user: str, load: Load | None) -> float:
    if load is None:

        def session() -> float:
            whole_session(contestant.port, user)
            return 1

        return _timed(session)
    session_of: AbstractContextManager[Client] = logged_in(contestant.port, user)
    with session_of as client:
        return _timed(load(client))


def _timed(step: Step) -> float:
    step()  # what is done once is done by now
    done, began = 0.0, time.perf_counter()
    while (spent := time.perf_counter() - began) < _SECONDS:
        done += step()
    return done / spent
