"""Allure results: labels and attachments for the scenario that allure-pytest is recording, and what is about the run.

allure-pytest writes the files; this tells it what the scenario was about while the item is running. What it makes of
the item's outcome is the item's affair: it takes an `AssertionError` for a failure of what is tested, and any other
exception for a fault of the test. Allure shows descriptions as markup, so they hold nothing that a server said; that
goes into attachments of plain text.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

from conformance.bundled import REPORTS
from conformance.clauses import Clause, Grade
from conformance.reporters.files import write_file
from conformance.reporters.printable import printable
from conformance.reporters.window import window
from conformance.results import CaseResult, RunResult
from conformance.transcript import render
from conformance.verdicts import Outcome, Verdict

__all__ = ["decorate", "surround"]

_SEVERITIES: Final = {Grade.MUST: "critical", Grade.SHOULD: "normal", Grade.MAY: "trivial"}


def decorate(case: CaseResult, catalogue: Mapping[str, Clause]) -> None:
    """Label the running item with what its scenario is about, and attach what was found and said.

    To be called while the item runs, in its `runtest`. Without allure-pytest, or without ``--alluredir``, it does
    nothing.
    """
    allure = _allure()
    if allure is None:
        return
    broken = [verdict for verdict in case.verdicts if verdict.outcome is Outcome.BROKEN]
    about = case.clauses or tuple(verdict.clause for verdict in case.verdicts)
    clauses = [catalogue[name] for name in sorted({*about, *(verdict.clause for verdict in broken)})]
    dynamic = allure.dynamic
    dynamic.title(case.title)
    dynamic.description(_description(case, broken, catalogue))
    dynamic.feature(f"RFC {case.rfc}")
    dynamic.story(f"RFC {case.rfc} §{case.section}")
    dynamic.severity(_severity(clauses, broken))
    dynamic.tag(*(clause.id for clause in clauses))
    dynamic.label("clause", *(clause.id for clause in clauses))
    if broken:
        findings = "\n".join(_finding(case, verdict) for verdict in broken)
        allure.attach(printable(findings), "findings", allure.attachment_type.TEXT)
    if case.transcript:
        allure.attach(printable(render(case.transcript)), "transcript", allure.attachment_type.TEXT)


def surround(result: RunResult, folder: Path) -> None:
    """Put beside the results what Allure groups them by, and what was judged; `ReportError` when that is not possible.

    These are ``categories.json`` and ``environment.properties``.
    """
    write_file(folder / "categories.json", (REPORTS / "allure" / "categories.json").read_text("utf-8"))
    lines = (f"{_property(name)} = {_property(value)}\n" for name, value in _environment(result) if value)
    write_file(folder / "environment.properties", "".join(lines))


def _environment(result: RunResult) -> Iterator[tuple[str, str]]:
    target = result.target
    yield from (("target", target.address), ("software", target.software), ("greeting", target.greeting))
    yield ("capabilities", ", ".join(target.capabilities))
    yield from target.facts
    yield from (("started", result.started), ("pop3spec", result.version))
    if result.seed is not None:
        yield ("seed", str(result.seed))


def _property(text: str) -> str:
    """As the properties files of Java hold it, in ASCII."""
    return re.sub(r"[^\w.,;@/()+-]", _escaped, printable(" ".join(text.split())), flags=re.ASCII)


def _escaped(char: re.Match[str]) -> str:
    units = char[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _allure() -> ModuleType | None:
    try:
        import allure  # an extra
    except ImportError:
        return None
    return allure


def _severity(clauses: list[Clause], broken: list[Verdict]) -> str:
    """How much it matters: what is broken decides, else what could have been."""
    ids = {verdict.clause for verdict in broken}
    grades = {clause.grade for clause in clauses if not ids or clause.id in ids}
    return _SEVERITIES[next((grade for grade in Grade if grade in grades), Grade.MAY)]


def _description(case: CaseResult, broken: list[Verdict], catalogue: Mapping[str, Clause]) -> str:
    found = [catalogue[verdict.clause] for verdict in broken]
    told = [f"Broken: {clause.id} ({clause.citation}): {clause.says}" for clause in found]
    return "\n\n".join([f"Scenario {case.id}", *told])


def _finding(case: CaseResult, verdict: Verdict) -> str:
    return f"{verdict.clause}\n\n{render(window(case, verdict))}\n{verdict.reason}\n"
