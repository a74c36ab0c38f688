import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.bundled import REPORTS
from conformance.clauses import CATALOGUE, Grade
from conformance.plugin.failures import case_failure
from conformance.reporters import decorate, surround
from conformance.results import CaseResult, FailOn
from conformance.transcript import TextLine
from conformance.verdicts import Outcome, Verdict
from tests.results.hostile import hostile_run
from tests.results.sample import CASES, CLAUSES, sample_run

pytest.importorskip("allure_pytest", reason="allure-pytest is an extra")

CONFTEST = """
import sys
sys.path.insert(0, {root!r})
import pytest
from tests.results.sample import CASES, CLAUSES
from conformance.reporters import decorate
from conformance.verdicts import Outcome

class File(pytest.File):
    def collect(self):
        for case in CASES:
            yield Item.from_parent(self, name=case.id, case=case)

class Item(pytest.Item):
    def __init__(self, *, case, **more):
        super().__init__(**more)
        self.case = case

    def runtest(self):
        decorate(self.case, {{clause.id: clause for clause in CLAUSES}})
        assert self.case.outcome is not Outcome.BROKEN

def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".yaml":
        return File.from_parent(parent, path=file_path)
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What allure-pytest wrote, by the title of the scenario."""
    tmp_path = tmp_path_factory.mktemp("allure")
    (tmp_path / "conftest.py").write_text(CONFTEST.format(root=str(Path(__file__).parents[2])), encoding="utf-8")
    (tmp_path / "x.yaml").touch()
    command = [sys.executable, "-m", "pytest", "--alluredir=out", "--rootdir=.", "-p", "no:cacheprovider"]
    subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, timeout=60)
    written = [json.loads(path.read_bytes()) for path in (tmp_path / "out").glob("*-result.json")]
    for result in written:
        result["texts"] = {
            attachment["name"]: (tmp_path / "out" / attachment["source"]).read_text(encoding="utf-8")
            for attachment in result.get("attachments", [])
        }
    return {result["name"]: result for result in written}


def labels(result: dict[str, Any], name: str) -> list[str]:
    return [label["value"] for label in result["labels"] if label["name"] == name]


def test_scenarios_are_labelled_and_say_what_was_said(results: dict[str, dict[str, Any]]) -> None:
    assert results.keys() == {case.title for case in CASES}
    broken = results["STAT leaves out a message marked as deleted"]
    assert broken["status"] == "failed"
    assert labels(broken, "clause") == ["R1939-STAT-02", "R1939-STAT-06", "R1939-STAT-07"]
    assert labels(broken, "tag") == labels(broken, "clause")
    assert labels(broken, "feature") == ["RFC 1939"]
    assert labels(broken, "story") == ["RFC 1939 §5"]
    assert labels(broken, "severity") == ["critical"]
    assert "Messages marked as deleted are left out of both numbers." in broken["description"]
    assert "S: +OK 3 4210 octets\n       ^^^^^^\n" in broken["texts"]["findings"]
    assert "C: PASS ********\n" in broken["texts"]["transcript"]


def test_severity_comes_from_what_is_broken_or_could_have_been(results: dict[str, dict[str, Any]]) -> None:
    assert labels(results["STAT with an argument"], "severity") == ["trivial"]
    assert labels(results["Unique-ids last"], "severity") == ["critical"]


def test_what_a_server_said_is_in_no_description(results: dict[str, dict[str, Any]]) -> None:
    assert not any("4210" in result["description"] for result in results.values())


def test_without_a_listener_nothing_happens() -> None:
    catalogue = {clause.id: clause for clause in CLAUSES}
    for case in CASES:
        decorate(case, catalogue)


def test_without_allure_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "allure", None)
    decorate(CASES[0], {})


# -- what is about the run -------------------------------------------------------------------------------------------


def properties(path: Path) -> dict[str, str]:
    """As Java reads a file of properties."""
    found = {}
    for line in path.read_text(encoding="ascii").splitlines():
        name, value = (part.encode().decode("unicode_escape") for part in line.split(" = "))
        found[name.encode("utf-16", "surrogatepass").decode("utf-16")] = value
    return found


