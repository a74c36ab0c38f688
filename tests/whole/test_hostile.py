"""A run against servers that are out to harm it ends soon, small, in words, and with reports that can be read."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import jsonschema
import pytest

from conformance import bundled
from tests.cli.command import COMMAND, environment
from tests.cli.judged import PASSWORD, Judged
from tests.cli.judged import judged as serve
from tests.cli.peers import Behaviour, tampered
from tests.whole import hostile

SECONDS: Final = 60
"""That no run may last, with limits as short as these, on a machine that has much else to do."""
MIB: Final = 256
OBEYED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal might obey."""
LIMITS: Final = {"connect": 1.0, "reply": 0.3, "login": 0.5, "close": 0.2, "unlock": 0.2, "quiet": 0.05}


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    status: int
    text: str
    """All that was said."""
    mib: float
    """The most memory that it had."""
    results: Any
    """What results.json holds; None when nothing was played."""

    @property
    def outcomes(self) -> list[str]:
        return [case["outcome"] for case in self.results["cases"]]


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Judged]:
    """A good server, in front of which there is a wall."""
    with serve(tmp_path) as server:
        yield server


def port(judged: Judged) -> int:
    return int(judged.url.rpartition(":")[2])


def run(judged: Judged, where: str, *options: str, accounts: tuple[str, ...] = ("alice",)) -> Ended:
    """Judge what listens there; whatever it does, what nobody may ever see is not to be seen."""
    target = judged.folder / "target.toml"
    lines = ['host = "127.0.0.1"', f"port = {where.rpartition(':')[2]}", f"fill = '{judged.fill}'", "[limits]"]
    lines += [f"{name} = {seconds}" for name, seconds in LIMITS.items()]
    lines += [f'[[account]]\nname = "{name}"\npassword = "{PASSWORD}"' for name in accounts]
    target.write_text("\n".join(lines), encoding="utf-8")
    said, status, mib = _run([*COMMAND, "run", str(target), *options], judged.folder)
    assert status in (0, 1, 3), said
    assert OBEYED.search(said.decode()) is None
    assert b"Traceback" not in said
    assert PASSWORD.encode() not in said
    assert mib < MIB
    assert judged.mail() == []
    return Ended(status, said.decode(), mib, _reports(judged.folder / "pop3spec-report"))


