"""Somebody's test suite with a server to judge in it, and pytest as they would call it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from conformance.server import Account, MaildirStore, ReferenceServer
from tests.cli.command import environment

__all__ = ["MINE", "PASSWORD", "Called", "Suite", "suite"]

PASSWORD = "hunter2x"

MINE = """\
- scenario: A maildrop with one message is counted
  maildrop: [plain]
  session: |
    C: <log in>
    C: STAT
    S: +OK 1  [R1939-STAT-04]
- scenario: A maildrop with two messages is counted
  maildrop: [plain, dots]
  session: |
    C: <log in>
    C: STAT
    S: +OK 2  [R1939-STAT-04]
    C: DELE 1
    S: +OK
- scenario: Two mailboxes are two
  needs: [account-2]
  session: |
    C: <log in>
    B> C: <log in 2>
    C: NOOP
    S: +OK  [R1939-NOOP-01]
"""

THEIRS = """\
import pytest

@pytest.fixture
def mailbox():
    return ["hello"]

def test_theirs(mailbox):
    assert mailbox == ["hello"]

@pytest.mark.parametrize("number", [1, 2])
def test_numbers(number):
    assert number
"""

SETTINGS = """\
[pytest]
addopts = --strict-markers --strict-config
filterwarnings = error
xfail_strict = true
testpaths = tests
"""


@dataclass(frozen=True)
class Called:
    """How pytest ended."""

    status: int
    text: str

    @property
    def summary(self) -> str:
        """The last line."""
        return self.text.rstrip().rpartition("\n")[2]


@dataclass(frozen=True)
class Suite:
    """A folder with a test of theirs in it, and a server."""

    folder: Path
    port: int

    def call(self, *arguments: str | Path, autoload: bool = False) -> Called:
        """pytest in that folder, with all plug-ins that are installed, or with ours and, for workers, xdist."""
        env = environment() if autoload else environment({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
        command = [sys.executable, "-bb", "-m", "pytest", "-p", "no:cacheprovider", "-p", "conformance.plugin"]
        if "-n" in arguments:
            command += ["-p", "xdist"]
        command += map(str, arguments)
        done = subprocess.run(
            command, cwd=self.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        assert "INTERNALERROR" not in done.stdout, done.stdout
        assert PASSWORD not in done.stdout
        return Called(done.returncode, done.stdout)

    def judge(self, *arguments: str | Path, accounts: tuple[str, ...] = ("alice",), **more: bool) -> Called:
        """With a target, and mine.pop3.yaml in their folder of tests."""
        named = [f"--pop3-account={name}:{PASSWORD}" for name in accounts]
        where = [
            "--pop3-host=127.0.0.1",
            f"--pop3-port={self.port}",
            f"--pop3-fill=maildir:{self.folder}/mail/{{user}}",
        ]
        return self.call(*where, *named, *arguments, **more)

    @property
    def mail(self) -> list[Path]:
        """All that lies in the maildrops."""
        return [path for name in ("new", "cur") for path in self.folder.glob(f"mail/*/{name}/*")]

    def junit(self, path: str) -> list[ElementTree.Element]:
        """The cases in pytest's own report."""
        return list(ElementTree.parse(self.folder / path).iter("testcase"))  # noqa: S314 - pytest wrote it


@contextmanager
def suite(folder: Path) -> Iterator[Suite]:
    """Write it and serve while the block runs."""
    (folder / "tests").mkdir()
    (folder / "tests" / "test_theirs.py").write_text(THEIRS)
    (folder / "tests" / "mine.pop3.yaml").write_text(MINE)
    (folder / "pytest.ini").write_text(SETTINGS)
    accounts = [Account(name, PASSWORD) for name in ("alice", "bob", "carol")]
    store = MaildirStore(folder / "mail")
    for account in accounts:
        store.open(account.name).close()
    with ReferenceServer(accounts, store) as server:
        yield Suite(folder, server.port)
