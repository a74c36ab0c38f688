"""What scenarios say of TLS, of turns and of what CAPA lists, and what becomes of them where there is none."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.driver import Tls, TlsMode
from conformance.scenario.parse import parse_session
from conformance.scenario.source import ScriptError
from conformance.scenario.steps import Act, Action, Expect
from conformance.server import ServerTls
from conformance.verdicts import Outcome
from tests.driver.peers import answering
from tests.scenario.playing import Theatre, at_peer, outcomes, theatre

STLS, AUTH = "R2595-STLS-01", "R5034-AUTH-04"


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Theatre]:
    with theatre(tmp_path, tls=ServerTls.made(), tls_port=0) as stage:
        stage.target = replace(stage.target, tls=Tls(insecure=True))
        yield stage


def through(stage: Theatre, mode: TlsMode) -> Theatre:
    port = stage.server.tls_port if mode is TlsMode.IMPLICIT else stage.server.port
    stage.target = replace(stage.target, port=port or 0, tls=Tls(mode, insecure=True))
    return stage


# -- reading ---------------------------------------------------------------------------------------------------------


def test_acts_about_tls() -> None:
    steps = parse_session(
        "C: <connect in the clear>\nC: <start tls>\nS: <tls> [R2595-STLS-01]\nC: <start tls 1.1>\nS: <no tls>"
    )
    acts = [(step.action, step.word, step.clauses) for step in steps if isinstance(step, Act)]
    assert acts == [
        (Action.CONNECT_IN_THE_CLEAR, "", ()),
        (Action.START_TLS, "", ()),
        (Action.TLS, "", (STLS,)),
        (Action.START_TLS, "1.1", ()),
        (Action.NO_TLS, "", ()),
    ]


def test_lines_of_a_body_are_kept_under_a_name() -> None:
    (expect,) = parse_session("S: +OK\nS: <lines x>\nS: .")
    assert isinstance(expect, Expect)
    assert (expect.lines, expect.body) == ("x", None)


@pytest.mark.parametrize(
    "text, message",
    [
        ("C: <start tls 1.4>", "is nothing that can be offered alone"),
        ("C: <start tls> [R2595-STLS-01]", "S: <tls> or S: <no tls>"),
        ("S: <tls within 5 s>", "takes no time"),
    ],
)
def test_mistakes_about_tls(text: str, message: str) -> None:
    with pytest.raises(ScriptError, match=message):
        parse_session(text)


# -- playing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", TlsMode)
def test_a_session_goes_the_way_of_the_run(secure: Theatre, mode: TlsMode) -> None:
    case = through(secure, mode).play(
        """
        C: <connect>
        S: +OK
        C: CAPA
        S: +OK
        S: <lines offers>
        S: .
        check {stls}
        C: <log in>
        C: NOOP
        S: +OK [R1939-NOOP-01]
        """.replace("{stls}", '"STLS" in offers' if mode is TlsMode.NONE else 'not "STLS" in offers'),
    )
    assert (case.outcome, case.reason) == (Outcome.KEPT, "")


def test_a_session_in_the_clear_where_the_run_goes_through_stls(secure: Theatre) -> None:
    case = through(secure, TlsMode.STARTTLS).play(
        """
        C: <connect in the clear>
        S: +OK
        C: STLS
        S: +OK
        C: <start tls>
        S: <tls> [R2595-STLS-01]
        check tls_version in ["TLSv1.2", "TLSv1.3"]
        C: STLS
        S: -ERR
        """
    )
    assert (case.outcome, outcomes(case)[STLS]) == (Outcome.KEPT, "kept")


def test_a_handshake_that_succeeds_where_it_should_not_breaks(secure: Theatre) -> None:
    case = secure.play("C: <connect>\nS: +OK\nC: STLS\nS: +OK\nC: <start tls 1.2>\nS: <no tls> [R2595-STLS-01]")
    assert outcomes(case)[STLS] == "broken"
    assert "the handshake was to fail, and did not: TLSv1.2 is spoken" in case.reason


def test_a_handshake_that_fails_breaks_what_it_is_marked_with() -> None:
    session = "C: <connect>\nS: +OK\nC: STLS\nS: +OK\nC: <start tls>\nS: <tls> [R2595-STLS-01]"
    case = at_peer(session, [answering({b"\x16": b"-ERR what?\r\n"})])
    assert outcomes(case) == {STLS: "broken"}
    assert case.reason.startswith("TLS was to begin, and did not: ")


def test_tls_that_nobody_began_is_a_mistake_of_the_scenario(secure: Theatre) -> None:
    case = secure.play("C: <connect>\nS: +OK\nS: <tls> [R2595-STLS-01]")
    assert case.outcome is Outcome.ERRORED


def test_one_direction_cannot_be_closed_alone_in_tls(secure: Theatre) -> None:
    case = through(secure, TlsMode.IMPLICIT).play("C: <connect>\nS: +OK [R1939-NET-04]\nC: <half-close>")
    assert case.outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    "mode, need, outcome",
    [
        (TlsMode.NONE, "clear", Outcome.KEPT),
        (TlsMode.NONE, "TLS", Outcome.NOT_APPLICABLE),
        (TlsMode.NONE, "pop3s", Outcome.NOT_APPLICABLE),
        (TlsMode.NONE, "STLS", Outcome.KEPT),
        (TlsMode.STARTTLS, "clear", Outcome.NOT_APPLICABLE),
        (TlsMode.STARTTLS, "TLS", Outcome.KEPT),
        (TlsMode.STARTTLS, "STLS", Outcome.KEPT),
        (TlsMode.IMPLICIT, "pop3s", Outcome.KEPT),
        (TlsMode.IMPLICIT, "STLS", Outcome.NOT_APPLICABLE),
        (TlsMode.NONE, "PIPELINING", Outcome.KEPT),
        (TlsMode.NONE, "LOGIN-DELAY", Outcome.NOT_IMPLEMENTED),
        (TlsMode.NONE, "SASL-PLAIN", Outcome.KEPT),
        (TlsMode.NONE, "SASL-GSSAPI", Outcome.NOT_IMPLEMENTED),
    ],
)
def test_what_is_needed_decides_what_is_played(secure: Theatre, mode: TlsMode, need: str, outcome: Outcome) -> None:
    case = through(secure, mode).play("C: <connect>\nS: +OK [R1939-NET-04]", needs=(need,))
    assert case.outcome is outcome


def test_stls_that_is_not_listed_is_not_implemented(tmp_path: Path) -> None:
    with theatre(tmp_path) as stage:
        case = stage.play("C: <connect>\nS: +OK [R1939-NET-04]", needs=("STLS",))
    assert (case.outcome, case.reason) == (Outcome.NOT_IMPLEMENTED, "CAPA does not list STLS")


# -- turns -----------------------------------------------------------------------------------------------------------

ASK = "C: <connect>\nS: +OK\nC: AUTH PLAIN\n"


@pytest.mark.parametrize(
    "expected, answer, outcome",
    [
        ("S: +", b"+ \r\n", "kept"),
        ("S: +", b"+\r\n", "kept"),
        ("S: + <challenge>", b"+ aGVsbG8=\r\n", "kept"),
        ("S: +", b"-ERR\r\n", "broken"),
        ("S: +", b"+OK\r\n", "broken"),
        ("S: -ERR", b"+ \r\n", "broken"),
        ("S: +OK", b"+ \r\n", "broken"),
        ("S: +OK|-ERR", b"+ \r\n", "broken"),
    ],
)
def test_a_continuation_is_an_answer_like_others(expected: str, answer: bytes, outcome: str) -> None:
    case = at_peer(f"{ASK}{expected} [{AUTH}]", [answering({b"AUTH": answer})])
    assert outcomes(case) == {AUTH: outcome}


def test_a_continuation_where_nothing_can_go_on_cannot_be_understood() -> None:
    case = at_peer("C: <connect>\nS: +OK\nC: NOOP\nS: +OK [R1939-NOOP-01]", [answering({b"NOOP": b"+ \r\n"})])
    assert case.outcome is Outcome.INCONCLUSIVE


# -- what is none of the server's doing, and what is no reply ---------------------------------------------------------


def test_a_certificate_that_the_run_does_not_accept_is_held_against_nobody(secure: Theatre) -> None:
    secure.target = replace(secure.target, tls=Tls())
    session = "C: <connect>\nS: +OK\nC: STLS\nS: +OK\nC: <start tls>\nS: <tls> [R2595-STLS-01]"
    case = secure.play(session)
    assert (case.outcome, outcomes(case)[STLS]) == (Outcome.NOT_APPLICABLE, "not applicable")
    assert case.reason.startswith("no TLS for this run: the certificate is not accepted")
    assert secure.play(session.replace("<tls>", "<no tls>")).outcome is Outcome.NOT_APPLICABLE


ALERT = "C: <connect>\nS: +OK\nC: STLS\nS: +OK\nC: NOOP\nS: <alert> [R2595-STLS-03]"


@pytest.mark.parametrize(
    "answer, outcome",
    [(b"\x15\x03\x01\0\x02\x02\x46", "kept"), (b"+OK\r\n", "broken"), (b"-ERR\r\n", "broken"), (b"", "broken")],
)
def test_an_alert_is_no_line_and_no_line_is_an_alert(answer: bytes, outcome: str) -> None:
    case = at_peer(ALERT, [answering({b"STLS": b"+OK\r\n", b"NOOP": answer})])
    assert outcomes(case) == {"R2595-STLS-03": outcome}


def test_what_was_answered_in_the_clear_is_no_answer_inside(secure: Theatre) -> None:
    case = secure.play(
        """
        C: <connect>
        S: +OK
        C~ STLS\\r\\nCAPA\\r\\n
        S: +OK
        S: <silence>
        C: <start tls>
        S: <tls>
        S: <silence>
        C: XYZZ
        S: -ERR [R2595-STLS-05]
        """
    )
    assert (case.outcome, outcomes(case)["R2595-STLS-05"]) == (Outcome.KEPT, "kept")


def test_the_last_reply_is_known_by_its_first_line() -> None:
    case = at_peer('C: <connect>\nS: +OK\ncheck said == "+OK hello" [R1939-NET-04]', [answering({}, b"+OK hello\r\n")])
    assert outcomes(case)["R1939-NET-04"] == "kept"


@pytest.mark.parametrize("known", [False, True])
def test_passwords_go_in_the_clear_only_where_it_is_known_that_they_are_refused(secure: Theatre, known: bool) -> None:
    secure.target = replace(secure.target, tls=Tls(insecure=True, cleartext_refused=known))
    case = secure.play("C: <connect>\nS: +OK [R1939-NET-04]", needs=("cleartext-refused",))
    assert case.outcome is (Outcome.KEPT if known else Outcome.NOT_APPLICABLE)
