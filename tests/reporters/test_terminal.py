import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.bundled import REPORTS
from conformance.reporters import TerminalReporter
from conformance.results import CaseResult, FailOn, LeftOut, RunResult
from conformance.transcript import Evidence, TextLine
from conformance.verdicts import Outcome, Verdict
from tests.results.golden import matches
from tests.results.sample import known_run, sample_run

FOLDER = Path("pop3spec-report")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _no_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def told(result: RunResult, stream: io.StringIO | None = None, width: int | None = 80) -> str:
    stream = stream or io.StringIO()
    TerminalReporter(stream, folder=FOLDER, width=width).report(result)
    return stream.getvalue()


def broken(text: str, reason: str, *, marks: tuple[tuple[int, int], ...] = ((0, 4),), ended: bool = True) -> RunResult:
    transcript = (TextLine("A", 0.0, "C", "STAT", (), 1), TextLine("A", 0.1, "S", text, marks, 1, ended))
    verdict = Verdict("R1939-STAT-06", Outcome.BROKEN, reason, Evidence("A", 1))
    return sample_run(
        CaseResult("05-stat/x", "x", 1939, "5", Outcome.BROKEN, verdicts=(verdict,), transcript=transcript)
    )


@pytest.mark.parametrize("width", [80, 120])
def test_the_published_example_is_what_is_printed(width: int) -> None:
    text = told(sample_run(), width=width)
    assert matches(REPORTS / "examples" / f"terminal-{width}.txt", text)


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_line_but_a_command_is_wider_than_the_terminal(width: int) -> None:
    lines = told(sample_run(), width=width).splitlines()
    assert all(len(line) <= width or "pop3spec run" in line for line in lines)
    assert not any(line.endswith(" ") for line in lines)


def test_the_verdict_stands_at_both_ends_and_what_to_mend_first_at_the_foot() -> None:
    lines = told(sample_run()).splitlines()
    verdict = "Failed: 3 MUST clauses broken, 1 SHOULD clause broken, 1 scenario errored"
    assert lines[0] == verdict
    assert lines[-1] == "Report in pop3spec-report"
    foot = lines[len(lines) - lines[::-1].index(verdict) :]
    assert foot[0] == "To mend first:"
    assert foot[1].startswith("    R1939-RESP-03  RFC 1939 §3  The status line")
    assert "    and 1 more clause, told above" in foot


def test_the_command_that_repeats_a_scenario_is_given_and_never_wrapped() -> None:
    stream = io.StringIO()
    command = "pop3spec run --host mail.example.com --port 110 --account alice:$PASSWORD --scenario {}"
    TerminalReporter(stream, repeat=command.format, width=60).report(sample_run())
    assert f"    {command.format('05-list/list-leaves-out-what-is-marked')}\n" in stream.getvalue()


def test_the_offending_octets_are_underlined() -> None:
    assert "    C: STAT\n    S: +OK 3 4210\n           ^^^^^^\n" in told(broken("+OK 3 4210", "bad", marks=((4, 10),)))


def test_a_missing_line_end_can_be_seen() -> None:
    assert "    S: +OK  (no line end)\n          ^\n" in told(broken("+OK", "bad", marks=((3, 3),), ended=False))


def test_a_long_line_is_cut_around_its_mark() -> None:
    text = told(broken("-ERR " + "x" * 200 + " here " + "y" * 200, "bad", marks=((206, 210),)))
    line = next(line for line in text.splitlines() if "here" in line)
    carets = text.splitlines()[text.splitlines().index(line) + 1]
    assert line[carets.index("^") : carets.index("^") + 4] == "here"
    assert len(line) <= 80


def test_what_is_broken_elsewhere_too_is_told() -> None:
    case = broken("+OK", "bad").cases[0]
    text = told(sample_run(case, replace(case, id="05-stat/y"), replace(case, id="05-stat/z")))
    assert "    also in\n    05-stat/y\n    05-stat/z\n\n" in text
    assert "1 MUST clause broken\n" in text


