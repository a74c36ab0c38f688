"""What a run need not find out: deviations of an earlier run, and those that are accepted."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from conformance.clauses import CATALOGUE, Subject
from conformance.plugin.targets import Described, UsageError
from conformance.reporters import read_results
from conformance.results import Known, ResultsError, RunResult

__all__ = ["known_deviations"]


def known_deviations(options: Mapping[str, Any], described: Described) -> tuple[Known, ...]:
    """By ``--baseline``, ``--accept`` and the target's file; what is accepted stands before what was merely seen.

    Raises `UsageError`.
    """
    known: dict[str, Known] = {}
    if place := options.get("baseline"):
        known |= {one.clause: one for one in _baseline(Path(place)).as_baseline()}
    accepted = [(*pair, f"{described.source}: [accept]") for pair in described.accept]
    accepted += [(*_parted(text), "--accept") for text in options.get("accept") or ()]
    for clause, reason, where in accepted:
        known[clause] = Known(clause, _checked(clause, reason, where), accepted=True)
    return tuple(known.values())


def _baseline(place: Path) -> RunResult:
    try:
        run = read_results(place)
    except ResultsError as error:
        message = f"--baseline: {error}"
        raise UsageError(message) from None
    if not run.judged_anything:
        message = f"--baseline: the run of {place} judged nothing, so nothing is known by it; name one that did"
        raise UsageError(message)
    return run


def _parted(text: str) -> tuple[str, str]:
    clause, _, reason = text.partition(":")
    return clause.strip(), reason


def _checked(clause: str, reason: str, where: str) -> str:
    if "*" in clause or "?" in clause:
        message = f"{where}: {clause}: name each clause with a reason of its own; patterns are not taken here"
        raise UsageError(message)
    if clause not in CATALOGUE:
        near = get_close_matches(clause.upper(), CATALOGUE, n=1)
        hint = f"did you mean {near[0]}?" if near else "`pop3spec clauses` lists them"
        message = f"{where}: there is no clause {clause!r}; {hint}"
        raise UsageError(message)
    if CATALOGUE[clause].subject is Subject.CLIENT:
        message = f"{where}: {clause} binds clients, so no server breaks it; leave it out"
        raise UsageError(message)
    if not reason.strip():
        message = f"{where}: {clause} has no reason; write behind it why the server is to stay as it is"
        raise UsageError(message)
    return " ".join(reason.split())
