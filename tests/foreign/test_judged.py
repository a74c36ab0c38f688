"""What the whole suite says of servers that others wrote is what the golden files say, no more and no less."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.clauses import CATALOGUE, Grade
from tests.cli.command import pop3spec
from tests.foreign import servers
from tests.foreign.servers import SERVERS, Running, available

_GOLDEN: Final = Path(__file__).with_name("golden")
_SECONDS: Final = 300
_ABOUT_TLS: Final = ("2595", "8314")
_ABOUT_SASL: Final = ("4422",)


@dataclass(frozen=True)
class Subject:
    """A server as it is judged."""

    server: str
    flags: tuple[str, ...] = ()
    workers: int = 1
    """More than one where much of the time is waiting."""
    apop: bool = False
    """Whether the last account logs in by APOP."""
    over: str = ""
    """How the run comes to TLS, ``starttls`` or ``implicit``: then it is judged by what is about TLS, and no more."""

    certified: bool = False
    """Whether the client shows a certificate: then it is judged by what is about SASL itself, EXTERNAL among it."""

    def __str__(self) -> str:
        return "-".join(filter(None, [self.server, *self.flags, "certified" * self.certified, self.over]))

    def golden(self) -> dict[str, Any]:
        return tomllib.loads((_GOLDEN / f"{self}.toml").read_text(encoding="utf-8"))

    def target(self, running: Running) -> str:
        """The file that describes it to the run."""
        port = running.tls_port if self.over == "implicit" else running.port
        lines = [f'host = "{running.host}"', f"port = {port}", f'fill = "{running.fill}"', "[tls]"]
        lines += [f'mode = "{self.over or "none"}"', f'ca = "{running.ca}"'] if running.ca is not None else []
        lines += [f'client-cert = "{running.client_certificate}"'] if self.certified else []
        lines += ["cleartext-refused = true"] if "tls_only" in self.flags else []
        special = [account for account in (running.longest, running.spaced) if account is not None]
        for name, password in (*running.accounts, *special):
            lines += ["[[account]]", f'name = "{name}"', f'password = "{password}"']
            lines += ["apop = true"] if self.apop and name == running.accounts[-1][0] else []
            lines += [f'token-env = "{_variable(name)}"'] if running.token is not None else []
        return "\n".join([*lines, ""])

    def tokens(self, running: Running) -> dict[str, str]:
        """What `target` says of the environment."""
        special = [account for account in (running.longest, running.spaced) if account is not None]
        return (
            {_variable(name): running.token(name) for name, _ in (*running.accounts, *special)} if running.token else {}
        )

    def options(self) -> Iterator[str]:
        """What the run is told besides."""
        golden = self.golden()
        yield from ("-n", str(self.workers))
        for rfc in _ABOUT_SASL if self.certified else _ABOUT_TLS if self.over else ():
            yield from ("--rfc", rfc)
        for pattern in golden.get("without", ()):
            yield from ("--not-scenario", pattern)
        if "timeout" in golden:
            yield from ("--timeout", str(golden["timeout"]))


def _variable(name: str) -> str:
    return "TOKEN_OF_" + name.upper().replace("-", "_")


SUBJECTS: Final = (
    Subject("popa3d", workers=5),
    Subject("mailutils", workers=2),
    Subject("courier", workers=5),
    Subject("cyrus", workers=4, apop=True),
    Subject("dovecot", workers=4, apop=True),
    Subject("twisted", ("mended",), workers=3),
    Subject("twisted", workers=3),
    Subject("mailutils", over="implicit"),
    Subject("courier", over="implicit"),
    Subject("cyrus", over="implicit"),
    Subject("dovecot", over="implicit"),
    Subject("dovecot", ("tls_only",), over="starttls"),
    Subject("dovecot", ("old_tls",), over="starttls"),
    Subject("dovecot", over="starttls", certified=True),
    Subject("cyrus", over="starttls", certified=True),
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
    with getattr(servers, subject.server)(tmp_path, **dict.fromkeys(subject.flags, True)) as running:
        (target := tmp_path / "target.toml").write_text(subject.target(running), encoding="utf-8")
        words = [str(target), *subject.options()]
        done = pop3spec("run", *words, cwd=tmp_path, env=subject.tokens(running), timeout=_SECONDS)
    results = json.loads((tmp_path / "pop3spec-report" / "results.json").read_text(encoding="utf-8"))
    broken = {clause["id"] for clause in results["clauses"] if clause["outcome"] == "broken"}
    assert broken == set(golden["broken"]), done.text
    assert {case["id"]: case["reason"] for case in results["cases"] if case["outcome"] == "errored"} == {}
    assert done.status == any(CATALOGUE[clause].grade is Grade.MUST for clause in golden["broken"])