def test_the_scenario_that_is_about_a_clause_is_the_one_that_tells_of_it() -> None:
    case = broken("+OK", "bad").cases[0]
    about = replace(case, id="05-stat/y", clauses=("R1939-STAT-06",))
    assert "--scenario 05-stat/y\n" in told(sample_run(case, about))


def test_a_clause_that_no_scenario_is_about_is_told_with_what_broke_beside_it() -> None:
    case = broken("+OK", "bad").cases[0]
    verdicts = (*case.verdicts, replace(case.verdicts[0], clause="R1939-LIST-10"))
    about = replace(case, id="05-stat/y", clauses=("R1939-STAT-06",), verdicts=verdicts)
    text = told(sample_run(replace(case, verdicts=verdicts), about))
    assert text.count("pop3spec run") == text.count("--scenario 05-stat/y\n") == 1


def test_a_broken_clause_without_a_recording_is_told_in_words() -> None:
    case = CaseResult("x", "x", 1939, "5", Outcome.BROKEN, verdicts=(Verdict("R1939-STAT-06", Outcome.BROKEN, "bad"),))
    assert "RFC 1939 §5, STAT; stated as a fact, weighs as a MUST\n\n    bad\n\n    pop3spec run" in told(
        sample_run(case)
    )


def test_a_broken_clause_whose_scenario_is_not_there_is_told_by_its_reason() -> None:
    result = broken("+OK", "the reason")
    assert "weighs as a MUST\n    the reason\n" in told(replace(result, cases=()))


HOSTILE = "[bold]\\x1b[31m[/bold][link=http://x]:smile: {x}"


def test_markup_from_a_server_is_inert() -> None:
    text = told(broken(HOSTILE, f"got '{HOSTILE}'"), width=120)
    assert f"S: {HOSTILE}\n" in text
    assert f"got '{HOSTILE}'" in text


def test_terminal_codes_from_a_server_are_inert_in_every_place() -> None:
    codes = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202e"
    case = replace(broken("+OK", codes).cases[0], notes=(codes,))
    error = CaseResult("y", "y", 1939, "5", Outcome.ERRORED, codes)
    unclear = Verdict("R1939-UPD-02", Outcome.INCONCLUSIVE, codes)
    vague = CaseResult("z", "z", 1939, "6", Outcome.INCONCLUSIVE, codes, (unclear,))
    result = sample_run(case, error, vague)
    target = replace(result.target, address=codes, software=codes)
    result = replace(result, target=target, left_out=(LeftOut(codes, codes),))
    assert set("\x1b\x07\r\x9b\u202e").isdisjoint(told(result))
    coloured = re.sub(r"\x1b\[[0-9;]*m", "", told(result, Terminal()))
    assert set("\x1b\x07\r\x9b\u202e").isdisjoint(coloured)


def test_there_is_colour_on_a_terminal_alone() -> None:
    assert "\x1b[" in told(sample_run(), Terminal())
    assert "\x1b[" not in told(sample_run())


def test_colour_can_be_asked_for_where_the_stream_goes_on_to_a_terminal() -> None:
    stream = io.StringIO()
    TerminalReporter(stream, width=80, colour=True).report(sample_run())
    assert "\x1b[" in stream.getvalue()


def test_colours_change_no_letter() -> None:
    assert re.sub(r"\x1b\[[0-9;]*m", "", told(sample_run(), Terminal())).split() == told(sample_run()).split()


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[0-9;]*3[1-7]", told(sample_run(), Terminal()))


def test_a_very_wide_terminal_is_not_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert max(map(len, told(sample_run(), width=None).splitlines())) <= 120


