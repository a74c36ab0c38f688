"""What the whole suite says of servers that others wrote is what the golden files say, no more and no less."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.clauses import CATALOGUE
from tests.cli.command import pop3spec
from tests.foreign import servers
from tests.foreign.servers import SERVERS, Running, available

_GOLDEN: Final = Path(__file__).with_name("golden")
_SECONDS: Final = 300


@dataclass(frozen=True)
class Subject:
    """A server as it is judged."""

    server: str
    flags: tuple[str, ...] = ()
    workers: int = 1
    """More than one where each login costs seconds in which nothing happens."""
    apop: bool = False
    """Whether the last account logs in by APOP."""

    def __str__(self) -> str:
        return "-".join([self.server, *self.flags])

    def golden(self) -> dict[str, Any]:
        return tomllib.loads((_GOLDEN / f"{self}.toml").read_text(encoding="utf-8"))

    def accounts(self, running: Running) -> list[str]:
        """The words of the command line that name them."""
        special = [account for account in (running.longest, running.spaced) if account is not None]
        plain = [*running.accounts[: -1 if self.apop else None], *special]
        words = [word for name, password in plain for word in ("--account", f"{name}:{password}")]
        name, password = running.accounts[-1]
        return [*words, "--apop-account", f"{name}:{password}"] if self.apop else words


SUBJECTS: Final = (
    Subject("popa3d", workers=2),
    Subject("mailutils", workers=2),
    Subject("dovecot", apop=True),
    Subject("twisted", ("mended",)),
    Subject("twisted"),
)


def test_every_server_is_judged_and_every_golden_file_is_of_one() -> None:
    assert {subject.server for subject in SUBJECTS} == set(SERVERS)
    assert {path.stem for path in _GOLDEN.glob("*.toml")} == set(map(str, SUBJECTS))
    assert {clause for subject in SUBJECTS for clause in subject.golden()["broken"]} <= CATALOGUE.keys()


@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_just_what_is_known_is_found(subject: Subject, tmp_path: Path) -> None:
    if (reason := available(subject.server)) is not None:
        pytest.skip(reason)
    golden = subject.golden()
    options = [word for pattern in golden.get("without", ()) for word in ("--not-scenario", pattern)]
    options += ["--timeout", str(golden["timeout"])] if "timeout" in golden else []
    options += ["-n", str(subject.workers)] if subject.workers > 1 else []
    with getattr(servers, subject.server)(tmp_path, **dict.fromkeys(subject.flags, True)) as running:
        words = ["--host", "127.0.0.1", "--port", str(running.port), "--fill", running.fill]
        done = pop3spec("run", *words, *subject.accounts(running), *options, cwd=tmp_path, timeout=_SECONDS)
    results = json.loads((tmp_path / "pop3spec-report" / "results.json").read_text(encoding="utf-8"))
    broken = {clause["id"] for clause in results["clauses"] if clause["outcome"] == "broken"}
    assert broken == set(golden["broken"]), done.text
    assert {case["id"]: case["reason"] for case in results["cases"] if case["outcome"] == "errored"} == {}
    assert done.status == any(CATALOGUE[clause].can_fail for clause in golden["broken"])
