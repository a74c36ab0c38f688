"""Results told to people and to programs: one small writer for each form, over a result that none of them changes."""

from conformance.reporters.allure import decorate
from conformance.reporters.files import check_folder
from conformance.reporters.folder import write_all
from conformance.reporters.html import HtmlReporter, report_html
from conformance.reporters.junit import JunitReporter, junit_xml
from conformance.reporters.markdown import MarkdownReporter, report_markdown
from conformance.reporters.reporter import Reporter, ReportError
from conformance.reporters.results_file import ResultsReporter, read_results, results_json
from conformance.reporters.terminal import TerminalReporter

__all__ = [
    "HtmlReporter",
    "JunitReporter",
    "MarkdownReporter",
    "ReportError",
    "Reporter",
    "ResultsReporter",
    "TerminalReporter",
    "check_folder",
    "decorate",
    "junit_xml",
    "read_results",
    "report_html",
    "report_markdown",
    "results_json",
    "write_all",
]
