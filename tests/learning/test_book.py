from conformance.driver import Account
from conformance.learning.book import Page
from conformance.learning.words import Heard, Word, alphabet
from conformance.wire import State

_ALICE = Account("alice", "secret")
_WORDS = {word.label: word for word in alphabet(_ALICE, stamp=True, offers={"CAPA", "UIDL", "TOP"}, stls=True)}
_OK, _ERR = frozenset({Heard.OK}), frozenset({Heard.ERR})


def _behind(*labels: str, messages: int = 2) -> Page:
    page = Page.first(_ALICE, messages, {"CAPA", "UIDL", "TOP"})
    for label in labels:
        page = page.after(_WORDS[label], Heard.OK)
    return page


def _lawful(page: Page, label: str) -> frozenset[Heard]:
    return page.lawful(_WORDS[label])


def test_nobody_gets_in_by_a_wrong_password() -> None:
    assert Heard.OK in _lawful(_behind("USER right"), "PASS right")
    assert Heard.OK not in _lawful(_behind("USER right"), "PASS wrong")
    assert Heard.OK not in _lawful(_behind("USER nobody"), "PASS right")


def test_a_password_is_good_for_one_user_only_once() -> None:
    page = _behind("USER right").after(_WORDS["PASS wrong"], Heard.ERR)
    assert Heard.OK not in _lawful(page, "PASS right")
    assert Heard.CLOSED in _lawful(page, "PASS right")


def test_the_server_may_hang_up_behind_a_login_that_failed_and_no_other() -> None:
    page = _behind("USER right")
    assert Heard.CLOSED in _lawful(page.after(_WORDS["PASS right"], Heard.ERR), "NOOP")
    assert Heard.CLOSED not in _lawful(page.after(_WORDS["PASS right"], Heard.OK), "NOOP")
    assert Heard.CLOSED not in _lawful(page, "PASS right")


def test_a_handshake_may_fail_where_stls_may_be_granted_and_inside_of_tls_it_may_not() -> None:
    assert _lawful(_behind(), "STLS") == _OK | _ERR | {Heard.CLOSED}
    inside = Page.first(_ALICE, 2, {"CAPA"}, secure=True)
    assert _lawful(inside, "STLS") == _ERR


def test_a_listing_of_nothing_may_be_refused_by_uidl_alone() -> None:
    page = _behind("USER right", "PASS right", "DELE 1", messages=1)
    assert _lawful(page, "UIDL") == _OK | _ERR
    assert _lawful(page, "LIST") == _OK


def test_capa_may_be_refused_between_user_and_pass() -> None:
    assert _lawful(_behind(), "CAPA") == _OK
    assert Heard.ERR in _lawful(_behind("USER right"), "CAPA")


def test_a_marked_message_is_gone_until_rset() -> None:
    page = _behind("USER right", "PASS right", "DELE 1")
    assert _lawful(page, "RETR 1") == _ERR
    assert _lawful(page.after(_WORDS["RSET"], Heard.OK), "RETR 1") == _OK


def test_behind_quit_there_is_only_the_end() -> None:
    page = _behind("USER right", "PASS right", "QUIT")
    assert page.state is State.UPDATE
    assert all(page.lawful(word) == {Heard.CLOSED} for word in _WORDS.values())


def test_a_wrong_password_is_never_the_right_one() -> None:
    odd = Account("alice", "not-the-password")
    wrong: Word = _WORDS["PASS wrong"]
    assert wrong.spoken(odd, b"") != _WORDS["PASS right"].spoken(odd, b"")
