"""Generated commands a second, against a bare socket loop that sends the same octets to the same server.

The bare loop does nothing but send what was sent before, read once wherever something came, and throw that away.
"""

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from conformance.clauses import CATALOGUE
from conformance.driver import Account, Limits, Target
from conformance.machine.explore import Budget, Explorer
from conformance.mailboxes import provisioner
from conformance.scenario import Settings, Stage
from conformance.transcript import Chunk, Conversation
from conformance.verdicts import Verdict
from tests.foreign import servers

from .contestants import REFERENCE, serving

__all__ = ["generated"]

_COMMANDS: Final = 10_000
_SEED: Final = 1
_BATCH: Final = 50
_SECONDS: Final = 0.2
"""For which the bare loop waits for an answer."""
_LIMITS: Final = Limits()


@dataclass(slots=True)
class _Said:
    """What was said on each connection: octets, and whether something came behind them."""

    connections: list[list[tuple[bytes, bool]]] = field(default_factory=list)
    commands: int = 0

    def hear(self, conversations: Sequence[Conversation]) -> tuple[Verdict, ...]:
        """Take it from the recordings."""
        for conversation in conversations:
            turns: list[tuple[bytes, bool]] = []
            for entry in conversation.transcript.entries:
                if isinstance(entry, Chunk) and entry.sender == "C":
                    turns.append((conversation.transcript.octets("C", entry.start, entry.end), False))
                elif isinstance(entry, Chunk) and turns:
                    turns[-1] = (turns[-1][0], True)
            self.connections.append(turns)
            self.commands += sum(exchange.command is not None for exchange in conversation.exchanges)
        return ()


def generated(folder: Path) -> Iterator[tuple[str, str]]:
    """What was measured, and the result."""
    with ExitStack() as stack:
        (mail := folder / "mail").mkdir()
        reference = stack.enter_context(serving(mail, "alice"))
        yield from _measured(REFERENCE, reference.port, f"maildir:{mail}/{{user}}")
        if servers.available("dovecot") is None:
            dovecot = stack.enter_context(servers.dovecot(folder))
            yield from _measured(dovecot.name, dovecot.port, dovecot.fill)


def _measured(name: str, port: int, fill: str) -> Iterator[tuple[str, str]]:
    said = _Said()
    target = Target("127.0.0.1", port, (Account("alice", "secret"),), _LIMITS)
    stage = Stage(target, provisioner(fill), Settings(failed_logins=0))
    explorer = Explorer(stage, CATALOGUE, judge=said.hear, seed=_SEED)
    began = time.perf_counter()
    while explorer.commands < _COMMANDS and not (explorer.gone or explorer.given_up):
        explorer.explore(Budget(sessions=explorer.drawn + _BATCH, plays=0, again=1))
    ours = explorer.commands / (time.perf_counter() - began)
    bare = said.commands / _bare(port, said.connections)
    yield f"{name}: {explorer.commands} commands in {explorer.drawn} sessions, a second", f"{ours:,.0f}"
    yield f"{name}: a bare loop with the same octets, commands a second", f"{bare:,.0f}"
    yield f"{name}: of the bare loop, %", f"{ours / bare * 100:.0f}"
    yield f"{name}: clauses found broken", ", ".join(found.clause for found in explorer.findings) or "none"


def _bare(port: int, connections: Sequence[Sequence[tuple[bytes, bool]]]) -> float:
    """Seconds that it takes; those left out in which it waits for what it has read already with something else."""
    began, in_vain = time.perf_counter(), 0.0
    for turns in connections:
        with socket.create_connection(("127.0.0.1", port), _SECONDS) as connection, suppress(ConnectionError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as the driver does
            connection.recv(1 << 16)
            for octets, answered in turns:
                connection.sendall(octets)
                asked = time.perf_counter()
                try:
                    if answered:
                        connection.recv(1 << 16)
                except TimeoutError:
                    in_vain += time.perf_counter() - asked
    return time.perf_counter() - began - in_vain