_MEASURE = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[2:]).returncode
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(status)
"""
# Linux counts what a process was before exec, so what starts the command must be small: the tests' own is not.


def _run(command: list[str], folder: Path) -> tuple[bytes, int, float]:
    """What it says, how it ends, and the most MiB that it has; it is ended when it does not end by itself."""
    log, most = folder / "said", folder / "most"
    with log.open("wb") as out:
        measured = [sys.executable, "-c", _MEASURE, str(most), *command]
        process = subprocess.Popen(
            measured, cwd=folder, env=environment(), stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
        guard = threading.Timer(SECONDS, lambda: os.killpg(process.pid, signal.SIGKILL))
        guard.start()
        process.wait()
        guard.cancel()
    return log.read_bytes(), process.returncode, int(most.read_text()) / 1024


def _reports(folder: Path) -> Any:
    if not folder.exists():
        return None
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    schema = json.loads((bundled.REPORTS / "results.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(results, schema)
    junit = ElementTree.parse(folder / "junit.xml").getroot()  # noqa: S314 - what we wrote ourselves
    assert len(list(junit.iter("testcase"))) >= len(results["cases"])
    for path in folder.iterdir():
        assert OBEYED.search(path.read_text(encoding="utf-8")) is None
    return results


# -- one that cannot be worked with ----------------------------------------------------------------------------------

HOPELESS: Final[dict[str, tuple[Behaviour, str]]] = {
    "silent after the greeting": (hostile.silent_after_greeting, "gave no answer to USER (waited in vain)"),
    "silent after login": (hostile.silent_after_login, "gives no whole answer to LIST"),
    "an octet now and then": (hostile.drips, "gives no whole answer to LIST"),
    "a line without end": (hostile.endless_line, "gives no whole answer to LIST"),
    "a listing without end": (hostile.endless_body, "gives no whole answer to LIST"),
    "lines that nobody asked for": (hostile.unsolicited, "gives no whole answer to LIST"),
    "a reset at each command": (hostile.resets, "gave no answer to USER (server reset)"),
    "no more after the greeting": (hostile.half_closes, "gave no answer to USER (server closed)"),
    "a greeting of a MiB": (hostile.huge_greeting, "gave no answer to USER"),
    "another protocol": (hostile.other_protocol, "did not greet with +OK but said HTTP/1.1 408"),
    "-ERR to everything": (hostile.answers(b"-ERR no\r\n"), "answered USER with '-ERR no'"),
    "+OK to everything": (hostile.answers(b"+OK\r\n"), "gives no whole answer to LIST"),
}


@pytest.mark.parametrize("name", HOPELESS)
def test_a_server_that_turns_hopeless_is_not_waited_for_scenario_by_scenario(name: str, judged: Judged) -> None:
    behaviour, why = HOPELESS[name]
    with hostile.behind_a_wall(port(judged), behaviour) as where:
        ended = run(judged, where)
    assert ended.status == 3
    assert f"Error: the run ends early: after 5 bad scenarios in a row, {where}" in ended.text
    assert why in ended.text
    assert len(ended.outcomes) < 10
    assert "Report in pop3spec-report" in ended.text


@pytest.mark.parametrize(
    "behaviour, message",
    [
        (hostile.silent_after_login, "does not tell by STAT whether the maildrop of alice is empty"),
        (hostile.answers(b"+OK\r\n"), "does not tell by STAT whether the maildrop of alice is empty"),
        (hostile.drips_greeting, "it sent a line that does not end"),
        (hostile.huge_greeting, "it sent a line that does not end"),
        (hostile.resets, "gave no answer to USER (server reset)"),
        (hostile.half_closes, "gave no answer to USER (server closed)"),
    ],
)
def test_one_that_was_so_from_the_start_is_not_even_judged(behaviour: Behaviour, message: str, judged: Judged) -> None:
    with hostile.behind_a_wall(port(judged), behaviour, let_through=0) as where:
        ended = run(judged, where)
    assert (ended.status, ended.results["cases"]) == (3, [])
    assert message in ended.text
    assert message in ended.results["ended_early"]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_judged_before_it_died_is_reported(workers: int, judged: Judged) -> None:
    with hostile.behind_a_wall(port(judged), hostile.closes, let_through=40) as where:
        ended = run(judged, where, "-n", str(workers), accounts=("alice", "bob"))
    assert ended.status == 3
    assert "Error: the run ends early: after 5 bad scenarios in a row" in ended.text
    assert ended.outcomes.count("kept") >= 5
    assert 5 <= len(ended.outcomes) < 60


def test_one_that_is_bad_but_alive_is_judged_to_the_end(judged: Judged) -> None:
    with tampered(port(judged), lambda octets: octets.replace(b"+OK", b"+Ok")) as where:
        ended = run(judged, where, "--scenario", "*/05-*", "--backup", "saved")
    assert "ends early" not in ended.text


# -- one that lies, and one that writes on terminals -----------------------------------------------------------------

Change = Callable[[bytes], bytes]


def numbers(said: bytes) -> Change:
    """Say this in place of every number."""
    return lambda octets: re.sub(rb"(?<= )\d+", said, octets)


def colours(octets: bytes) -> bytes:
    """Put NUL, octets above 127 and what a terminal obeys behind every status indicator, and into every listing."""
    return octets.replace(b"+OK", b"+OK \x1b[31m\0\xff\x9b2J\x07").replace(b"-ERR", b"-ERR \x1b]0;x\x07\xff\0")


def colours_between(octets: bytes) -> bytes:
    """The same in place of spaces."""
    return octets.replace(b" ", b" \x1b[31m\0\xff\x9b2J")


LIES: Final[dict[str, tuple[Change, str]]] = {
    "10^30": (numbers(b"1" + b"0" * 30), "*/05-*"),
    "2^63": (numbers(b"9223372036854775808"), "*/0[56]-*"),
    "negative": (lambda octets: re.sub(rb" (\d+)", rb" -\1", octets), "*/05-*"),
    "colours": (colours, "*/0[57]-*"),
    "colours between": (colours_between, "*/05-*"),
}


@pytest.mark.parametrize("name", LIES)
def test_what_a_server_says_is_neither_believed_nor_shown_as_it_is(name: str, judged: Judged) -> None:
    change, scenarios = LIES[name]
    with hostile.behind_a_wall(port(judged), hostile.changes(port(judged), change)) as where:
        ended = run(judged, where, "--scenario", scenarios)
    assert ended.status == 1
    assert "broken" in ended.outcomes
    assert "errored" not in ended.outcomes


def test_a_message_without_end_is_cut_off(judged: Judged) -> None:
    with hostile.behind_a_wall(port(judged), hostile.floods(port(judged))) as where:
        ended = run(judged, where, "--scenario", "*/retr-leaves-the-message-where-it-is-unmarked")
    assert ended.outcomes in (["broken"], ["inconclusive"])
    (case,) = ended.results["cases"]
    assert any(f"more than {80 << 20} octets in one reply" in line["text"] for line in case["transcript"])
