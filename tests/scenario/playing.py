"""Plays scenarios that stand in the tests, against the reference server on Maildirs or against a scripted peer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from conformance.clauses import CATALOGUE
from conformance.driver import Account, Features, Limits, Look, Target
from conformance.mailboxes import provisioner
from conformance.results import CaseResult
from conformance.scenario import Scenario, Settings, Stage, play
from conformance.scenario.document import walk
from conformance.scenario.parse import parse_session
from conformance.scenario.steps import Place
from conformance.server import Account as Served
from conformance.server import MaildirStore, ReferenceServer
from tests.driver.peers import Action, peer

__all__ = ["ALICE", "ALIEN", "BOB", "CAROL", "CLAUSES", "Theatre", "at_peer", "outcomes", "scenario", "theatre"]

ALICE = Account("alice", "opensesame")
BOB = Account("bob", "hunter2x")
CAROL = Account("carol", "hunter 2x")
"""Special, for the space in her password."""
ALIEN = b"From: erin@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: keep me\r\n\r\nnot yours\r\n"
"""A message of somebody else."""
LIMITS = Limits(connect=2.0, reply=2.0, login=2.0, quiet=0.05, close=1.0, unlock=0.3)
CLAUSES = frozenset(CATALOGUE)


def scenario(
    session: str,
    *,
    maildrop: tuple[str, ...] | None = None,
    maildrop_2: tuple[str, ...] | None = None,
    clauses: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    wrong_logins: int = 0,
    **values: bytes,
) -> Scenario:
    """A scenario with this session, indented as it stands in the test; it judges what is marked and these clauses."""
    lines = session.strip("\n").split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip())
    steps = parse_session("\n".join(line[indent:] for line in lines))
    marked = (clause for step in walk(steps) for clause in getattr(step, "clauses", ()))
    return Scenario(
        id="x/y/z",
        title="It holds",
        path=Path("y.pop3.yaml"),
        place=Place(1, 1),
        clauses=tuple(dict.fromkeys((*marked, *clauses))) or ("R1939-RESP-01",),
        maildrop=maildrop,
        needs=needs,
        wrong_logins=wrong_logins,
        steps=steps,
        values=values,
        maildrop_2=maildrop_2,
    )


def outcomes(case: CaseResult) -> Mapping[str, str]:
    """What each clause came to."""
    return {verdict.clause: verdict.outcome.value for verdict in case.verdicts}


@dataclass
class Theatre:
    """A reference server, its Maildirs, and a stage."""

    server: ReferenceServer
    store: MaildirStore
    folder: Path
    target: Target
    settings: Settings = field(default_factory=Settings)

    def stage(self, fill: str = "", **settings: Any) -> Stage:
        """A stage on it."""
        where = provisioner(fill or f"maildir:{self.folder}/{{user}}")
        return Stage(self.target, where, replace(self.settings, **settings))

    def play(self, session: str, stage: Stage | None = None, judged: frozenset[str] = CLAUSES, **more: Any) -> Any:
        """Play it once; the case."""
        return play(scenario(session, **more), stage or self.stage(), judged)

    def mail(self, user: str = "alice") -> list[bytes]:
        """What lies in a maildrop."""
        parts = [path for name in ("new", "cur") for path in (self.folder / user / name).glob("*")]
        return sorted(path.read_bytes() for path in parts)

    def put(self, user: str = "alice", octets: bytes = ALIEN) -> None:
        """Mail from elsewhere."""
        self.store.deliver(user, octets)


@contextmanager
def theatre(folder: Path, **more: Any) -> Iterator[Theatre]:
    """Serve alice, bob and carol while the block runs."""
    accounts = [Served(account.name, account.password) for account in (ALICE, BOB, CAROL)]
    store = MaildirStore(folder)
    for account in accounts:
        store.open(account.name).close()
    with ReferenceServer(accounts, store, **more) as server:
        yield Theatre(server, store, folder, Target(server.host, server.port, (ALICE, BOB), LIMITS))


def at_peer(session: str, *scripts: list[Action], judged: frozenset[str] | None = None, **more: Any) -> CaseResult:
    """Play against a peer that does just what the scripts say, on a maildrop of which nothing is known.

    Judged by the clauses that the scenario names alone, unless others are given: the peer keeps no more than those.
    """
    played = scenario(session, **more)
    with peer(*scripts) as server:
        stage = Stage(server.target(ALICE, BOB, reply=0.5, login=0.5, close=0.5), provisioner("none"))
        stage.features = Features(Look("POP3", b"+OK"))
        return play(played, stage, frozenset(played.clauses) if judged is None else judged)
