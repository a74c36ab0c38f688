"""What takes half an hour, in seconds: the autologout timer of a server whose clock runs faster (RFC 1939 §3)."""

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.clauses import CATALOGUE
from tests.cli.command import pop3spec
from tests.whole.serving import served, target_file
from tests.whole.test_coverage import scenarios

ENDS = "the-autologout-timer-ends-a-session-without-a-word-and-without-update-and-lets-g"
LIVES = "a-session-lives-on-after-ten-minutes-without-a-command-less-ten-seconds"
RESTARTS = "any-command-restarts-the-autologout-timer"
BUSY = "a-session-is-not-idle-while-a-response-is-under-way"


def numbered(*numbers: int) -> set[str]:
    return {f"R1939-TIMER-{number:02}" for number in numbers}


class Judged(threading.Thread):
    """Slow scenarios, played against a server whose clock has this rate; waiting costs nothing, so some go at once."""

    def __init__(self, folder: Path, idle: int, rate: int, *names: str, told: int = 0) -> None:
        super().__init__()
        self.folder = folder
        folder.mkdir()
        self.idle, self.rate, self.told = idle, rate, told or rate
        self.selection = [word for name in names for word in ("--scenario", f"rfc1939/03-autologout/{name}")]
        self.status = -1
        self.start()

    def run(self) -> None:
        with served(self.folder, f"--idle={self.idle}", f"--clock-rate={self.rate}") as server:
            described = target_file(self.folder / "t.toml", server.port, server.fill, f"clock-rate = {self.told}.0")
            self.status = pop3spec("run", described, "--slow", *self.selection, cwd=self.folder).status

    def results(self) -> Any:
        self.join()
        return json.loads((self.folder / "pop3spec-report" / "results.json").read_text(encoding="utf-8"))

    def cases(self) -> dict[str, str]:
        return {case["id"].rpartition("/")[2]: case["outcome"] for case in self.results()["cases"]}

    def clauses(self, outcome: str) -> set[str]:
        return {clause["id"] for clause in self.results()["clauses"] if clause["outcome"] == outcome}


@dataclass(frozen=True)
class Timers:
    """Three servers, judged side by side."""

    ten: Judged
    """A timer of ten minutes: it has six tenths of a second, a minute by its clock, to end a session."""
    busy: Judged
    """Likewise, with a response that is under way for longer than that."""
    fifteen: Judged
    """One of fifteen: what ten minutes must not end has a second to spare, however busy the machine is."""


@pytest.fixture(scope="module")
def timers(tmp_path_factory: pytest.TempPathFactory) -> Timers:
    folder = tmp_path_factory.mktemp("slow")
    return Timers(
        Judged(folder / "ten", 600, 100, ENDS),
        Judged(folder / "busy", 600, 300, BUSY),
        Judged(folder / "fifteen", 900, 300, LIVES, RESTARTS, ENDS),
    )


def test_a_timer_of_ten_minutes_ends_a_session_as_it_should(timers: Timers) -> None:
    assert timers.ten.cases() == {ENDS: "kept"}
    assert timers.ten.clauses("kept") >= numbered(1, 4, 5, 7)
    assert (timers.ten.clauses("broken"), timers.ten.status) == (set(), 0)


def test_it_does_not_end_one_that_has_a_response_under_way(timers: Timers) -> None:
    assert timers.busy.cases() == {BUSY: "kept"}
    assert timers.busy.clauses("kept") >= numbered(6)
    assert (timers.busy.clauses("broken"), timers.busy.status) == (set(), 0)


def test_a_longer_one_keeps_what_is_to_be_kept_and_its_end_is_not_waited_for(timers: Timers) -> None:
    assert timers.fifteen.cases() == {LIVES: "kept", RESTARTS: "kept", ENDS: "not applicable"}
    assert timers.fifteen.clauses("kept") >= numbered(1, 2, 3)
    assert (timers.fifteen.clauses("broken"), timers.fifteen.status) == (set(), 0)


def test_that_is_all_there_is_of_slow_scenarios_and_of_clauses_on_the_timer(timers: Timers) -> None:
    slow = {scenario.id.rpartition("/")[2] for scenario in scenarios() if "slow" in scenario.needs}
    assert slow == {ENDS, BUSY, LIVES, RESTARTS}
    on_timers = {clause.id for clause in CATALOGUE.values() if clause.topic == "autologout" and clause.judges_server}
    assert on_timers <= timers.ten.clauses("kept") | timers.busy.clauses("kept") | timers.fifteen.clauses("kept")


def test_a_timer_that_is_too_short_is_found_out(tmp_path: Path) -> None:
    """A clock that runs three times as fast as the run is told makes three minutes and twenty seconds of ten."""
    hasty = Judged(tmp_path / "hasty", 600, 900, LIVES, told=300)
    assert hasty.cases() == {LIVES: "broken"}
    assert hasty.clauses("broken") == numbered(2)
    assert hasty.status == 1
