"""The whole suite against the reference server: nothing is broken, nothing errs, and nothing is left out unnoticed.

It is played in the clear, through STLS and through TLS from the start, on other stores each time.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.clauses import CATALOGUE
from conformance.driver import TlsMode
from conformance.reporters import report_html
from conformance.results import run_from_plain
from conformance.server import Account, MemoryStore, Policy, ReferenceServer, ServerTls
from tests.cli.command import Done, pop3spec
from tests.whole.relaying import running, takes_mail
from tests.whole.serving import ACCOUNTS, CRAM, SERVED, TOKEN, TOKEN_VARIABLE, served, target_file
from tests.whole.test_coverage import scenarios

SLOW = "it needs --slow, because it takes minutes"  # tests/whole/test_slow.py plays them
RESTART = "07-uidl/unique-ids-outlive-a-restart-of-the-server"
ALWAYS = {
    "00-any-maildrop/the-first-message-is-listed-shown-and-retrieved-if-there-is-one-and-stays-there": (
        "the server has no message 1"
    ),
    "03-autologout/a-session-is-not-idle-while-a-response-is-under-way": SLOW,
    "03-autologout/a-session-lives-on-after-ten-minutes-without-a-command-less-ten-seconds": SLOW,
    "03-autologout/any-command-restarts-the-autologout-timer": SLOW,
    "03-autologout/the-autologout-timer-ends-a-session-without-a-word-and-without-update-and-lets-g": SLOW,
    "05-dele/a-message-that-dele-has-marked-stays-in-the-maildrop-while-the-session-lasts": (
        "the server lets one session in at a time"
    ),
}
"""What is left out of every run, and why."""
IN_FILES = {
    "11-messages/a-cr-that-no-lf-follows-ends-no-line": "the message 'bare-cr' cannot be delivered: a CR",
    "11-messages/a-lf-that-no-cr-precedes-does-not-end-the-reply": "the message 'bare-lf' cannot be delivered: LF",
    "11-messages/a-part-with-every-octet-there-is-arrives": "the message 'binary-part' cannot be delivered: LF",
}
"""What is left out where mail gets in by files as well."""
BY_LMTP = {
    "07-top/top-of-a-message-without-an-empty-line-comes-to-an-end": "the message 'no-body' cannot be",
    "07-uidl/a-unique-id-is-well-formed-though-the-message-carries-an-x-uidl-field": "the message 'status-headers' can",
    RESTART: "it needs a command that restarts the server",
    "11-messages/a-cr-that-no-lf-follows-ends-no-line": "the message 'bare-cr' cannot be",
    "11-messages/a-header-with-octets-above-127-arrives": "the message 'eight-bit-header' cannot be",
    "11-messages/a-lf-that-no-cr-precedes-does-not-end-the-reply": "the message 'bare-lf' cannot be",
    "11-messages/a-line-longer-than-it-may-be-arrives-whole": "the message 'verylongline' cannot be",
    "11-messages/a-message-that-carries-the-fields-in-which-stores-keep-their-notes-arrives": "the message 'status-hea",
    "11-messages/a-message-that-has-a-header-and-no-empty-line-behind-it-arrives": "the message 'no-body' cannot be",
    "11-messages/a-part-with-every-octet-there-is-arrives": "the message 'binary-part' cannot be",
    "11-messages/octets-of-value-0-arrive-as-they-were-sent": "the message 'nul' cannot be",
}
"""And where it gets in by LMTP, into a memory that outlives no restart."""


IN_TLS = {
    f"06-without-quit/{name}": "TLS is spoken, in which many peers cannot close one direction alone"
    for name in (
        "a-quit-that-lacks-its-crlf-when-the-connection-ends-is-obeyed-or-not",
        "nothing-is-removed-when-the-client-closes-its-half-of-the-connection",
        "nothing-is-removed-when-the-connection-ends-in-the-middle-of-a-command",
    )
}
"""And where TLS is spoken."""

NO_DELAY = "CAPA does not list LOGIN-DELAY"
NOT_REFUSED = "it needs a server that is set to refuse logins in the clear"
NO_CERTIFICATE = "it needs a certificate of the client's own"
BINARY = "the message 'binary-part' cannot be delivered"
THROUGH_TLS = "it needs a run through TLS"
IMPLICIT = "it needs a run that speaks TLS from the start"
ANYWHERE = (NO_DELAY, NOT_REFUSED, NO_CERTIFICATE, BINARY)
REASONS = {
    TlsMode.NONE: (
        *ANYWHERE,
        THROUGH_TLS,
        IMPLICIT,
        "CAPA lists no mechanism of the SCRAM-PLUS",
        "CAPA does not list SASL with OAU",
    ),
    TlsMode.STARTTLS: (*ANYWHERE, IMPLICIT, "it needs a run in the clear"),
    TlsMode.IMPLICIT: (
        *ANYWHERE,
        "it needs a run in the clear",
        "it needs a run that does not speak TLS",
        "it needs a server that lists STLS",
    ),
}
"""Why scenarios of the family of RFC 1939 are left out, by the way of the run."""

FAMILY = 60
"""Scenarios of the family that any way leaves out, at the most."""

UNJUDGED = {
    "R1939-STAT-05": "the server offers UTF8, so totals need not be exact (RFC 6856 §2.1)",
    "R2449-DELAY-01": "there is no delay; test_delays.py plays that",
    "R2449-DELAY-02": "likewise",
    "R2449-DELAY-03": "likewise",
    "R2449-DELAY-04": "likewise",
    "R2449-RCODE-07": "likewise",
    "R3206-SYS-03": "nothing fails in a sound server",
    "R4422-EXT-02": "no client has a certificate",
    "R6856-UTF8-10": "a message that is labelled binary gets in nowhere",
    "R7628-OAUTH-01": "no server is said to refuse logins in the clear",
}
"""Clauses that are not put to the test here, and why."""


@dataclass(frozen=True)
class Run:
    """One run and what must be left out of it."""

    mode: TlsMode

    done: Done
    results: Any
    left_out: dict[str, str]
    starts: int
    """How often the server was started."""
    slower: float
    """How many times slower this machine is now than one with nothing else to do."""

    def seconds(self, *, large: bool) -> float:
        """What the scenarios of RFC 1939 with thousands of messages or millions of octets took, or its others."""
        base = [case for case in self.results["cases"] if case["id"].startswith("rfc1939/")]
        return sum(float(case["seconds"]) for case in base if ("/11-large-maildrops/" in case["id"]) is large)


def slowness() -> float:
    """How long a fixed piece of work takes, in the time that it takes on a machine with nothing else to do."""
    began = time.monotonic()
    for _ in range(20):
        json.loads(json.dumps({str(number): [number] * 10 for number in range(2000)}))
    return max(1.0, (time.monotonic() - began) / 0.06)


def judged(folder: Path, described: Path) -> tuple[Done, Any, float]:
    before = slowness()
    done = pop3spec("run", described, cwd=folder, env={TOKEN_VARIABLE: TOKEN[1]})
    path = folder / "pop3spec-report" / "results.json"
    return done, json.loads(path.read_text(encoding="utf-8")), max(before, slowness())


def on_maildirs(folder: Path, mode: TlsMode = TlsMode.NONE) -> Run:
    with served(folder, *SERVED) as server:
        port = server.tls_port if mode is TlsMode.IMPLICIT else server.port
        lines = ["[tls]", f'mode = "{mode}"', "insecure = true"]
        described = target_file(folder / "t.toml", port, server.fill, *lines, restart=server.restart, token=True)
        done, results, slower = judged(folder, described)
        assert server.mail() == []
        left_out = ALWAYS | IN_FILES | (IN_TLS if mode is not TlsMode.NONE else {})
        return Run(mode, done, results, left_out, server.starts, slower)


def from_the_start(folder: Path) -> Run:
    return on_maildirs(folder, TlsMode.IMPLICIT)


def in_memory(folder: Path) -> Run:
    """Through STLS, with a certificate that is trusted."""
    accounts = [Account(name, password, apop, token=token(name)) for name, password, apop in ACCOUNTS]
    accounts.append(Account(*CRAM, cram_md5=True))
    store, tls, authority = MemoryStore(), ServerTls.made(), folder / "ca.pem"
    authority.write_bytes(tls.authority)
    made = ReferenceServer(accounts, store, tls=tls, policy=Policy(anonymous="dave"))
    with made as server, running(takes_mail(server.deliver)) as where:
        fill = f"lmtp:{where}?to={{user}}@pop3spec.example"
        lines = ["[tls]", 'mode = "starttls"', f'ca = "{authority}"']
        done, results, slower = judged(folder, target_file(folder / "t.toml", server.port, fill, *lines, token=True))
        for name, *_ in ACCOUNTS:
            assert store.open(name).maildrop.messages == ()
        return Run(TlsMode.STARTTLS, done, results, ALWAYS | BY_LMTP | IN_TLS, 1, slower)


def token(name: str) -> str:
    return TOKEN[1] if name == TOKEN[0] else ""


@pytest.fixture(scope="module", params=[on_maildirs, in_memory, from_the_start])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The whole suite against a server with such a store."""
    made: Run = request.param(tmp_path_factory.mktemp("whole"))
    return made


