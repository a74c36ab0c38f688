"""What a run is told to know before: `--baseline`, `--accept` and [accept] of a target file."""

from pathlib import Path
from typing import Any

import pytest

from conformance.plugin.known import known_deviations
from conformance.plugin.targets import Described, UsageError, describe
from conformance.reporters import ResultsReporter
from conformance.results import Known
from tests.results.sample import sample_run, unplayed

USER = "R1939-USER-02"


def described(path: Path | None = None, text: str = "") -> Described:
    if path is not None:
        path.write_text(f'host = "mx"\n{text}', encoding="utf-8")
    found = describe({"target": str(path)} if path is not None else {"host": "mx"})
    assert found is not None
    return found


def mistake(**options: Any) -> str:
    with pytest.raises(UsageError) as caught:
        known_deviations(options, described())
    return str(caught.value)


def test_nothing_is_known_unless_it_is_told() -> None:
    assert known_deviations({}, described()) == ()


def test_what_is_accepted_has_its_reason() -> None:
    known = known_deviations({"accept": [f"{USER}:  old: clients \n send it "]}, described())
    assert known == (Known(USER, "old: clients send it", accepted=True),)


def test_a_target_file_says_what_is_accepted(tmp_path: Path) -> None:
    here = described(tmp_path / "mx.toml", f'[accept]\n{USER} = "as it is"\nR1939-STAT-06 = "likewise"\n')
    known = known_deviations({"accept": [f"{USER}: for another reason"]}, here)
    assert known == (
        Known(USER, "for another reason", accepted=True),
        Known("R1939-STAT-06", "likewise", accepted=True),
    )


def test_a_baseline_is_a_file_or_a_folder_and_what_is_accepted_stands_before_it(tmp_path: Path) -> None:
    ResultsReporter(tmp_path / "results.json").report(sample_run())
    for place in (tmp_path, tmp_path / "results.json"):
        known = known_deviations({"baseline": str(place)}, described())
        assert known == sample_run().as_baseline()
        assert "R1939-STAT-06" in {one.clause for one in known}
    both = known_deviations({"baseline": str(tmp_path), "accept": ["R1939-STAT-06: as it is"]}, described())
    assert len(both) == len(known)
    assert [one.reason for one in both if one.accepted] == ["as it is"]


@pytest.mark.parametrize(
    "text, words",
    [
        ("R1939-USER-2: x", "--accept: there is no clause 'R1939-USER-2'; did you mean R1939-USER-0"),
        ("r1939-user-02: x", "did you mean R1939-USER-02?"),
        ("nonsense", "--accept: there is no clause 'nonsense'; `pop3spec clauses` lists them"),
        (USER, f"--accept: {USER} has no reason; write behind it why the server is to stay as it is"),
        (
            "R1939-USER-*: x",
            "R1939-USER-*: name each clause with a reason of its own; patterns are not taken",
        ),
        ("R1939-GRAM-02: x", "--accept: R1939-GRAM-02 binds clients, so no server breaks it"),
        (f"{USER}: ", f"--accept: {USER} has no reason"),
    ],
)
def test_what_cannot_be_accepted_is_told_with_what_to_do(text: str, words: str) -> None:
    assert words in mistake(accept=[text])


@pytest.mark.parametrize("octets", [b"", b"[]", b"{}", b"\xff", b'{"schema": "other"}'])
def test_a_baseline_that_is_none_is_told(octets: bytes, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_bytes(octets)
    said = mistake(baseline=str(tmp_path / "old.json"))
    assert said.startswith(f"--baseline: {tmp_path / 'old.json'} does not hold the results of a run")
    assert "name a results.json that `pop3spec run` wrote" in said


def test_a_mistake_in_a_file_is_told_with_its_name(tmp_path: Path) -> None:
    here = described(tmp_path / "mx.toml", f'[accept]\n{USER} = ""\n')
    with pytest.raises(UsageError, match=f"mx.toml: .accept.: {USER} has no reason"):
        known_deviations({}, here)


def test_a_baseline_that_judged_nothing_is_none(tmp_path: Path) -> None:
    ResultsReporter(tmp_path / "results.json").report(unplayed())
    assert mistake(baseline=str(tmp_path)).startswith(f"--baseline: the run of {tmp_path} judged nothing")


def test_a_baseline_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert mistake(baseline=str(tmp_path / "x.json")).startswith(f"--baseline: {tmp_path / 'x.json'} is not there; ")


@pytest.mark.parametrize(
    "text, words",
    [
        ("accept = 1\n", "accept: a table is expected"),
        ("[accept]\nR1939-USER-02 = 1\n", "accept: R1939-USER-02: a text is expected, in quotes"),
    ],
)
def test_a_target_file_that_accepts_in_another_form_is_told(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words):
        described(tmp_path / "mx.toml", text)
