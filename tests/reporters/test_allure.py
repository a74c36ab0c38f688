import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.reporters import decorate
from tests.results.sample import CASES, CLAUSES

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
