"""What a play comes to: only a marked line accuses, and only where nothing lawful explains what was seen."""

from typing import Any

import pytest

from conformance.clauses import CATALOGUE
from conformance.driver import Features, Look
from conformance.mailboxes import provisioner
from conformance.results import CaseResult
from conformance.scenario import Stage, play
from conformance.verdicts import Outcome
from tests.driver.peers import Action, Line, answering, close, hear, peer, say
from tests.scenario.playing import ALICE, Theatre, at_peer, outcomes, scenario

HELLO = "C: <connect>\nS: +OK\n"
NOOP, STAT = "R1939-NOOP-01", "R1939-STAT-04"
DISPUTED = "R1939-USER-08"


def rude(answer: bytes = b"-ERR no\r\n", verb: bytes = b"NOOP") -> list[Action]:
    """Answers one command like this, all others well."""
    return [answering({verb: answer})]


def at_noop(answer: bytes, session: str = "C: NOOP\nS: +OK [R1939-NOOP-01]", **more: Any) -> CaseResult:
    return at_peer(HELLO + session, rude(answer), **more)


def said(case: CaseResult) -> list[str]:
    return [f"{line.connection}> {line.kind}: {line.text}" for line in case.transcript]


# -- who accuses -----------------------------------------------------------------------------------------------------


def test_a_marked_line_that_holds_is_kept_with_the_exchange_that_shows_it() -> None:
    case = at_noop(b"+OK\r\n")
    assert (case.outcome, case.reason) == (Outcome.KEPT, "")
    (verdict,) = case.verdicts
    assert verdict.outcome is Outcome.KEPT
    assert verdict.evidence is not None
    assert (verdict.evidence.connection, verdict.evidence.exchange) == ("A", 1)


def test_a_marked_line_that_fails_breaks_its_clause_and_no_other() -> None:
    case = at_peer(HELLO + "C: NOOP\nS: +OK [R1939-NOOP-01]\nC: STAT\nS: +OK [R1939-STAT-04]", rude())
    assert case.outcome is Outcome.BROKEN
    assert case.reason == "+OK was expected and '-ERR no' came"
    assert outcomes(case) == {NOOP: "broken", STAT: "inconclusive"}
    assert said(case)[-2:] == ["A> S: -ERR no", "A> *: client closed"]


def test_an_unmarked_line_that_fails_accuses_nobody() -> None:
    case = at_noop(b"-ERR no\r\n", "C: NOOP\nS: +OK\nC: STAT\nS: +OK [R1939-STAT-04]")
    assert (case.outcome, case.reason) == (Outcome.INCONCLUSIVE, "+OK was expected and '-ERR no' came")
    assert outcomes(case)[STAT] == "inconclusive"
    assert "broken" not in outcomes(case).values()


def test_what_was_kept_before_the_end_stays_kept() -> None:
    case = at_noop(b"-ERR no\r\n", "C: STAT\nS: +OK [R1939-STAT-04]\nC: NOOP\nS: +OK")
    assert outcomes(case)[STAT] == "kept"
    assert case.outcome is Outcome.INCONCLUSIVE


def test_an_answer_that_is_neither_yes_nor_no_is_for_the_monitor() -> None:
    case = at_noop(b"well\r\n", judged=frozenset({NOOP, "R1939-RESP-01"}))
    assert outcomes(case)[NOOP] == "inconclusive"
    assert outcomes(case)["R1939-RESP-01"] == "broken"
    assert case.outcome is Outcome.BROKEN
    assert "begins with neither +OK nor -ERR" in case.reason


def test_what_only_the_monitor_sees_breaks_too() -> None:
    case = at_noop(b"+OK\n", "C: NOOP\nS: +OK", clauses=("R1939-RESP-03",))
    assert outcomes(case) == {"R1939-RESP-03": "broken"}
    assert (case.outcome, case.reason) == (Outcome.BROKEN, "")


