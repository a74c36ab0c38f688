"""Whatever comes between, a run removes no mail that it did not deliver."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance import bundled
from conformance.server import Account, MemoryStore, ReferenceServer
from conformance.server.canonical import wire_form
from tests.cli.command import COMMAND, environment, pop3spec
from tests.cli.judged import PASSWORD, Judged
from tests.cli.judged import judged as serve
from tests.whole.relaying import running, takes_mail
from tests.whole.sneaking import FIRST, LAST, Foreign, sneaks

REMOVING = ("--scenario", "*/05-dele/*", "--scenario", "*/06-*")


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Judged]:
    with serve(tmp_path) as server:
        yield server


def port(judged: Judged) -> int:
    return int(judged.url.rpartition(":")[2])


def outcomes(judged: Judged) -> dict[str, int]:
    return {name: count for name, count in judged.results()["summary"]["cases"].items() if count}


# -- mail that comes in between --------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [b"DELE", b"QUIT"])
def test_mail_that_comes_into_a_session_stays_and_disturbs_nothing(before: bytes, judged: Judged) -> None:
    foreign = Foreign(judged.maildirs / "alice", LAST)
    with sneaks(port(judged), foreign, before) as where:
        done = judged.run(*REMOVING, url=f"pop://{where}")
    foreign.fetch()
    assert foreign.arrived >= 5
    assert (foreign.lost, judged.mail()) == ([], [])
    assert done.status == 0
    assert outcomes(judged).keys() <= {"kept", "not applicable", "not implemented"}


@pytest.mark.parametrize("place", [FIRST, LAST], ids=["before ours", "behind ours"])
def test_mail_that_comes_before_a_login_is_neither_removed_nor_held_against_the_server(
    place: int, judged: Judged
) -> None:
    foreign = Foreign(judged.maildirs / "alice", place)
    with sneaks(port(judged), foreign, b"PASS") as where:
        done = judged.run(*REMOVING, url=f"pop://{where}")
    foreign.fetch()
    assert foreign.arrived >= 20
    assert (foreign.lost, judged.mail()) == ([], [])
    assert done.status == 1
    assert outcomes(judged)["errored"] > 10
    assert "broken" not in outcomes(judged), done.text
    assert "DELE is held back: the maildrop holds 4 messages, and 3 of them can be ours" in done.out


def hides_a_row(octets: bytes) -> bytes:
    """A listing that does not show the first message."""
    return re.sub(rb"(?m)^1 \d+\r\n", b"", octets) if b"\r\n.\r\n" in octets else octets


def counts_backwards(octets: bytes) -> bytes:
    """A listing of three that gives each the number of another."""
    turned = {b"1": b"3", b"3": b"1"}
    return re.sub(rb"(?m)^([13])(?= )", lambda found: turned[found[1]], octets)


def shows_more(octets: bytes) -> bytes:
    """A listing with a message that is not there."""
    return octets.replace(b"\r\n.\r\n", b"\r\n99 120\r\n.\r\n")


@pytest.mark.parametrize(
    "before, place, lie",
    [
        (b"PASS", FIRST, hides_a_row),
        (b"PASS", FIRST, counts_backwards),
        (b"PASS", FIRST, shows_more),
        (b"DELE", LAST, counts_backwards),
    ],
)
def test_mail_of_others_outlives_a_server_that_lies(
    before: bytes, place: int, lie: Callable[[bytes], bytes], judged: Judged
) -> None:
    foreign = Foreign(judged.maildirs / "alice", place)
    with sneaks(port(judged), foreign, before, lie) as where:
        done = judged.run(*REMOVING, url=f"pop://{where}")
    foreign.fetch()
    assert (foreign.lost, judged.mail()) == ([], [])
    assert done.status in (0, 1)  # it may not be certain that the server lies


def test_mail_of_others_stays_where_ours_has_to_be_removed_over_pop3(tmp_path: Path) -> None:
    """It comes with each third of our messages, so that it lies among them."""
    mail = b"Message-ID: <7@elsewhere.example>\r\nSubject: to you\r\n\r\nhello\r\n"
    store, delivered, foreign = MemoryStore(), 0, 0

    def deliver(user: str, octets: bytes) -> None:
        nonlocal delivered, foreign
        delivered += 1
        if delivered % 3 == 2:
            foreign += 1
            store.deliver(user, mail)
        store.deliver(user, octets)

    with ReferenceServer([Account("alice", PASSWORD)], store) as server, running(takes_mail(deliver)) as where:
        account, fill = f"alice:{PASSWORD}", f"lmtp:{where}?to={{user}}@pop3spec.example"
        done = pop3spec("run", server.url, "--account", account, "--fill", fill, *REMOVING, cwd=tmp_path)
        held = store.open("alice")
        left = [b"".join(held.read(message)) for message in held.maildrop.messages]
    assert done.status == 1
    assert "mail seems to arrive from elsewhere" in done.out.replace("\n", " ").lower()
    assert foreign >= 1
    assert left.count(mail) == foreign


# -- mail that was there ---------------------------------------------------------------------------------------------


def fixtures() -> list[bytes]:
    return [path.read_bytes() for path in sorted((bundled.FIXTURES / "mail").glob("*.eml"))]


def test_the_whole_suite_touches_nothing_where_nothing_may_be_touched(judged: Judged) -> None:
    for octets in fixtures():
        judged.put("alice", octets)
    before = judged.mail()
    done = judged.run("--allow-nonempty")
    assert done.status == 0
    assert len(judged.played()) > 20
    assert judged.mail() == before


def test_a_backup_is_what_was_there_to_the_octet_whatever_comes_meanwhile(judged: Judged) -> None:
    for octets in fixtures():
        judged.put("alice", octets)
    there = sorted(b"".join(wire_form((octets,))) for octets in judged.mail())
    foreign = Foreign(judged.maildirs / "alice", LAST)
    with sneaks(port(judged), foreign, b"DELE", looks=1) as where:
        done = judged.run("--backup", "saved", "--scenario", "*/05-stat/*", url=f"pop://{where}")
    assert sorted(path.read_bytes() for path in (judged.folder / "saved").rglob("*.eml")) == there
    assert done.status == 3
    assert "nothing was touched" in done.err
    assert foreign.arrived == len(there)
    assert len(judged.mail()) == foreign.arrived
    foreign.fetch()
    assert (foreign.lost, judged.mail()) == ([], [])


# -- a run that is cut short -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_cut_short_in_the_middle_of_a_session_leaves_mail_of_others(
    cut: signal.Signals, judged: Judged
) -> None:
    foreign = Foreign(judged.maildirs / "alice", LAST)
    with sneaks(port(judged), foreign, b"DELE") as where:
        words = [*COMMAND, "run", f"pop://{where}", "--account", f"alice:{PASSWORD}", "--fill", judged.fill, *REMOVING]
        with subprocess.Popen(
            words, cwd=judged.folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            assert foreign.many.wait(60)
            os.kill(process.pid, cut)
            process.wait(60)
    foreign.fetch()
    assert foreign.lost == []
    ours = judged.mail()
    assert ours == [] or (cut is signal.SIGKILL and all(b"pop3spec" in octets for octets in ours))
