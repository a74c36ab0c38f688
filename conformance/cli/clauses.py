"""`pop3spec clauses`: what the RFCs demand, as a list, or one clause explained."""

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

import click

from conformance.clauses import CATALOGUE, Advisory, Clause, Grade, Subject
from conformance.cli.status import Failure

if TYPE_CHECKING:
    from conformance.cli.console import Output
    from conformance.scenario import Scenario

__all__ = ["clauses"]

_ADVISORIES: Final = {
    Advisory.PERMISSION: "a permission: either way is right, and the report says which one was seen",
    Advisory.DISPUTED: "disputed: the text can be read in two ways, so a break counts with --fail-on any alone",
}
_OBSERVATIONS: Final = {
    "active": "by provoking it",
    "passive": "by watching what is said anyway",
    "timing": "by the clock",
    "multi-session": "by comparing sessions",
    "out-of-band": "not over the wire",
    "untestable": "not by any test",
}


@click.command()
@click.argument("patterns", nargs=-1, metavar="[ID|PATTERN]...")
@click.option("--rfc", multiple=True, metavar="NUMBER", help="Only this RFC's, such as 1939.")
@click.option("--section", multiple=True, metavar="SECTION", help="Only this section's, such as 5 or 1939:5.")
@click.option("--level", multiple=True, type=click.Choice([*Grade], case_sensitive=False), help="Only of this level.")
@click.option(
    "--subject", type=click.Choice([*Subject], case_sensitive=False), help="Only those that bind servers, or clients."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, with everything that is known of each.")
def clauses(
    patterns: tuple[str, ...],
    rfc: tuple[str, ...],
    section: tuple[str, ...],
    level: tuple[Grade, ...],
    subject: Subject | None,
    *,
    as_json: bool,
) -> None:
    """List the clauses: what the RFCs demand, each with an id. With an id, explain that clause.

    \b
    Examples:
      pop3spec clauses                          all of them
      pop3spec clauses --rfc 1939 --section 7   one section's
      pop3spec clauses 'R1939-STAT-*'           by a pattern
      pop3spec clauses uidl --level should      by a part of the id
      pop3spec clauses R1939-STAT-03            what it says, and how it is judged
    """
    from conformance.cli.console import Output

    given = {"rfc": rfc, "section": section, "level": tuple(map(str, level))}
    chosen = [clause for clause in _selected(given) if subject in (None, clause.subject)]
    if patterns:
        chosen = _named(chosen, patterns)
    if not chosen:
        raise Failure("no clause is left by this selection; `pop3spec clauses` lists them all")
    output = Output()
    if as_json:
        known = _scenarios(chosen)
        output.raw(json.dumps([_as_plain(c, known[c.id]) for c in chosen], indent=2, ensure_ascii=False))
    elif patterns and all(pattern.upper() in CATALOGUE for pattern in patterns):
        known = _scenarios(chosen)
        for clause in chosen:
            _explain(output, clause, known[clause.id])
    else:
        output.rows(((c.id, c.citation, c.level, c.says) for c in chosen), ("bold", "", _LEVEL))


_LEVEL: Final = "cyan"


def _selected(given: Mapping[str, tuple[str, ...]]) -> list[Clause]:
    from conformance.plugin.selection import Selection

    selection = Selection.from_options(given)
    if mistake := selection.mistake():
        raise Failure(mistake)
    judged = selection.clauses()
    return [clause for clause in CATALOGUE.values() if clause.id in judged]


def _named(chosen: list[Clause], patterns: tuple[str, ...]) -> list[Clause]:
    wanted: set[str] = set()
    for pattern in patterns:
        found = {clause.id for clause in CATALOGUE.values() if _fits(clause, pattern.upper())}
        if not found:
            try:
                CATALOGUE.find(pattern)
            except KeyError as error:
                stop = "" if str(error).endswith("?") else "."
                raise Failure(f"{error}{stop} `pop3spec clauses` lists them all.") from None
        wanted |= found
    return [clause for clause in chosen if clause.id in wanted]


def _fits(clause: Clause, pattern: str) -> bool:
    """An id, a pattern, the middle of ids such as STAT, or else any part of one."""
    if pattern in CATALOGUE:
        return clause.id == pattern
    if any(mark in pattern for mark in "*?["):
        return fnmatchcase(clause.id, pattern)
    topics = {known.split("-")[1] for known in CATALOGUE}
    return clause.id.split("-")[1] == pattern if pattern in topics else pattern in clause.id


def _scenarios(chosen: Iterable[Clause]) -> "dict[str, list[Scenario]]":
    """For each clause the scenarios that name it; files that hold no such id are not even read."""
    from conformance.cli.files import bundled_files, read

    found: dict[str, list[Scenario]] = {clause.id: [] for clause in chosen}
    files = [path for path in bundled_files() if any(name in path.read_text(encoding="utf-8") for name in found)]
    for scenario in read(files)[0]:
        for name in found.keys() & set(scenario.clauses):
            found[name].append(scenario)
    return found


def _monitored(clause: Clause) -> bool:
    from conformance.monitor import JUDGES

    return clause.id in JUDGES


def _explain(output: "Output", clause: Clause, scenarios: "list[Scenario]") -> None:
    output.line(f"{clause.id}  {clause.citation}, {clause.topic}", "bold")
    output.block(clause.says)
    facts = [("level", _level(clause)), ("binds", _SUBJECTS[clause.subject])]
    if clause.advisory is not None:
        facts.append(("advisory", _ADVISORIES[clause.advisory]))
    facts += [("seen", "; ".join(_OBSERVATIONS[kind] for kind in clause.observe)), ("how", clause.how)]
    if clause.needs:
        facts.append(("needs", ", ".join(clause.needs)))
    facts.append(("judged", _judged_by(clause, len(scenarios))))
    output.rows((f"    {name}", text) for name, text in facts)
    for scenario in scenarios:
        output.whole(scenario.id, indent=6)
    if clause.excuse is None and clause.judges_server:
        output.whole(f"pop3spec run TARGET --clause {clause.id}", indent=4)
    output.line()


_SUBJECTS: Final = {
    Subject.SERVER: "servers",
    Subject.CLIENT: "clients",
    Subject.BOTH: "servers and clients",
}


def _level(clause: Clause) -> str:
    words = f"{clause.level}, read into the text" if clause.inferred else f"{clause.level}, in the RFC's own words"
    return words if clause.level.upper() == clause.grade.upper() else f"{words}; a break counts as {clause.grade}"


def _judged_by(clause: Clause, scenarios: int) -> str:
    if clause.excuse is not None:
        return f"by no run: {clause.excuse}"
    judges = []
    if scenarios:
        judges.append("by this scenario" if scenarios == 1 else f"by these {scenarios} scenarios")
    if _monitored(clause):
        judges.append("by the monitor, in every session of every scenario")
    text = " and ".join(reversed(judges)) or "by nothing yet"
    return f"{text}:" if scenarios else text


def _as_plain(clause: Clause, scenarios: "list[Scenario]") -> dict[str, Any]:
    return {
        "id": clause.id,
        "rfc": clause.rfc,
        "section": clause.section,
        "topic": clause.topic,
        "subject": clause.subject.value,
        "level": clause.level.value,
        "grade": clause.grade.value,
        "inferred": clause.inferred,
        "advisory": clause.advisory.value if clause.advisory is not None else None,
        "says": clause.says,
        "how": clause.how,
        "observe": list(clause.observe),
        "needs": list(clause.needs),
        "excuse": clause.excuse,
        "scenarios": [scenario.id for scenario in scenarios],
        "monitor": _monitored(clause),
    }