def test_a_stream_without_our_letters_gets_others() -> None:
    octets = io.BytesIO()
    stream = io.TextIOWrapper(octets, encoding="ascii")
    TerminalReporter(stream, width=80).report(sample_run())
    text = octets.getvalue().decode("ascii")
    assert "RFC 1939 section 5, STAT" in text
    assert "    *: ...\n" in text
    assert "?" not in text


def test_a_run_that_is_good_is_short() -> None:
    kept = tuple(Verdict(clause.id, Outcome.KEPT) for clause in sample_run().clauses)
    result = replace(sample_run(CaseResult("x", "x", 1939, "5", Outcome.KEPT, verdicts=kept)), left_out=())
    text = told(result)
    assert text.startswith("Passed: no clause broken, 9 MUST and 2 SHOULD kept\n")
    assert len(text.splitlines()) < 21


def test_many_of_a_kind_are_counted_and_not_listed() -> None:
    errors = [CaseResult(f"x/{n:02}", "x", 1939, "5", Outcome.ERRORED, f"cannot fill {n}") for n in range(25)]
    text = told(sample_run(*errors))
    assert text.count("cannot fill") == 10
    assert "and 15 more reasons, see the report" in text


def test_scenarios_that_errored_for_one_reason_are_told_together() -> None:
    errors = [CaseResult(f"x/{n:02}", "x", 1939, "5", Outcome.ERRORED, "cannot fill") for n in range(25)]
    text = told(sample_run(*errors))
    assert text.count("cannot fill") == text.count("pop3spec run") == 1
    assert "cannot fill\n    x/00\n    x/01\n    x/02\n    x/03\n    and 21 more, see the report\n" in text


def test_what_was_left_out_is_grouped_by_the_reason() -> None:
    left_out = (LeftOut("s/0", "no account"), LeftOut("t/0", "too slow"), LeftOut("u/1", "no account"))
    case = CaseResult("s/1", "x", 1939, "5", Outcome.KEPT)
    text = told(replace(sample_run(case), left_out=left_out))
    assert "Left out: 3 scenarios" in text
    assert "no account\n    s/0\n    u/1\ntoo slow\n    t/0\n" in text


def test_a_folder_that_was_left_out_as_a_whole_is_told_by_a_pattern_for_the_shell() -> None:
    cases = [CaseResult(f"s/{n}", "x", 1939, "5", Outcome.NOT_APPLICABLE, "no account") for n in range(6)]
    left_out = tuple(LeftOut(case.id, case.reason) for case in cases)
    assert "no account\n    's/*'  (6 scenarios)\n" in told(replace(sample_run(*cases), left_out=left_out))
    kept = CaseResult("s/6", "x", 1939, "5", Outcome.KEPT)
    text = told(replace(sample_run(*cases, kept), left_out=left_out))
    assert "no account\n    s/0\n    s/1\n    s/2\n    s/3\n    and 2 more, see the report\n" in text


LONG = "rfc1939/05-dele/a-message-that-dele-has-marked-stays-in-the-maildrop-while-the-session-lasts"


@pytest.mark.parametrize("outcome", [Outcome.BROKEN, Outcome.ERRORED, Outcome.INCONCLUSIVE, Outcome.NOT_APPLICABLE])
@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_an_id_is_never_broken(outcome: Outcome, stream: type[io.StringIO]) -> None:
    verdicts = (Verdict("R1939-STAT-06", outcome, "why"),)
    cases = [CaseResult(f"{LONG}{n}", "x", 1939, "5", outcome, "why", verdicts) for n in (1, 2)]
    left_out = tuple(LeftOut(case.id, case.reason) for case in cases if outcome is Outcome.NOT_APPLICABLE)
    kept = CaseResult("rfc1939/05-dele/x", "x", 1939, "5", Outcome.KEPT)
    text = re.sub(r"\x1b\[[0-9;]*m", "", told(replace(sample_run(*cases, kept), left_out=left_out), stream(), width=60))
    assert all(f"    {case.id}\n" in text or f"--scenario {case.id}\n" in text for case in cases)


