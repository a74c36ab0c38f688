"""A run that is cut short cleans up, reports what was done, and says so in its status."""

import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.command import COMMAND, environment, unmeasured
from tests.cli.judged import PASSWORD, Judged

ACCOUNTS = [word for name in ("alice", "bob") for word in ("--account", f"{name}:{PASSWORD}")]


@contextmanager
def running(judged: Judged, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A run in a process group of its own, some scenarios into it."""
    command = [*COMMAND, "run", judged.url, *ACCOUNTS, "--fill", judged.fill, *arguments]
    with subprocess.Popen(
        command,
        cwd=judged.folder,
        env=unmeasured(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if " of " in line:
                    break
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_ctrl_c_is_status_130_with_a_report_and_empty_maildrops(arguments: tuple[str, ...], judged: Judged) -> None:
    with running(judged, *arguments) as process:
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 130, out
    played = re.search(r"^Interrupted after (\d+) scenarios\.$", out, re.MULTILINE)
    assert played is not None, out
    assert len(judged.results()["cases"]) == int(played[1])
    assert re.match(r"it was interrupted when \d+ scenarios had been played", judged.results()["ended_early"])
    page = (judged.folder / "pop3spec-report" / "report.html").read_text(encoding="utf-8")
    assert "<h1>Ended early: " in page
    assert "Passed" not in page
    assert "Report in pop3spec-report" in out
    assert "Traceback" not in out
    assert judged.mail() == []


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_sigterm_is_status_143_and_no_less_tidy(arguments: tuple[str, ...], judged: Judged) -> None:
    with running(judged, *arguments) as process:
        process.terminate()
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 143, out
    assert "Interrupted after " in out
    assert judged.results()["ended_early"].startswith("it was interrupted when ")
    assert judged.mail() == []


def children(process: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no /proc to find the worker in")
def test_a_worker_that_dies_is_no_fault_of_the_server_and_leaves_no_mail(judged: Judged) -> None:
    with running(judged, "-n", "2") as process:
        os.kill(children(process.pid)[0], signal.SIGKILL)
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 70, out
    assert "Error: pop3spec 0" in out
    assert "itself failed, not the server: " in out
    assert judged.results()["ended_early"].startswith("pop3spec itself failed")
    assert "Traceback" not in out
    assert judged.mail() == []


def on_a_terminal(judged: Judged, *arguments: str) -> tuple[int, str]:
    """What a terminal gets."""
    pid, screen = pty.fork()
    if pid == 0:
        os.chdir(judged.folder)
        env = {**environment(), "TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
        command = [*COMMAND, "run", judged.url, *ACCOUNTS, "--fill", judged.fill, *arguments]
        os.execve(command[0], command, env)  # noqa: S606 - ourselves, and no shell is wanted
    octets = b""
    while True:
        try:
            block = os.read(screen, 1 << 16)
        except OSError:  # Linux says so that the other side is closed
            break
        if not block:
            break
        octets += block
    os.close(screen)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), octets.decode()


def test_on_a_terminal_a_bar_shows_the_title_and_goes_away(judged: Judged) -> None:
    status, screen = on_a_terminal(judged, "--scenario", "rfc1939/05-stat/*")
    assert status == 0, screen
    assert "━" in screen
    assert "STAT" in screen.partition("Passed: no clause broken")[0]
    assert "\x1b[?25h" in screen  # the cursor is back
    assert " played" not in screen
