"""The face of a run: a plug-in for pytest in place of its terminal reporter."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.plugin.run import Run
from conformance.verdicts import Outcome

if TYPE_CHECKING:
    from conformance.cli.progress import Progress

__all__ = ["Front"]

_TOLD: Final = (Outcome.BROKEN, Outcome.ERRORED)


class Front:
    """Shows how far the run has come, and keeps what is to be told at its end."""

    def __init__(self, progress: "Progress", mask: Callable[[str], str]) -> None:
        self._progress = progress
        self._mask = mask
        self._begun = False
        self._reason_told = ""
        self.run: Run | None = None
        """The run; None when its options were not even understood."""
        self.faults: list[str] = []
        """What went wrong in pop3spec itself, in a line each."""
        self.story: list[str] = []
        """The same at full length."""
        self.interrupted = False
        self.deselected = 0
        """How many scenarios were not selected."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Get hold of the run."""
        run = config.pluginmanager.get_plugin("pop3spec-run")
        self.run = run if isinstance(run, Run) else None

    # -- what is played ------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Know how many there are, when they are played in this process."""
        if session.items:
            self._begin(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Know it from the first worker."""
        if ids:
            self._begin(len(ids))

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Know how many were left out."""
        self.deselected += len(items)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Something could not be collected, though the files were read before."""
        if report.failed:
            self._fault(report)

    def pytest_runtest_logstart(self, location: tuple[str, int | None, str]) -> None:
        """One begins."""
        self._progress.playing(location[2])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One is over, or a fault of ours ended it."""
        cases = getattr(report, "pop3_cases", None)
        if cases is not None:
            self._progress.played("\n".join(filter(None, map(self._trouble, cases))))
        elif report.failed:
            self._progress.played(self._fault(report))

    def _begin(self, total: int) -> None:
        if not self._begun:
            self._begun = True
            self._progress.begin(total)

    def _trouble(self, case: dict[str, Any]) -> str:
        outcome = Outcome(case["outcome"])
        if outcome not in _TOLD:
            return ""
        known = {one.clause for one in self.run.known} if self.run is not None else ()
        broken = [v["id"] for v in case["clauses"] if v["outcome"] == Outcome.BROKEN.value and v["id"] not in known]
        if outcome is Outcome.BROKEN and not broken:
            return ""
        about = ", ".join(broken) if outcome is Outcome.BROKEN else self._reason(self._mask(case["reason"]))
        return f"{outcome.value}: {case['id']}: {about}"

    def _reason(self, text: str) -> str:
        """At length the first time only: one fault can end many scenarios."""
        told, self._reason_told = self._reason_told, text
        return text if text != told else "for the same reason"

    # -- what went wrong -----------------------------------------------------------------------------------------

    def _fault(self, report: pytest.TestReport | pytest.CollectReport) -> str:
        crash = getattr(report.longrepr, "reprcrash", None)
        what = f"{crash.message} ({crash.path}:{crash.lineno})" if crash is not None else report.longreprtext
        return self._note(f"{report.nodeid}: {what}", report.longreprtext)

    def _note(self, what: str, story: str) -> str:
        line = self._mask(what.strip().replace("\n", " "))
        self.faults.append(line)
        self.story.append(self._mask(story))
        return f"failed inside pop3spec: {line}"

    def pytest_internalerror(self, excrepr: Any) -> bool:
        """An error outside of any scenario."""
        crash = getattr(excrepr, "reprcrash", None)
        what = f"{crash.message} ({crash.path}:{crash.lineno})" if crash is not None else str(excrepr).splitlines()[-1]
        self._note(what, str(excrepr))
        return True

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C, and not an orderly exit, which goes by the same way."""
        self.interrupted = self.interrupted or isinstance(excinfo.value, KeyboardInterrupt)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Take the progress away, before maildrops are emptied and reports written."""
        if self._begun:
            self._progress.end()