def test_clauses_that_the_same_octets_broke_are_told_with_one_exchange() -> None:
    case = broken("+OK 3 4210", "bad", marks=((4, 10),)).cases[0]
    second = replace(case.verdicts[0], clause="R1939-LIST-10")
    third = replace(case.verdicts[0], clause="R1939-STAT-07", reason="bad in another way")
    text = told(sample_run(replace(case, verdicts=(*case.verdicts, second, third))))
    assert text.count("S: +OK 3 4210\n") == text.count("pop3spec run") == 1
    assert "\n    bad\n    bad in another way\n" in text
    assert text.index("broken: R1939-STAT-06") < text.index("broken: R1939-LIST-10") < text.index("^^^^^^")


def test_a_disputed_clause_that_makes_the_run_fail_is_told_as_broken() -> None:
    stream = io.StringIO()
    TerminalReporter(stream, width=80, fail_on=FailOn.ANY).report(sample_run())
    assert "Disputed, broken: R1939-ARG-01" in stream.getvalue()
    assert "SHOULD, in a text that can be read in two ways " in " ".join(stream.getvalue().split())
    assert "- R1939-ARG-01" not in stream.getvalue()
    assert "Disputed, broken" not in told(sample_run())
    assert "- R1939-ARG-01" in told(sample_run())


def test_the_names_of_connections_stand_in_a_column() -> None:
    case = broken("+OK", "bad").cases[0]
    other = TextLine("B2", 0.0, "C", "NOOP", (), 1)
    text = told(sample_run(replace(case, transcript=(other, *case.transcript))))
    assert "    B2  C: NOOP\n    A   C: STAT\n    A   S: +OK\n           ^^^^\n" in text


def test_what_to_know_before_repeating_is_told_only_where_there_is_something_to_repeat() -> None:
    kept = sample_run(CaseResult("x", "x", 1939, "5", Outcome.KEPT))
    for result, expected in ((sample_run(), True), (kept, False)):
        stream = io.StringIO()
        TerminalReporter(stream, width=80, hint="Set the password first.").report(result)
        assert ("Set the password first.\n" in stream.getvalue()) is expected


def test_no_password_is_printed() -> None:
    assert "sesame" not in told(sample_run())


def test_standard_output_is_where_it_goes_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    TerminalReporter(width=80).report(sample_run())
    assert capsys.readouterr().out.startswith("Failed: 3 MUST clauses broken")


def test_what_is_known_is_told_apart_and_is_nothing_to_mend() -> None:
    text = told(known_run())
    verdict = "Failed: 1 MUST clause broken, 1 SHOULD clause broken, 1 scenario errored, beside 2 known deviations"
    assert " ".join(text.split()).startswith(verdict)
    assert "MUST broken: R1939-STAT-06" not in text
    assert "Known: 2 clauses broken, and nothing fails by them" in text
    assert "accepted: old shops count on it" in " ".join(text.split())
    assert "Fixed: 1 clause known to be broken, and kept" in text
    assert "it can go out of the baseline now" in text
    assert "UIDL-09" not in text.partition("Known: ")[2].partition("Clauses by RFC")[0]


def test_a_scenario_that_is_unclear_is_told_though_its_clauses_were_judged_elsewhere() -> None:
    kept = CaseResult("x", "x", 1939, "5", Outcome.KEPT, verdicts=(Verdict("R1939-STAT-06", Outcome.KEPT),))
    vague = CaseResult("y/z", "y", 1939, "5", Outcome.INCONCLUSIVE, "DELE got no answer", clauses=("R1939-STAT-06",))
    text = told(sample_run(kept, vague))
    assert "Passed: no clause broken, 1 MUST and 0 SHOULD kept, 1 scenario unclear" in text
    assert "- DELE got no answer\n    y/z\n" in text.partition("Unclear: ")[2]
