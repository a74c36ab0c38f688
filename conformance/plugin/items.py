"""Scenario files and scenarios as pytest's files and items."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.clauses import CATALOGUE
from conformance.plugin.failures import case_failure
from conformance.reporters import decorate
from conformance.results import CaseResult
from conformance.scenario import SUFFIX, Scenario, load
from conformance.verdicts import Outcome

__all__ = ["ScenarioFile", "ScenarioItem"]


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
        for scenario in scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.id.rpartition("/")[2], scenario=scenario)


class ScenarioItem(pytest.Item):
    """One scenario."""

    def __init__(self, *, scenario: Scenario, **more: Any) -> None:
        super().__init__(**more)
        self.scenario = scenario
        self.case: CaseResult | None = None
        special = any(need in scenario.needs for need in ("APOP", "account-2", "account-40", "account-space"))
        if special and self.config.pluginmanager.has_plugin("xdist"):
            self.add_marker(pytest.mark.xdist_group("special-accounts"))

    def runtest(self) -> None:
        """Play it; fails when a clause broke at the level that fails, skips when there was nothing to judge."""
        run: Any = self.config.pluginmanager.get_plugin("pop3spec-run")
        self.case = case = run.play(self.scenario)
        # pytest's own JUnit report takes them from the item
        self.user_properties += [("pop3_clause", f"{one.clause} {one.outcome.value}") for one in case.verdicts]
        if self.config.getoption("allure_report_dir", None):
            decorate(case, CATALOGUE)
        if reason := case_failure(case, run.fail_on):
            raise UnjudgedScenario(reason) if case.outcome is Outcome.ERRORED else BrokenScenario(reason)
        if case.outcome in (Outcome.NOT_APPLICABLE, Outcome.NOT_IMPLEMENTED, Outcome.INCONCLUSIVE):
            pytest.skip(f"{case.outcome.value}: {case.reason}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report's text alone for a broken scenario, all there is for a fault of ours."""
        if isinstance(excinfo.value, BrokenScenario | UnjudgedScenario):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self.scenario.place.line - 1, self.scenario.title


def is_scenario_file(path: Path) -> bool:
    """By its name."""
    return path.name.endswith(SUFFIX)
