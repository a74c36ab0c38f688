"""The whole suite against a reference server that carries faults, in one process and in about a second.

The scenarios for any maildrop can be played on mail of strangers besides. Nothing is known of that, so the monitor has
nothing but the octets themselves to go by.

A run is quick because nothing is waited for that is due at once, and seconds of the network are tenths here. A machine
that is busy can make such a run see a silence that is none; so a run that is not as declared is done once more, with
patience, and that one counts.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import trustme

from conformance import bundled
from conformance.clauses import CATALOGUE
from conformance.driver import Account, Limits, Target, TargetError, Tls, TlsMode
from conformance.mail import maildrop
from conformance.mailboxes import Mailbox, Provisioner
from conformance.scenario import SUFFIX, Scenario, Settings, Stage, load, play
from conformance.scenario.steps import Act, Block, Choice, Loop, Step
from conformance.server import Account as ServerAccount
from conformance.server import MemoryStore, Policy, ReferenceServer, ServerTls
from conformance.server.faults import CERTIFIED, CLEARTEXT_REFUSED, IN_THE_CLEAR, POPS, STARTTLS, Armed, Fault
from conformance.verdicts import Outcome

__all__ = [
    "LARGE",
    "SLOW",
    "STRANGERS",
    "Found",
    "Memory",
    "folders_of",
    "run",
    "run_for",
    "run_on_strangers",
    "scenarios",
]

_BASE: Final = 1939
_INTERNATIONAL: Final = frozenset({"UTF8", "LANG"})
_LONG: Final = "forty-characters-"
_CRAM_MD5: Final = "CRAM-MD5"
_USERS: Final = (
    Account("alice", "secret", mechanisms=("SCRAM-SHA-1", "SCRAM-SHA-256"), token="token of alice"),
    Account("bob", "hidden", token="token of bob"),
    Account("carol", "secret", apop=True, plain=False),
    Account("dave", "open sesame please"),
    Account(_LONG + "n" * 23, _LONG + "p" * 23),
    Account(
        "erin",
        "more than the 64 octets that a block of MD5 has, so that its digest is the key",
        plain=False,
        auth=_CRAM_MD5,
    ),
    Account("n" * 255, "p" * 255, plain=False, auth="PLAIN"),
    Account("jörg", "süß"),
    Account("käthe", "geheim\U0001f511"),
)
"""One account for each thing that a scenario can need."""
_ACCOUNTS: Final = tuple(
    ServerAccount(user.name, user.password, user.apop, user.auth == _CRAM_MD5, user.token) for user in _USERS
)
_PUBLIC: Final = "dave"
"""Whose maildrop is open to everybody."""

_OVER: Final = {
    IN_THE_CLEAR: TlsMode.NONE,
    STARTTLS: TlsMode.STARTTLS,
    POPS: TlsMode.IMPLICIT,
    CERTIFIED: TlsMode.STARTTLS,
    CLEARTEXT_REFUSED: TlsMode.STARTTLS,
}
"""How a run comes to TLS."""

_QUICK: Final = Limits(connect=2, reply=0.2, login=0.3, quiet=0.04, close=0.2, unlock=0.2)
_PATIENT: Final = Limits(connect=10, reply=2, login=2, quiet=0.15, close=1, unlock=1)
_TRIES: Final = 1000
"""Wrong passwords that the reference server puts up with."""
_CLOCK: Final = 600.0
"""How much faster the server's clock runs where its timer is waited for: ten minutes take a second."""
_PATIENT_CLOCK: Final = 100.0
_TEN_MINUTES: Final = 600.0
_FIFTEEN: Final = 900.0
_LIVES: Final = "rfc1939/03-autologout/a-session-lives-on"
"""The scenario for a timer of more than ten minutes; the others want to see one of ten at work."""
_MINUTE: Final = 60.0
_QUICKER: Final = 0.1

_ANY: Final = "rfc1939/00-any-maildrop/"
_STRANGE: Final = ("dots", "longline-dot", "first-octet-dot")
"""Messages that a stranger's maildrop holds in front: each has its first full stops to stuff in other places."""

STRANGERS: Final = frozenset({"first-line-not-stuffed", "lone-full-stop-not-stuffed", "only-lone-full-stop-stuffed"})
"""Faults that are seen with mail of strangers, too, and prove the rules that go by the octets alone.

Of most others it cannot be told there which of RETR, TOP and LIST is wrong.
"""

