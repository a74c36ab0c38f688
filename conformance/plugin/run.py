"""One run inside pytest: what is played, on which account, and what becomes of the verdicts.

Under pytest-xdist the controller looks at the target before anything is played and collects the cases of all workers;
each worker has an account for itself. Cases travel as plain data in the reports.
"""

import io
import time
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from conformance import __version__, bundled
from conformance.clauses import CATALOGUE
from conformance.driver import Account, TargetError, TlsSeen, look_at_tls
from conformance.driver.backup import save_and_empty
from conformance.mailboxes import FillError, provisioner
from conformance.plugin.described import target_info
from conformance.plugin.items import ScenarioFile, ScenarioItem, is_scenario_file, item_name
from conformance.plugin.known import known_deviations
from conformance.plugin.options import OPTIONS, PREFIX
from conformance.plugin.patience import Patience
from conformance.plugin.selection import Selection
from conformance.plugin.sweeps import Sweeps, is_judged
from conformance.plugin.targets import UsageError, describe
from conformance.reporters import ReportError, TerminalReporter, check_folder, surround, write_all
from conformance.reporters.words import counted
from conformance.results import (
    CaseResult,
    FailOn,
    LeftOut,
    RunResult,
    TargetInfo,
    case_as_plain,
    case_from_plain,
    run_result,
)
from conformance.scenario import SUFFIX, Scenario, Settings, Stage, is_special
from conformance.transcript import Secrets
from conformance.verdicts import Outcome

__all__ = ["EXIT_TARGET", "Run"]

EXIT_TARGET: Final = 3
"""Exit status when the target cannot be reached, logged in to or filled."""
_NOTHING: Final = "nothing is selected: no scenario is left by the selection; `pop3spec scenarios` lists them"


