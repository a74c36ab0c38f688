"""Variants and sessions that are cut off are items like others."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.plugin.sweeps import Sweeps, seed_for
from tests.plugin.suites import Suite, suite

FILE = "tests/mine.pop3.yaml"
CUT = "rfc1939/06-cuts/closed-behind-1?-octets"
ONE = "a-maildrop-with-one-message-is-counted"


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Suite]:
    """Their suite, and ours in it."""
    with suite(tmp_path) as here:
        yield here


def cases(theirs: Suite) -> dict[str, str]:
    results = json.loads((theirs.folder / "pop3spec-report" / "results.json").read_text())
    return {case["id"].rpartition("/")[2]: case["outcome"] for case in results["cases"]}


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_each_scenario_is_played_in_each_way(workers: tuple[str, ...], theirs: Suite) -> None:
    accounts = ("alice", "bob", "carol")
    done = theirs.judge(*workers, FILE, "--pop3-segmentation", "--pop3-seed=3", accounts=accounts)
    assert done.status == 0, done.text
    found = cases(theirs)
    assert set(found.values()) == {"kept"}
    assert sum(name.endswith("@octets") for name in found) == sum(name.endswith("@pieces") for name in found) == 3
    assert [name for name in found if name.endswith("@joined")] == ["a-maildrop-with-two-messages-is-counted@joined"]
    results = json.loads((theirs.folder / "pop3spec-report" / "results.json").read_text())
    assert ["seed", "3"] in [list(pair) for pair in results["options"].items()]
    assert theirs.mail == []


def test_what_needs_the_same_account_goes_to_the_same_worker(theirs: Suite) -> None:
    done = theirs.judge("-n", "2", FILE, "-v", "--pop3-segmentation", accounts=("alice", "bob", "carol"))
    named = {line.split("::")[1].split()[0] for line in done.text.splitlines() if "PASSED" in line}
    assert "two-mailboxes-are-two@special-accounts" in named
    assert "two-mailboxes-are-two[octets]@special-accounts" in named
    assert {name.split("@")[1] for name in named if name.startswith(ONE)} == {f"tests/mine/{ONE}"}


def test_a_variant_can_be_named_alone(theirs: Suite) -> None:
    done = theirs.judge(FILE, "--pop3-segmentation", f"--pop3-scenario=*/{ONE}@octets")
    assert done.status == 0, done.text
    assert cases(theirs) == {f"{ONE}@octets": "kept"}
    theirs.judge(FILE, "--pop3-segmentation", f"--pop3-scenario=*/{ONE}")
    assert cases(theirs) == {f"{ONE}{way}": "kept" for way in ("", "@octets", "@pieces")}


def test_variants_are_for_the_clauses_that_they_can_break(theirs: Suite) -> None:
    theirs.judge(FILE, "--pop3-segmentation", "--pop3-clause=R1939-GRAM-08", "--pop3-clause=R1939-STAT-04")
    assert any("@octets" in name for name in cases(theirs))
    theirs.judge(FILE, "--pop3-segmentation", "--pop3-clause=R1939-STAT-04")
    assert not any("@" in name for name in cases(theirs))


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_sessions_are_cut_off_beside_any_file(workers: tuple[str, ...], theirs: Suite) -> None:
    done = theirs.judge(*workers, FILE, "--pop3-cuts", f"--pop3-scenario={CUT}", accounts=("alice", "bob"))
    assert done.status == 0, done.text
    assert cases(theirs) == {f"closed-behind-1{digit}-octets": "kept" for digit in range(10)}
    assert theirs.mail == []


def test_mail_of_others_is_left_alone(theirs: Suite) -> None:
    letter = theirs.folder / "mail" / "alice" / "new" / "1.letter"
    letter.write_text("Subject: keep me\n\nhello\n")
    done = theirs.judge(FILE, "--pop3-cuts", "--pop3-segmentation", "--pop3-allow-nonempty")
    assert "broken" not in cases(theirs).values(), done.text
    assert [path.read_text() for path in theirs.mail] == ["Subject: keep me\n\nhello\n"]  # in cur/, as it was seen


def test_a_seed_is_the_same_for_the_same_server_unless_it_is_told() -> None:
    assert seed_for({}, "here:110") == seed_for({"seed": None}, "here:110") != seed_for({}, "there:110")
    assert seed_for({"seed": 0}, "here:110") == 0


def test_what_has_to_be_asked_for_is_known_by_the_id() -> None:
    sweeps = Sweeps(segmentation=True, cuts=True, seed=5)
    assert sweeps.asked_by("x/y/z@pieces") == ("segmentation", "seed=5")
    assert sweeps.asked_by("rfc1939/06-cuts/closed-behind-01-octets") == ("cuts",)
    assert sweeps.asked_by("x/y/z") == ()