def test_only_what_was_selected_is_judged(house: Theatre) -> None:
    session = HELLO + "C: NOOP\nS: +OK [R1939-NOOP-01]\nC: STAT\nS: -ERR [R1939-STAT-04]"
    case = house.play(session, judged=frozenset({STAT}), clauses=(NOOP, STAT))
    assert case.clauses == (NOOP, STAT)
    assert outcomes(case).keys() == {STAT}
    assert outcomes(case)[STAT] == "inconclusive"
    assert case.outcome is Outcome.INCONCLUSIVE


def test_a_break_of_what_is_disputed_is_told_and_not_held_against_the_server() -> None:
    assert not CATALOGUE[DISPUTED].can_fail
    case = at_noop(b"-ERR no\r\n", f"C: NOOP\nS: +OK [{DISPUTED}]")
    assert outcomes(case)[DISPUTED] == "broken"
    assert case.outcome is Outcome.KEPT


# -- what is unclear -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "session, script, reason",
    [
        pytest.param(
            "C: PASS {wrong}\nS: -ERR [R1939-NOOP-01]", rude(b"", b"PASS"), "slow down who guesses", id="a slow login"
        ),
        pytest.param(
            "C: PASS x\nS: -ERR\nC: NOOP\nS: -ERR [R1939-NOOP-01]",
            [say(b"+OK\r\n"), hear(), say(b"-ERR\r\n"), hear(), close],
            "may close after a login that failed",
            id="a door shut",
        ),
        pytest.param(
            "C: \nS: -ERR [R1939-NOOP-01]", [say(b"+OK\r\n"), hear(2)], "pass over an empty line", id="an empty line"
        ),
        pytest.param(
            "C: NOOP\nS: +OK\nS: <closes>\nC: NOOP\nS: +OK [R1939-NOOP-01]",
            [say(b"+OK\r\n"), hear(), say(b"+OK\r\n"), close],
            "had ended before",
            id="nobody there",
        ),
        pytest.param(
            "C: NOOP\nS: <silence>\nC: STAT\nS: -ERR [R1939-NOOP-01]",
            rude(b""),
            "that may be the answer to another command",
            id="adrift",
        ),
    ],
)
def test_what_may_have_a_lawful_reason_never_accuses(session: str, script: list[Action], reason: str) -> None:
    case = at_peer(HELLO + session, script)
    assert reason in case.reason
    assert outcomes(case)[NOOP] == "inconclusive"
    assert case.outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    "greeting, reason",
    [
        (b"-ERR busy\r\n", "+OK was expected and '-ERR busy' came; the server refuses service"),
        (b"", "no greeting came: nothing came in time"),
    ],
)
def test_a_server_that_does_not_serve_is_not_accused(greeting: bytes, reason: str) -> None:
    case = at_peer("C: <connect>\nS: +OK [R1939-NOOP-01]", [answering({}, greeting)])
    assert outcomes(case)[NOOP] == "inconclusive"
    assert case.reason == reason


def test_a_login_that_fails_accuses_where_it_is_marked() -> None:
    marked = at_peer("C: <log in within 100 ms> [R1939-NOOP-01]", rude(verb=b"PASS"))
    assert outcomes(marked)[NOOP] == "broken"
    unmarked = at_peer("C: <log in within 100 ms>\nC: NOOP\nS: +OK [R1939-NOOP-01]", rude(verb=b"PASS"))
    assert outcomes(unmarked)[NOOP] == "inconclusive"
    later = at_peer("C: <log in within 100 ms> [R1939-NOOP-01]", rude(b"-ERR [SYS/TEMP] later\r\n", b"PASS"))
    assert outcomes(later)[NOOP] == "inconclusive"
    unlisted = at_peer("C: <log in> [R1939-NOOP-01]", rude(verb=b"LIST"))
    assert (outcomes(unlisted)[NOOP], unlisted.reason) == ("inconclusive", "LIST gave no listing after the login")


def test_no_answer_and_the_door_still_open_is_a_break() -> None:
    case = at_noop(b"")
    assert outcomes(case)[NOOP] == "broken"
    assert case.reason == "NOOP got no whole answer: none came in time"


@pytest.mark.parametrize("answer, outcome", [(b"+OK\r", "inconclusive"), (b"-ERR", "inconclusive"), (b"+", "broken")])
def test_an_answer_without_an_end_is_for_the_monitor(answer: bytes, outcome: str) -> None:
    assert outcomes(at_noop(answer))[NOOP] == outcome


