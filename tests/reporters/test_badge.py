"""The run in three words."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conformance.reporters import BadgeReporter, badge_json, badge_svg
from conformance.results import CaseResult, FailOn, Known, RunResult
from conformance.verdicts import Outcome, Verdict
from tests.results.hostile import hostile_run
from tests.results.sample import sample_run

STAT, SHOULD = "R1939-STAT-06", "R1939-STAT-07"


def judged(outcome: Outcome, clause: str = STAT) -> RunResult:
    case = CaseResult("x/y/z", "x", 1939, "5", outcome, verdicts=(Verdict(clause, outcome, "because"),))
    return sample_run(case)


@pytest.mark.parametrize(
    "run, fail_on, message, colour",
    [
        (judged(Outcome.KEPT), FailOn.MUST, "1 MUST kept", "brightgreen"),
        (judged(Outcome.BROKEN), FailOn.MUST, "1 MUST broken", "red"),
        (judged(Outcome.BROKEN), FailOn.NONE, "0 MUST kept, 1 broken", "orange"),
        (judged(Outcome.BROKEN, SHOULD), FailOn.MUST, "0 MUST kept", "brightgreen"),
        (judged(Outcome.BROKEN, SHOULD), FailOn.SHOULD, "1 clause broken", "red"),
        (judged(Outcome.INCONCLUSIVE), FailOn.MUST, "nothing judged", "lightgrey"),
        (sample_run(), FailOn.MUST, "3 MUST broken", "red"),
        (
            replace(judged(Outcome.BROKEN), known=(Known(STAT, "x"),)),
            FailOn.MUST,
            "0 MUST kept, 1 known to be broken",
            "orange",
        ),
        (replace(judged(Outcome.KEPT), ended_early="it broke off"), FailOn.NONE, "ended early", "red"),
    ],
)
def test_it_says_whether_the_run_passed(run: RunResult, fail_on: FailOn, message: str, colour: str) -> None:
    told = json.loads(badge_json(run, fail_on))
    assert told == {"schemaVersion": 1, "label": "POP3 conformance", "message": message, "color": colour}
    image = ElementTree.fromstring(badge_svg(run, fail_on))  # noqa: S314 - our own
    assert image.get("aria-label") == f"POP3 conformance: {message}"
    assert [text.text for text in image.iter("{http://www.w3.org/2000/svg}text")] == ["POP3 conformance", message]


def test_a_scenario_that_errored_is_no_pass() -> None:
    kept = Verdict(STAT, Outcome.KEPT)
    cases = (
        CaseResult("x", "x", 1939, "5", Outcome.ERRORED, "full"),
        CaseResult("y", "y", 1939, "5", Outcome.KEPT, verdicts=(kept,)),
    )
    assert json.loads(badge_json(sample_run(*cases)))["message"] == "1 scenario errored"


def test_no_word_of_a_server_is_on_it() -> None:
    for text in (badge_svg(hostile_run()), badge_json(hostile_run())):
        assert "evil" not in text
        assert "alert" not in text


def test_the_name_of_the_file_says_which(tmp_path: Path) -> None:
    for name, text in (("x.svg", badge_svg(sample_run())), ("x.json", badge_json(sample_run()))):
        BadgeReporter(tmp_path / name).report(sample_run())
        assert (tmp_path / name).read_text(encoding="utf-8") == text
