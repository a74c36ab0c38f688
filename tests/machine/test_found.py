"""What was found is a scenario file that shows it again, without hypothesis."""

import json
from dataclasses import replace
from pathlib import Path

from conformance.machine.found import cases, write_found
from conformance.scenario import load, play
from conformance.verdicts import Outcome
from tests.cli.command import pop3spec
from tests.machine.generated import SMALL, exploring


def test_the_file_of_a_finding_shows_it_again(tmp_path: Path) -> None:
    with exploring("marked-have-unique-ids") as explorer:
        (finding,) = explorer.explore(SMALL)
        path = write_found(finding, tmp_path)
        (scenario,), problems = load(path)
        assert problems == []
        again = play(scenario, explorer.stage)
        (summary, case) = cases(explorer, "some sessions", 1.0, "generated/sessions")
    assert path == tmp_path / "found" / "r1939-uidl-12.pop3.yaml"
    assert scenario.id == case.id
    assert [v.clause for v in again.verdicts if v.outcome is Outcome.BROKEN] == ["R1939-UIDL-12"]
    assert (case.outcome, case.reason) == (Outcome.BROKEN, "")
    assert summary.outcome is Outcome.KEPT
    assert "R1939-UIDL-12" not in summary.clauses
    text = path.read_text(encoding="utf-8")
    assert "# R1939-UIDL-12, RFC 1939 §7, " in text
    assert "C: PASS ********" in text
    assert "opensesame" not in text


def test_a_flaky_finding_says_so(tmp_path: Path) -> None:
    with exploring("marked-have-unique-ids") as explorer:
        (finding,) = explorer.explore(SMALL)
        explorer.findings[:] = [replace(finding, shown=1), replace(finding, shown=0)]
        _, flaky, once = cases(explorer, "some sessions", 1.0, "generated/sessions")
    assert flaky.outcome is Outcome.BROKEN
    assert "flaky: of 3 plays of this session 1 showed it" in flaky.verdicts[0].reason
    assert once.outcome is Outcome.INCONCLUSIVE
    assert [verdict.outcome for verdict in once.verdicts] == [Outcome.INCONCLUSIVE]
    text = write_found(explorer.findings[0], tmp_path).read_text(encoding="utf-8")
    assert "# Flaky: of 3 plays of this session 1 showed it." in text


def test_a_run_plays_them_and_tells_how_to_repeat_what_was_found(tmp_path: Path) -> None:
    with exploring("marked-have-unique-ids") as explorer:
        address = explorer.stage.target.address
        words = ("--account", "alice:opensesame", "--timeout", "1")
        env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
        # Nothing can be delivered from another process, so the maildrop stays empty and nothing is found.
        asked = ("run", f"pop://{address}", *words, "--group", "generated", "--generated", "30", "--seed", "1")
        done = pop3spec(*asked, cwd=tmp_path, env=env)
    assert done.status == 0, done.text
    assert "What is random is made of --seed 1" in done.text
    results = json.loads((tmp_path / "pop3spec-report" / "results.json").read_text(encoding="utf-8"))
    (case,) = results["cases"]
    assert case["id"] == "generated/sessions"
    assert case["title"] == "30 generated sessions"
    assert "30 sessions with " in case["notes"][0]
