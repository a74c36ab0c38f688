"""A badge for a README: the run in three words, as SVG or as the JSON that shields.io makes a badge of.

The JSON has the form of its endpoint badge (https://shields.io/badges/endpoint-badge).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.clauses import Grade
from conformance.reporters.files import write_file
from conformance.reporters.templates import page
from conformance.reporters.words import counted
from conformance.results import FailOn, RunResult, Standing

__all__ = ["BadgeReporter", "badge_json", "badge_svg"]

_LABEL: Final = "POP3 conformance"
_COLOURS: Final = {"brightgreen": "#2b8a1e", "orange": "#a15c00", "red": "#c5221f", "lightgrey": "#6e7781"}
"""By the names that shields.io has, in shades on which white can be read."""
_WIDTH: Final = 6.5
"""Of a character, in pixels."""


@dataclass(frozen=True, slots=True)
class BadgeReporter:
    """Writes the badge: JSON where the file's name ends in ``.json``, else SVG."""

    path: Path
    fail_on: FailOn = FailOn.MUST

    def report(self, result: RunResult) -> None:
        """Write it."""
        write_file(self.path, (badge_json if self.path.suffix == ".json" else badge_svg)(result, self.fail_on))


def badge_svg(result: RunResult, fail_on: FailOn = FailOn.MUST) -> str:
    """The badge as an image; every word of it is ours."""
    message, colour = _told(result, fail_on)
    left, right = (round(len(text) * _WIDTH) + 12 for text in (_LABEL, message))
    return page("badge.svg.j2", label=_LABEL, message=message, colour=_COLOURS[colour], left=left, right=right)


def badge_json(result: RunResult, fail_on: FailOn = FailOn.MUST) -> str:
    """The badge as shields.io reads it."""
    message, colour = _told(result, fail_on)
    return json.dumps({"schemaVersion": 1, "label": _LABEL, "message": message, "color": colour}) + "\n"


def _told(result: RunResult, fail_on: FailOn) -> tuple[str, str]:
    if not result.judged_anything:
        return "nothing judged", "lightgrey"
    if failing := result.failing(fail_on):
        must = sum(clause.grade is Grade.MUST for clause in failing)
        return (f"{must} MUST broken" if must else f"{counted(len(failing), 'clause')} broken"), "red"
    if result.ended_early:
        return "ended early", "red"
    if result.exit_status(fail_on):
        return f"{counted(len(result.errored), 'scenario')} errored", "red"
    kept = f"{len(result.of_grade(Grade.MUST, Standing.KEPT))} MUST kept"
    known = {one.clause.id for one in result.known_that(Standing.BROKEN)}
    broken = [clause.id for clause in result.of_grade(Grade.MUST, Standing.BROKEN)]
    if not broken:
        return kept, "brightgreen"
    return f"{kept}, {len(broken)} {'known to be ' if known.issuperset(broken) else ''}broken", "orange"
