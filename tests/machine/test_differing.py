"""Two servers that are told the same: what differs is found, shortened, and told once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import pytest

from conformance.clauses import CATALOGUE
from conformance.driver import TargetError
from conformance.machine.changes import Change, Kind
from conformance.machine.differing import Differ
from conformance.machine.explore import Budget
from conformance.mailboxes import provisioner
from conformance.scenario.write import session_lines
from conformance.server.faults import FAULTS, Armed
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response, refused
from conformance.verdicts import Outcome
from tests.machine.generated import stage
from tests.machine.sweeping import fault

SOME = Budget(sessions=30, plays=80)
FEW = replace(SOME, sessions=8)
"""Enough, with seed 3, for a message that is marked and listed."""


@contextmanager
def differing(
    a: tuple[str | Armed, ...] = (), b: tuple[str | Armed, ...] = (), *, seed: int = 1, failed_logins: int = 10_000
) -> Iterator[Differ]:
    """Two servers with these faults."""
    with stage(*a, failed_logins=failed_logins) as one, stage(*b, failed_logins=failed_logins) as other:
        yield Differ(one, other, CATALOGUE, seed)


def changes(*faults: str | Armed, seed: int = 1, budget: Budget = SOME) -> list[Change]:
    """What differs from the server as it is, when B has these faults."""
    with differing((), faults, seed=seed) as differ:
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
    (change,) = changes("marked-have-unique-ids", seed=3, budget=FEW)
    assert (change.kind, change.clauses) == (Kind.REGRESSION, ("R1939-UIDL-12",))
    assert change.firm
    assert change.scenario.maildrop == ("tiny",)
    assert said(change) == ["C: <log in>", "C: DELE 1", "C: UIDL"]
    assert change.a.outcome is Outcome.KEPT
    assert change.b.outcome is Outcome.BROKEN


def test_a_clause_that_a_breaks_is_mended() -> None:
    with differing(("marked-have-unique-ids",), seed=3) as differ:
        (change,) = differ.differ(FEW)
    assert (change.kind, change.clauses) == (Kind.MENDED, ("R1939-UIDL-12",))
    assert change.a.outcome is Outcome.BROKEN


def test_what_both_break_is_no_difference() -> None:
    faults = ("marked-have-unique-ids",)
    with differing(faults, faults, seed=3) as differ:
        assert differ.differ(FEW) == []


def test_what_seems_lawful_is_asked_about_until_a_clause_is_broken() -> None:
    """DELE and STAT alone accuse nobody; with STAT before they do."""
    (change,) = changes("marked-counted", seed=3, budget=FEW)
    assert (change.kind, change.clauses) == (Kind.REGRESSION, ("R1939-STAT-06",))
    assert said(change) == ["C: <log in>", "C: STAT", "C: DELE 1", "C: STAT"]
    assert change.sessions >= 1


def test_what_breaks_octet_by_octet_alone_is_laid_to_that() -> None:
    found = changes("segment-is-a-command", budget=replace(SOME, sessions=300, findings=2))
    (change,) = [change for change in found if change.kind is Kind.REGRESSION]
    assert change.clauses == ("R1939-GRAM-08",)
    assert change.in_pieces


@pytest.mark.parametrize(
    "name, verb, a, b",
    [
        ("trace-field-added", "RETR", "a message", "that message in other octets"),
        ("several-sessions-at-a-time", "PASS", "-ERR", "+OK"),
        (
            "closes-after-bad-commands",
            "a command behind others that were refused",
            "an answer",
            "the end of the connection",
        ),
        ("rows-in-another-order", "LIST", "some numbers", "other numbers"),
    ],
)
def test_what_is_lawful_in_another_way_is_a_change_of_behaviour(name: str, verb: str, a: str, b: str) -> None:
    found = changes(name)
    assert {change.kind for change in found} == {Kind.BEHAVIOUR}
    answered = [change.answered for change in found if change.answered is not None]
    assert (verb, a, b) in [(one.verb, one.a, one.b) for one in answered]
    assert len(answered) <= 3


@pytest.mark.parametrize("name", ["no-text", "misleading-text", "tags-in-lower-case", "same-id-for-same-message"])
def test_words_and_unique_ids_are_no_difference(name: str) -> None:
    assert not FAULTS[name].clauses
    assert changes(name, budget=replace(SOME, sessions=10)) == []


def test_one_that_comes_at_times_is_flaky() -> None:
    plays = count()

    def at_times(scene: Scene, response: Response) -> Response:
        return refused(b"not now") if scene.verb == "NOOP" and not next(plays) % 2 else response

    found = changes(fault(reply=at_times), budget=replace(SOME, sessions=12, plays=30, again=6))
    assert found
    assert any(not change.firm and change.shown for change in found)


def test_a_server_that_goes_away_ends_it() -> None:
    with differing((), ("refuse",)) as differ:
        differ.differ(SOME)
    assert "is gone: it takes no connections any more" in differ.gone
    assert differ.drawn < SOME.sessions


def test_enough_is_enough() -> None:
    with differing((), ("no-capa", "trace-field-added")) as differ:
        assert len(differ.differ(replace(SOME, findings=1))) == 1
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
        (change,) = differ.differ(SOME)
    assert change.answered is not None
    assert (change.answered.verb, change.scenario.maildrop) == ("UIDL", None)