class Run:
    """The plug-in object of a run."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.options = {option.name: config.getoption(option.destination) for option in OPTIONS}
        try:
            described = describe(self.options)
            self.provisioner = provisioner(described.fill if described else "none")
        except (UsageError, FillError) as error:
            raise pytest.UsageError(str(error)) from None
        if described is None or not described.target.accounts:
            message = "no account is named: --account NAME:PASSWORD, or [[account]] in the target's file"
            raise pytest.UsageError(message)
        try:
            self.known = known_deviations(self.options, described)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        self.described = described
        self.target = described.target
        self.selection = Selection.from_options(self.options)
        if mistake := self.selection.mistake():
            raise pytest.UsageError(mistake)
        self.clauses = self.selection.clauses()
        if not self.clauses:
            message = "nothing is selected: no clause is left by --rfc, --section, --clause and --level"
            raise pytest.UsageError(message)
        self.stage = self._stage()
        workers = len(self.config.option.tx) if self.spread else self._workers
        self.sweeps = Sweeps.from_options(self.options, self.target.address, workers)
        if self.sweeps.by_chance:
            self.options["seed"] = self.sweeps.seed
        self._player = self.sweeps.player(self.stage, self.clauses)
        if self.worker is None and not self.config.option.collectonly:
            try:
                check_folder(self.folder)
            except ReportError as error:
                raise pytest.UsageError(str(error)) from None
        self.cases: list[CaseResult] = []
        self.result: RunResult | None = None
        self.started = datetime.now(UTC)
        self._clock = time.monotonic()
        self.tls = TlsSeen()
        """What was seen of the target's TLS."""
        self.trouble: str = ""
        """Why the target cannot be worked with."""
        self.ended_early: str = ""
        """Why there was no sense in going on, or in beginning."""
        self._patience = Patience(self.stage)
        self._add_bundled()

    # -- set-up --------------------------------------------------------------------------------------------------

    @property
    def worker(self) -> int | None:
        """The number of this xdist worker, None in the controller and without xdist."""
        data = getattr(self.config, "workerinput", None)
        return int(data["workerid"].removeprefix("gw")) if data else None

    @property
    def spread(self) -> bool:
        """Whether xdist workers do the playing."""
        return self.worker is None and bool(getattr(self.config.option, "tx", None))

    def _stage(self) -> Stage:
        mains = self._mains()
        if self.spread:
            workers = len(self.config.option.tx)
            if workers > len(mains):
                message = (
                    f"-n {workers} needs as many accounts, one a worker, and {len(mains)} can be used; "
                    "name more of them, or fewer workers"
                )
                raise pytest.UsageError(message)
            self.config.option.dist = "loadgroup"  # scenarios for the special accounts stay together
        settings = Settings(
            failed_logins=self.options["failed-logins"] if self.options["failed-logins"] is not None else 200,
            slow=self.options["slow"],
            touch=not self.options["allow-nonempty"],
            restart=self.described.restart,
        )
        main = mains[self.worker or 0]
        taken = frozenset(account.name for account in mains[: self._workers] if account is not main)
        return Stage(self.target, self.provisioner, settings, main=main, taken=taken)

    @property
    def _workers(self) -> int:
        """How many workers play, as one of them knows it; 1 without xdist."""
        return int(getattr(self.config, "workerinput", {}).get("workercount", 1))

    def _add_bundled(self) -> None:
        """Play what comes with pop3spec, unless scenario files were named."""
        path = str(bundled.SCENARIOS)
        named = any(is_scenario_file(Path(argument.split("::")[0])) for argument in self.config.args)
        if not named and path not in self.config.args:
            self.config.args.append(path)

    # -- collection ----------------------------------------------------------------------------------------------

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Take scenario files."""
        if not is_scenario_file(file_path):
            return None
        name = f"{file_path.parent.name}/{file_path.name}"
        inside = file_path.is_relative_to(bundled.SCENARIOS)
        return ScenarioFile.from_parent(parent, path=file_path, name=name, nodeid=name if inside else None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Before anything: is the target there, and are the maildrops empty?"""
        if self.worker is not None or self.config.option.collectonly:
            return
        try:
            self.stage.recognise()
            self.stage.learn_pace()
            if folder := self.options["backup"]:
                for account in self.target.accounts:
                    save_and_empty(self.target, account, Path(folder))
            for account in self._mains() if self.spread else [self.stage.account]:
                Stage(self.target, self.provisioner, self.stage.settings, main=account).begin()
            features = self.stage.survey()
            listing = features.look.capabilities is not None
            self.tls = look_at_tls(self.target, stls="STLS" in features.announced, capa=listing)
        except (TargetError, FillError) as error:
            self.trouble = self.ended_early = str(error)
            pytest.exit(self.trouble, returncode=EXIT_TARGET)

    def _mains(self) -> list[Account]:
        """The accounts that workers can have for themselves; special ones only for want of others."""
        accounts = self.target.accounts
        ordinary = [account for account in accounts if account.plain and not is_special(account)]
        return ordinary or [account for account in accounts if account.plain] or list(accounts)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out what is not selected; play what sends wrong passwords late, and what takes minutes last."""
        for made in self.sweeps.sessions():
            nodeid = f"{made.id.rpartition('/')[0]}::{item_name(made)}"
            items.append(ScenarioItem.from_parent(session, name=item_name(made), nodeid=nodeid, scenario=made))
        chosen: list[pytest.Item] = []
        others: list[pytest.Item] = []
        for item in items:
            wanted = not isinstance(item, ScenarioItem) or self._wants(item.scenario)
            (chosen if wanted else others).append(item)
        scenarios = [item for item in chosen if isinstance(item, ScenarioItem)]
        if others and not scenarios:
            if self.worker is None:
                raise pytest.UsageError(_NOTHING)
            chosen = []  # an error of one worker would be an accident to pytest-xdist: the controller tells
        config.hook.pytest_deselected(items=others)
        rest: list[pytest.Item] = [item for item in chosen if not isinstance(item, ScenarioItem)]
        scenarios.sort(key=lambda item: ("slow" in item.scenario.needs, item.scenario.wrong_logins > 0))
        items[:] = [*rest, *scenarios]

    def _wants(self, scenario: Scenario) -> bool:
        return self.selection.takes(scenario, self.clauses) and is_judged(scenario, self.clauses)

    # -- playing -------------------------------------------------------------------------------------------------

    def play(self, scenario: Scenario) -> tuple[CaseResult, ...]:
        """Play one scenario on this worker's stage, or what it stands for."""
        cases = self._player.play(scenario)
        for case in cases:
            self.ended_early = self.ended_early or self._patience.lost_with(case)
        return cases

    @property
    def fail_on(self) -> FailOn:
        """The level that fails."""
        return FailOn(self.options["fail-on"] or "must")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Let the cases travel in the report."""
        report: Any = yield
        report.pop3_scenario = isinstance(item, ScenarioItem)
        if isinstance(item, ScenarioItem) and item.cases and report.when == "call":
            report.pop3_cases = [case_as_plain(case) for case in item.cases]
            report.pop3_ended_early = self.ended_early
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the cases out of the report, in the controller; end the run when there is no sense in going on."""
        data = getattr(report, "pop3_cases", None)
        if self.worker is not None:
            return
        if data is None:
            scenario = getattr(report, "pop3_scenario", False) or f"{SUFFIX}::" in report.nodeid  # a worker died
            if report.failed and scenario:
                self.ended_early = self.ended_early or "pop3spec itself failed, and not all was judged"
            return
        self.cases += map(case_from_plain, data)
        if why := getattr(report, "pop3_ended_early", ""):
            self.ended_early = why
            pytest.exit(why, returncode=EXIT_TARGET)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C, and not an orderly exit, which goes by the same way: what is left is no whole run."""
        if isinstance(excinfo.value, KeyboardInterrupt):
            self.ended_early = f"it was interrupted when {counted(len(self.cases), 'scenario')} had been played"

    # -- the end -------------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Leave the maildrops empty and write the reports."""
        if not self.spread and not self.trouble and not self.config.option.collectonly:
            self.stage.end()
        if self.spread and session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            self.trouble = _NOTHING
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        if self.worker is not None or not (self.cases or self.ended_early):
            return
        self.result = self._result()
        try:
            write_all(self.result, self.folder, self.fail_on)
            if folder := self.config.getoption("allure_report_dir", None):
                surround(self.result, Path(folder))
        except ReportError as error:
            if not self.trouble:
                self.trouble = str(error)
                session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_unconfigure(self) -> None:
        """Take away what workers left that were stopped before they could do so themselves."""
        if self.spread and not self.trouble and not self.config.option.collectonly:
            for account in self._mains()[: len(self.config.option.tx)]:
                Stage(self.target, self.provisioner, self.stage.settings, main=account).end()

    @property
    def folder(self) -> Path:
        """Where the reports go."""
        return Path(self.options["report"] or "pop3spec-report")

    def _result(self) -> RunResult:
        return run_result(
            [clause for clause in CATALOGUE.values() if clause.id in self.clauses],
            self.cases,
            target=self._target_info(),
            started=self.started.isoformat(timespec="seconds"),
            seconds=time.monotonic() - self._clock,
            version=__version__,
            left_out=[
                LeftOut(case.id, case.reason, case.clauses)
                for case in self.cases
                if case.outcome in (Outcome.NOT_APPLICABLE, Outcome.NOT_IMPLEMENTED)
            ],
            options=self._shown_options(),
            known=[replace(one, reason=self._secrets.words(one.reason)) for one in self.known],
            ended_early=self._secrets.words(self.ended_early),
        )

    def _target_info(self) -> TargetInfo:
        if not self.cases:  # it may not even be there
            return TargetInfo(self.target.address)
        return target_info(self.target, self.stage.survey(), self.tls, self.cases)

    @property
    def _secrets(self) -> Secrets:
        return Secrets(secret for account in self.target.accounts for secret in account.secrets)

    def _shown_options(self) -> list[tuple[str, str]]:
        secrets, shown = self._secrets, []
        for name, value in self.options.items():
            if value and name not in ("account", "apop-account", "target"):
                shown.append((name, secrets.words(", ".join(value) if isinstance(value, list) else str(value))))
        return shown

    def _repeat(self, scenario: str) -> str:
        if file := self.sweeps.generated.file_of(scenario):
            return f"pytest ... {file}"
        switches = " ".join(f"{PREFIX}{word}" for word in self.sweeps.asked_by(scenario))
        return f"pytest ... {switches}{' ' if switches else ''}{PREFIX}scenario {scenario}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The summary by clause, below pytest's own."""
        if self.result is not None and self.cases:
            terminalreporter.section("POP3 conformance")
            text = io.StringIO()
            writer = terminalreporter._tw  # noqa: SLF001 - the only place that knows width and colour
            reporter = TerminalReporter(
                text,
                self._repeat,
                self.folder,
                width=min(writer.fullwidth, 120),
                colour=writer.hasmarkup,
                fail_on=self.fail_on,
            )
            reporter.report(self.result)
            terminalreporter.write(text.getvalue())
        if self.trouble or self.ended_early:
            terminalreporter.write_line(self.trouble or self.ended_early)
