"""Results told to people and to programs: one small writer for each form, over a result that none of them changes."""

from conformance.reporters.allure import decorate, surround
from conformance.reporters.badge import BadgeReporter, badge_json, badge_svg
from conformance.reporters.files import check_folder
from conformance.reporters.folder import write_all
from conformance.reporters.html import HtmlReporter, report_html
from conformance.reporters.junit import JunitReporter, junit_xml
from conformance.reporters.markdown import MarkdownReporter, report_markdown
from conformance.reporters.matrix import MatrixHtml, MatrixMarkdown, matrix_html, matrix_markdown
from conformance.reporters.reporter import Reporter, ReportError
from conformance.reporters.results_file import ResultsReporter, read_results, results_json
from conformance.reporters.terminal import TerminalReporter

__all__ = [
    "BadgeReporter",
    "HtmlReporter",
    "JunitReporter",
    "MarkdownReporter",
    "MatrixHtml",
    "MatrixMarkdown",
    "ReportError",
    "Reporter",
    "ResultsReporter",
    "TerminalReporter",
    "badge_json",
    "badge_svg",
    "check_folder",
    "decorate",
    "junit_xml",
    "matrix_html",
    "matrix_markdown",
    "read_results",
    "report_html",
    "report_markdown",
    "results_json",
    "surround",
    "write_all",
]
