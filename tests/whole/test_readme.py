"""What the README says is so: its commands and options exist, its examples work, its numbers and names are right."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

import conformance
from conformance.clauses import CATALOGUE
from conformance.cli.main import pop3spec
from conformance.driver import Tls, TlsMode
from conformance.plugin.options import OPTIONS
from conformance.plugin.targets import describe
from conformance.scenario import MECHANISM, NEEDS, SUFFIX, Scenario, load

_ROOT: Final = Path(conformance.__file__).parent.parent
_README: Final = (_ROOT / "README.md").read_text(encoding="utf-8")
_LANGUAGE: Final = (_ROOT / "scenarios" / "README.md").read_text(encoding="utf-8")

_BLOCKS: Final = [
    re.sub(r"^    ", "", block, flags=re.MULTILINE)
    for block in re.findall(r"(?:^(?: {4}.*)?\n)+", _README, re.MULTILINE)
    if block.strip()
]
"""What is indented: commands, what they print, files."""
_PLACES: Final = {"PORT": "110", "DIR": "report", "...": "localhost"}
"""Words that stand for something, and what that can be."""

_OTHERS: Final = {"-p", "-d"}
"""Options of pytest and of Dovecot's delivery."""


def _commands() -> list[str]:
    joined = [block.replace("\\\n", " ") for block in _BLOCKS]
    lines = [line.strip() for block in joined for line in block.splitlines() if line.strip().startswith("pop3spec ")]
    return list(dict.fromkeys([*lines, *re.findall(r"`(pop3spec [^`]*)`", _README)]))


def _block(start: str) -> str:
    (block,) = (block for block in _BLOCKS if block.lstrip("\n").startswith(start))
    return block


def _scenarios() -> dict[str, Scenario]:
    files = sorted((_ROOT / "scenarios").rglob(f"*{SUFFIX}"))
    return {scenario.id: scenario for path in files for scenario in load(path)[0]}


@pytest.mark.parametrize("line", _commands())
def test_a_command_is_understood(line: str) -> None:
    words = [_filled(word) for word in shlex.split(line)]
    assert words.pop(0) == "pop3spec"
    command: click.Command = pop3spec
    with click.Context(pop3spec) as context:
        while isinstance(command, click.Group) and words:
            found = command.get_command(context, words[0])
            assert found is not None, words[0]
            command, name = found, words.pop(0)
        if words:
            command.make_context(name, words, parent=context)


def _filled(word: str) -> str:
    for place, value in _PLACES.items():
        word = re.sub(rf"(?<![A-Z]){re.escape(place)}(?![A-Z])", value, word)
    return word


def test_there_are_commands_to_be_tried() -> None:
    assert len(_commands()) >= 10


def _all_commands(group: click.Group) -> Iterator[click.Command]:
    """Those of groups in it as well."""
    context = click.Context(group)
    for name in group.list_commands(context):
        if (command := group.get_command(context, name)) is not None:
            yield command
            if isinstance(command, click.Group):
                yield from _all_commands(command)


def test_an_option_that_is_named_exists() -> None:
    known = {name for command in _all_commands(pop3spec) for option in command.params for name in option.opts}
    known |= {"--help", *(option.flag for option in OPTIONS)}
    named = set(re.findall(r"(?<![\w-])(--[a-z][a-z0-9-]+|-[a-z])(?![\w-])", _README))
    assert named - _OTHERS <= known
    assert {"--fill", "--fail-on", "--pop3-fill", "-n"} <= named


def test_the_ways_to_fill_are_those_that_there_are() -> None:
    from conformance.mailboxes import SPECS

    rows = re.findall(r"^\| [^|]+ \| (`.+`) \|$", _README.partition("| `--fill` |")[2], re.MULTILINE)
    named = {spec.partition(":")[0] for row in rows for spec in re.findall(r"`([^`]+)`", row)}
    assert {spec.partition(":")[0] for spec in SPECS} <= named


def test_the_numbers_of_clauses_are_right() -> None:
    judged = [clause for clause in CATALOGUE.values() if clause.judges_server and clause.excuse is None]
    assert f"Of {len(CATALOGUE)} clauses" in _README
    assert f"{len(judged)} are judged" in _README


def test_a_clause_or_a_scenario_that_is_named_exists() -> None:
    assert {name for name in re.findall(r"R\d+-[A-Z]+-\d+", _README + _LANGUAGE) if name not in CATALOGUE} == set()
    known = _scenarios()
    assert [name for name in re.findall(r"--scenario (rfc\S+)", _README) if name not in known] == []


def test_what_is_shown_of_a_broken_clause_is_what_the_clause_says() -> None:
    shown = " ".join(_README.split())
    for name in re.findall(r"broken: (R\d+-[A-Z]+-\d+) ─", _README):
        assert f"─ {CATALOGUE[name].says} {CATALOGUE[name].citation}, {CATALOGUE[name].topic};" in shown


def test_the_target_file_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALICE_PASSWORD", "sesame")
    monkeypatch.setenv("CAROL_TOKEN", "ya29")
    (tmp_path / "mail.toml").write_text(_block('host = "'), encoding="utf-8")
    described = describe({"target": str(tmp_path / "mail.toml")})
    assert described is not None
    assert [(account.name, account.apop, account.way) for account in described.target.accounts] == [
        ("alice", False, "USER"),
        ("bob", True, "APOP"),
        ("carol", False, "XOAUTH2"),
    ]
    assert described.target.tls == Tls(TlsMode.STARTTLS, ca="ca.pem")


def test_the_python_example_runs() -> None:
    example = _block("import poplib")
    assert "assert client.stat()" in example
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102 - our own text


@pytest.mark.parametrize("text", [_README, _LANGUAGE], ids=["README.md", "scenarios/README.md"])
def test_the_scenario_is_right(text: str, tmp_path: Path) -> None:
    example = re.search(r"^    - scenario:.*\n(?:    .*\n)+", text, re.MULTILINE)
    assert example is not None
    path = tmp_path / f"mine{SUFFIX}"
    path.write_text(re.sub(r"^    ", "", example[0], flags=re.MULTILINE), encoding="utf-8")
    scenarios, problems = load(path)
    assert (len(scenarios), problems) == (1, [])


def test_the_language_names_all_that_a_scenario_can_need() -> None:
    paragraph = _LANGUAGE.partition("* `needs`:")[2].partition("\n* ")[0]
    named = {need for need in re.findall(r"`([^`]+)`", paragraph) if not need.startswith(MECHANISM)}
    assert named == NEEDS.keys()


def test_every_room_is_in_the_picture() -> None:
    picture = _README.partition("## ARCHITECTURE")[2].partition("* **")[0]
    rooms = {path.stem for path in (_ROOT / "conformance").iterdir() if path.suffix in ("", ".py")}
    rooms -= {"__init__", "__pycache__", "_data"}
    assert {room for room in rooms if not re.search(rf"│ {room} ", picture)} == set()


def test_a_file_that_is_linked_exists_and_a_target_of_make_that_is_named_does() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", _README):
        assert (_ROOT / link).exists(), link
    makefile = (_ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z]+)`", _README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
