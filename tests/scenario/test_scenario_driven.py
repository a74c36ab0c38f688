"""Sessions that are driven and expect nothing: whatever comes is taken, and the login may fail."""

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.scenario import load, play
from conformance.scenario.parse import parse_session
from conformance.scenario.source import ScriptError
from conformance.verdicts import Outcome
from tests.driver.peers import answering
from tests.machine.sweeping import staged
from tests.scenario.playing import ALIEN, Theatre, at_peer, scenario

OURS = b"Message-ID: <1@fixtures.pop3spec.invalid>\r\n\r\n.\r\n"


@pytest.mark.parametrize("answer", [b"-ERR no\r\n", b"+OK yes\r\n", b"what?\r\n"])
def test_any_answer_is_taken_and_the_next_command_has_its_own(answer: bytes) -> None:
    case = at_peer(
        "C: <connect>\nS: <any>\nC: NOOP\nS: <any>\nC: STAT\nS: +OK 7 <octets> [R1939-STAT-03]",
        [answering({b"NOOP": answer, b"STAT": b"+OK 7 7\r\n"})],
    )
    assert (case.outcome, case.reason) == (Outcome.KEPT, "")


def test_any_waits_for_all_that_was_asked() -> None:
    case = at_peer(
        "C: <connect>\nC: NOOP\nC: NOOP\nS: <any>\nC: STAT\nS: +OK 7 <octets> [R1939-STAT-03]",
        [answering({b"STAT": b"+OK 7 7\r\n"})],
    )
    assert (case.outcome, case.reason) == (Outcome.KEPT, "")


def test_any_is_content_with_nothing_behind_what_may_be_passed_over() -> None:
    case = at_peer(
        "C: <connect>\nS: <any>\nC: NO\\0OP\nS: <any>\nC: STAT\nS: <any>\nS: <any>",
        [answering({b"NO\0OP": b"", b"STAT": b""})],
    )
    assert case.outcome is Outcome.KEPT


def test_nothing_is_said_behind_a_command_that_got_no_answer() -> None:
    """A late answer would be taken for the one to what is said next."""
    session = "C: <connect>\nS: <any>\nC: STAT\nS: <any>\nC: NOOP\nS: <any>"
    case = at_peer(session, [answering({b"STAT": b""})], judged=frozenset({"R1939-NET-05"}))
    assert case.outcome is Outcome.BROKEN  # as STAT was waited for like any other command
    assert case.reason == "STAT got no whole answer in 0.5 s"
    assert not any("NOOP" in line.text for line in case.transcript)


def test_an_empty_line_is_not_waited_for_long() -> None:
    case = at_peer("C: <connect>\nS: <any>\nC:\nS: <any>", [answering({b"": b""})])
    assert case.outcome is Outcome.KEPT
    assert case.seconds < 0.4  # a reply has 0.5


def test_a_login_that_fails_is_no_reason_to_stop(house: Theatre) -> None:
    case = house.play(
        "C: <log in>\nB> C: <try to log in>\nB> C: STAT\nB> S: -ERR [R1939-STATE-04]\nC: QUIT\nS: <any>", maildrop=()
    )
    assert (case.outcome, case.reason) == (Outcome.KEPT, "")


def test_a_login_that_succeeds_takes_stock(house: Theatre) -> None:
    case = house.play(
        "C: <try to log in>\nC: DELE 1\nS: +OK [R1939-DELE-01]\ncheck count == 2", maildrop=("plain", "dots")
    )
    assert (case.outcome, case.reason) == (Outcome.KEPT, "")


def test_mail_of_others_is_not_deleted_behind_it(house: Theatre) -> None:
    stage = house.stage()
    assert play(scenario("C: <log in>", maildrop=("plain",)), stage).outcome is Outcome.KEPT
    house.put()
    case = play(scenario("C: <try to log in>\nC: DELE 1\nS: <any>\nC: QUIT", maildrop=("plain",)), stage)
    assert case.outcome is Outcome.ERRORED
    assert "DELE is held back" in case.reason
    assert ALIEN in house.mail()


@pytest.mark.parametrize(
    "line, told",
    [
        ("S: <any 2 s>", "<any> takes no time"),
        ("S: <any> [R1939-STAT-01]", "<any> can break nothing"),
        ("C: <try to log in within 2 s>", "takes no time"),
        ("C: <try to log in with UTF8>", "has nothing to do with UTF8"),
        ("C: <try to log in> [R1939-PASS-01]", "can be refused by the server"),
    ],
)
def test_a_mistake_is_told(line: str, told: str) -> None:
    with pytest.raises(ScriptError, match=told):
        parse_session(line)


def test_a_scenario_has_messages_of_its_own(house: Theatre) -> None:
    case = play(
        replace(
            scenario("C: <log in>\nC: STAT\nS: +OK 2 96\ndeliver odd", maildrop=("odd", "odd"), clauses=()),
            mail={"odd": OURS},
        ),
        house.stage(),
    )
    assert (case.outcome, case.reason) == (Outcome.KEPT, "")
    assert len(house.mail()) == 3


@pytest.mark.parametrize(
    "text, told",
    [
        ("Subject: mine", "2:3: the message 'odd' needs Message-ID: <...@fixtures.pop3spec.invalid>"),
        ("Message-ID: <1@fixtures.pop3spec.invalid>\\n\\n{user}", "2:3: the message 'odd' holds a brace"),
    ],
)
def test_a_mistake_in_a_message_is_told(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.pop3.yaml"
    path.write_text(f'- scenario: It is so\n  mail: {{odd: "{text}"}}\n  session: |\n    note x\n')
    (problem,) = load(path)[1]
    assert told.partition(": ")[2] in str(problem)


BESIDE_A_NAME = """
    C: <log in>
    C: RETR 1
    S: <any>
    C: <reset>
    B> C: <connect>
    B> S: <any>
    B> C: USER {user}
    B> S: <any>
    C: <log in>  [R1939-AUTH-16]
    """


@pytest.mark.parametrize(
    "faults, outcome",
    [
        ([], Outcome.KEPT),
        (["user-takes-the-lock"], Outcome.BROKEN),
        (["lock-outlives-a-reset(refusals=1000)"], Outcome.INCONCLUSIVE),  # nobody is let in, name or no name
        (["lock-outlives-a-reset(refusals=1000)", "user-takes-the-lock"], Outcome.INCONCLUSIVE),
    ],
)
def test_a_login_is_refused_for_a_name_where_it_is_accepted_without(faults: list[str], outcome: Outcome) -> None:
    with staged(*faults) as stage:
        case = play(scenario(BESIDE_A_NAME, maildrop=("tiny",)), stage, {"R1939-AUTH-16"})
    assert case.outcome is outcome, case.reason
    assert (case.verdicts[0].evidence is not None) is (outcome is not Outcome.INCONCLUSIVE)
