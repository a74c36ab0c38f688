"""Clauses by servers: what stands there, where links lead, and that what a server sends stays text."""

import re
from dataclasses import replace
from pathlib import Path

from conformance.reporters import MatrixHtml, MatrixMarkdown, matrix_html, matrix_markdown
from conformance.results import FailOn, Matrix, merge
from tests.reporters.test_html import Page
from tests.reporters.test_markdown import rendered, tags
from tests.results.hostile import HOSTILE, hostile_run
from tests.results.sample import CASES, sample_run


def sample() -> Matrix:
    """One that breaks much, one that breaks nothing that others do not."""
    return merge([("old", sample_run()), ("new", sample_run(CASES[2]))])


def hostile() -> Matrix:
    """One whose files somebody wrote who means no good: even what clauses say is theirs."""
    run = hostile_run()
    run = replace(run, clauses=tuple(replace(clause, says=HOSTILE) for clause in run.clauses))
    return merge([(HOSTILE, run), ("", run)])


def test_a_glance_tells_who_passed_and_what_is_broken() -> None:
    page = Page(matrix_html(sample()))
    assert page.text("h1") == "POP3 conformance of 2 servers"
    broken = {row.clause.id for row in sample().rows if any(c and c.outcome == "broken" for c in row.cells)}
    links = {href.removeprefix("#seen:") for href in page.named("href") if href.startswith("#seen:")}
    assert links == broken
    assert "R1939-STAT-06" in broken
    assert page.texts["td"].count("failed") == 2
    assert Page(matrix_html(sample(), FailOn.NONE)).texts["td"].count("passed") == 2
    assert "23 2231" in page.texts["mark"]


def test_every_link_leads_somewhere_on_the_page() -> None:
    for matrix in (sample(), hostile()):
        page = Page(matrix_html(matrix))
        links, ids = page.named("href") - {"data:,"}, page.named("id")
        assert {link[1:] for link in links} <= ids
        assert all(link.startswith("#") for link in links)
        assert not page.named("src")


def test_what_a_server_sends_stays_text() -> None:
    text = matrix_html(hostile())
    page = Page(text)
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in Page(matrix_html(sample())).tags}
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", text)


def test_markdown_has_a_row_for_what_some_server_breaks() -> None:
    text = matrix_markdown(sample())
    assert "| clause | | old | new |" in text
    (row,) = [line for line in text.splitlines() if line.startswith("| R1939-STAT-06")]
    assert row.endswith("| ✗ | · |")
    assert "<table>" in rendered(text)


def test_where_nothing_is_broken_markdown_has_the_servers_alone() -> None:
    text = matrix_markdown(merge([("", sample_run(CASES[5]))]))
    assert "| server |" in text
    assert "| clause |" not in text


def test_what_a_server_sends_stays_text_in_markdown() -> None:
    text = matrix_markdown(hostile())
    assert tags(rendered(text)) <= {"h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_both_are_written_as_files(tmp_path: Path) -> None:
    MatrixHtml(tmp_path / "x" / "m.html").report(sample())
    MatrixMarkdown(tmp_path / "x" / "m.md").report(sample())
    assert (tmp_path / "x" / "m.html").read_text(encoding="utf-8") == matrix_html(sample())
    assert (tmp_path / "x" / "m.md").read_text(encoding="utf-8") == matrix_markdown(sample())
