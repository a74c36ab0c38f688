"""Servers that others wrote answer the same in other segments, and keep what was not told to go."""

import json
from pathlib import Path

import pytest

from tests.cli.command import pop3spec
from tests.foreign import servers
from tests.foreign.servers import available
from tests.foreign.subjects import Subject

_SOME = (
    "rfc1939/05-dele/dele-marks*",
    "rfc1939/07-uidl/uidl-with*",
    "rfc2449/06-pipelining/commands-that*",
    "rfc1939/06-cuts/closed-behind-[12]2-*",
    "rfc1939/06-cuts/reset-behind-1[39]-*",
    "rfc1939/06-cuts/*-behind-20-*",
)
_SECONDS = 120


@pytest.mark.parametrize("name", ["dovecot", "popa3d"])
def test_they_are_accused_of_nothing_more_than_without(name: str, tmp_path: Path) -> None:
    if (reason := available(name)) is not None:
        pytest.skip(reason)
    subject = Subject(name)
    with getattr(servers, name)(tmp_path) as running:
        (target := tmp_path / "target.toml").write_text(subject.target(running), encoding="utf-8")
        words = [word for pattern in _SOME for word in ("--scenario", pattern)]
        done = pop3spec(
            *("run", str(target), "--segmentation", "--cuts", "--seed", "7", "-n", str(subject.workers), *words),
            cwd=tmp_path,
            env=subject.tokens(running),
            timeout=_SECONDS,
        )
    results = json.loads((tmp_path / "pop3spec-report" / "results.json").read_text(encoding="utf-8"))
    made = [case for case in results["cases"] if "@" in case["id"] or "/06-cuts/" in case["id"]]
    assert {case["id"]: case["reason"] for case in made if case["outcome"] in ("broken", "errored")} == {}, done.text
    kept = {case["id"].partition("@")[2] for case in made if case["outcome"] == "kept"}
    assert {"octets", "pieces", ""} <= kept