def test_a_body_without_an_end_is_for_the_monitor_and_its_first_line_is_not() -> None:
    listing = {b"LIST": b"+OK\r\n1 320\r\n"}
    wanted = at_peer(HELLO + "C: LIST\nS: +OK [R1939-NOOP-01]", [answering(listing)])
    assert outcomes(wanted)[NOOP] == "inconclusive"
    assert wanted.reason == "LIST was answered b'+OK', and the end of that answer did not come"
    unwanted = at_peer(HELLO + "C: LIST\nS: -ERR [R1939-NOOP-01]", [answering(listing)])
    assert outcomes(unwanted)[NOOP] == "broken"


def test_a_connection_that_is_closed_where_an_answer_was_due_is_a_break() -> None:
    case = at_peer(HELLO + "C: NOOP\nS: +OK [R1939-NOOP-01]", [say(b"+OK\r\n"), hear(), close], [answering({})])
    assert outcomes(case)[NOOP] == "broken"
    assert case.reason == "NOOP got no whole answer: the server closed the connection"


def test_a_server_that_is_gone_is_accused_of_nothing() -> None:
    """It ends with the very connection, and takes no other."""
    with peer([say(b"+OK\r\n"), hear(), lambda _: server.stop(), close]) as server:
        stage = Stage(server.target(reply=0.5), provisioner("none"), features=Features(Look("POP3", b"+OK")))
        played = scenario(HELLO + "C: NOOP\nS: +OK [R1939-NOOP-01]")
        case = play(played, stage, frozenset(played.clauses))
    assert case.outcome is Outcome.ERRORED
    assert case.reason.startswith("the server is gone: it takes no connections any more. NOOP got no whole answer")
    assert outcomes(case)[NOOP] == "errored"


# -- choices ---------------------------------------------------------------------------------------------------------

CHOICE = """
either: [R1939-NOOP-01]
  S: -ERR
  note refused
or:
  S: +OK <word> {n}
  note said so
or:
  S: +OK [R1939-STAT-04]
  note granted
  check n == 7
"""


@pytest.mark.parametrize(
    "answer, note",
    [
        (b"-ERR no\r\n", "refused"),
        (b"+OK yes 7\r\n", "said so"),
        (b"+OK yes 8\r\n", "granted"),
        (b"+OK\r\n", "granted"),
    ],
)
def test_the_first_branch_that_fits_is_taken(answer: bytes, note: str) -> None:
    case = at_noop(answer, "let n = 7\nC: NOOP" + CHOICE, judged=frozenset({NOOP, STAT}))
    assert (case.outcome, case.notes) == (Outcome.KEPT, (note,))
    assert outcomes(case)[NOOP] == "kept"
    assert (outcomes(case).get(STAT) == "kept") is (note == "granted")


def test_none_of_the_answers_breaks_what_is_marked() -> None:
    session = "C: NOOP\neither: {mark}\n  S: +OK a\nor:\n  S: +OK b\nC: STAT\nS: +OK"
    marked = at_noop(b"+OK c\r\n", session.format(mark="[R1939-NOOP-01]"))
    assert outcomes(marked)[NOOP] == "broken"
    assert marked.reason.startswith("none of the answers that are allowed here came: '+OK a' was expected")
    unmarked = at_noop(b"+OK c\r\n", session.format(mark=""))
    assert (unmarked.outcome, "broken" in outcomes(unmarked).values()) == (Outcome.INCONCLUSIVE, False)


@pytest.mark.parametrize("branches", ["  S: -ERR\nor:\n  S: <closes>", "  S: <closes>\nor:\n  S: -ERR"])
def test_one_unclear_branch_is_enough_not_to_accuse(branches: str) -> None:
    session = f"C: PASS {{wrong}}\neither: [R1939-NOOP-01]\n{branches}"
    assert outcomes(at_peer(HELLO + session, rude(b"", b"PASS"))) == {NOOP: "inconclusive"}


