"""The page: what it says, where its links lead, and that nothing a server sent is more than text in it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from conformance.reporters import HtmlReporter, report_html
from conformance.reporters.sections import told
from conformance.results import CaseResult, FailOn, Listed, RunResult
from conformance.transcript import TextLine
from conformance.verdicts import Outcome, Verdict
from tests.results.hostile import hostile_run
from tests.results.sample import known_run, sample_run, unplayed
from tests.results.sessions import case

VOID = {"meta", "link", "img", "input", "rect", "br"}


class Page(HTMLParser):
    """The page as a browser nests it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    def named(self, name: str) -> set[str]:
        return {value for _, attributes in self.tags if (value := attributes.get(name))}

    def text(self, tag: str) -> str:
        return "".join(self.texts.get(tag, []))


def test_a_glance_tells_whether_it_passed_and_what_to_mend_first() -> None:
    page = Page(report_html(sample_run()))
    assert page.text("h1") == "Failed: 3 MUST clauses broken, 1 SHOULD clause broken, 1 scenario errored"
    assert page.text("title").startswith("Failed: mail.example.com:110")
    assert "Mend first" in page.text("h2")
    assert "23 2231" in page.texts["mark"]


def test_a_run_that_is_good_says_so_and_mends_nothing() -> None:
    case = CaseResult("x/y/z", "x", 1939, "5", Outcome.KEPT, verdicts=(Verdict("R1939-STAT-06", Outcome.KEPT),))
    page = Page(report_html(sample_run(case)))
    assert page.text("h1") == "Passed: no clause broken, 1 MUST and 0 SHOULD kept"
    assert "mend" not in page.text("h2").lower()


def test_what_is_known_is_told_apart_and_is_nothing_to_mend() -> None:
    page = Page(report_html(known_run()))
    assert "Known, and not held against this run" in page.text("h2")
    assert "accepted: old shops count on it" in page.texts["span"]
    assert [text for text in page.texts["a"] if text in ("R1939-STAT-06", "R1939-STAT-02")] != []
    assert page.text("h3").count("R1939-STAT-06") == 0
    assert "Fixed" in page.text("h2")
    assert "Fixed" not in Page(report_html(sample_run())).text("h2")


def test_a_run_that_judged_nothing_says_why() -> None:
    case = CaseResult("x/y/z", "x", 1939, "5", Outcome.ERRORED, "nobody answers at mx:110")
    page = Page(report_html(sample_run(case)))
    assert "Nothing was judged" in page.text("h2")
    assert "nobody answers at mx:110" in page.text("p")


def test_a_run_that_could_not_begin_says_why() -> None:
    page = Page(report_html(replace(unplayed(), ended_early="nobody answers at mx:110")))
    assert page.text("h1") == "Not judged: the run could not begin"
    assert "Why nothing was played" in page.text("h2")
    assert "nobody answers at mx:110" in page.text("p")
    assert "scenarios" not in page.named("id")


@pytest.mark.parametrize("fail_on, word", [(FailOn.MUST, "Failed"), (FailOn.NONE, "Passed, for nothing is to fail")])
def test_the_level_that_fails_decides(fail_on: FailOn, word: str) -> None:
    assert Page(report_html(sample_run(), fail_on)).text("h1").startswith(word)


def test_every_link_leads_somewhere_on_the_page_and_none_elsewhere() -> None:
    for run in (sample_run(), hostile_run()):
        page = Page(report_html(run))
        links, ids = page.named("href") - {"data:,"}, page.named("id")
        assert {link[1:] for link in links} <= ids
        assert all(link.startswith("#") for link in links)
        assert not page.named("src")
        assert {clause.id for clause in told(run.clauses)} <= ids


def test_what_binds_clients_alone_is_no_clause_of_a_server() -> None:
    page = Page(report_html(sample_run()))
    assert "R1939-NET-07" in {clause.id for clause in sample_run().clauses}
    assert "R1939-NET-07" not in page.named("id")


def test_what_a_server_sends_stays_text() -> None:
    text = report_html(hostile_run())
    page = Page(text)
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in Page(report_html(sample_run())).tags}
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "alert(1)" not in page.text("script")
    assert "{{ 7*7 }}" in text
    assert "49" not in page.text("mark")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", text)


