"""The suite for RFC 1939 finds nothing in the reference server, whichever way it logs in."""

import json
from pathlib import Path

import pytest

from conformance.server import Account, MaildirStore, ReferenceServer
from tests.cli.command import pop3spec

SERVED = [Account("alice", "secret"), Account("bob", "hidden")]


@pytest.mark.parametrize("way, verb", [("SCRAM-SHA-256", "AUTH SCRAM-SHA-256"), ("LOGIN", "AUTH LOGIN")])
def test_rfc_1939_is_kept_behind_auth_too(way: str, verb: str, tmp_path: Path) -> None:
    mail = tmp_path / "mail"
    store = MaildirStore(mail)
    for account in SERVED:
        store.open(account.name).close()
    with ReferenceServer(SERVED, store) as server:
        url = f"pop://alice;AUTH={way}:secret@127.0.0.1:{server.port}"
        words = ["--fill", f"maildir:{mail}/{{user}}", "--rfc", "1939", "--not-scenario", "*/11-large-maildrops/*"]
        done = pop3spec("run", url, *words, cwd=tmp_path)
    assert done.status == 0, done.text
    results = json.loads((tmp_path / "pop3spec-report" / "results.json").read_text(encoding="utf-8"))
    outcomes = [case["outcome"] for case in results["cases"]]
    assert outcomes.count("kept") > 170
    assert {"broken", "errored", "inconclusive"}.isdisjoint(outcomes)
    lines = [line["text"] for case in results["cases"] for line in case["transcript"]]
    assert sum(line.startswith(verb) for line in lines) > 100