LARGE: Final = "rfc1939/11-large-maildrops/"
"""Scenarios of maildrops and messages so large that they are only played where they matter."""
SLOW: Final = "slow"
"""What a scenario needs that waits for the timer."""


@dataclass(frozen=True)
class Found:
    """What the suite found."""

    broken: dict[str, tuple[str, ...]]
    """Ids of the clauses that broke, each with the scenarios that found it."""
    accusers: frozenset[str]
    """The monitor's rules that found something."""
    failed: frozenset[str]
    """Ids of the scenarios whose outcome is that a clause broke."""
    errored: dict[str, str]
    """Ids of the scenarios that could not be played, with the reason."""
    reasons: dict[str, str]
    """For each clause that broke, what was said of it first."""


_NOTHING: Final = Found({}, frozenset(), frozenset(), {}, {})


class Memory(Provisioner):
    """Puts messages straight into a store in memory."""

    can_clear = True

    def __init__(self, store: MemoryStore) -> None:
        super().__init__("memory:")
        self.knows_order = True
        self._store = store

    def check(self, mailbox: Mailbox) -> None:
        """It always works."""

    def count(self, mailbox: Mailbox) -> int:  # noqa: ARG002 - nobody else has mail there
        """Nothing lies there that a run did not put there."""
        return 0

    def deliver(self, mailbox: Mailbox, messages: Iterable[bytes]) -> None:
        """Keep them."""
        for message in messages:
            self._store.deliver(mailbox.user, message)

    def clear(self, mailbox: Mailbox) -> None:
        """Forget them."""
        self._store.clear(mailbox.user)


@cache
def _client() -> "tuple[TemporaryDirectory[str], Path, Path]":
    """A folder with an authority for clients, and a certificate with its key by which a client is alice."""
    folder = TemporaryDirectory(prefix="pop3spec-")
    authority, issued = Path(folder.name, "authority.pem"), Path(folder.name, "alice.pem")
    clients = trustme.CA()
    clients.cert_pem.write_to_path(authority)
    leaf = clients.issue_cert("alice@example.org", common_name=_USERS[0].name)
    leaf.private_key_and_cert_chain_pem.write_to_path(issued)
    return folder, authority, issued


