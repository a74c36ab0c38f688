"""`pop3spec run` on things that cannot be worked with: status 3, in words, soon."""

import json
import socket
from pathlib import Path

import pytest

from conformance.server import Account, ReferenceServer
from tests.cli.command import pop3spec
from tests.cli.judged import PASSWORD, Judged
from tests.cli.peers import Behaviour, endless, listening, says, silent


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports land where nobody else's do."""
    monkeypatch.chdir(tmp_path)


def refuses(answer: bytes) -> Behaviour:
    """A POP3 server that answers everything but QUIT like this."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(b"+OK hello\r\n")
        while octets := connection.recv(4096):
            connection.sendall(b"+OK bye\r\n" if octets.upper().startswith(b"QUIT") else answer)

    return behave


@pytest.mark.parametrize(
    "behaviour, message",
    [
        (says(b"* OK IMAP4rev1 ready\r\n"), "does not speak POP3: it seems to be IMAP"),
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "does not speak POP3: it seems to be HTTP"),
        (silent, "nothing came after the connection was made"),
        (lambda connection: connection.close(), "it closed the connection without a word"),
        (endless, "it sent a line that does not end"),
        (says(b"-ERR not \x1b[31mtoday\r\n"), "refuses service: -ERR not \\x1b[31mtoday"),
        (
            refuses(b"-ERR no such user\r\n"),
            "cannot log in as alice: the server answered USER with '-ERR no such user'",
        ),
    ],
)
def test_what_is_no_pop3_server_to_log_in_to_is_status_3(behaviour: Behaviour, message: str) -> None:
    with listening(behaviour) as where:
        done = pop3spec("run", f"pop://{where}", "--account", f"alice:{PASSWORD}", "--timeout", "1", timeout=60)
    assert (done.status, done.out) == (3, "")
    assert message in done.err
    assert "\x1b" not in done.err
    assert PASSWORD not in done.err


def test_a_password_that_the_server_repeats_is_masked() -> None:
    with listening(refuses(f"-ERR what is PASS {PASSWORD}?\r\n".encode())) as where:
        done = pop3spec("run", f"pop://{where}", "--account", f"alice:{PASSWORD}")
    assert done.status == 3
    assert "-ERR what is PASS ********?" in done.err
    assert PASSWORD not in done.err


def test_a_port_where_nothing_listens_is_status_3() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = pop3spec("run", f"pop://127.0.0.1:{port}", "--account", f"alice:{PASSWORD}")
    assert (done.status, done.out) == (3, "")
    assert done.err.startswith(f"Error: cannot connect to 127.0.0.1:{port}: Connection refused.")


def test_the_report_says_why_nothing_was_played(tmp_path: Path) -> None:
    """It takes the place of an earlier one, which would speak of another run."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    words = ("run", f"pop://127.0.0.1:{port}", "--account", f"alice:{PASSWORD}")
    assert pop3spec(*words, env={"GITHUB_STEP_SUMMARY": "summary.md"}).status == 3
    folder = tmp_path / "pop3spec-report"
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert results["ended_early"].startswith(f"cannot connect to 127.0.0.1:{port}: Connection refused.")
    assert results["cases"] == []
    assert "Why nothing was played" in (folder / "report.html").read_text(encoding="utf-8")
    assert "<error" in (folder / "junit.xml").read_text(encoding="utf-8")
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith("## Not judged: the run could not begin")


def test_an_unknown_host_is_status_3() -> None:
    done = pop3spec("run", "--host", "no-such-host.invalid", "--account", f"alice:{PASSWORD}")
    assert done.status == 3
    assert done.err.startswith("Error: cannot connect to no-such-host.invalid:110: ")


def test_a_wrong_password_is_status_3(judged: Judged) -> None:
    done = judged.run("--account", "alice:not-it")
    assert (done.status, done.out) == (3, "")
    assert "cannot log in as alice: the server answered PASS with '-ERR " in done.err
    assert "not-it" not in done.err


def test_a_place_where_no_mail_can_be_put_is_status_3(judged: Judged) -> None:
    done = judged.run("--fill", "maildir:/nowhere/{user}")
    assert (done.status, done.out) == (3, "")
    assert "/nowhere does not exist" in done.err


def test_mail_that_never_arrives_is_status_3(judged: Judged) -> None:
    """Nothing is judged when no scenario gets its scenery."""
    with ReferenceServer([Account("alice", PASSWORD)]) as other:
        done = judged.run(
            *("--fill", "command:cat >/dev/null; exit 75", "--clause", "R1939-STAT-06", "-k", "leaves"), url=other.url
        )
    assert done.status == 3
    assert "errored" in done.out


def test_one_fault_that_ends_many_scenarios_is_told_at_length_once_as_they_are_played_and_once_below(
    judged: Judged,
) -> None:
    done = judged.run("--fill", "command:false", "--section", "6")
    played, _, summary = done.out.partition("\n\n")
    assert played.count("the command ended with status 1") == summary.count("the command ended with status 1") == 1
    assert played.count(": for the same reason") > 5