def test_what_a_branch_kept_that_did_not_fit_is_forgotten() -> None:
    session = "C: NOOP\neither:\n  S: +OK <word> {word + 1}\nor:\n  S: +OK\nC: {word}"
    case = at_noop(b"+OK 5 7\r\n", session)
    assert case.outcome is Outcome.INCONCLUSIVE
    assert "word" in case.reason


# -- loops, values, checks -------------------------------------------------------------------------------------------


def test_a_loop_is_played_for_each_value() -> None:
    session = HELLO + "let n = 3\nfor x in 0 -1 {n} 007 abc {x}:\n  C: RETR {x}\n  S: +OK"
    case = at_peer(session, [answering({b"RETR": b"+OK\r\n.\r\n"})])
    sent = [line.split("RETR ")[1] for line in said(case) if "C: RETR" in line]
    assert sent == ["0", "-1", "3", "007", "abc", "abc"]


def test_a_loop_ends_where_something_fails() -> None:
    case = at_noop(b"-ERR\r\n", "for x in 1 2 3:\n  C: NOOP\n  S: +OK [R1939-NOOP-01]")
    assert sum("C: NOOP" in line for line in said(case)) == 1
    assert outcomes(case)[NOOP] == "broken"


def test_values_are_kept_and_compared_later(house: Theatre) -> None:
    session = """
        C: <log in>
        C: STAT
        S: +OK <n> <total>
        check n == count and total == sum(size)   [R1939-STAT-04]
        C: LIST
        S: +OK
        S: <rows x>
        S: .
        check x == size
        let first = size[1]
        C: RETR 1
        S: +OK
        S: <body y>
        S: .
        check y.octets == first
        note all of it
    """
    case = house.play(session, maildrop=("plain", "dots"))
    assert (case.outcome, case.reason, case.notes) == (Outcome.KEPT, "", ("all of it",))


def test_a_check_that_fails_says_what_was_compared() -> None:
    session = "C: NOOP\nS: +OK <n>\ncheck n == 2 [R1939-NOOP-01]"
    case = at_noop(b"+OK 3\r\n", session)
    assert outcomes(case)[NOOP] == "broken"
    assert case.reason == "n == 2 does not hold: n is 3"
    unmarked = at_noop(b"+OK 3\r\n", session.replace(" [R1939-NOOP-01]", ""))
    assert unmarked.outcome is Outcome.INCONCLUSIVE


def test_an_expression_that_cannot_be_worked_out_is_inconclusive() -> None:
    case = at_noop(b"+OK x\r\n", "C: NOOP\nS: +OK <n>\ncheck n - 1 == 2 [R1939-NOOP-01]")
    assert outcomes(case)[NOOP] == "inconclusive"
    assert "TypeError" in case.reason


def test_a_note_can_bear_a_mark() -> None:
    case = at_noop(b"+OK\r\n", "C: NOOP\nS: +OK\nnote it may [R1939-NOOP-01]")
    assert outcomes(case)[NOOP] == "kept"
    assert case.notes == ("it may",)


def test_a_note_tells_what_was_seen_and_nothing_in_it_is_markup() -> None:
    case = at_noop(b"+OK \x1b[1m <b>\r\n", "C: NOOP\nS: +OK\nnote it said {said}, and {[1, 2]}")
    assert case.notes == ("it said +OK \\x1b[1m <b>, and 1, 2",)


def test_a_scenario_that_does_not_apply_ends_there() -> None:
    case = at_noop(b"+OK\r\n", "C: NOOP\nS: +OK\nskip enough", clauses=(STAT,))
    assert (case.outcome, case.reason) == (Outcome.NOT_APPLICABLE, "enough")
    assert outcomes(case)[STAT] == "not applicable"


# -- connections -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "session, reason",
    [
        ("C: NOOP", "connection A is used before <connect> or <log in>"),
        ("C: <connect>\nS: +OK\nB> S: +OK", "connection B is used before <connect> or <log in>"),
        ("C: <connect>\nS: +OK\nS: +OK", "a reply is expected, and nothing was sent that asks for one"),
        ("C: <connect>\nS: +OK\nC: <close>\nS: +OK", "INCONCLUSIVE the connection had ended before this"),
    ],
)
def test_a_scenario_that_makes_no_sense_says_so(session: str, reason: str, house: Theatre) -> None:
    case = house.play(session)
    outcome, text = (Outcome.INCONCLUSIVE, reason[13:]) if reason.startswith("INC") else (Outcome.ERRORED, reason)
    assert case.outcome is outcome
    assert case.reason.startswith(text)


