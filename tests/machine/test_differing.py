"""Two servers that are told the same: what differs is found, shortened, and told once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random

import pytest

from conformance.clauses import CATALOGUE
from conformance.driver import TargetError, Tls, TlsMode
from conformance.machine.changes import Change, Kind
from conformance.machine.differing import Differ
from conformance.machine.explore import Budget
from conformance.mailboxes import provisioner
from conformance.scenario.write import session_lines
from conformance.server import ServerTls
from conformance.server.faults import FAULTS, Armed
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response, refused
from conformance.verdicts import Outcome
from tests.machine.generated import stage
from tests.machine.sweeping import fault, take_for_another

BEHIND = "a command behind others that were refused"
SOME = Budget(sessions=30, plays=80)
FIRST = replace(SOME, sessions=3000, findings=1)
"""Until something is found: what is drawn by a seed depends on the modules that are loaded."""


@contextmanager
def differing(
    a: tuple[str | Armed, ...] = (), b: tuple[str | Armed, ...] = (), *, failed_logins: int = 10_000
) -> Iterator[Differ]:
    """Two servers with these faults."""
    with stage(*a, failed_logins=failed_logins) as one, stage(*b, failed_logins=failed_logins) as other:
        yield Differ(one, other, CATALOGUE, 1)


def changes(*faults: str | Armed, budget: Budget) -> list[Change]:
    """What differs from the server as it is, when B has these faults."""
    with differing((), faults) as differ:
        return differ.differ(budget)


def said(change: Change) -> list[str]:
    """What the client says in the shortest session."""
    return [line for line in session_lines(change.scenario.steps) if "C" in line.partition(":")[0].partition("~")[0]]


def test_the_same_server_twice_shows_no_difference() -> None:
    with differing() as differ:
        assert differ.differ(replace(SOME, sessions=40)) == []
    assert differ.drawn == 40
    assert differ.commands > 600
    assert differ.once == 0
    assert differ.gone == ""


def test_a_clause_that_b_breaks_is_a_regression_with_its_shortest_session() -> None:
    (change,) = changes("indicator-in-lower-case", budget=FIRST)
    assert (change.kind, change.clauses) == (Kind.REGRESSION, ("R1939-RESP-02",))
    assert change.firm
    assert len(said(change)) <= 1
    assert change.a.outcome is Outcome.KEPT
    assert change.b.outcome is Outcome.BROKEN


def test_a_clause_that_a_breaks_is_mended() -> None:
    with differing(("indicator-in-lower-case",)) as differ:
        (change,) = differ.differ(FIRST)
    assert (change.kind, change.clauses) == (Kind.MENDED, ("R1939-RESP-02",))
    assert change.a.outcome is Outcome.BROKEN


def test_what_both_break_is_no_difference() -> None:
    faults = ("indicator-in-lower-case",)
    with differing(faults, faults) as differ:
        assert differ.differ(SOME) == []


def test_what_seems_lawful_is_asked_about_until_a_clause_is_broken() -> None:
    """DELE and STAT alone accuse nobody; with STAT before they do."""
    (change,) = changes("marked-counted", budget=FIRST)
    assert (change.kind, change.clauses) == (Kind.REGRESSION, ("R1939-STAT-06",))
    assert said(change) == ["C: <log in>", "C: STAT", "C: DELE 1", "C: STAT"]
    assert change.sessions >= 1


def test_what_breaks_octet_by_octet_alone_is_laid_to_that() -> None:
    found = changes(fault(receive=take_for_another), budget=replace(FIRST, findings=2))
    (change,) = [change for change in found if change.kind is Kind.REGRESSION]
    assert change.clauses == ("R1939-GRAM-08",)
    assert change.in_pieces


@pytest.mark.parametrize(
    "name, verbs, a, b",
    [
        ("trace-field-added", {"RETR", "TOP"}, "a message", "that message in other octets"),
        ("several-sessions-at-a-time", {"PASS"}, "-ERR", "+OK"),
        ("no-capa", {"CAPA"}, "+OK", "-ERR"),
        ("closes-after-bad-commands", {BEHIND}, "an answer", "the end of the connection"),
        ("rows-in-another-order", {"LIST", "UIDL"}, "some numbers", "other numbers"),
    ],
)
def test_what_is_lawful_in_another_way_is_a_change_of_behaviour(name: str, verbs: set[str], a: str, b: str) -> None:
    (change,) = changes(name, budget=FIRST)
    assert (change.kind, change.clauses) == (Kind.BEHAVIOUR, ())
    assert change.firm
    assert change.answered is not None
    assert change.answered.verb in verbs
    assert (change.answered.a, change.answered.b) == (a, b)


@pytest.mark.parametrize("name", ["no-text", "misleading-text", "tags-in-lower-case", "same-id-for-same-message"])
def test_words_and_unique_ids_are_no_difference(name: str) -> None:
    assert not FAULTS[name].clauses
    assert changes(name, budget=replace(SOME, sessions=10)) == []


def test_one_that_comes_at_times_is_flaky() -> None:
    chance = Random(1)  # noqa: S311 - nothing is secret

    def at_times(scene: Scene, response: Response) -> Response:
        return refused(b"not now") if scene.verb == "NOOP" and chance.random() < 0.5 else response

    (change,) = changes(fault(reply=at_times), budget=replace(FIRST, plays=20, again=16))
    assert 0 < change.shown < change.plays
    assert not change.firm


def test_a_server_that_goes_away_ends_it() -> None:
    with differing((), ("refuse",)) as differ:
        differ.differ(SOME)
    assert "is gone: it takes no connections any more" in differ.gone
    assert differ.drawn < SOME.sessions


def test_enough_is_enough() -> None:
    with differing((), ("no-capa", "trace-field-added")) as differ:
        assert len(differ.differ(FIRST)) == 1
    assert differ.full


def test_wrong_passwords_end_where_one_side_allows_no_more() -> None:
    with differing(failed_logins=3) as differ:
        assert differ.differ(SOME) == []
    assert not differ.reasons


def test_mail_that_does_not_come_in_is_told_at_once() -> None:
    with differing() as differ:
        differ.b.provisioner = differ.a.provisioner  # so that B shows nothing
        with pytest.raises(TargetError, match=r"does not show alice the message .* --fill-b"):
            differ.differ(SOME)


def test_maildrops_that_hold_different_mail_are_not_compared() -> None:
    with differing() as differ:
        differ.a.fill(differ.a.account, ("tiny",))
        for on in (differ.a, differ.b):
            on.provisioner = provisioner("none")
            on.settings = replace(on.settings, touch=False)
        with pytest.raises(TargetError, match=r"do not hold the same number of messages: 1 on .* and 0 on "):
            differ.differ(SOME)


def test_without_a_way_to_fill_them_nothing_is_delivered_or_deleted() -> None:
    with differing((), ("uidl-refused-when-empty",)) as differ:
        for on in (differ.a, differ.b):
            on.provisioner = provisioner("none")
        (change,) = differ.differ(FIRST)
    assert change.answered is not None
    assert (change.answered.verb, change.scenario.maildrop) == ("UIDL", None)


@pytest.mark.parametrize("tls", [Tls(TlsMode.STARTTLS, insecure=True), Tls(TlsMode.NONE)])
def test_the_way_in_is_no_difference(tls: Tls) -> None:
    """Through STLS, or by SASL, on one side alone."""
    offered = ServerTls.made()
    with stage(tls=offered) as a, stage(tls=offered) as b:
        b.target = replace(b.target, tls=tls)
        b.main = replace(b.account, auth="PLAIN")
        found = Differ(a, b, CATALOGUE, 1).differ(replace(SOME, sessions=20))
    answered = [change.answered for change in found if change.answered is not None]
    assert {one.verb for one in answered} <= ({"STLS", "CAPA"} if tls.mode is TlsMode.STARTTLS else set())
