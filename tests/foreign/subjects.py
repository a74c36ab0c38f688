"""The servers that others wrote as the suite judges them: which, in what variant, and with which options."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.cli.command import Done, pop3spec
from tests.foreign import servers
from tests.foreign.servers import Running

__all__ = ["GOLDEN", "SUBJECTS", "Subject"]

GOLDEN: Final = Path(__file__).with_name("golden")
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
        return tomllib.loads((GOLDEN / f"{self}.toml").read_text(encoding="utf-8"))

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

    def judge(self, folder: Path) -> tuple[Done, Running]:
        """Start it and run the suite; what the run says, and what the server was. Its report lies in the folder."""
        with getattr(servers, self.server)(folder, **dict.fromkeys(self.flags, True)) as running:
            (target := folder / "target.toml").write_text(self.target(running), encoding="utf-8")
            words = [str(target), *self.options()]
            done = pop3spec("run", *words, cwd=folder, env=self.tokens(running), timeout=_SECONDS)
        return done, running


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
