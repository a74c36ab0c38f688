"""Generated sessions find what a server does wrong, and nothing where it does what it may."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.machine.explore import Budget
from conformance.results import CaseResult
from conformance.scenario import Scenario, play
from conformance.scenario.steps import Send
from conformance.server.faults import FAULTS
from conformance.transcript import Conversation
from conformance.verdicts import Outcome, Verdict
from tests.machine.generated import SMALL, explored, exploring

LAWFUL = sorted(fault.name for fault in FAULTS.values() if not fault.clauses and not fault.slow)


def test_the_reference_server_is_accused_of_nothing() -> None:
    explorer = explored(budget=Budget(sessions=300), seed=7)
    assert explorer.findings == []
    assert explorer.drawn == 300
    assert explorer.commands > 5000
    assert explorer.outcomes[Outcome.KEPT] > 260
    assert {"R1939-STATE-04", "R1939-LIST-10", "R1939-UIDL-12", "R1939-DELE-04"} <= explorer.kept
    assert {"R5034-AUTH-10", "R5802-SCRAM-12"} <= explorer.kept


@pytest.mark.parametrize("fault", LAWFUL)
def test_what_is_odd_and_lawful_is_accused_of_nothing(fault: str) -> None:
    assert explored(fault, budget=Budget(sessions=12, plays=0, again=1)).findings == []


def test_what_breaks_in_pieces_alone_is_laid_to_that() -> None:
    explorer = explored("segment-is-a-command")
    (first, *_) = explorer.findings
    assert first.clause == "R1939-GRAM-08"
    assert [verdict.clause for verdict in first.case.verdicts if verdict.outcome is Outcome.BROKEN] == ["R1939-GRAM-08"]
    assert any(isinstance(step, Send) and step.piece for step in first.scenario.steps)


def test_a_seed_gives_the_same_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Scenario] = []

    def played(scenario: Scenario, *args: Any, **more: Any) -> CaseResult:
        drawn.append(scenario)
        return play(scenario, *args, **more)

    monkeypatch.setattr("conformance.machine.explore.play", played)
    for _ in range(2):
        explored(budget=Budget(sessions=60))
    explored(budget=Budget(sessions=60), seed=2)
    assert drawn[:60] == drawn[60:120]
    assert drawn[:60] != drawn[120:]


def _said(heard: list[bytes], conversations: Sequence[Conversation]) -> tuple[Verdict, ...]:
    heard += [e.command.line.raw for c in conversations for e in c.exchanges if e.command is not None]
    return ()


def test_another_judge_is_heard() -> None:
    with exploring() as explorer:
        explorer.judge = lambda _: [Verdict("R1939-STAT-04", Outcome.BROKEN, "says the other one")]
        (finding,) = explorer.explore(replace(SMALL, sessions=5))
    assert (finding.clause, finding.at) == ("R1939-STAT-04", 1)
    assert len(finding.scenario.steps) <= 1


def test_what_failed_is_tried_first_the_next_time(tmp_path: Path) -> None:
    first = explored("marked-have-unique-ids", database=tmp_path)
    again = explored("marked-have-unique-ids", database=tmp_path, seed=2)
    assert first.findings[0].at > 1
    assert again.findings[0].at == 1


def test_what_takes_luck_is_told_as_such() -> None:
    """A judge that accuses once, of a session that shows nothing again."""
    with exploring() as explorer:
        calls = iter([[Verdict("R1939-STAT-04", Outcome.BROKEN, "once")]])
        explorer.judge = lambda _: next(calls, [])
        (finding,) = explorer.explore(replace(SMALL, sessions=5))
    assert (finding.shown, finding.plays, finding.firm) == (0, SMALL.again, False)


def test_wrong_passwords_end_where_no_more_are_allowed() -> None:
    explorer = explored(budget=Budget(sessions=200), failed_logins=5)
    assert explorer.spent
    assert explorer.findings == []
    assert sum(count for reason, count in explorer.reasons.items() if "--failed-logins" in reason) < 40


def test_a_server_that_takes_its_time_to_refuse_gets_no_more_wrong_passwords() -> None:
    with exploring() as explorer:
        explorer.penalty = 2.0  # as seen before
        explorer.explore(Budget(sessions=60))
    assert explorer.penalty_seen
    assert explorer.guesses == 0


def test_the_time_ends_it() -> None:
    explorer = explored(budget=Budget(sessions=1_000_000, seconds=0.5))
    assert 0 < explorer.drawn < 1000


def test_a_server_that_is_gone_ends_it() -> None:
    with exploring() as explorer:
        explorer.stage.survey()
        explorer.stage.target = replace(explorer.stage.target, port=1)
        explorer.explore(Budget(sessions=200))
    assert "the server is gone" in explorer.gone
    assert explorer.findings == []
    assert explorer.drawn < 20


def test_nothing_is_deleted_where_nothing_may_be_filled() -> None:
    with exploring() as explorer:
        explorer.stage.settings = replace(explorer.stage.settings, touch=False)
        heard: list[bytes] = []
        explorer.judge = lambda conversations: _said(heard, conversations)
        explorer.explore(Budget(sessions=100))
    assert len(heard) > 500
    assert not any(b"DELE" in line.upper() for line in heard)
    assert explorer.outcomes[Outcome.ERRORED] == 0


def test_what_breaks_in_one_segment_too_is_not_laid_to_pieces_where_there_is_no_time_to_shorten() -> None:
    explorer = explored("rset-not-implemented", "noop-not-implemented", budget=Budget(sessions=60, plays=0), seed=2)
    assert {finding.clause for finding in explorer.findings} >= {"R1939-RSET-03", "R1939-NOOP-01"}
    assert not any(finding.clause == "R1939-GRAM-08" for finding in explorer.findings)
