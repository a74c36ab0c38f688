"""The run as Markdown: what it says, and that nothing a server sent is more than text in it."""

from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from conformance.reporters import MarkdownReporter, ReportError, report_markdown
from conformance.results import CaseResult
from conformance.verdicts import Outcome, Verdict
from tests.results.hostile import hostile_run
from tests.results.sample import known_run, sample_run, unplayed


def rendered(text: str) -> str:
    """As HTML, by a reader of others."""
    return str(MarkdownIt("commonmark").enable("table").render(text))


def tags(html: str) -> set[str]:
    return {part.partition(">")[0].split()[0].strip("/") for part in html.split("<")[1:]}


def test_it_begins_with_the_verdict_and_shows_what_to_mend_first_with_its_proof() -> None:
    html = rendered(report_markdown(sample_run()))
    assert html.startswith("<h2>Failed: 3 MUST clauses broken, 1 SHOULD clause broken, 1 scenario errored</h2>")
    assert "<h3>R1939-LIST-10</h3>" in html
    assert "S: 23 2231\n   ^^^^^^^\n" in html
    assert "<td>1939</td>" in html


def test_a_run_that_is_good_says_so_and_no_more() -> None:
    case = CaseResult("x/y/z", "x", 1939, "5", Outcome.KEPT, verdicts=(Verdict("R1939-STAT-06", Outcome.KEPT),))
    html = rendered(report_markdown(sample_run(case)))
    assert html.startswith("<h2>Passed: no clause broken, 1 MUST and 0 SHOULD kept</h2>")
    assert "<h3>" not in html


def test_what_is_known_is_told_apart() -> None:
    text = report_markdown(known_run())
    assert "beside 2 known deviations" in text.splitlines()[0]
    assert "### Known: 2 clauses broken" in text
    assert "accepted: old shops count on it" in text
    assert "Fixed, and known to be broken before: R1939-STAT-02" in text
    assert "Known" not in report_markdown(sample_run())


def test_a_run_that_could_not_begin_says_why() -> None:
    text = report_markdown(replace(unplayed(), ended_early="*nobody* answers at mx:110"))
    assert text.startswith("## Not judged: the run could not begin")
    assert "\n\\*nobody\\* answers at mx:110\n" in text


def test_what_a_server_sends_stays_text() -> None:
    text = report_markdown(hostile_run())
    html = rendered(text)
    known = {"h2", "h3", "p", "ul", "li", "strong", "pre", "code", "table", "thead", "tbody", "tr", "th", "td"}
    assert tags(html) <= known
    assert html.count("<strong>") == 2
    assert html.count("<li>") == 2
    assert html.count("<pre>") == 1
    assert "**strong**" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    "reason", ["1. one", "1) one", "- one", "+ one", "* one", "# one", "> one", "=== one", "www.x.y"]
)
def test_what_begins_something_in_markdown_begins_nothing(reason: str) -> None:
    verdict = Verdict("R1939-STAT-06", Outcome.BROKEN, reason)
    case = CaseResult("x/y/z", "x", 1939, "5", Outcome.BROKEN, verdicts=(verdict,))
    html = rendered(report_markdown(sample_run(case)))
    assert f"<p>{reason.replace('>', '&gt;')}</p>" in html


def test_it_is_written_as_a_file_or_added_to_one(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    MarkdownReporter(path).report(sample_run())
    assert path.read_text(encoding="utf-8") == report_markdown(sample_run())
    MarkdownReporter(path, add=True).report(sample_run())
    assert path.read_text(encoding="utf-8") == report_markdown(sample_run()) * 2
    with pytest.raises(ReportError, match="nowhere"):
        MarkdownReporter(tmp_path / "nowhere" / "summary.md", add=True).report(sample_run())