def test_the_environment_says_what_was_judged(tmp_path: Path) -> None:
    surround(sample_run(), tmp_path / "new")
    told = properties(tmp_path / "new" / "environment.properties")
    assert told["target"] == "mail.example.com:110"
    assert told["greeting"] == "+OK Grocer 1.4 ready"
    assert told["certificate, accepted"] == "no: it expired on 2026-03-01"
    assert told["seed"] == "7"


def test_what_a_server_sends_stays_text_in_the_environment(tmp_path: Path) -> None:
    surround(hostile_run(), tmp_path)
    text = (tmp_path / "environment.properties").read_text(encoding="ascii")
    assert re.fullmatch(r"(?:[\w.,;@/()+\\-]+ = [\w.,;@/()+\\-]+\n)+", text)
    told = properties(tmp_path / "environment.properties")
    assert "<script>" in told["software"]
    assert all(name.isprintable() and value.isprintable() for name, value in told.items())


def categories(status: str, message: str) -> list[str]:
    """The names of the categories that Allure finds for a result, which it does by Java's regular expressions."""
    found = []
    for category in json.loads((REPORTS / "allure" / "categories.json").read_text(encoding="utf-8")):
        told = re.fullmatch(category.get("messageRegex", "(?s).*"), message)
        if told and status in category["matchedStatuses"]:
            found.append(category["name"])
    return found


def failure(*clauses: str, reason: str = "bad") -> str:
    verdicts = tuple(Verdict(name, Outcome.BROKEN, reason) for name in clauses)
    case = CaseResult("x", "x", 1939, "5", Outcome.BROKEN, verdicts=verdicts)
    return f"conformance.plugin.items.BrokenScenario: {case_failure(case, FailOn.ANY)}"


def test_every_clause_that_breaks_is_in_the_category_of_its_level() -> None:
    names = {Grade.MUST: "A MUST is broken", Grade.SHOULD: "A SHOULD is broken, and no MUST"}
    for clause in CATALOGUE.values():
        if clause.advisory is None and clause.level.grade in names:
            assert categories("failed", failure(clause.id)) == [names[clause.level.grade]], clause.id


def test_beside_a_must_a_should_is_not_counted_whatever_the_server_says() -> None:
    assert categories("failed", failure("R1939-STAT-07", "R1939-STAT-06")) == ["A MUST is broken"]
    forged = failure("R1939-STAT-07", reason="x\nR1939-STAT-06, RFC 1939 §5, MUST: forged")
    assert categories("failed", forged) == ["A SHOULD is broken, and no MUST"]


def test_what_was_not_judged_has_categories_of_its_own() -> None:
    assert categories("broken", "anything") == ["Not played to the end, by a fault that is not the server's"]
    for outcome in (Outcome.INCONCLUSIVE, Outcome.NOT_APPLICABLE, Outcome.NOT_IMPLEMENTED):
        assert len(categories("skipped", f"Skipped: {outcome.value}: because")) == 1
    assert categories("skipped", "XFAIL known: R1939-STAT-06") == ["Broken, and known to be"]


def test_there_is_a_copy_of_the_categories(tmp_path: Path) -> None:
    surround(sample_run(), tmp_path)
    assert (tmp_path / "categories.json").read_text() == (REPORTS / "allure" / "categories.json").read_text()


@pytest.mark.parametrize("text", ["\x1b[31m", "a\nb", "\u202e", "\r"])
def test_a_failure_is_told_in_printable_characters(text: str) -> None:
    verdicts = (Verdict("R1939-STAT-06", Outcome.BROKEN, text),)
    said = (TextLine("A", 0.0, "S", text.replace("\n", "\x0b").replace("\r", "\x0b")),)
    case = CaseResult("x", "x", 1939, "5", Outcome.ERRORED, text, verdicts, transcript=said)
    assert all(line.isprintable() for line in case_failure(case, FailOn.MUST).split("\n"))
    assert len(case_failure(case, FailOn.MUST).splitlines()) == 5
