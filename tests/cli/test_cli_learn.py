"""`pop3spec learn`, from the command line to the files that it leaves."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conformance.cli.main import call
from tests.cli.command import COMMAND, pop3spec, unmeasured
from tests.cli.judged import ACCOUNTS, PASSWORD, Judged
from tests.cli.judged import judged as serve
from tests.cli.peers import Behaviour, listening, says, silent, tampered

HEAVY = ("aalpy", "rich", "pytest", "pydantic", "ruamel", "asyncio", "hypothesis", "conformance.learning")

needs_aalpy = pytest.mark.skipif(
    subprocess.run([sys.executable, "-c", "import aalpy"], capture_output=True, check=False).returncode != 0,
    reason="AALpy is not installed: pip install 'pop3spec[learn]'",
)


def learned(judged: Judged) -> Any:
    """What learned.json holds."""
    return json.loads((judged.folder / "pop3spec-report" / "learned" / "learned.json").read_text(encoding="utf-8"))


def drawing(judged: Judged) -> str:
    """The drawing."""
    return (judged.folder / "pop3spec-report" / "learned" / "machine.svg").read_text(encoding="utf-8")


@needs_aalpy
def test_a_sound_server_is_status_0_and_all_of_its_session_is_told(tmp_path: Path) -> None:
    with serve(tmp_path, accounts=ACCOUNTS[:1]) as judged:
        done = judged.learn()
    assert (done.status, done.err) == (0, "")
    assert "No difference was found: the session is as the RFCs say." in done.out
    assert "Left out" not in done.out
    found = learned(judged)
    assert found["complete"] is True
    assert found["differences"] == []
    assert "wrongcell" not in drawing(judged).partition("</style>")[2]
    assert judged.mail() == []


@needs_aalpy
def test_a_difference_is_status_1_with_its_clause_and_the_session_that_shows_it(tmp_path: Path) -> None:
    with serve(tmp_path, "user-after-login") as judged:
        done = judged.learn("--failed-logins", "0")
    assert (done.status, done.err) == (1, "")
    assert "USER right in TRANSACTION is answered by +OK, where -ERR is due" in done.out
    assert "    R1939-USER-01  " in done.out
    assert "    C: AUTH PLAIN ********\n" in done.out
    assert "\n1 difference from what the RFCs allow\n" in done.out
    unlawful = [
        (state["label"], word)
        for state in learned(judged)["states"]
        for word, transition in state["transitions"].items()
        if not transition["lawful"]
    ]
    assert set(unlawful) == {("TRANSACTION", "USER right"), ("TRANSACTION, 1 marked", "USER right")}
    assert "wrongcell" in drawing(judged).partition("</style>")[2]
    assert judged.mail() == []


@needs_aalpy
def test_what_was_left_out_is_told_with_the_reason_and_then_it_is_not_complete(judged: Judged) -> None:
    done = judged.learn("--failed-logins", "4", "--fill", "none")
    assert done.status == 0
    assert "No difference was found in what was asked." in done.out
    assert "Left out: messages to show and delete: there are none, as --fill names no way to mail\n" in done.out
    assert "Left out: what lies behind wrong passwords was looked at, and not learned: 3 wrong passwords" in done.out
    found = learned(judged)
    assert found["complete"] is False
    assert found["failed_logins"] == 3
    assert len(found["left_out"]) == 3
    assert all(f"\nLeft out: {text}\n" in done.out for text in found["left_out"])
    assert all(f"Left out: {text[:40]}" in drawing(judged) for text in found["left_out"])


@needs_aalpy
def test_a_bound_that_is_reached_is_status_1_and_no_guess_is_told_as_a_difference(judged: Judged) -> None:
    done = judged.learn("--sessions", "60")
    assert done.status == 1
    assert "Learning ended before all was learned: 60 sessions were held, and --sessions allows no more\n" in done.out
    found = learned(judged)
    assert (found["complete"], found["differences"], found["not_looked_at"]) == (False, [], 0)
    assert "wrongcell" not in drawing(judged).partition("</style>")[2]


# -- the command line ------------------------------------------------------------------------------------------------


def test_the_help_has_examples_and_imports_nothing_heavy() -> None:
    program = (
        "import sys; from conformance.cli.main import call; call(['learn', '--help'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=unmeasured(), text=True)
    assert done.stderr == "[]\n"
    assert "  pop3spec learn pop://" in done.stdout.partition("Examples:")[2]


def test_without_aalpy_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['aalpy'] = None; from conformance.cli.main import call\n"
        f"sys.exit(call(['learn', 'pop://127.0.0.1:1', '--account', 'alice:{PASSWORD}']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, env=unmeasured(), text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: pop3spec learn needs AALpy, which is not installed: pip install 'pop3spec[learn]'\n"


@needs_aalpy
@pytest.mark.parametrize(
    "arguments, message",
    [
        ((), "Usage: pop3spec learn"),
        (("--nonsense",), "No such option"),
        (("localhost:110",), "'localhost:110' is no target: pop://localhost:110, or a .toml file, is expected"),
        (("pop://localhost:1", "--target", "pop://localhost:2"), "more than one target is named"),
        (("pop://localhost:1",), "no account is named"),
        (("pop://localhost:1", "--account", "alice:x", "--fill", "pigeon:1"), "pigeon"),
        (("pop://localhost:1", "--account", "alice:x", "--seconds", "0"), "--seconds"),
        (("nowhere.toml",), "nowhere.toml"),
    ],
)
def test_a_mistake_is_status_2(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert call(["learn", *arguments]) == 2
    assert message in capsys.readouterr().err


# -- servers that cannot be worked with ------------------------------------------------------------------------------


@needs_aalpy
@pytest.mark.parametrize(
    "behaviour, message",
    [
        (says(b"* OK IMAP4rev1 ready\r\n"), "does not speak POP3: it seems to be IMAP"),
        (silent, "nothing came after the connection was made"),
        (lambda connection: connection.close(), "it closed the connection without a word"),
    ],
)
def test_what_is_no_pop3_server_is_status_3(
    behaviour: Behaviour, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with listening(behaviour) as where:
        status = call(["learn", f"pop://{where}", "--account", f"alice:{PASSWORD}", "--timeout", "1"])
    said = capsys.readouterr()
    assert (status, said.out) == (3, "")
    assert message in said.err


@needs_aalpy
def test_a_port_where_nothing_listens_is_status_3() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = pop3spec("learn", f"pop://127.0.0.1:{port}", "--account", f"alice:{PASSWORD}")
    assert (done.status, done.out) == (3, "")
    assert done.err.startswith(f"Error: cannot connect to 127.0.0.1:{port}: Connection refused.")


@needs_aalpy
def test_a_password_that_is_wrong_is_status_3_and_not_shown(judged: Judged) -> None:
    done = judged.learn("--account", "alice:not-it")
    assert (done.status, done.out) == (3, "")
    assert "cannot log in as alice: the server answered PASS with '-ERR " in done.err
    assert "not-it" not in done.err


@needs_aalpy
def test_a_server_that_goes_away_is_status_3_soon(tmp_path: Path) -> None:
    with serve(tmp_path, "refuse@connection=300") as judged:
        done = judged.learn(timeout=30)
    assert done.status == 3
    assert "Learning ended before all was learned: cannot connect to 127.0.0.1:" in done.out
    assert learned(judged)["complete"] is False


@needs_aalpy
def test_silence_is_waited_for_and_told_as_what_is_heard(tmp_path: Path) -> None:
    with serve(tmp_path, "silence@NOOP") as judged:
        done = judged.learn("--timeout", "0.2", "--sessions", "110", timeout=30)
    assert done.status == 1
    assert "NOOP in TRANSACTION is answered by silence, where +OK is due" in done.out


# -- mail of others --------------------------------------------------------------------------------------------------


@needs_aalpy
def test_a_maildrop_that_holds_mail_is_left_alone(judged: Judged) -> None:
    judged.put("alice", b"Subject: mine\r\n\r\nmine\r\n")
    done = judged.learn()
    assert (done.status, done.out) == (3, "")
    assert "holds 1 message(s); nothing was touched" in done.err
    assert judged.mail() == [b"Subject: mine\r\n\r\nmine\r\n"]


@needs_aalpy
def test_allow_nonempty_deletes_and_delivers_nothing(judged: Judged) -> None:
    judged.put("alice", b"Subject: mine\r\n\r\nmine\r\n")
    done = judged.learn("--allow-nonempty", "--failed-logins", "0")
    assert done.status == 0
    assert "Left out: showing and deleting messages: the maildrop may hold mail of others\n" in done.out
    assert not any(word.startswith(("DELE", "RETR")) for word in learned(judged)["words"])
    assert judged.mail() == [b"Subject: mine\r\n\r\nmine\r\n"]


@needs_aalpy
def test_backup_saves_what_is_there_first(judged: Judged) -> None:
    judged.put("alice", b"Subject: mine\r\n\r\nmine\r\n")
    done = judged.learn("--backup", "saved", "--sessions", "20")
    assert "20 sessions were held" in done.out
    assert [path.read_bytes() for path in (judged.folder / "saved").iterdir()] == [b"Subject: mine\r\n\r\nmine\r\n"]
    assert judged.mail() == []


# -- interruptions ---------------------------------------------------------------------------------------------------


@contextmanager
def in_the_midst(judged: Judged) -> Iterator["subprocess.Popen[str]"]:
    """Learning, some hundred answers into it."""
    answers, reached = iter(range(1000)), threading.Event()

    def counted(octets: bytes) -> bytes:
        if next(answers, 1000) >= 400:
            reached.set()
        return octets

    port = int(judged.url.rpartition(":")[2])
    with (
        tampered(port, counted) as where,
        subprocess.Popen(
            [*COMMAND, "learn", f"pop://{where}", "--account", f"alice:{PASSWORD}", "--fill", judged.fill],
            cwd=judged.folder,
            env=unmeasured(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        try:
            assert reached.wait(30)
            yield process
        finally:
            process.kill()


@needs_aalpy
@pytest.mark.parametrize("how, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_was_learned_until_an_interruption_is_told_and_the_maildrop_left_empty(
    how: signal.Signals, status: int, judged: Judged
) -> None:
    with in_the_midst(judged) as process:
        process.send_signal(how)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == status, out
    assert "Learning ended before all was learned: it was interrupted\n" in out
    assert "Traceback" not in out
    assert learned(judged)["complete"] is False
    assert judged.mail() == []