def test_nothing_is_broken_and_nothing_errs(run: Run) -> None:
    assert (run.done.status, run.done.err) == (0, "")
    assert run.results["summary"]["failed"] == {"must": False, "should": False, "any": False}
    odd = {
        case["id"]: case["reason"]
        for case in run.results["cases"]
        if case["outcome"] not in ("kept", "not applicable", "not implemented")
    }
    assert odd == {}


def test_every_scenario_is_played_or_left_out_for_a_reason_that_is_known(run: Run) -> None:
    cases = {case["id"].removeprefix("rfc1939/"): case for case in run.results["cases"]}
    assert cases.keys() == {scenario.id.removeprefix("rfc1939/") for scenario in scenarios()}
    left_out = {name: case["reason"] for name, case in cases.items() if case["outcome"] != "kept"}
    base = {name: why for name, why in left_out.items() if cases[name]["id"] != name}
    assert base.keys() == run.left_out.keys()
    assert {name: why for name, why in base.items() if not why.startswith(run.left_out[name])} == {}
    family = left_out.keys() - base.keys()
    assert {name: left_out[name] for name in family if not left_out[name].startswith(REASONS[run.mode])} == {}
    assert len(family) < FAMILY


def test_every_clause_about_servers_is_kept_unless_none_can_judge_it(run: Run) -> None:
    about_servers = {clause.id: clause for clause in CATALOGUE.values() if clause.judges_server}
    outcomes = {clause["id"]: clause["outcome"] for clause in run.results["clauses"]}
    kept = {name for name in about_servers if outcomes[name] == "kept"}
    excused = {name for name, clause in about_servers.items() if clause.excuse}
    unjudged = {name for name in about_servers.keys() - kept if not _is_for_another_way(name, run)}
    assert unjudged == excused | UNJUDGED.keys()


def _is_for_another_way(clause: str, run: Run) -> bool:
    """Whether all the scenarios that judge a clause were left out for the way of the run."""
    left_out = {case["id"] for case in run.results["cases"] if case["outcome"] != "kept"}
    judging = {scenario.id for scenario in scenarios() if clause in scenario.clauses}
    return bool(judging) and judging <= left_out and clause not in UNJUDGED


def test_unique_ids_outlived_a_restart_where_the_store_does(run: Run) -> None:
    assert run.starts == (1 if RESTART in run.left_out else 2)


def test_it_takes_seconds(run: Run) -> None:
    assert run.seconds(large=False) < 5 * run.slower
    assert run.results["seconds"] < 30 * run.slower


def test_the_page_of_a_whole_run_can_be_mailed(run: Run) -> None:
    assert len(report_html(run_from_plain(run.results)).encode()) < 3_000_000
