"""`pop3spec report`: pages and comparisons, made of results without a server."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.reporters import ResultsReporter, report_html, report_markdown
from conformance.results import CaseResult, RunResult
from conformance.verdicts import Outcome, Verdict
from tests.cli.command import pop3spec
from tests.results.sample import sample_run


def judged(outcome: Outcome, software: str = "Grocer 1.4") -> RunResult:
    case = CaseResult("x/y/z", "x", 1939, "5", outcome, verdicts=(Verdict("R1939-STAT-06", outcome, "it says 3"),))
    run = sample_run(case)
    return replace(run, target=replace(run.target, software=software))


def written(run: RunResult, folder: Path) -> Path:
    ResultsReporter(folder / "results.json").report(run)
    return folder


def test_a_page_is_made_of_results(tmp_path: Path) -> None:
    folder = written(sample_run(), tmp_path / "old")
    assert pop3spec("report", "html", folder).out == f"Page in {folder / 'report.html'}\n"
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page == report_html(sample_run())
    other = tmp_path / "x" / "page.html"
    assert pop3spec("report", "html", folder / "results.json", "-o", other).status == 0
    assert other.read_text(encoding="utf-8") == page


def test_a_regression_is_told_and_ends_with_1(tmp_path: Path) -> None:
    old = written(judged(Outcome.KEPT), tmp_path / "old")
    new = written(judged(Outcome.BROKEN, "Grocer \x1b[31m1.5"), tmp_path / "new")
    done = pop3spec("report", "compare", old, new / "results.json")
    assert done.status == 1
    assert done.out.startswith("Failed: 1 regression\nold: mail.example.com:110 (Grocer 1.4), 2026-03-14")
    assert "(Grocer \\x1b[31m1.5)" in done.out
    assert "\nNewly broken: 1 clause\n    R1939-STAT-06  RFC 1939 §5, MUST\n" in done.out
    assert "        it says 3\n" in done.out
    assert pop3spec("report", "compare", old, new, "--fail-on", "none").status == 0


def test_what_was_mended_is_told_and_ends_with_0(tmp_path: Path) -> None:
    old = written(judged(Outcome.BROKEN), tmp_path / "old")
    done = pop3spec("report", "compare", old, written(judged(Outcome.KEPT), tmp_path / "new"))
    assert done.status == 0
    assert done.out.startswith("Passed: no regression among 1 clause that both runs judged\n")
    assert "\nFixed: 1 clause\n" in done.out


def test_a_newer_run_that_ended_early_shows_nothing(tmp_path: Path) -> None:
    old = written(judged(Outcome.KEPT), tmp_path / "old")
    early = replace(judged(Outcome.KEPT), ended_early="nobody can log in any more")
    done = pop3spec("report", "compare", old, written(early, tmp_path / "new"))
    assert done.status == 1
    assert done.out.startswith("Failed: no regression so far; the newer run ended early: nobody can log in any more\n")


def test_markdown_goes_to_standard_output_or_to_a_file(tmp_path: Path) -> None:
    folder = written(sample_run(), tmp_path)
    done = pop3spec("report", "markdown", folder)
    assert (done.status, done.out) == (0, report_markdown(sample_run()))
    assert pop3spec("report", "markdown", folder, "-o", tmp_path / "x.md").out == ""
    assert (tmp_path / "x.md").read_text(encoding="utf-8") == done.out


@pytest.mark.parametrize(
    "text, said",
    [
        (None, "is not there; name a results.json that `pop3spec run` wrote"),
        ("", "it is not JSON"),
        ("\x1b]0;x\x07", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "does not hold the results of a run"),
        ("{}", "it lacks 'schema'"),
        ('{"schema": "pop3spec-results/2"}', "its schema is 'pop3spec-results/2'"),
    ],
)
def test_a_file_that_holds_no_results_is_told(text: str | None, said: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "results.json").write_text(text)
    for words in (("html", tmp_path), ("markdown", tmp_path), ("compare", tmp_path, tmp_path)):
        done = pop3spec("report", *words)
        assert (done.status, done.out) == (2, "")
        assert said in done.err
        assert done.err.startswith(f"Error: {tmp_path / 'results.json'} ")


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    folder = written(sample_run(), tmp_path)
    (tmp_path / "file").touch()
    done = pop3spec("report", "html", folder, "-o", tmp_path / "file" / "page.html")
    assert done.status == 2
    assert "is a file" in done.err


# -- several servers, and a badge ------------------------------------------------------------------------------------


def test_several_servers_are_merged_into_a_page_and_into_markdown(tmp_path: Path) -> None:
    old, new = written(judged(Outcome.KEPT), tmp_path / "a=b"), written(judged(Outcome.BROKEN), tmp_path / "new")
    outputs = ("-o", tmp_path / "x" / "m.html", "-o", tmp_path / "m.md")
    done = pop3spec("report", "merge", old, f"the new one={new}", *outputs)
    assert (done.status, done.err) == (0, "")
    assert done.out == f"Matrix in {tmp_path / 'x' / 'm.html'}\nMatrix in {tmp_path / 'm.md'}\n"
    text = (tmp_path / "m.md").read_text(encoding="utf-8")
    assert "| clause | | Grocer 1\\.4 | the new one |" in text.replace("Grocer 1.4", "Grocer 1\\.4")
    assert "<h1>POP3 conformance of 2 servers</h1>" in (tmp_path / "x" / "m.html").read_text(encoding="utf-8")


def test_without_a_name_the_matrix_is_a_page_here(tmp_path: Path) -> None:
    folder = written(sample_run(), tmp_path / "old")
    assert pop3spec("report", "merge", folder, cwd=tmp_path).out == "Matrix in pop3spec-matrix.html\n"
    assert (tmp_path / "pop3spec-matrix.html").exists()


def test_a_badge_is_made_of_results(tmp_path: Path) -> None:
    folder = written(judged(Outcome.KEPT), tmp_path)
    assert pop3spec("report", "badge", folder).out == f"Badge in {tmp_path / 'badge.svg'}\n"
    assert "1 MUST kept" in (tmp_path / "badge.svg").read_text(encoding="utf-8")
    assert pop3spec("report", "badge", folder, "-o", tmp_path / "b.json").status == 0
    assert json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))["message"] == "1 MUST kept"


@pytest.mark.parametrize("command, endings", [("merge", ".html or in .md"), ("badge", ".svg or in .json")])
def test_a_file_of_another_kind_is_not_written(command: str, endings: str, tmp_path: Path) -> None:
    done = pop3spec("report", command, written(sample_run(), tmp_path), "-o", tmp_path / "x.txt")
    assert done.status == 2
    assert f"the name of this file ends in {endings}" in done.err
    assert not (tmp_path / "x.txt").exists()


def test_what_is_made_of_a_run_says_of_it_what_the_run_said(tmp_path: Path) -> None:
    broken = judged(Outcome.BROKEN)
    folder = written(replace(broken, options=(("fail-on", "none"),)), tmp_path)
    assert pop3spec("report", "markdown", folder).out.startswith("## Passed, for nothing is to fail ")
    assert pop3spec("report", "markdown", folder, "--fail-on", "must").out.startswith("## Failed")
    assert pop3spec("report", "compare", written(judged(Outcome.KEPT), tmp_path / "old"), folder).status == 0
