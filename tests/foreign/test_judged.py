"""What the whole suite says of servers that others wrote is what the golden files say, no more and no less."""

import json
from pathlib import Path

import pytest

from conformance.clauses import CATALOGUE, Grade
from tests.foreign.servers import SERVERS, available
from tests.foreign.subjects import GOLDEN, SUBJECTS, Subject


def test_every_server_is_judged_and_every_golden_file_is_of_one() -> None:
    assert {subject.server for subject in SUBJECTS} == set(SERVERS)
    assert {path.stem for path in GOLDEN.glob("*.toml")} == set(map(str, SUBJECTS))
    assert {clause for subject in SUBJECTS for clause in subject.golden()["broken"]} <= CATALOGUE.keys()


@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_just_what_is_known_is_found(subject: Subject, tmp_path: Path) -> None:
    if (reason := available(subject.server)) is not None:
        pytest.skip(reason)
    golden = subject.golden()
    done, _ = subject.judge(tmp_path)
    results = json.loads((tmp_path / "pop3spec-report" / "results.json").read_text(encoding="utf-8"))
    broken = {clause["id"] for clause in results["clauses"] if clause["outcome"] == "broken"}
    assert broken == set(golden["broken"]), done.text
    assert {case["id"]: case["reason"] for case in results["cases"] if case["outcome"] == "errored"} == {}
    assert done.status == any(CATALOGUE[clause].grade is Grade.MUST for clause in golden["broken"])
