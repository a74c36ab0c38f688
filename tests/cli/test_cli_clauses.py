"""`pop3spec clauses` lists what the RFCs demand and explains it."""

import json
import subprocess

import pytest

from conformance.clauses import CATALOGUE
from tests.cli.command import COMMAND, environment, pop3spec


def ids(text: str) -> list[str]:
    return [line.split(" ")[0] for line in text.splitlines()]


def test_all_are_listed_one_a_line() -> None:
    done = pop3spec("clauses")
    assert (done.status, done.err) == (0, "")
    assert ids(done.out) == list(CATALOGUE)


@pytest.mark.parametrize(
    "arguments, chosen",
    [
        (("--rfc", "1957"), [c.id for c in CATALOGUE.of_rfc(1957)]),
        (("--section", "1939:5"), [c.id for c in CATALOGUE.of_section(1939, "5")]),
        (("--section", "5"), [c.id for c in CATALOGUE.values() if f"{c.section}.".startswith("5.")]),
        (("--level", "should"), [c.id for c in CATALOGUE.values() if c.grade == "should"]),
        (("--subject", "client"), [c.id for c in CATALOGUE.values() if c.subject == "client"]),
        (("R1939-STAT-*",), [c for c in CATALOGUE if c.startswith("R1939-STAT-")]),
        (("stat",), [c for c in CATALOGUE if c.startswith("R1939-STAT-")]),
        (("at-0", "--section", "1939:5"), [c.id for c in CATALOGUE.of_section(1939, "5") if "AT-0" in c.id]),
    ],
)
def test_they_can_be_filtered(arguments: tuple[str, ...], chosen: list[str]) -> None:
    assert chosen
    assert ids(pop3spec("clauses", *arguments).out) == chosen


def test_one_is_explained_with_its_scenarios_and_the_monitor() -> None:
    done = pop3spec("clauses", "r1939-stat-03")
    clause = CATALOGUE["R1939-STAT-03"]
    assert done.status == 0
    assert done.out.startswith(f"R1939-STAT-03  {clause.citation}, {clause.topic}\n")
    assert clause.says in done.out
    assert clause.how in done.out
    assert "rfc1939/05-stat/stat-leaves-out-a-message-that-is-marked-as-deleted" in done.out
    assert "by the monitor, in every session of every scenario" in done.out
    assert "pop3spec run TARGET --clause R1939-STAT-03" in done.out


def test_an_excuse_is_told() -> None:
    done = pop3spec("clauses", "R1939-NET-01")
    assert f"by no run: {CATALOGUE['R1939-NET-01'].excuse}" in done.out
    assert "pop3spec run" not in done.out


def test_json_holds_everything() -> None:
    known = json.loads(pop3spec("clauses", "--json").out)
    assert [clause["id"] for clause in known] == list(CATALOGUE)
    stat = next(clause for clause in known if clause["id"] == "R1939-STAT-03")
    assert stat["says"] == CATALOGUE["R1939-STAT-03"].says
    assert stat["monitor"] is True
    assert "rfc1939/05-stat/stat-leaves-out-a-message-that-is-marked-as-deleted" in stat["scenarios"]


def test_a_misspelt_id_gets_a_suggestion() -> None:
    done = pop3spec("clauses", "R1939-STAT-33")
    assert (done.status, done.out) == (2, "")
    assert "no clause is called R1939-STAT-33; did you mean R1939-STAT-0" in done.err


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--rfc", "1940"), "--rfc 1940: there is no such RFC"),
        (("--section", "99"), "--section 99: there is no such section"),
        (("--rfc", "1957", "stat"), "no clause is left by this selection"),
        (("--level", "MUSTN'T"), "is not one of"),
    ],
)
def test_an_empty_list_is_a_mistake(arguments: tuple[str, ...], message: str) -> None:
    done = pop3spec("clauses", *arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = [*COMMAND, "clauses", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_colour_is_for_terminals_and_not_for_those_who_want_none() -> None:
    assert "\x1b" not in pop3spec("clauses", "stat").out
    assert "\x1b[" in pop3spec("clauses", "stat", env={"FORCE_COLOR": "1", "COLUMNS": "120"}).out
    none = pop3spec("clauses", "stat", env={"FORCE_COLOR": "1", "NO_COLOR": "1", "COLUMNS": "120"}).out
    assert "\x1b[3" not in none


def test_a_terminal_that_knows_ascii_alone_gets_escapes() -> None:
    done = pop3spec("clauses", "R1939-STAT-03", env={"PYTHONIOENCODING": "ascii"})
    assert done.status == 0
    assert "RFC 1939 \\xa75" in done.out
