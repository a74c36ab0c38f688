"""`pop3spec diff` compares two servers."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from conformance.server import Account, MaildirStore, ReferenceServer
from conformance.server.faults import Armed
from conformance.server.faults.scene import Scene
from conformance.wire import Command, InvalidCommand
from tests.cli.command import COMMAND, Done, pop3spec, unmeasured
from tests.cli.judged import PASSWORD
from tests.machine.sweeping import fault

ALICE = Account("alice", PASSWORD)


class Both:
    """Two servers, each with Maildirs of its own."""

    def __init__(self, folder: Path, a: ReferenceServer, b: ReferenceServer) -> None:
        self.folder = folder
        self.a, self.b = a, b

    def url(self, server: ReferenceServer, password: str = PASSWORD) -> str:
        return f"pop://alice:{password}@{server.host}:{server.port}"

    @property
    def words(self) -> list[str]:
        """The command line."""
        fills = [f"--fill-{side}=maildir:{self.folder}/{side}/{{user}}" for side in "ab"]
        return ["diff", self.url(self.a), self.url(self.b), *fills, "--timeout=2"]

    def diff(self, *more: str) -> Done:
        """Compare; no password comes out anywhere, and no mail is left."""
        done = pop3spec(*self.words, *more, cwd=self.folder)
        assert PASSWORD not in done.text
        for path in self.folder.rglob("*"):
            assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path
        assert not [*self.folder.glob("[ab]/alice/new/*"), *self.folder.glob("[ab]/alice/cur/*")]
        return done


@contextmanager
def both(folder: Path, *faults: str | Armed) -> Iterator[Both]:
    """Servers of which B has these faults."""
    stores = [MaildirStore(folder / side) for side in "ab"]
    for store in stores:
        store.open("alice").close()
    with ReferenceServer([ALICE], stores[0]) as a, ReferenceServer([ALICE], stores[1], faults=faults) as b:
        yield Both(folder, a, b)


def plain(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_two_servers_that_are_the_same_pass(tmp_path: Path) -> None:
    with both(tmp_path) as servers:
        for name, server in (("a", servers.a), ("b", servers.b)):
            (tmp_path / f"{name}.toml").write_text(
                f'host = "127.0.0.1"\nport = {server.port}\nfill = "maildir:{tmp_path}/{name}/{{user}}"\n'
                '[[account]]\nname = "alice"\npassword-env = "SECRET"\n'
            )
        words = ("diff", "a.toml", "b.toml", "--generated", "10", "--seed", "1", "--json", "diff.json")
        done = pop3spec(*words, cwd=tmp_path, env={"SECRET": PASSWORD})
    assert (done.status, done.err) == (0, "")
    assert "Passed: no difference" in done.out
    assert "10 sessions with " in done.out
    found = plain(tmp_path / "diff.json")
    assert (found["schema"], found["failed"], found["differences"]) == ("pop3spec-diff/1", False, [])


def test_a_regression_fails_and_is_told_with_both_answers(tmp_path: Path) -> None:
    with both(tmp_path, "indicator-in-lower-case") as servers:
        done = servers.diff("--generated", "5", "--seed", "3", "--json", "diff.json")
        file = "pop3spec-report/found/r1939-resp-02.pop3.yaml"
        again = pop3spec("run", servers.url(servers.b), f"--fill=maildir:{tmp_path}/b/{{user}}", file, cwd=tmp_path)
    assert done.status == 1
    assert "Failed: 1 regression" in done.out
    assert "Regression: B breaks R1939-RESP-02" in done.out
    assert "    A: +OK POP3 server ready\n    B: +ok POP3 server ready\n" in done.out
    assert f"pop3spec run TARGET {file}" in done.out
    assert again.status == 1
    (change,) = plain(tmp_path / "diff.json")["differences"]
    assert (change["kind"], change["clauses"]) == ("regression", ["R1939-RESP-02"])
    assert change["on_b"][:2] == ["*: connected", "S: +ok POP3 server ready"]
    assert change["file"] == file


@pytest.mark.parametrize("words, status, word", [((), 0, "Passed"), (("--strict",), 1, "Failed")])
def test_a_change_of_behaviour_passes_unless_it_is_strict(
    words: tuple[str, ...], status: int, word: str, tmp_path: Path
) -> None:
    with both(tmp_path, "no-capa") as servers:
        done = servers.diff("--generated", "25", "--seed", "1", *words)
    assert done.status == status
    assert f"{word}: 1 change of behaviour" in done.out
    assert "Behaviour: CAPA" in done.out
    assert "A answers with +OK, B with -ERR" in done.out
    assert not (tmp_path / "pop3spec-report").exists()


def test_mail_of_others_is_left_alone(tmp_path: Path) -> None:
    with both(tmp_path) as servers:
        MaildirStore(tmp_path / "b").deliver("alice", b"Subject: mine\r\n\r\n")
        done = pop3spec(*servers.words, cwd=tmp_path)
    assert done.status == 3
    assert "holds 1 message(s); nothing was touched" in done.err
    assert len([*tmp_path.glob("b/alice/new/*"), *tmp_path.glob("b/alice/cur/*")]) == 1


def test_the_mail_of_the_wrong_server_is_noticed(tmp_path: Path) -> None:
    with both(tmp_path) as servers:
        done = servers.diff(f"--fill-b=maildir:{tmp_path}/a/{{user}}")
    assert done.status == 3
    assert "does not show alice the message that --fill delivered" in done.err


@pytest.mark.parametrize(
    "words, status, said",
    [
        (["{a}", "localhost"], 2, "'localhost' is no target: pop://localhost, or a .toml file, is expected"),
        (["{a}", "pop://127.0.0.1:1"], 2, "no account is named for 127.0.0.1:1"),
        (["{a}", "pop://alice:x@127.0.0.1:1"], 3, "cannot connect to 127.0.0.1:1"),
        (["{a}", "{a}", "--fill", "pigeon:"], 2, "pigeon"),
        (["{a}", "{a}", "--json", "no/where.json"], 2, "--json no/where.json: there is no folder no; make it first"),
        (["pop://alice:wrong-one@{place}", "{a}"], 3, "cannot log in as alice"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(words: list[str], status: int, said: str, tmp_path: Path) -> None:
    with ReferenceServer([ALICE]) as server:
        place = f"{server.host}:{server.port}"
        words = [word.format(a=f"pop://alice:{PASSWORD}@{place}", place=place) for word in words]
        done = pop3spec("diff", *words, cwd=tmp_path)
    assert done.status == status, done.text
    assert said in done.err
    assert PASSWORD not in done.text
    assert "wrong-one" not in done.text


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_who_interrupts_it_is_told_what_was_found(number: int, status: int, tmp_path: Path) -> None:
    begun = Event()

    def notice(_: Scene, given: Command | InvalidCommand) -> None:
        if given.verb == "RETR":
            begun.set()

    with both(tmp_path, fault(command=notice)) as servers:
        words = [*COMMAND, *servers.words, "--generated-time", "60"]
        with subprocess.Popen(words, cwd=tmp_path, env=unmeasured(), stdout=subprocess.PIPE) as running:
            try:
                assert begun.wait(20)
                running.send_signal(number)
                said, _ = running.communicate(timeout=30)
            finally:
                running.kill()
        assert running.returncode == status
    assert said.startswith(b"comparing...\nInterrupted: no difference")
    assert not [*tmp_path.glob("[ab]/alice/new/*"), *tmp_path.glob("[ab]/alice/cur/*")]
