"""`pytest -p conformance.plugin` in somebody else's test suite."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugin.suites import MINE, Suite, suite

FILE = "tests/mine.pop3.yaml"
ONE = f"{FILE}::a-maildrop-with-one-message-is-counted"


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Suite]:
    """Their suite, and ours in it."""
    with suite(tmp_path) as here:
        yield here


def broken(theirs: Suite) -> None:
    """Expect what no server says."""
    (theirs.folder / FILE).write_text(MINE.replace("+OK 1", "+OK 7"))


# -- by and by -------------------------------------------------------------------------------------------------------


def test_without_a_target_it_is_as_if_it_were_not_there(theirs: Suite) -> None:
    done = theirs.call("-q")
    assert (done.status, done.summary.split(" in ")[0]) == (0, "3 passed")
    assert "POP3" not in done.text
    assert not (theirs.folder / "pop3spec-report").exists()


@pytest.mark.parametrize("autoload", [True, False])
def test_with_one_scenarios_are_items_beside_theirs(autoload: bool, theirs: Suite) -> None:
    done = theirs.judge(FILE, "tests/test_theirs.py", "-rs", autoload=autoload)
    assert done.status == 0, done.text
    assert "5 passed, 1 skipped" in done.summary
    assert "not applicable: it needs a second account" in done.text
    assert "POP3 conformance" in done.text
    assert "Report in pop3spec-report" in done.text
    results = json.loads((theirs.folder / "pop3spec-report" / "results.json").read_text())
    assert len(results["cases"]) == 3
    assert theirs.mail == []


def test_items_have_ids_that_can_be_named(theirs: Suite) -> None:
    listed = theirs.judge("--collect-only", "-q", FILE)
    assert ONE in listed.text.splitlines()
    assert "1 passed" in theirs.judge(ONE).summary
    assert "1 passed, 2 deselected" in theirs.judge(FILE, "-k", "two-messages").summary


def test_where_no_file_is_named_ours_are_added(theirs: Suite) -> None:
    listed = theirs.judge("--collect-only", "-q", "--pop3-clause", "R1939-STAT-04")
    assert "05-stat/05-stat.pop3.yaml" not in listed.text
    assert "rfc1939/05-stat.pop3.yaml::" in listed.text
    assert ONE in listed.text
    assert "tests/test_theirs.py::test_theirs" in listed.text


def test_a_selection_leaves_their_tests_alone(theirs: Suite) -> None:
    done = theirs.judge(FILE, "tests", "--pop3-clause", "R1939-NOOP-01", "--pop3-scenario", "*/two-mail*")
    assert "3 passed, 1 skipped, 2 deselected" in done.summary
    none = theirs.judge(FILE, "--pop3-clause", "R1939-TOP-01")
    assert none.status == pytest.ExitCode.USAGE_ERROR
    assert "nothing is selected: no scenario is left by the selection" in none.text


def test_a_broken_clause_is_a_failure_in_words(theirs: Suite) -> None:
    broken(theirs)
    done = theirs.judge(FILE, "--junit-xml=junit.xml")
    assert done.status == 1
    assert "1 failed, 1 passed, 1 skipped" in done.summary
    assert "R1939-STAT-04, RFC 1939 §5" in done.text
    assert "MUST broken: R1939-STAT-04" in done.text
    assert "Traceback" not in done.text
    assert "conformance/" not in done.text.partition("POP3 conformance")[0].replace("tests/", "")
    (failed,) = [case for case in theirs.junit("junit.xml") if case.find("failure") is not None]
    properties = {(one.get("name"), one.get("value")) for one in failed.iter("property")}
    assert ("pop3_clause", "R1939-STAT-04 broken") in properties
    assert theirs.mail == []


def test_the_level_that_fails_can_be_set(theirs: Suite) -> None:
    broken(theirs)
    done = theirs.judge(FILE, "--pop3-fail-on", "none")
    assert (done.status, "2 passed, 1 skipped" in done.summary) == (0, True)


def test_the_report_goes_where_it_is_told(theirs: Suite) -> None:
    assert theirs.judge(ONE, "--pop3-report", "out/here").status == 0
    assert (theirs.folder / "out" / "here" / "junit.xml").is_file()
    (theirs.folder / "file").write_text("in the way")
    done = theirs.judge(ONE, "--pop3-report", "file/here")
    assert done.status == pytest.ExitCode.USAGE_ERROR
    assert "the report cannot go to file/here" in done.text


# -- with pytest-xdist -----------------------------------------------------------------------------------------------


def test_workers_have_an_account_each(theirs: Suite) -> None:
    done = theirs.judge("-n", "2", FILE, "tests/test_theirs.py", accounts=("alice", "bob", "carol"))
    assert done.status == 0, done.text
    assert "6 passed" in done.summary
    assert "Report in pop3spec-report" in done.text
    results = json.loads((theirs.folder / "pop3spec-report" / "results.json").read_text())
    assert sorted(case["outcome"] for case in results["cases"]) == ["kept"] * 3
    assert theirs.mail == []


def test_a_failure_comes_through_from_a_worker(theirs: Suite) -> None:
    broken(theirs)
    done = theirs.judge("-n", "2", FILE, "--junit-xml=junit.xml", accounts=("alice", "bob"))
    assert done.status == 1
    assert "R1939-STAT-04, RFC 1939 §5" in done.text
    assert "MUST broken: R1939-STAT-04" in done.text
    clauses = [one.get("value") for case in theirs.junit("junit.xml") for one in case.iter("property")]
    assert "R1939-STAT-04 broken" in clauses
    assert theirs.mail == []


def test_more_workers_than_accounts_are_a_mistake(theirs: Suite) -> None:
    done = theirs.judge("-n", "2", FILE)
    assert done.status == pytest.ExitCode.USAGE_ERROR
    assert "-n 2 needs as many accounts, one a worker, and 1 can be used" in done.text


def test_nothing_selected_is_no_accident_of_a_worker(theirs: Suite) -> None:
    done = theirs.judge("-n", "2", FILE, "--pop3-clause", "R1939-TOP-01", accounts=("alice", "bob"))
    assert done.status == pytest.ExitCode.USAGE_ERROR
    assert "nothing is selected: no scenario is left by the selection" in done.text


# -- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--pop3-fill=pigeon:home",), "'pigeon' is no way of delivery"),
        (("--pop3-level=x",), "--level x: there is no such level"),
        (("--pop3-port=0",), "0 is no port"),
        (("--pop3-rfc=1939", "--pop3-not-rfc=1939"), "nothing is selected: no clause is left by --rfc"),
        (("--pop3-target=nothing.toml",), "there is no such file"),
        (("--pop3-fail-on=most",), "invalid choice"),
    ],
)
def test_a_mistake_is_told(arguments: tuple[str, ...], message: str, theirs: Suite) -> None:
    done = theirs.judge(*arguments, FILE)
    assert done.status == pytest.ExitCode.USAGE_ERROR
    assert message in done.text
    assert "Traceback" not in done.text


def test_a_run_without_an_account_is_a_mistake(theirs: Suite) -> None:
    done = theirs.judge(FILE, accounts=())
    assert done.status == pytest.ExitCode.USAGE_ERROR
    assert "no account is named" in done.text


def test_a_mistake_in_a_file_is_told_with_its_place(theirs: Suite) -> None:
    (theirs.folder / FILE).write_text(MINE.replace("C: STAT", "C; STAT", 1))
    done = theirs.judge(FILE)
    assert done.status == pytest.ExitCode.INTERRUPTED
    assert "mine.pop3.yaml:5:5: " in done.text


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_mail_of_others_stops_it_before_anything_is_played(workers: tuple[str, ...], theirs: Suite) -> None:
    letter = theirs.folder / "mail" / "bob" / "new" / "1.letter"
    letter.write_text("Subject: keep me\n\nhello\n")
    done = theirs.judge(*workers, FILE, accounts=("bob", "alice"))
    assert done.status == 3
    assert "the maildrop of bob on 127.0.0.1" in done.text
    assert "passed" not in done.text
    assert theirs.mail == [letter]


def test_a_server_that_is_not_there_stops_it(theirs: Suite) -> None:
    done = theirs.judge("--pop3-port=1", FILE)
    assert done.status == 3
    assert "cannot connect to 127.0.0.1:1" in done.text


def test_what_is_known_to_be_broken_fails_as_it_is_expected_to(theirs: Suite) -> None:
    broken(theirs)
    done = theirs.judge(ONE, "--pop3-accept=R1939-STAT-04: seven it is", "-rx")
    assert done.status == 0, done.text
    assert "1 xfailed" in done.summary
    assert "known: R1939-STAT-04" in done.text
    assert "accepted: seven it is" in done.text