def test_a_second_account_that_is_not_there_is_a_mistake_of_the_scenario(house: Theatre) -> None:
    stage = house.stage()
    stage.taken = frozenset({"bob"})
    case = house.play("C: <log in 2>", stage)
    assert (case.outcome, "needs account-2" in case.reason) == (Outcome.ERRORED, True)


def test_connections_have_names_and_new_ones_are_numbered(house: Theatre) -> None:
    session = "C: <connect>\nS: +OK\nB> C: <connect>\nB> S: +OK\nC: <connect>\nS: +OK\nC: <connect>\nS: +OK"
    case = house.play(session)
    assert list(dict.fromkeys(line.connection for line in case.transcript)) == ["A", "B", "A2", "A3"]


def test_the_ways_to_end_a_connection(house: Theatre) -> None:
    session = """
        C: <log in>
        C: <half-close>
        S: <closes>
        C: <log in within 2 s>
        C: <reset>
        C: <log in within 2 s>
        C: <close>
        C: <log in within 2 s>
        C: <wait 10 ms>
        C: QUIT
        S: +OK
        S: <closes silently within 2 s>
    """
    case = house.play(session)
    assert (case.outcome, case.reason) == (Outcome.KEPT, "")
    happened = {line.text for line in case.transcript if line.kind == "*"}
    assert {"client closed its direction", "client reset", "client closed", "server closed"} <= happened


@pytest.mark.parametrize(
    "script, session, reason",
    [
        (rude(b"+OK\r\n+OK again\r\n"), "S: <silence> [R1939-NOOP-01]", "nothing was to come, and b'+OK again\\r\\n'"),
        ([say(b"+OK\r\n"), hear(), say(b"+OK\r\n"), close], "S: <silence 1 s> [R1939-NOOP-01]", "ended: server closed"),
        (rude(b"+OK\r\n"), "S: <closes within 100 ms> [R1939-NOOP-01]", "was still open after 0.1 s"),
        (
            [say(b"+OK\r\n"), hear(), say(b"+OK\r\n", b"bye\r\n"), close],
            "S: <closes silently> [R1939-NOOP-01]",
            "nothing was to come, and b'bye\\r\\n'",
        ),
    ],
)
def test_what_is_awaited_beside_replies_accuses_too(script: list[Action], session: str, reason: str) -> None:
    case = at_peer(HELLO + "C: NOOP\nS: +OK\n" + session, script, [answering({})])
    assert outcomes(case)[NOOP] == "broken"
    assert reason in case.reason


def test_replies_are_read_slowly_where_that_is_said(house: Theatre) -> None:
    session = "C: <log in>\nC: <read slowly>\nC: RETR 1\nS: +OK\nS: <body x>\nS: .\ncheck x.octets == size[1]"
    case = house.play(session, maildrop=("text:32KiB",))
    assert (case.outcome, case.reason) == (Outcome.KEPT, "")
    assert case.seconds > 0.3


# -- the world changes -----------------------------------------------------------------------------------------------


def test_mail_that_is_delivered_in_mid_session_comes_into_view_with_the_next(house: Theatre) -> None:
    session = """
        C: <log in>
        deliver tiny
        C: STAT
        S: +OK 1 <x>
        C: QUIT
        S: +OK
        C: <log in>
        check count == 2
        C: DELE 2
        S: +OK
    """
    stage = house.stage()
    case = house.play(session, stage, maildrop=("plain",))
    assert (case.outcome, case.reason) == (Outcome.KEPT, "")
    assert len(house.mail()) == 2
    assert house.play("C: <log in>\ncheck count == 1", stage, maildrop=("plain",)).outcome is Outcome.KEPT


