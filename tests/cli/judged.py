"""A server to judge, as people would: the reference server on Maildirs, and what `pop3spec run` says of it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.server import Account, MaildirStore, ReferenceServer
from tests.cli.command import Done, pop3spec

__all__ = ["PASSWORD", "Judged", "judged"]

PASSWORD = "hunter2x"
"""Long and odd enough that it stands nowhere by chance."""

ACCOUNTS = (
    Account("alice", PASSWORD),
    Account("bob", PASSWORD),
    Account("carol", PASSWORD),
    Account("dave", PASSWORD, apop=True),
)


@dataclass(frozen=True)
class Judged:
    """A server, its Maildirs, and a folder to work in."""

    url: str
    folder: Path

    @property
    def maildirs(self) -> Path:
        """Where mail is."""
        return self.folder / "mail"

    @property
    def fill(self) -> str:
        """How it gets there."""
        return f"maildir:{self.maildirs}/{{user}}"

    def run(self, *arguments: str | Path, url: str = "", command: str = "run", **more: Any) -> Done:
        """Judge it, on one account unless others are named; no password comes out anywhere."""
        words = list(map(str, arguments))
        if not {"--account", "--apop-account"} & set(words):
            words += ["--account", f"alice:{PASSWORD}"]
        if "--fill" not in words:
            words += ["--fill", self.fill]
        done = pop3spec(command, url or self.url, *words, cwd=self.folder, **more)
        assert PASSWORD not in done.text
        for path in self.folder.rglob("*"):
            assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path
        return done

    def learn(self, *arguments: str | Path, **more: Any) -> Done:
        """Learn its session, in the same way."""
        return self.run(*arguments, command="learn", **more)

    def put(self, user: str, octets: bytes) -> None:
        """Mail from elsewhere."""
        MaildirStore(self.maildirs).deliver(user, octets)

    def mail(self) -> list[bytes]:
        """All that lies in the maildrops."""
        parts = [path for name in ("new", "cur") for path in self.maildirs.glob(f"*/{name}/*")]
        return sorted(path.read_bytes() for path in parts)

    def results(self, folder: str = "pop3spec-report") -> Any:
        """What results.json holds."""
        return json.loads((self.folder / folder / "results.json").read_text(encoding="utf-8"))

    def played(self) -> list[str]:
        """The ids of the scenarios that were played to a verdict."""
        return [case["id"] for case in self.results()["cases"] if case["outcome"] in ("kept", "broken")]


@contextmanager
def judged(folder: Path, *faults: str, accounts: Sequence[Account] = ACCOUNTS) -> Iterator[Judged]:
    """Serve while the block runs, wrong in these ways."""
    store = MaildirStore(folder / "mail")
    for account in accounts:
        store.open(account.name).close()
    with ReferenceServer(accounts, store, faults=faults) as server:
        yield Judged(server.url, folder)