@cache
def _tls() -> ServerTls:
    """One certificate for all servers of a process."""
    return ServerTls.made(client_ca=_client()[1])


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All there are, those of RFC 1939 first, so that the connections of its scenarios always have the same numbers."""
    files = sorted(bundled.SCENARIOS.rglob(f"*{SUFFIX}"), key=lambda path: (path.parent.name != f"rfc{_BASE}", path))
    return tuple(scenario for path in files for scenario in load(path)[0])


def folders_of(fault: Fault) -> frozenset[str]:
    """The folders whose scenarios are about what the fault breaks; for what is lawful, those for any server."""
    rfcs = {CATALOGUE[clause].rfc for clause in fault.clauses} or {_BASE}
    about = {scenario.group for scenario in scenarios() if not fault.clauses.isdisjoint(scenario.clauses)}
    return frozenset(f"rfc{rfc}" for rfc in rfcs) | about | set(fault.beside)


def run(
    *faults: str,
    slow: bool = False,
    large: bool = False,
    over: str = "",
    patient: bool = False,
    folders: Collection[str] | None = None,
) -> Found:
    """Play against a server with these faults, in their notation, the scenarios of some folders or of all.

    Where told the slow scenarios are played, and no others: nothing else waits for the timer. Large ones are played
    besides. `over` tells how the run comes to TLS, if it does.
    """
    ours = [s for s in scenarios() if folders is None or s.group in folders]
    if not slow:
        return _run(faults, [s for s in ours if large or not s.id.startswith(LARGE)], over=over, patient=patient)
    played = [s for s in ours if SLOW in s.needs]
    clock = _PATIENT_CLOCK if patient else _CLOCK
    ten = [s for s in played if not s.id.startswith(_LIVES)]
    fifteen = [s for s in played if s.id.startswith(_LIVES)]
    return _both(_run(faults, ten, clock, _TEN_MINUTES, patient=patient), _run(faults, fifteen, clock, patient=patient))


def _run(
    faults: Iterable[str],
    played: list[Scenario],
    clock: float = 1.0,
    idle: float = _FIFTEEN,
    *,
    over: str = "",
    patient: bool,
) -> Found:
    store, faults = MemoryStore(), tuple(faults)
    policy = Policy(autologout=idle, offers=_offers(faults), anonymous=_PUBLIC, require_tls=over == CLEARTEXT_REFUSED)
    made = ReferenceServer(_ACCOUNTS, store, faults=faults, clock_rate=clock, policy=policy, tls=_tls(), tls_port=0)
    with made as server:
        target = _target(server, clock, over=over, patient=patient)
        stage = Stage(
            target, Memory(store), Settings(slow=clock > 1, restart="true", failed_logins=_TRIES, shows=False)
        )
        return _play(stage, played if patient else [replace(s, steps=_hurried(s.steps)) for s in played])


def _offers(faults: Iterable[str]) -> frozenset[str]:
    """What the server offers: without UTF8 where only RFC 1939 is broken, as sizes need not be exact with it.

    RFC 6856 §2.1; so no fault in sizes breaks RFC 1939 on a server that offers UTF8.
    """
    rfcs = {CATALOGUE[clause].rfc for text in faults for clause in Armed.parse(text).fault.clauses}
    return Policy().offers - (_INTERNATIONAL if rfcs == {_BASE} else frozenset())


def run_on_strangers(*faults: str, patient: bool = False) -> Found:
    """Play what is for any maildrop, on such as hold mail of which the suite knows nothing."""
    played = [s for s in scenarios() if s.id.startswith(_ANY)]
    store = MemoryStore()
    found = _NOTHING
    with ReferenceServer(_ACCOUNTS, store, faults=faults) as server:
        stage = Stage(_target(server, 1.0, patient=patient), Memory(store), Settings(touch=False, shows=False))
        for name in _STRANGE:
            store.clear(stage.account.name)
            for mail in maildrop((name, "plain")):
                store.deliver(stage.account.name, mail.octets)
            found = _both(found, _play(stage, played))
    return found


def _target(server: ReferenceServer, clock: float, *, over: str = "", patient: bool) -> Target:
    mode = _OVER[over]
    port = server.tls_port if mode is TlsMode.IMPLICIT else server.port
    assert port is not None
    shown = str(_client()[2]) if over == CERTIFIED else ""
    tls = Tls(mode, insecure=True, cleartext_refused=over == CLEARTEXT_REFUSED, certificate=shown)
    return Target("127.0.0.1", port, _USERS, _PATIENT if patient else _QUICK, clock, tls)


def _both(one: Found, other: Found) -> Found:
    return Found(
        one.broken | other.broken,
        one.accusers | other.accusers,
        one.failed | other.failed,
        one.errored | other.errored,
        other.reasons | one.reasons,
    )


def _hurried(block: Block) -> Block:
    """The same steps, with less patience for what takes some seconds in a network."""
    return tuple(map(_hurry, block))


def _hurry(step: Step) -> Step:
    match step:
        case Act(seconds=float(seconds)) if 1 <= seconds <= _MINUTE:
            return replace(step, seconds=seconds * _QUICKER)
        case Choice():
            return replace(step, branches=tuple(map(_hurried, step.branches)))
        case Loop():
            return replace(step, block=_hurried(step.block))
    return step


def run_for(fault: Fault, text: str = "", *, patient: bool = False, whole: bool = False) -> Found:
    """Play what is about the clauses that this fault breaks; with `whole`, all that there is. `text` is the fault with
    its parameters, where it has others than usual.
    """
    folders = None if whole else folders_of(fault)
    found = _NOTHING
    for over in fault.over:
        seen = run(text or fault.name, slow=fault.slow, large=fault.large, over=over, patient=patient, folders=folders)
        found = _both(found, seen)
    return _both(found, run_on_strangers(fault.name, patient=patient)) if fault.name in STRANGERS else found


def _play(stage: Stage, played: Iterable[Scenario]) -> Found:
    try:
        stage.survey()
    except TargetError as error:
        return Found({}, frozenset(), frozenset(), {"the beginning": str(error)}, {})
    cases = [play(scenario, stage) for scenario in played]
    broken: dict[str, tuple[str, ...]] = {}
    reasons: dict[str, str] = {}
    for case in cases:
        for verdict in case.verdicts:
            if verdict.outcome is Outcome.BROKEN:
                broken[verdict.clause] = (*broken.get(verdict.clause, ()), case.id)
                reasons.setdefault(verdict.clause, f"{case.id}: {verdict.reason}")
    return Found(
        broken,
        frozenset(accuser for case in cases for accuser in case.accusers),
        frozenset(case.id for case in cases if case.outcome is Outcome.BROKEN),
        {case.id: case.reason for case in cases if case.outcome is Outcome.ERRORED},
        reasons,
    )
