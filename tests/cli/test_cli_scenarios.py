"""`pop3spec scenarios` lists scenarios, checks files and prints their schema."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from conformance import bundled
from conformance.cli.schema import schema_text
from conformance.scenario import load
from tests.cli.command import pop3spec

FILES = sorted(bundled.SCENARIOS.rglob("*.pop3.yaml"))

GOOD = """\
- scenario: STAT answers
  session: |
    C: <log in>
    C: STAT
    S: +OK  [R1939-STAT-02]
"""


def schema() -> Any:
    return json.loads((bundled.SCENARIOS / "schema.json").read_text(encoding="utf-8"))


def test_all_are_listed_one_a_line_with_their_clauses() -> None:
    done = pop3spec("scenarios")
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    known = [scenario for path in FILES for scenario in load(path)[0]]
    assert [line.split("  ")[0] for line in lines] == [scenario.id for scenario in known]
    assert all("".join(scenario.clauses[:1]) in line for scenario, line in zip(known, lines, strict=True))


def test_a_pattern_or_a_part_of_an_id_chooses() -> None:
    chosen = pop3spec("scenarios", "list", "rfc1939/05-stat/*").out.splitlines()
    assert chosen
    assert chosen == pop3spec("scenarios", "/05-stat/").out.splitlines()
    assert all(line.startswith("rfc1939/05-stat/") for line in chosen)


def test_a_pattern_that_fits_none_is_a_mistake() -> None:
    done = pop3spec("scenarios", "nothing-like-it")
    assert (done.status, done.out) == (2, "")
    assert "no scenario has an id like nothing-like-it" in done.err


def test_good_files_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.pop3.yaml").write_text(GOOD)
    assert pop3spec("scenarios", "check", tmp_path).out == "1 scenario in 1 file is fine\n"
    assert pop3spec("scenarios", "check", bundled.SCENARIOS).status == 0


def test_mistakes_are_told_with_file_line_and_column(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pop3.yaml"
    bad.write_text(GOOD + GOOD.replace("STAT answers", "Another").replace("R1939-STAT-02", "R1939-STAT-77"))
    unreadable = tmp_path / "worse.pop3.yaml"
    unreadable.write_text("- scenario: [\n")
    done = pop3spec("scenarios", "check", bad, unreadable)
    assert done.status == 2
    first, second = done.out.splitlines()
    assert first.startswith(f"{bad}:10:5: no clause is called R1939-STAT-77; did you mean ")
    assert second.startswith(f"{unreadable}:2:1: is not YAML: ")


@pytest.mark.parametrize(
    "name, message",
    [
        ("nothing.pop3.yaml", "there is no such file"),
        ("other.yaml", "the name of a scenario file ends in .pop3.yaml"),
        ("empty", "no file in this folder has a name that ends in .pop3.yaml"),
    ],
)
def test_paths_that_name_no_scenario_file_are_mistakes(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(GOOD)
    (tmp_path / "empty").mkdir()
    done = pop3spec("scenarios", "check", tmp_path / name)
    assert (done.status, done.err) == (2, f"Error: {tmp_path / name}: {message}\n")


def test_a_control_character_in_a_file_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pop3.yaml"
    bad.write_text(GOOD.replace("  session", '  "\\e[31m": x\n  session'))
    done = pop3spec("scenarios", "check", bad)
    assert done.status == 2
    assert "\x1b" not in done.out


def test_the_schema_that_is_shipped_is_the_one_that_is_made_and_printed() -> None:
    assert (bundled.SCENARIOS / "schema.json").read_text(encoding="utf-8") == schema_text()
    assert pop3spec("scenarios", "schema").out == schema_text()


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_the_schema_accepts_what_is_bundled(path: Path) -> None:
    jsonschema.validate(YAML(typ="safe").load(path.read_text(encoding="utf-8")), schema())


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [{"scenario": "STAT answers"}],
        [{"scenario": "STAT answers", "session": "C: STAT", "maildrops": []}],
        [{"scenario": "STAT answers", "session": "C: STAT", "maildrop": "all"}],
        [{"scenario": "STAT answers", "session": "C: STAT", "needs": ["STLS!"]}],
        [{"scenario": "STAT answers", "session": "C: STAT", "clauses": ["STAT-1"]}],
        [{"scenario": "STAT answers", "session": "C: STAT", "wrong logins": 100}],
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(wrong: Any, tmp_path: Path) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema())
    file = tmp_path / "wrong.pop3.yaml"
    file.write_text(json.dumps(wrong))
    assert load(file)[1]
