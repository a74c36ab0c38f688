"""Sweeps over scenarios that stand here, against the reference server, right or with faults."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from conformance.clauses import CATALOGUE
from conformance.driver import Account, Limits, Target
from conformance.machine.cuts import cut_sessions
from conformance.machine.segmentation import Segmentation
from conformance.machine.ways import variants
from conformance.results import CaseResult
from conformance.scenario import Scenario, Settings, Stage, play
from conformance.server import Account as Served
from conformance.server import MemoryStore, ReferenceServer
from conformance.server.faults import Armed, Fault
from conformance.server.faults.fault import Meddle, Place
from conformance.server.faults.scene import Scene
from conformance.verdicts import Outcome
from tests.faults.suite import Memory

__all__ = ["CLAUSES", "begins", "broken", "cuts", "fault", "segmented", "staged", "take_for_another"]

CLAUSES: Final = frozenset(CATALOGUE)
_USERS: Final = (Account("alice", "secret"), Account("bob", "hidden"))
_LIMITS: Final = Limits(connect=2, reply=0.4, login=0.4, quiet=0.04, close=0.4, unlock=0.3)
_SEED: Final = 7


def fault(**meddles: Meddle) -> Armed:
    """A fault that is known here alone, by the places where it acts."""
    places = {Place[place.upper()]: meddle for place, meddle in meddles.items()}
    return Armed(Fault("here", "tests", "It is wrong.", "", frozenset(), _meddles=places))


def take_for_another(scene: Scene, octets: bytes) -> bytes:
    """A line that does not end in its first segment is another."""
    return b"X" + octets if begins(scene, octets) and not octets.endswith(b"\n") else octets


def begins(scene: Scene, octets: bytes) -> bool:
    """Whether a segment is the first of a line."""
    begins: bool = scene.memory.get("ended", True)
    scene.memory["ended"] = octets.endswith(b"\n")
    return begins


@contextmanager
def staged(*faults: Armed | str, limits: Limits = _LIMITS) -> Iterator[Stage]:
    """A stage on a server with these faults."""
    store = MemoryStore()
    with ReferenceServer([Served(user.name, user.password) for user in _USERS], store, faults=faults) as server:
        target = Target(server.host, server.port, _USERS, limits)
        yield Stage(target, Memory(store), Settings(failed_logins=1000))


def segmented(scenarios: Iterable[Scenario], *faults: Armed | str, **more: Any) -> list[CaseResult]:
    """The cases of the variants."""
    with staged(*faults, **more) as stage:
        sweep = Segmentation(stage, CLAUSES)
        return [sweep.play(variant) for scenario in scenarios for variant in variants(scenario, _SEED)]


def cuts(*faults: Armed | str, only: str = "") -> list[CaseResult]:
    """The cases of the sessions that are cut off, or of those with this in their ids."""
    with staged(*faults) as stage:
        return [play(session, stage) for session in cut_sessions() if only in session.id]


def broken(cases: Sequence[CaseResult]) -> dict[str, list[str]]:
    """The clauses that broke, each with what found it: the last word of its id."""
    found: dict[str, list[str]] = {}
    for case in cases:
        for verdict in case.verdicts:
            if verdict.outcome is Outcome.BROKEN:
                found.setdefault(verdict.clause, []).append(case.id.rpartition("/")[2])
    return found