def test_only_the_script_that_was_written_here_may_run() -> None:
    page = Page(report_html(hostile_run()))
    (policy,) = [attributes["content"] for _, attributes in page.tags if "http-equiv" in attributes]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "text, marks, marked",
    [
        ("+OK", [(3, 3)], ["\u21b5"]),
        (".", [(0, 0)], ["."]),
        ("+OK 1 2", [(4, 5), (6, 7)], ["1", "2"]),
        ("+OK 1 2", [(4, 6), (5, 7), (0, 3)], ["+OK", "1 ", "2"]),
        ("x" * 5000 + "yz", [(5000, 5002)], ["yz"]),
    ],
)
def test_what_is_wrong_is_marked_and_in_sight(text: str, marks: list[tuple[int, int]], marked: list[str]) -> None:
    line = TextLine("A", 0.0, "S", text, tuple(marks))
    case = CaseResult("x/y/z", "x", 1939, "5", Outcome.KEPT, transcript=(line,))
    page = Page(report_html(sample_run(case)))
    assert page.texts["mark"] == marked
    assert len(max(page.texts["span"], key=len)) <= len("S: ") + 400


# -- the server ------------------------------------------------------------------------------------------------------


def listing(*listed: Listed) -> tuple[list[str], list[str]]:
    """The headings of the server's facts, and all capabilities below them, of a run in which it listed that."""
    run = sample_run()
    target = replace(run.target, facts=(), listed=listed)
    text = report_html(replace(run, target=target)).partition('<section id="server">')[2].partition("</dl>")[0]
    page = Page(text.partition("<dl>")[2])
    names, codes = page.texts["dt"], page.texts["code"]
    assert (names[0], codes[0]) == ("greeting", run.target.greeting)
    return names[1:], codes[1:]


def test_what_is_listed_in_each_state_is_told_once_and_what_is_not_beside_its_state() -> None:
    names, listed = listing(
        Listed("before login", ("TOP", "STLS", "UIDL", "USER")),
        Listed("before login, inside TLS", ("UIDL", "TOP", "SASL PLAIN")),
        Listed("after login", ("TOP", "UIDL", "USER")),
    )
    besides = ["besides, before login", "besides, before login, inside TLS", "besides, after login"]
    assert names == ["capabilities in each state", *besides]
    assert listed == ["TOP", "UIDL", "STLS", "USER", "SASL PLAIN", "USER"]


def test_lists_that_are_the_same_are_told_once() -> None:
    same = (Listed("before login", ("TOP", "USER")), Listed("after login", ("USER", "TOP")))
    assert listing(*same) == (["capabilities, the same in each state"], ["TOP", "USER"])


def test_lists_that_have_nothing_in_common_have_a_heading_each() -> None:
    names, listed = listing(Listed("before login", ("STLS",)), Listed("after login", ("TOP",)))
    assert (names, listed) == (["capabilities before login", "capabilities after login"], ["STLS", "TOP"])


def test_the_only_list_that_there_is_is_told_with_its_state() -> None:
    assert listing(Listed("before login", ("TOP",))) == (["capabilities before login"], ["TOP"])


def test_what_is_listed_in_no_known_state_is_told_without_one() -> None:
    assert listing() == (["capabilities"], ["TOP", "USER"])


def test_it_is_told_how_long_commands_take() -> None:
    page = Page(report_html(sample_run()))
    assert "as this run saw it" in page.text("caption")
    session = case("A 0.1 C1: STAT\nA 0.10025 S1: +OK 0 0\nA 1 C2: STAT\nA 3.5 S2: +OK 0 0")
    text = report_html(sample_run(session)).partition('<table class="latencies">')[2].partition("</table>")[0]
    row = Page(text.partition("<tbody>")[2].partition("</tbody>")[0])
    assert (row.texts["th"], row.texts["td"]) == (["STAT"], ["2", "0.250", "2,500", "2,500", "2,500"])


@pytest.mark.parametrize("took, told", [("0.00001", "0.010"), ("0.0012", "1.20"), ("0.0995", "99.5"), ("0.123", "123")])
def test_times_have_three_figures(took: str, told: str) -> None:
    assert f"<td>{told}</td>" in report_html(sample_run(case(f"A 0 C1: STAT\nA {took} S1: +OK 0 0")))


def test_where_nothing_was_measured_nothing_is_told_of_times() -> None:
    nothing: RunResult = sample_run(CaseResult("x/y/z", "x", 1939, "5", Outcome.KEPT))
    assert "latencies" not in report_html(nothing).partition("<body>")[2]


def test_it_is_written_as_a_file(tmp_path: Path) -> None:
    HtmlReporter(tmp_path / "out" / "report.html").report(sample_run())
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8") == report_html(sample_run())
