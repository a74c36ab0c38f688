"""`<authenticate NAME>`: whole exchanges in a scenario, and what they come to."""

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.driver import Account, Features, Look, Tls
from conformance.mailboxes import provisioner
from conformance.scenario import Stage
from conformance.scenario.casting import cast, is_special
from conformance.scenario.needs import strongest_scram, unmet
from conformance.scenario.parse import parse_session
from conformance.scenario.source import ScriptError
from conformance.scenario.steps import Act, Action
from conformance.verdicts import Outcome
from tests.driver.peers import hear, say
from tests.scenario.playing import ALICE, CLAUSES, Theatre, at_peer, outcomes, theatre

HELLO = "C: <connect>\nS: +OK\n"
PLAIN, STAT = "R4616-PLAIN-05", "R1939-STAT-04"


# -- the language ----------------------------------------------------------------------------------------------------


def test_a_mechanism_is_named_and_can_be_marked() -> None:
    (act,) = parse_session(f"B> C: <authenticate SCRAM-SHA-1>  [{PLAIN}]")
    assert isinstance(act, Act)
    assert (act.action, act.word, act.connection, act.clauses) == (Action.AUTHENTICATE, "SCRAM-SHA-1", "B", (PLAIN,))


@pytest.mark.parametrize("word", ["PLAINER", "", "plain"])
def test_one_that_is_unknown_is_a_mistake(word: str) -> None:
    with pytest.raises(ScriptError, match="is no mechanism"):
        parse_session(f"C: <authenticate {word}>".replace(" >", ">"))


def test_an_expression_stands_for_one() -> None:
    (act,) = parse_session('C: <authenticate {scram + "-PLUS"}>')
    assert isinstance(act, Act)
    assert act.word == '{scram + "-PLUS"}'
    with pytest.raises(ScriptError):
        parse_session("C: <authenticate {scram +}>")


# -- playing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "{scram}"])
def test_the_account_is_let_in(mechanism: str, house: Theatre) -> None:
    case = house.play(f"{HELLO}C: <authenticate {mechanism}> [{PLAIN}]\nC: STAT\nS: +OK [{STAT}]", needs=("SASL",))
    assert case.outcome is Outcome.KEPT
    assert outcomes(case)[PLAIN] == outcomes(case)[STAT] == "kept"
    assert not any("opensesame" in line.text for line in case.transcript)


def test_a_refusal_breaks_what_is_marked(tmp_path: Path) -> None:
    with theatre(tmp_path) as made:
        limits = replace(made.target.limits, unlock=0.05)
        made.target = replace(made.target, accounts=(Account("alice", "not hers"),), limits=limits)
        stage = made.stage("none")
        stage.features = Features(Look("POP3", b"+OK"))
        case = made.play(f"{HELLO}C: <authenticate PLAIN> [{PLAIN}]", stage, CLAUSES)
    assert (case.outcome, outcomes(case)[PLAIN]) == (Outcome.BROKEN, "broken")
    assert case.reason.startswith("the last answer was '-ERR [AUTH]")


def test_it_is_tried_again_while_the_maildrop_may_be_locked() -> None:
    script = [say(b"+OK\r\n"), hear(), say(b"-ERR [IN-USE]\r\n"), hear(), say(b"+OK\r\n"), hear()]
    case = at_peer(f"{HELLO}C: <authenticate PLAIN> [{PLAIN}]", script)
    assert outcomes(case) == {PLAIN: "kept"}
    assert [line.text[:10] for line in case.transcript if line.kind == "C"] == ["AUTH PLAIN"] * 2


def test_what_cannot_be_answered_or_gets_no_answer_accuses_nobody() -> None:
    for script in (
        [say(b"+OK\r\n"), hear(), say(b"+ !!\r\n"), hear(), say(b"-ERR\r\n")],
        [say(b"+OK\r\n"), hear()],
        [say(b"+OK\r\n"), hear(), say(b"-ERR [SYS/TEMP] later\r\n")],
    ):
        case = at_peer(f"{HELLO}C: <authenticate CRAM-MD5> [R2195-CRAM-04]", script)
        assert outcomes(case) == {"R2195-CRAM-04": "inconclusive"}


