"""The whole suite against the reference server: nothing is broken, nothing errs, and nothing is left out unnoticed."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.clauses import CATALOGUE
from conformance.server import Account, MemoryStore, ReferenceServer
from tests.cli.command import Done, pop3spec
from tests.whole.relaying import running, takes_mail
from tests.whole.serving import ACCOUNTS, served, target_file
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


@dataclass(frozen=True)
class Run:
    """One run and what must be left out of it."""

    done: Done
    results: Any
    left_out: dict[str, str]
    starts: int
    """How often the server was started."""
    slower: float
    """How many times slower this machine is now than one with nothing else to do."""

    def seconds(self, *, large: bool) -> float:
        """What the scenarios with thousands of messages or millions of octets took, or all others."""
        return sum(float(c["seconds"]) for c in self.results["cases"] if ("/11-large-maildrops/" in c["id"]) is large)


def slowness() -> float:
    """How long a fixed piece of work takes, in the time that it takes on a machine with nothing else to do."""
    began = time.monotonic()
    for _ in range(20):
        json.loads(json.dumps({str(number): [number] * 10 for number in range(2000)}))
    return max(1.0, (time.monotonic() - began) / 0.06)


def judged(folder: Path, described: Path) -> tuple[Done, Any, float]:
    before = slowness()
    done = pop3spec("run", described, cwd=folder)
    path = folder / "pop3spec-report" / "results.json"
    return done, json.loads(path.read_text(encoding="utf-8")), max(before, slowness())


def on_maildirs(folder: Path) -> Run:
    with served(folder) as server:
        done, results, slower = judged(
            folder, target_file(folder / "t.toml", server.port, server.fill, restart=server.restart)
        )
        assert server.mail() == []
        return Run(done, results, ALWAYS | IN_FILES, server.starts, slower)


def in_memory(folder: Path) -> Run:
    accounts = [Account(name, password, apop=apop) for name, password, apop in ACCOUNTS]
    store = MemoryStore()
    with ReferenceServer(accounts, store) as server, running(takes_mail(server.deliver)) as where:
        fill = f"lmtp:{where}?to={{user}}@pop3spec.example"
        done, results, slower = judged(folder, target_file(folder / "t.toml", server.port, fill))
        for name, *_ in ACCOUNTS:
            assert store.open(name).maildrop.messages == ()
        return Run(done, results, ALWAYS | BY_LMTP, 1, slower)


@pytest.fixture(scope="module", params=[on_maildirs, in_memory])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The whole suite against a server with such a store."""
    made: Run = request.param(tmp_path_factory.mktemp("whole"))
    return made


def test_nothing_is_broken_and_nothing_errs(run: Run) -> None:
    assert (run.done.status, run.done.err) == (0, "")
    assert run.results["summary"]["failed"] == {"must": False, "should": False, "any": False}
    odd = {
        case["id"]: case["reason"] for case in run.results["cases"] if case["outcome"] not in ("kept", "not applicable")
    }
    assert odd == {}


def test_every_scenario_is_played_or_left_out_for_a_reason_that_is_known(run: Run) -> None:
    cases = {case["id"].removeprefix("rfc1939/"): case for case in run.results["cases"]}
    assert cases.keys() == {scenario.id.removeprefix("rfc1939/") for scenario in scenarios()}
    left_out = {name: case["reason"] for name, case in cases.items() if case["outcome"] != "kept"}
    assert left_out.keys() == run.left_out.keys()
    assert {name: why for name, why in left_out.items() if not why.startswith(run.left_out[name])} == {}


def test_every_clause_about_servers_is_kept_unless_none_can_judge_it(run: Run) -> None:
    about_servers = {clause.id: clause for clause in CATALOGUE.values() if clause.judges_server}
    outcomes = {clause["id"]: clause["outcome"] for clause in run.results["clauses"]}
    kept = {name for name in about_servers if outcomes[name] == "kept"}
    excused = {name for name, clause in about_servers.items() if clause.excuse}
    slow = {name for name, clause in about_servers.items() if clause.topic == "autologout"}
    assert about_servers.keys() - kept == excused | slow


def test_unique_ids_outlived_a_restart_where_the_store_does(run: Run) -> None:
    assert run.starts == (1 if RESTART in run.left_out else 2)


def test_it_takes_seconds(run: Run) -> None:
    assert run.seconds(large=False) < 5 * run.slower
    assert run.results["seconds"] < 15 * run.slower
