"""`pop3spec run` where some of what is broken was known before."""

import shutil
from pathlib import Path

import pytest

from tests.cli.command import Done
from tests.cli.judged import PASSWORD, Judged, judged

STAT, DELE = "R1939-STAT-06", "R1939-DELE-04"
PLAYED = ("--clause", STAT, "--clause", DELE)
COUNTS, MARKS = "stat-counts-marked", "dele-accepted-twice"


def play(folder: Path, *arguments: str | Path, faults: tuple[str, ...] = ()) -> tuple[Done, Judged]:
    """The same two clauses on a server that is wrong in these ways, and the folder as it was before."""
    shutil.rmtree(folder / "mail", ignore_errors=True)
    with judged(folder, *faults) as server:
        return server.run(*PLAYED, *arguments), server


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    """Where the results of a run lie that counted wrong."""
    done, _ = play(tmp_path, "--report", "old", faults=(COUNTS,))
    assert done.status == 1
    return tmp_path / "old"


def test_what_the_baseline_broke_is_listed_and_does_not_fail(baseline: Path, tmp_path: Path) -> None:
    done, server = play(tmp_path, "--baseline", baseline, faults=(COUNTS,))
    assert done.status == 0, done.text
    assert done.out.count("Passed: nothing broken but 1 known deviation, ") == 2
    assert "Known: 1 clause broken, and nothing fails by it" in done.out
    assert f"broken: {STAT}" not in done.out
    assert "broken: rfc1939/" not in done.out
    (known,) = server.results()["known"]
    assert (known["id"], known["accepted"]) == (STAT, False)
    assert known["broken_in"]


def test_what_is_broken_besides_fails(baseline: Path, tmp_path: Path) -> None:
    done, _ = play(tmp_path, "--baseline", baseline, faults=(COUNTS, MARKS))
    assert done.status == 1
    assert "Failed: 1 MUST clause broken, beside 1 known deviation\n" in done.out
    assert f"MUST broken: {DELE}" in done.out
    assert f"MUST broken: {STAT}" not in done.out


def test_what_was_fixed_says_so(baseline: Path, tmp_path: Path) -> None:
    done, _ = play(tmp_path, "--baseline", baseline / "results.json")
    assert done.status == 0
    assert "Fixed: 1 clause known to be broken, and kept" in done.out
    assert "it can go out of the baseline now" in done.out


def test_what_is_accepted_is_listed_with_its_reason(tmp_path: Path) -> None:
    reason = "an old client counts on it"
    done, _ = play(tmp_path, "--accept", f"{STAT}: {reason}", faults=(COUNTS,))
    assert done.status == 0, done.text
    assert f"accepted: {reason}" in " ".join(done.out.split())
    done, _ = play(tmp_path, "--accept", f"{DELE}: {reason}", faults=(COUNTS,))
    assert done.status == 1


def test_a_password_in_a_reason_is_masked(tmp_path: Path) -> None:
    """`Judged.run` sees to it that the password stands in nothing that was said or written."""
    done, server = play(tmp_path, "--accept", f"{STAT}: as {PASSWORD} wants it", faults=(COUNTS,))
    assert done.status == 0
    assert [known["reason"] for known in server.results()["known"]] == ["as ******** wants it"]


def test_workers_know_it_too(baseline: Path, tmp_path: Path) -> None:
    two = ("--account", "alice:hunter2x", "--account", "bob:hunter2x", "-n", "2")
    done, _ = play(tmp_path, "--baseline", baseline, *two, faults=(COUNTS,))
    assert done.status == 0, done.text


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("--baseline", "nowhere.json"), "--baseline: nowhere.json is not there; name a results.json"),
        (("--accept", "R1939-STAT-6: x"), "--accept: there is no clause 'R1939-STAT-6'; did you mean R1939-STAT-0"),
    ],
)
def test_a_mistake_is_told_before_anything_is_played(arguments: tuple[str, ...], words: str, judged: Judged) -> None:
    done = judged.run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
