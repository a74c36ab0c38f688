"""What stays from one scenario to the next: mail of others untouched, ours put and taken away, the budget kept."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from conformance.driver import Account, Features, Look, Target, TargetError
from conformance.mailboxes import FillError, Mailbox, Provisioner, provisioner
from conformance.scenario import NEEDS, NotPlayed, Settings, Stage, is_special
from conformance.server import MaildirStore
from conformance.verdicts import Outcome
from tests.driver.peers import answering, peer
from tests.scenario.playing import ALICE, ALIEN, BOB, CAROL, LIMITS, Theatre, scenario

ANY = "C: <log in>"


class HandsOver(Provisioner):
    """Leaves messages with the server, as LMTP would: it can neither look nor take away."""

    can_clear = False
    knows_order = False

    def __init__(self, store: MaildirStore, *, loses: int = 0, adds: tuple[bytes, ...] = ()) -> None:
        super().__init__("by hand")
        self._store, self._loses, self._adds = store, loses, adds
        self.full = False

    def check(self, mailbox: Mailbox) -> None:
        """Nothing can be wrong."""

    def deliver(self, mailbox: Mailbox, messages: Iterable[bytes]) -> None:
        """Hand over all but some, and some more."""
        if self.full:
            raise FillError("by hand", "the maildrop is locked", "wait")
        for octets in [*list(messages)[self._loses :], *self._adds]:
            self._store.deliver(mailbox.user, octets)


def handing(house: Theatre, **more: object) -> Stage:
    limits = replace(LIMITS, login=0.4)
    where = HandsOver(house.store, **more)  # type: ignore[arg-type]
    return Stage(replace(house.target, limits=limits), where)


def not_played(stage: Stage, **more: object) -> NotPlayed:
    with pytest.raises(NotPlayed) as caught:
        stage.prepare(scenario(ANY, **more))  # type: ignore[arg-type]
    return caught.value


# -- before anything -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fill", ["", "none", "command:cat >/dev/null"])
def test_a_maildrop_that_holds_mail_stops_everything(fill: str, house: Theatre) -> None:
    house.put()
    before = house.mail()
    with pytest.raises(TargetError) as caught:
        house.stage(fill).begin()
    assert f"the maildrop of alice on {house.target.address} holds 1 message(s); nothing was" in str(caught.value)
    assert "--backup DIR" in str(caught.value)
    assert house.mail() == before


def test_one_that_is_empty_or_is_not_to_be_touched_does_not(house: Theatre) -> None:
    house.stage().begin()
    house.stage("none").begin()
    house.put()
    house.stage(touch=False).begin()


def test_a_place_that_cannot_be_filled_is_found_out_at_once(house: Theatre) -> None:
    with pytest.raises(FillError):
        house.stage("maildir:/nowhere/{user}").begin()


def test_a_server_that_does_not_count_is_not_trusted_to_be_empty() -> None:
    with peer([answering({b"STAT": b"-ERR no\r\n"})]) as server:
        stage = Stage(server.target(), provisioner("none"))
        with pytest.raises(TargetError, match="does not tell by STAT whether the maildrop of alice is empty"):
            stage.begin()


def test_the_account_that_plays_is_the_first_that_logs_in_plainly(house: Theatre) -> None:
    mrose = Account("mrose", "tanstaaf", apop=True, plain=False)
    target = replace(house.target, accounts=(mrose, BOB, ALICE))
    assert Stage(target, provisioner("none")).account == BOB
    assert Stage(replace(target, accounts=(mrose,)), provisioner("none")).account == mrose
    assert Stage(target, provisioner("none"), main=ALICE).account == ALICE


# -- filling ---------------------------------------------------------------------------------------------------------


def test_a_maildrop_is_filled_in_order_and_left_so_until_something_else_is_wanted(house: Theatre) -> None:
    stage = house.stage()
    two = stage.prepare(scenario(ANY, maildrop=("plain", "dots"))).delivered
    assert two is not None
    assert [octets.count(b"@fixtures.pop3spec.invalid>") > 0 for octets in two] == [True, True]
    first = sorted((house.folder / "alice").glob("*/*"))
    assert stage.prepare(scenario(ANY, maildrop=("plain", "dots"))).delivered == two
    assert sorted((house.folder / "alice").glob("*/*")) == first
    assert stage.prepare(scenario(ANY)).delivered is None
    assert sorted((house.folder / "alice").glob("*/*")) == first
    stage.spoiled(stage.account)
    assert stage.prepare(scenario(ANY, maildrop=("plain", "dots"))).delivered == two
    assert set(first).isdisjoint((house.folder / "alice").glob("*/*"))
    assert stage.prepare(scenario(ANY, maildrop=())).delivered == ()
    assert house.mail() == []


def test_by_another_way_the_messages_are_waited_for_and_taken_away_over_pop3(house: Theatre) -> None:
    stage = handing(house)
    stage.prepare(scenario(ANY, maildrop=("plain", "dots")))
    assert len(house.mail()) == 2
    stage.prepare(scenario(ANY, maildrop=("tiny",)))
    assert len(house.mail()) == 1
    stage.end()
    assert house.mail() == []


def test_what_is_not_ours_is_never_taken_away(house: Theatre) -> None:
    stage = house.stage()
    stage.prepare(scenario(ANY, maildrop=("plain", "dots")))
    house.put()
    stage.end()
    assert len(house.mail()) == 1
    assert b"not yours" in house.mail()[0]


def test_over_pop3_one_message_of_others_keeps_all_where_they_are(house: Theatre) -> None:
    stage = handing(house)
    stage.prepare(scenario(ANY, maildrop=("plain", "dots")))
    house.put()
    with pytest.raises(TargetError, match="message 3 in the maildrop of alice is not from this run and was left alone"):
        stage.prepare(scenario(ANY, maildrop=("tiny",)))
    stage.end()
    assert len(house.mail()) == 3


def test_a_forwarded_message_of_ours_is_not_ours(house: Theatre) -> None:
    ours = b"Message-ID: <plain@fixtures.pop3spec.invalid>\r\n\r\nhello\r\n"
    house.put(octets=ALIEN + ours)
    with pytest.raises(TargetError, match="not from this run"):
        handing(house).clear(ALICE)
    house.stage().clear(ALICE)
    assert len(house.mail()) == 1


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"loses": 1}, "of 2 messages delivered to alice, 1 had arrived when time was up"),
        ({"adds": (ALIEN,)}, "the maildrop of alice holds 3 messages, and 2 were delivered"),
    ],
)
def test_another_number_than_was_delivered_is_an_error(changes: dict[str, object], reason: str, house: Theatre) -> None:
    with pytest.raises(TargetError, match=reason):
        handing(house, **changes).prepare(scenario(ANY, maildrop=("plain", "dots")))


def test_a_special_account_is_looked_at_before_it_is_filled(house: Theatre) -> None:
    stage = Stage(replace(house.target, accounts=(ALICE, CAROL)), house.stage().provisioner)
    house.put("carol")
    with pytest.raises(TargetError, match="the maildrop of carol on"):
        stage.prepare(scenario(ANY, maildrop=("plain",), needs=("account-space",)))
    assert len(house.mail("carol")) == 1


def test_the_end_leaves_every_maildrop_empty_that_was_filled(house: Theatre) -> None:
    stage = house.stage()
    stage.target = replace(house.target, accounts=(ALICE, CAROL))
    stage.prepare(scenario(ANY, maildrop=("plain",)))
    stage.prepare(scenario(ANY, maildrop=("plain", "dots"), needs=("account-space",)))
    assert (len(house.mail()), len(house.mail("carol"))) == (1, 2)
    stage.end()
    assert house.mail() == house.mail("carol") == []


def test_an_end_that_cannot_clean_up_is_no_error() -> None:
    Stage(Target("127.0.0.1", 1, (ALICE,)), HandsOver(MaildirStore("/nowhere"))).end()


@pytest.mark.parametrize(
    "fill, settings, maildrop, outcome, reason",
    [
        ("none", {}, ("plain",), Outcome.NOT_APPLICABLE, "with --fill none none is delivered"),
        ("", {"touch": False}, ("plain",), Outcome.NOT_APPLICABLE, "with --allow-nonempty none is delivered"),
        ("", {"touch": False}, (), Outcome.NOT_APPLICABLE, "with --allow-nonempty none is delivered"),
        ("", {}, ("pigeon",), Outcome.ERRORED, "pigeon"),
        ("", {}, ("bare-lf",), Outcome.NOT_APPLICABLE, "the message 'bare-lf' cannot be delivered: "),
    ],
)
def test_what_cannot_be_delivered_is_not_played(
    fill: str, settings: dict[str, object], maildrop: tuple[str, ...], outcome: Outcome, reason: str, house: Theatre
) -> None:
    why = not_played(house.stage(fill, **settings), maildrop=maildrop)
    assert (why.outcome, reason in why.reason) == (outcome, True)
    assert house.mail() == []


def test_without_delivery_an_empty_maildrop_is_what_was_found(house: Theatre) -> None:
    assert house.stage("none").prepare(scenario(ANY, maildrop=())).delivered == ()


def test_mail_in_mid_session_goes_the_same_way(house: Theatre) -> None:
    stage = house.stage()
    stage.prepare(scenario(ANY, maildrop=("plain",)))
    (octets,) = stage.deliver(ALICE, "tiny")
    assert b"@fixtures.pop3spec.invalid>" in octets
    assert len(house.mail()) == 2
    for shut in (house.stage("none"), house.stage(touch=False)):
        with pytest.raises(NotPlayed, match="none can be"):
            shut.deliver(ALICE, "tiny")


def test_a_server_that_locks_out_deliveries_is_asked_once(house: Theatre) -> None:
    stage = handing(house)
    assert isinstance(stage.provisioner, HandsOver)
    stage.provisioner.full = True
    with pytest.raises(NotPlayed, match="no mail can be delivered in mid-session: by hand: the maildrop is locked"):
        stage.deliver(ALICE, "tiny")
    stage.provisioner.full = False
    with pytest.raises(NotPlayed, match="the maildrop is locked"):
        stage.deliver(ALICE, "tiny")


# -- what is needed --------------------------------------------------------------------------------------------------


def test_wrong_passwords_are_sent_within_a_budget(house: Theatre) -> None:
    stage = house.stage(failed_logins=5)
    stage.prepare(scenario(ANY, wrong_logins=2))
    stage.prepare(scenario(ANY, wrong_logins=3))
    why = not_played(stage, wrong_logins=1)
    assert (why.outcome, why.reason) == (
        Outcome.NOT_APPLICABLE,
        "it sends 1 wrong password(s) and --failed-logins leaves 0",
    )
    stage.prepare(scenario(ANY))
    assert "leaves 0" in not_played(house.stage(failed_logins=0), wrong_logins=1).reason


def test_what_is_not_played_costs_nothing_of_the_budget(house: Theatre) -> None:
    stage = house.stage(failed_logins=2)
    not_played(stage, wrong_logins=2, maildrop=("pigeon",))
    stage.prepare(scenario(ANY, wrong_logins=2))


def test_each_account_has_a_budget_of_its_own(house: Theatre) -> None:
    stage = house.stage(failed_logins=1)
    stage.target = replace(house.target, accounts=(ALICE, CAROL))
    stage.prepare(scenario(ANY, wrong_logins=1))
    stage.prepare(scenario(ANY, wrong_logins=1, needs=("account-space",)))
    assert "leaves 0" in not_played(stage, wrong_logins=1).reason


@pytest.mark.parametrize("need", ["TOP", "UIDL", "CAPA", "USER"])
def test_what_the_server_says_that_it_lacks_is_not_implemented(need: str, house: Theatre) -> None:
    stage = house.stage()
    stage.features = Features(Look("POP3", b"+OK"), {need: f"no {need} here"})
    why = not_played(stage, needs=(need,))
    assert (why.outcome, why.reason) == (Outcome.NOT_IMPLEMENTED, f"no {need} here")
    stage.features = Features(Look("POP3", b"+OK"))
    stage.prepare(scenario(ANY, needs=(need,)))


@pytest.mark.parametrize("need", ["APOP", "account-40", "account-space", "account-unicode", "restart", "slow"])
def test_what_the_user_did_not_give_does_not_apply(need: str, house: Theatre) -> None:
    why = not_played(house.stage(), needs=(need,))
    assert why.outcome is Outcome.NOT_APPLICABLE
    assert NEEDS[need] in why.reason


def test_a_server_with_capa_has_nothing_to_do_without(house: Theatre) -> None:
    why = not_played(house.stage(), needs=("no-CAPA",))
    assert (why.outcome, why.reason) == (Outcome.NOT_APPLICABLE, "the server implements CAPA")


def test_the_user_can_give_it(house: Theatre) -> None:
    stage = house.stage(restart="true", slow=True)
    assert stage.prepare(scenario(ANY, needs=("restart", "slow", "account-2"))).other == BOB


@pytest.mark.parametrize("others", [(), (Account("bob", ALICE.password),)])
def test_another_password_is_that_of_a_second_account(others: tuple[Account, ...], house: Theatre) -> None:
    stage = house.stage()
    stage.target = replace(stage.target, accounts=(ALICE, Account("bob", "another")))
    assert stage.prepare(scenario(ANY, needs=("password-2",))).other == Account("bob", "another")
    stage.target = replace(stage.target, accounts=(ALICE, *others))
    assert NEEDS["password-2"] in not_played(stage, needs=("password-2",)).reason


def test_the_second_account_is_none_that_another_worker_has(house: Theatre) -> None:
    stage = house.stage()
    stage.taken = frozenset({"bob"})
    assert stage.prepare(scenario(ANY)).other is None
    why = not_played(stage, needs=("account-2",))
    assert (why.outcome, why.reason) == (
        Outcome.NOT_APPLICABLE,
        "it needs a second account that no other worker uses",
    )


SPECIAL = {
    "APOP": Account("mrose", "tanstaaf", apop=True, plain=False),
    "account-40": Account("n" * 40, "p" * 40),
    "account-space": Account("dave", "open sesame please"),
    "account-unicode": Account("jörg", "secret"),
    "account-unassigned": Account("frida", "secret \U0001f511"),
}


@pytest.mark.parametrize("need", SPECIAL)
def test_a_special_account_plays_where_it_is_needed(need: str, house: Theatre) -> None:
    plain = Account("erin", "secret")
    stage = Stage(replace(house.target, accounts=(plain, *SPECIAL.values())), provisioner("none"))
    stage.features = Features(Look("POP3", b"+OK"))
    prepared = stage.prepare(scenario(ANY, needs=(need,)))
    assert (prepared.account, prepared.other) == (SPECIAL[need], plain)
    assert is_special(SPECIAL[need])
    assert not is_special(plain)


def test_an_account_for_apop_alone_does_not_play_what_needs_user(house: Theatre) -> None:
    stage = Stage(replace(house.target, accounts=(SPECIAL["APOP"],)), provisioner("none"))
    stage.features = Features(Look("POP3", b"+OK"))
    assert not_played(stage, needs=("USER",)).reason == "USER and PASS are not open to mrose"


# -- the server ------------------------------------------------------------------------------------------------------


def test_the_server_is_looked_at_once(house: Theatre) -> None:
    stage = house.stage()
    assert stage.recognise() is stage.recognise()
    assert stage.survey() is stage.survey()
    assert "TOP" not in stage.survey().missing


def test_a_server_lives_while_it_greets(house: Theatre) -> None:
    assert house.stage().alive()
    assert not Stage(Target("127.0.0.1", 1, (ALICE,), LIMITS), provisioner("none")).alive()
    with peer([]) as server:
        assert not Stage(server.target(), provisioner("none")).alive()


def test_a_server_that_does_not_come_back_is_an_error() -> None:
    with peer([]) as server:
        stage = Stage(server.target(login=0.2), provisioner("none"), Settings(restart="true"))
        with pytest.raises(TargetError, match="did not come back after the restart command"):
            stage.restart()


def test_the_second_account_has_mail_of_its_own(house: Theatre) -> None:
    stage = house.stage()
    first = scenario(ANY, maildrop=("plain",), maildrop_2=("dots", "tiny"), needs=("account-2",))
    prepared = stage.prepare(first)
    assert len(prepared.second) == len(house.mail("bob")) == 2
    assert house.mail("alice") == [message.replace(b"\r\n", b"\n") for message in prepared.delivered or ()]
    stage.end()
    assert house.mail("alice") == house.mail("bob") == []


def test_the_second_account_is_left_alone_where_it_has_mail(house: Theatre) -> None:
    house.put("bob")
    with pytest.raises(NotPlayed, match=r"maildrop of bob .* holds 1 message"):
        house.stage().prepare(scenario(ANY, maildrop_2=("dots",), needs=("account-2",)))
    assert house.mail("bob") == [ALIEN]
