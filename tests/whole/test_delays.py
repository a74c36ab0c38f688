"""A server that wants time between two logins is given that time, and judged as any other."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.server import Account, MemoryStore, Policy, ReferenceServer
from tests.cli.command import Done, pop3spec
from tests.whole.relaying import running, takes_mail
from tests.whole.serving import ACCOUNTS, target_file

RATE = 300.0
"""A minute takes a fifth of a second."""


def judged(folder: Path, policy: Policy, *lines: str) -> tuple[Done, Any]:
    """What the scenarios of RFC 2449 find, and the results where there are any."""
    accounts = [Account(name, password, apop=apop) for name, password, apop in ACCOUNTS]
    store = MemoryStore()
    with (
        ReferenceServer(accounts, store, policy=policy, clock_rate=RATE) as server,
        running(takes_mail(server.deliver)) as where,
    ):
        fill = f"lmtp:{where}?to={{user}}@pop3spec.example"
        target = target_file(folder / "t.toml", server.port, fill, f"clock-rate = {RATE}", *lines)
        done = pop3spec("run", target, "--rfc", "2449", cwd=folder)
    path = folder / "pop3spec-report" / "results.json"
    return done, json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    done, results = judged(tmp_path_factory.mktemp("delays"), Policy(login_delay=60, expire=7))
    assert (done.status, done.err) == (0, ""), done.text
    assert {case["id"]: case["reason"] for case in results["cases"] if case["outcome"] != "kept"} == {}
    return {clause["id"] for clause in results["clauses"] if clause["outcome"] == "kept"}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_clauses_of_the_delay_are_kept(kept: set[str], number: int) -> None:
    assert f"R2449-DELAY-{number:02}" in kept


def test_the_code_for_a_login_that_comes_too_early_is_in_its_place(kept: set[str]) -> None:
    assert {"R2449-RCODE-07", "R2449-RCODE-08"} <= kept


def test_a_run_does_not_begin_where_it_would_never_end(tmp_path: Path) -> None:
    done, results = judged(tmp_path, Policy(login_delay=86400))
    assert (done.status, results["cases"]) == (3, [])
    assert "lets alice in every 288 s at the most (LOGIN-DELAY)" in " ".join(done.err.split())
    assert "lets alice in every 288 s at the most (LOGIN-DELAY)" in results["ended_early"]