def test_a_mechanism_that_an_expression_makes_up_is_a_mistake() -> None:
    case = at_peer(HELLO + "C: <authenticate {user}>", [say(b"+OK\r\n"), hear()])
    assert (case.outcome, case.reason) == (Outcome.ERRORED, "'alice' is no mechanism that is known here")


# -- who plays -------------------------------------------------------------------------------------------------------

ERIN = Account("erin", "secret", plain=False, auth="CRAM-MD5")
FRED = Account("fred", "secret", token="a token")
LONG = Account("n" * 255, "p" * 255, plain=False, auth="PLAIN")
EVERYBODY = (ALICE, ERIN, FRED, LONG)


@pytest.mark.parametrize(
    "needs, account",
    [
        ((), ALICE),
        (("SASL-PLAIN",), ALICE),
        (("SASL-CRAM-MD5",), ERIN),
        (("SASL-XOAUTH2",), FRED),
        (("SASL-OAUTHBEARER", "TLS"), FRED),
        (("account-255",), LONG),
    ],
)
def test_who_has_what_a_mechanism_needs_plays(needs: tuple[str, ...], account: Account) -> None:
    assert cast(needs, ALICE, EVERYBODY) == (account, "")


def test_cram_md5_is_played_by_anybody_where_nobody_is_for_it_alone() -> None:
    assert cast(("SASL-CRAM-MD5",), ALICE, (ALICE, FRED)) == (ALICE, "")


def test_without_a_token_nobody_plays() -> None:
    assert cast(("SASL-XOAUTH2",), ALICE, (ALICE,)) == (ALICE, "an account with a bearer token")


def test_special_accounts_are_kept_for_what_is_special() -> None:
    assert [is_special(account) for account in EVERYBODY] == [False, True, False, True]


# -- what is there ---------------------------------------------------------------------------------------------------


def announcing(*names: str) -> Features:
    return Features(Look("POP3", b"+OK"), announced=frozenset(f"SASL-{name}" for name in names))


@pytest.mark.parametrize(
    "names, scram, plus, strongest",
    [
        ((), False, False, ""),
        (("PLAIN",), False, False, ""),
        (("SCRAM-SHA-1",), True, False, "SCRAM-SHA-1"),
        (("SCRAM-SHA-1", "SCRAM-SHA-256"), True, False, "SCRAM-SHA-256"),
        (("SCRAM-SHA-1", "SCRAM-SHA-1-PLUS"), True, True, "SCRAM-SHA-1"),
        (("SCRAM-SHA-256-PLUS",), False, True, ""),
        (("SCRAM-SHA-512",), False, False, ""),
    ],
)
def test_scram_is_a_family(names: tuple[str, ...], scram: bool, plus: bool, strongest: str, house: Theatre) -> None:
    features = announcing(*names)
    assert (unmet("SASL-SCRAM", house.target, features) is None) is scram
    assert (unmet("SASL-SCRAM-PLUS", house.target, features) is None) is plus
    assert strongest_scram(features) == strongest


@pytest.mark.parametrize("certificate", ["", "alice.pem"])
def test_a_certificate_of_the_clients_own_is_there_or_is_not(certificate: str, house: Theatre) -> None:
    target = replace(house.target, tls=Tls(certificate=certificate))
    assert (unmet("client-cert", target, announcing()) is None) is bool(certificate)
    assert (unmet("no-client-cert", target, announcing()) is None) is not bool(certificate)


def test_what_is_not_there_is_not_played(house: Theatre) -> None:
    stage = Stage(house.target, provisioner("none"))
    case = house.play(HELLO + f"C: NOOP\nS: -ERR [{STAT}]", stage, needs=("SASL-SCRAM-PLUS",))
    assert (case.outcome, case.reason) == (Outcome.NOT_IMPLEMENTED, "CAPA lists no mechanism of the SCRAM-PLUS family")
