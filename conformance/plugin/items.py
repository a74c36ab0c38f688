"""Scenario files and scenarios as pytest's files and items."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.clauses import CATALOGUE
from conformance.plugin.failures import case_failure, known_failure
from conformance.reporters import decorate
from conformance.reporters.printable import one_line
from conformance.results import CaseResult
from conformance.scenario import SUFFIX, Scenario, load
from conformance.verdicts import Outcome

__all__ = ["ScenarioFile", "ScenarioItem", "is_scenario_file", "item_name"]


_UNJUDGED: Final = frozenset({Outcome.NOT_APPLICABLE, Outcome.NOT_IMPLEMENTED, Outcome.INCONCLUSIVE})


class BrokenScenario(AssertionError):
    """A clause was broken; the text is the report."""


class UnjudgedScenario(Exception):
    """The scenario could not be judged, by a fault that is not the server's."""


class ScenarioFile(pytest.File):
    """A file of scenarios."""

    def collect(self) -> Iterator["ScenarioItem"]:
        """Its scenarios; a file with a problem in it collects nothing."""
        scenarios, problems = load(self.path)
        if problems:
            raise self.CollectError("\n".join(map(str, problems)))
        run: Any = self.config.pluginmanager.get_plugin("pop3spec-run")
        for scenario in scenarios:
            for one in (scenario, *run.sweeps.beside(scenario)):
                nodeid = f"{self.nodeid}::{item_name(one)}"
                group = _group(one, together=run.sweeps.segmentation) if run.worker is not None else ""
                yield ScenarioItem.from_parent(
                    self, name=item_name(one), nodeid=f"{nodeid}@{group}" if group else nodeid, scenario=one
                )


class ScenarioItem(pytest.Item):
    """One scenario."""

    def __init__(self, *, scenario: Scenario, **more: Any) -> None:
        super().__init__(**more)
        self.scenario = scenario
        self.cases: tuple[CaseResult, ...] = ()

    @property
    def _run(self) -> Any:
        return self.config.pluginmanager.get_plugin("pop3spec-run")

    def runtest(self) -> None:
        """Play it; fails when a clause broke at the level that fails, skips when there was nothing to judge.

        One that breaks nothing but what is known to be broken fails as it is expected to.
        """
        run = self._run
        known = {one.clause for one in run.known}
        self.cases = run.play(self.scenario)
        verdicts = [verdict for case in self.cases for verdict in case.verdicts]
        # pytest's own JUnit report takes them from the item
        self.user_properties += [("pop3_clause", f"{one.clause} {one.outcome.value}") for one in verdicts]
        if self.config.getoption("allure_report_dir", None):
            for case in self.cases:
                decorate(case, CATALOGUE)
        reasons = [reason for case in self.cases if (reason := case_failure(case, run.fail_on, known))]
        if reasons:
            errored = all(case.outcome is Outcome.ERRORED for case in self.cases)
            raise UnjudgedScenario(reasons[0]) if errored else BrokenScenario("\n\n".join(reasons))
        if expected := ", ".join(filter(None, (known_failure(case, run.fail_on, known) for case in self.cases))):
            pytest.xfail(f"known: {expected}")
        unjudged = [case for case in self.cases if case.outcome in _UNJUDGED]
        if unjudged and len(unjudged) == len(self.cases):
            pytest.skip(f"{unjudged[0].outcome.value}: {one_line(unjudged[0].reason)}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report's text alone for a broken scenario, all there is for a fault of ours."""
        if isinstance(excinfo.value, BrokenScenario | UnjudgedScenario):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self.scenario.place.line - 1, self.scenario.title


def _group(scenario: Scenario, *, together: bool) -> str:
    """What is played by one worker, as pytest-xdist reads it behind the @ in a node's id; empty for none.

    The mark xdist_group is no way to say so: workers do not learn that the controller distributes by groups.
    """
    if any(need == "APOP" or need.startswith("account-") for need in scenario.needs):
        return "special-accounts"
    return (scenario.origin or scenario).id if together else ""  # who plays one knows what to compare with


def item_name(scenario: Scenario) -> str:
    """The last part of its id; the way of a variant in brackets, since pytest-xdist reads @ in a name as a group."""
    name, at, way = scenario.id.rpartition("/")[2].partition("@")
    return f"{name}[{way}]" if at else name


def is_scenario_file(path: Path) -> bool:
    """By its name."""
    return path.name.endswith(SUFFIX)
