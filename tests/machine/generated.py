"""Generated sessions against a reference server in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conformance.clauses import CATALOGUE
from conformance.driver import Account, Limits, Target
from conformance.machine.explore import Budget, Explorer
from conformance.scenario import Settings, Stage
from conformance.server import Account as Served
from conformance.server import MemoryStore, ReferenceServer
from conformance.server.faults import Armed
from tests.faults.suite import Memory

__all__ = ["LIMITS", "SMALL", "explored", "exploring", "stage"]

ALICE = Account("alice", "opensesame")
LIMITS = Limits(connect=5, reply=2, login=2, quiet=0.04, close=0.3, unlock=0.3)
SMALL = Budget(sessions=3000, plays=300, findings=1)


@contextmanager
def stage(*faults: str | Armed, failed_logins: int = 10_000, limits: Limits = LIMITS, **more: Any) -> Iterator[Stage]:
    """A stage on a server with these faults."""
    store = MemoryStore()
    with ReferenceServer([Served(ALICE.name, ALICE.password)], store, faults=faults, **more) as server:
        target = Target(server.host, server.port, (ALICE,), limits)
        yield Stage(target, Memory(store), Settings(failed_logins=failed_logins))


@contextmanager
def exploring(*faults: str, seed: int = 1, database: Path | None = None, **more: Any) -> Iterator[Explorer]:
    """An explorer of such a server."""
    with stage(*faults, **more) as on:
        yield Explorer(on, CATALOGUE, seed=seed, database=database)


def explored(*faults: str, budget: Budget = SMALL, **more: Any) -> Explorer:
    """The same, when all is over."""
    with exploring(*faults, **more) as explorer:
        explorer.explore(budget)
    return explorer