def test_mail_that_was_delivered_in_mid_session_is_gone_for_the_next_scenario(house: Theatre) -> None:
    stage = house.stage()
    assert house.play("deliver tiny", stage, maildrop=("plain",)).outcome is Outcome.KEPT
    assert house.play("C: <log in>\ncheck count == 1", stage, maildrop=("plain",)).outcome is Outcome.KEPT


def test_where_nothing_can_be_delivered_what_needs_it_does_not_apply() -> None:
    case = at_peer(HELLO + "deliver plain", rude())
    assert case.outcome is Outcome.NOT_APPLICABLE


def test_a_server_is_restarted_by_the_users_command(house: Theatre) -> None:
    flag = house.folder / "flag"
    stage = house.stage(restart=f"touch {flag}")
    assert house.play("restart", stage).outcome is Outcome.KEPT
    assert flag.exists()
    failed = house.play("restart", house.stage(restart="exit 3"))
    assert (failed.outcome, "failed with status 3: exit 3" in failed.reason) == (Outcome.ERRORED, True)


def test_a_maildrop_that_was_not_as_it_should_be_is_filled_anew(house: Theatre) -> None:
    """A server may delete what was retrieved (RFC 1939 §8); the next scenario must not be the one that suffers."""
    stage = house.stage()
    taken = "C: <log in>\ncheck count == 2"
    assert house.play(taken, stage, maildrop=("plain", "dots")).outcome is Outcome.KEPT
    gone = next(path for name in ("new", "cur") for path in (house.folder / "alice" / name).iterdir())
    gone.unlink()
    assert house.play(taken, stage, maildrop=("plain", "dots")).outcome is Outcome.INCONCLUSIVE
    assert house.play(taken, stage, maildrop=("plain", "dots")).outcome is Outcome.KEPT


# -- secrets ---------------------------------------------------------------------------------------------------------


def repeat(line: Line) -> None:
    """Do not understand, and say what."""
    line.socket.sendall(b"-ERR what is " + line.line() + b"?\r\n")


DIGEST = ALICE.digest(b"<1.2@localhost>").decode()[:-1]


@pytest.mark.parametrize(
    "command, secret",
    [
        ("PASS {password}", "opensesame"),
        ("NOOP {password}", "opensesame"),
        ("NOOP {password2}", "hunter2x"),
        ("NOOP {wrong}", "emasesnepo"),
        ("NOOP {almost}", "opensesame"),
        ("NOOP {short}", "opensesam"),
        ("APOP {user} {digest}", DIGEST),
        ("NOOP {digest}", DIGEST),
        ("NOOP {forged}", DIGEST),
    ],
)
def test_no_secret_is_seen_though_the_server_repeats_it(command: str, secret: str) -> None:
    session = f"C: {command}\nS: +OK [R1939-NOOP-01]"
    case = at_peer(HELLO + session, [say(b"+OK <1.2@localhost>\r\n"), repeat])
    assert outcomes(case)[NOOP] == "broken"
    assert secret not in str(case)
    assert secret not in "\n".join(said(case))
    assert "********" in case.reason


# -- what is noted ---------------------------------------------------------------------------------------------------


def test_a_note_tells_figures_and_what_was_said_without_its_markup() -> None:
    case = at_noop(b"+OK \x1b[1m\r\n", "C: NOOP\nS: +OK [R1939-NOOP-01]\nnote {len([1, 2])} times {said}")
    assert case.notes == ("2 times +OK \\x1b[1m",)


def test_how_long_an_answer_took_is_known() -> None:
    case = at_noop(b"+OK\r\n", "C: NOOP\nS: +OK [R1939-NOOP-01]\ncheck 0 < microseconds < 1000000")
    assert case.outcome is Outcome.KEPT


@pytest.mark.parametrize("holds, outcome", [("1 == 1", "kept"), ("1 == 2", "not applicable")])
def test_a_scenario_can_end_unless_something_holds(holds: str, outcome: str) -> None:
    case = at_noop(b"+OK\r\n", f"skip unless {holds}: it is otherwise here\nC: NOOP\nS: +OK [R1939-NOOP-01]")
    assert outcomes(case) == {NOOP: outcome}
    assert case.reason == ("" if outcome == "kept" else "it is otherwise here")
