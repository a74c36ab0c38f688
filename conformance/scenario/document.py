"""Scenario files: YAML at the edge, checked, and turned into scenarios that know where each of their lines stands."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from conformance.clauses import CATALOGUE
from conformance.driver import Cutting
from conformance.mail import UnknownMailError, expand
from conformance.mailboxes import FIXTURE_DOMAIN, is_ours
from conformance.scenario.needs import MECHANISM, NEEDS
from conformance.scenario.parse import parse_session
from conformance.scenario.source import ScriptError
from conformance.scenario.steps import Act, Block, Check, Choice, Deliver, Expect, Loop, Note, Place, Step
from conformance.scenario.templates import parse_template

__all__ = ["SUFFIX", "Problem", "Scenario", "ScenarioSpec", "load", "read", "slug", "walk"]

SUFFIX: Final = ".pop3.yaml"
"""How the name of a scenario file ends."""


class ScenarioSpec(BaseModel):
    """One scenario as it is written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    scenario: str = Field(min_length=5, description="What the server does when it is right, as a sentence.")
    clauses: list[str] = Field(
        default=[],
        description="Clauses that this scenario exercises and the monitor judges, beside those marked in the session.",
    )
    maildrop: list[str] | str | None = Field(
        default=None,
        description="The messages that the maildrop holds, by their names; 'any' for whatever is there.",
    )
    maildrop_2: list[str] | None = Field(
        default=None, alias="maildrop 2", description="The messages that the second account's maildrop holds."
    )
    mail: dict[str, str] = Field(
        default={},
        description="Messages that are in no folder, by name: lines end in CRLF, and have escapes as in a session.",
    )
    needs: list[str] = Field(default=[], description="What the target must offer: " + ", ".join(NEEDS) + ".")
    wrong_logins: int = Field(
        default=0, ge=0, le=99, alias="wrong logins", description="How often it logs in with a wrong password."
    )
    each: dict[str, list[str | int]] = Field(
        default={}, description="The scenario is played once for each value of each name."
    )
    session: str = Field(min_length=1, description="What is said, line by line: C: and S: as RFCs print it.")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file."""

    path: Path
    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.place.line}:{self.place.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario, ready to be played."""

    id: str
    """``FILE/SLUG``."""
    title: str
    path: Path
    place: Place
    clauses: tuple[str, ...]
    """Those that it judges, marked ones first."""
    maildrop: tuple[str, ...] | None
    """Names of messages; None when it needs none or takes what is there."""
    needs: tuple[str, ...]
    wrong_logins: int
    steps: Block = field(repr=False)
    values: Mapping[str, bytes] = field(default_factory=dict)
    """What `each` gives to this one."""
    maildrop_2: tuple[str, ...] | None = None
    """Names of messages for the second account; None when it needs none."""
    mail: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Messages that are in no folder, by name, in wire form."""
    cut: Cutting | None = None
    """How all is cut that is sent; None where each line goes out as it stands."""
    origin: "Scenario | None" = field(default=None, repr=False)
    """The scenario that this one is a variant of."""

    @property
    def group(self) -> str:
        """The folder that it stands in, such as ``rfc1939``."""
        return self.id.split("/")[0]

    @property
    def rfc(self) -> int:
        """The RFC of the first clause."""
        return CATALOGUE[self.clauses[0]].rfc if self.clauses else 0

    @property
    def section(self) -> str:
        """The section of the first clause."""
        return CATALOGUE[self.clauses[0]].section if self.clauses else ""


def walk(block: Block) -> Iterator[Step]:
    """All steps, those in blocks included."""
    for step in block:
        yield step
        for inner in step.branches if isinstance(step, Choice) else (step.block,) if isinstance(step, Loop) else ():
            yield from walk(inner)


def load(path: Path) -> tuple[list[Scenario], list[Problem]]:
    """The scenarios of a file, and what is wrong in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        return [], [Problem(path, Place(1, 1), f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        return [], [Problem(path, Place(1, 1), f"is not UTF-8: {error.reason} at octet {error.start}")]
    return read(path, text)


def read(path: Path, text: str) -> tuple[list[Scenario], list[Problem]]:
    """The same of a text that stands, or would stand, in that file."""
    scenarios, problems = _loaded(path, text)
    return list(scenarios), list(problems)


@lru_cache(maxsize=128)  # a run wants each file twice: to check it, and to collect it
def _loaded(path: Path, text: str) -> tuple[Sequence[Scenario], Sequence[Problem]]:
    try:
        document = YAML(typ="rt").load(text)
    except YAMLError as error:
        return [], [_yaml_problem(path, error)]
    if not isinstance(document, CommentedSeq) or not document:
        return [], [Problem(path, Place(1, 1), "a list of scenarios is expected: - scenario: ...")]
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for index, entry in enumerate(document):
        place = Place(document.lc.data[index][0] + 1, document.lc.data[index][1] + 1)
        try:
            scenarios += _scenarios(path, place, entry, text.split("\n"))
        except ScriptError as error:
            problems.append(Problem(path, error.place, error.message))
    seen: dict[str, Scenario] = {}
    for scenario in scenarios:
        if scenario.id in seen:
            problems.append(Problem(path, scenario.place, f"a second scenario called {scenario.title!r} in this file"))
        seen[scenario.id] = scenario
    return scenarios, problems


def _yaml_problem(path: Path, error: YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) if isinstance(error, MarkedYAMLError) else None
    place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Problem(path, place, f"is not YAML: {reason}")


def _scenarios(path: Path, place: Place, entry: Any, lines: list[str]) -> Iterator[Scenario]:
    if not isinstance(entry, dict):
        raise ScriptError(place, "a scenario is a mapping that begins with `- scenario: TITLE`")
    try:
        spec = ScenarioSpec.model_validate(_plain(entry))
    except ValidationError as error:
        first = min(
            error.errors(), key=lambda found: found["type"] != "extra_forbidden"
        )  # a misspelt field is missing too
        raise ScriptError(_place_of(entry, first["loc"], place), _in_words(first)) from None
    steps = _steps(entry, spec, lines)
    clauses = _clauses(entry, spec, steps, place)
    _check_needs(entry, spec, place)
    mail = {name: _own(entry, name, text, place) for name, text in spec.mail.items()}
    _check_mail(entry, spec, steps, mail, place)
    stem = path.name.removesuffix(SUFFIX)
    base = f"{path.parent.name}/{stem}/{slug(spec.scenario)}"
    maildrop = tuple(spec.maildrop) if isinstance(spec.maildrop, list) else None
    for suffix, values in _each(spec.each):
        yield Scenario(
            id=base + suffix,
            title=spec.scenario + (f" ({', '.join(v.decode() for v in values.values())})" if values else ""),
            path=path,
            place=place,
            clauses=clauses,
            maildrop=maildrop,
            needs=tuple(spec.needs),
            wrong_logins=spec.wrong_logins,
            steps=steps,
            values=values,
            maildrop_2=None if spec.maildrop_2 is None else tuple(spec.maildrop_2),
            mail=mail,
        )


def _each(each: dict[str, list[str | int]]) -> Iterator[tuple[str, dict[str, bytes]]]:
    if not each:
        yield "", {}
        return
    (name, values), *rest = each.items()
    for value in values:
        for suffix, others in _each(dict(rest)):
            yield f"-{slug(str(value))}{suffix}", {name: str(value).encode("latin-1", "replace"), **others}


def _steps(entry: Any, spec: ScenarioSpec, lines: list[str]) -> Block:
    first, _ = entry.lc.key("session")
    if lines[first].rstrip().endswith(("|", "|-", "|+")):
        first += 1
    indent = next((len(text) - len(text.lstrip()) for text in lines[first:] if text.strip()), 0)
    return parse_session(spec.session, first + 1, indent + 1)


def _clauses(entry: Any, spec: ScenarioSpec, steps: Block, place: Place) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for step in walk(steps):
        if isinstance(step, Act | Expect | Check | Choice | Note):
            for clause in step.clauses:
                _known(clause, step.place)
                found[clause] = None
    for clause in spec.clauses:
        _known(clause, _place_of(entry, ("clauses",), place))
        found[clause] = None
    if not found:
        facts = any(isinstance(step, Note) for step in walk(steps))
        if not facts:
            message = "judges nothing: mark an S: line with a clause, name clauses for the monitor, or note a fact"
            raise ScriptError(place, message)
    return tuple(found)


def _known(clause: str, place: Place) -> None:
    try:
        CATALOGUE.find(clause)
    except KeyError as error:
        raise ScriptError(place, str(error.args[0])) from None


def _check_needs(entry: Any, spec: ScenarioSpec, place: Place) -> None:
    for need in spec.needs:
        if need not in NEEDS and not (need.startswith(MECHANISM) and need != MECHANISM):
            where = _place_of(entry, ("needs",), place)
            known = ", ".join((*NEEDS, f"{MECHANISM}MECHANISM"))
            raise ScriptError(where, f"{need!r} is nothing that can be needed: {known} are")
    if spec.maildrop_2 is not None and "account-2" not in spec.needs:
        raise ScriptError(_place_of(entry, ("maildrop 2",), place), "a second maildrop needs account-2")
    if isinstance(spec.maildrop, str) and spec.maildrop != "any":
        where = _place_of(entry, ("maildrop",), place)
        raise ScriptError(where, "a maildrop is a list of message names, or the word any")


def _own(entry: Any, name: str, text: str, place: Place) -> bytes:
    """A message of the scenario's own, in wire form."""
    where = _place_of(entry, ("mail", name), place)
    parts = parse_template(text.replace("\n", "\\r\\n"), where).parts
    octets = b"".join(part for part in parts if isinstance(part, bytes))
    if not all(isinstance(part, bytes) for part in parts):
        raise ScriptError(where, f"the message {name!r} holds a brace; write \\{{ for a brace as such")
    if not is_ours(octets):
        mark = f"Message-ID: <...@{FIXTURE_DOMAIN}>"
        raise ScriptError(where, f"the message {name!r} needs {mark}: else the run could not tell that it is its own")
    return octets


def _check_mail(entry: Any, spec: ScenarioSpec, steps: Block, own: Mapping[str, bytes], place: Place) -> None:
    wanted = [] if not isinstance(spec.maildrop, list) else spec.maildrop
    named = [(name, _place_of(entry, ("maildrop", number), place)) for number, name in enumerate(wanted)]
    second = enumerate(spec.maildrop_2 or ())
    named += [(name, _place_of(entry, ("maildrop 2", number), place)) for number, name in second]
    named += [(step.mail, step.place) for step in walk(steps) if isinstance(step, Deliver)]
    for name, where in named:
        try:
            expand([name], own)
        except UnknownMailError as error:
            raise ScriptError(where, str(error)) from None


def _plain(value: Any) -> Any:
    """The YAML library's values as the plain ones that the schema is about."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, str) else value


def _place_of(entry: Any, location: tuple[int | str, ...], fallback: Place) -> Place:
    at, place = entry, fallback
    for part in location:
        data = getattr(at, "lc", None)
        if data is None or not data.data or part not in data.data:
            break
        place = Place(data.data[part][0] + 1, data.data[part][1] + 1)
        at = at[part]
    return place


def _in_words(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"] if not (isinstance(part, str) and "[" in part))
    if error["type"] == "extra_forbidden":
        fields = ", ".join(spec.alias or name for name, spec in ScenarioSpec.model_fields.items())
        return f"{where!r} is no field of a scenario; there are {fields}"
    if error["type"] == "missing":
        return f"the field {where!r} is missing"
    return f"{where}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def slug(text: str) -> str:
    """A title as the last part of an id."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:80] or "x"
