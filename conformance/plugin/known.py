"""What a run need not find out: deviations of an earlier run, and those that are accepted."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from conformance.clauses import CATALOGUE
from conformance.plugin.targets import Described, UsageError
from conformance.reporters import read_results
from conformance.results import Known, ResultsError

__all__ = ["known_deviations"]


def known_deviations(options: Mapping[str, Any], described: Described) -> tuple[Known, ...]:
    """By ``--baseline``, ``--accept`` and the target's file; what is accepted stands before what was merely seen.

    Raises `UsageError`.
    """
    known: dict[str, Known] = {}
    if place := options.get("baseline"):
        try:
            known |= {one.clause: one for one in read_results(Path(place)).as_baseline()}
        except ResultsError as error:
            message = f"--baseline: {error}"
            raise UsageError(message) from None
    accepted = [*described.accept, *(_accepted(text) for text in options.get("accept") or ())]
    for clause, reason in accepted:
        known[clause] = Known(clause, _checked(clause, reason), accepted=True)
    return tuple(known.values())


def _accepted(text: str) -> tuple[str, str]:
    clause, _, reason = text.partition(":")
    return clause.strip(), reason


def _checked(clause: str, reason: str) -> str:
    if clause not in CATALOGUE:
        near = get_close_matches(clause.upper(), CATALOGUE, n=1)
        hint = f"did you mean {near[0]}?" if near else "`pop3spec clauses` lists them"
        message = f"accept: there is no clause {clause!r}; {hint}"
        raise UsageError(message)
    if not reason.strip():
        message = f"accept: {clause} has no reason; write '{clause}: why the server is to stay as it is'"
        raise UsageError(message)
    return " ".join(reason.split())
