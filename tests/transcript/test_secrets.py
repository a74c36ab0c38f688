import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.transcript import MASK, Secrets

SECRETS = Secrets([b"open sesame", b"no", b""])


@pytest.mark.parametrize(
    "line,shown",
    [
        (b"PASS hunter2\r\n", b"PASS ********\r\n"),
        (b"pass hunter2\r\n", b"pass ********\r\n"),
        (b"PASS hunter2\n", b"PASS ********\n"),
        (b"PASS hunter2", b"PASS ********"),
        (b"PASS h", b"PASS ********"),
        (b" PASS\thunter2\r\n", b" PASS\t********\r\n"),
        (b"PASS two words\r\n", b"PASS ********\r\n"),
        (b"PASS a\rb\0c\xff\r\n", b"PASS ********\r\n"),
        (b"PASS   \r\n", b"PASS   \r\n"),
        (b"PASS\r\n", b"PASS\r\n"),
        (b"APOP alice c4c9334bac560ecc979e58001b3e22fb\r\n", b"APOP alice ********\r\n"),
        (b"APOP alice\r\n", b"APOP alice\r\n"),
        (b"AUTH PLAIN AGFsaWNlAHg=\r\n", b"AUTH PLAIN ********\r\n"),
        (b"AUTH PLAIN\r\n", b"AUTH PLAIN\r\n"),
        (b"AUTH\r\n", b"AUTH\r\n"),
        (b"USER alice\r\n", b"USER alice\r\n"),
        (b"PASSING by\r\n", b"PASSING by\r\n"),
        (b"RETR 1\r\n", b"RETR 1\r\n"),
    ],
)
def test_what_a_client_says_is_masked_by_grammar(line: bytes, shown: bytes) -> None:
    assert Secrets().client_line(line) == shown


def test_a_known_password_is_masked_wherever_it_stands() -> None:
    assert SECRETS.text(b"-ERR unknown command: PASS open sesame\r\n") == b"-ERR unknown command: PASS ********\r\n"
    assert SECRETS.client_line(b"XLOGIN alice open sesame\r\n") == b"XLOGIN alice ********\r\n"
    assert SECRETS.text(b"open sesame, open sesame") == b"********, ********"


@pytest.mark.parametrize(
    "form",
    [
        b"OPEN SESAME",
        b"Open Sesame",
        base64.b64encode(b"open sesame"),
        b"open%20sesame",
    ],
)
def test_other_forms_of_a_password_are_masked(form: bytes) -> None:
    assert SECRETS.text(b"<" + form + b">") == b"<" + MASK + b">"


@pytest.mark.parametrize("before", [b"", b"x", b"\0alice\0", b"xx", b"user=alice\x01"])
@pytest.mark.parametrize("behind", [b"", b"y", b"yy", b"yyy"])
def test_a_password_inside_base64_leaves_no_more_than_its_edges(before: bytes, behind: bytes) -> None:
    password = b"correct horse battery"
    shown = Secrets([password]).text(base64.b64encode(before + password + behind))
    assert MASK in shown
    assert len(shown.replace(MASK, b"")) <= len(base64.b64encode(before + behind)) + 4


def test_an_escaped_password_is_masked_in_words() -> None:
    secrets = Secrets(["pässwörd".encode(), b"back\\slash"])
    assert secrets.words("got 'p\\xc3\\xa4ssw\\xc3\\xb6rd'") == "got '********'"
    assert secrets.words("got 'pässwörd'") == "got '********'"
    assert secrets.words("got 'back\\\\slash' or 'back\\slash'") == "got '********' or '********'"


def test_words_that_are_no_utf8_survive() -> None:
    assert SECRETS.words("\udcff open sesame") == "\udcff ********"


def test_a_password_of_two_octets_is_not_looked_for() -> None:
    assert SECRETS.text(b"no mail, no news") == b"no mail, no news"


def test_overlapping_occurrences_are_hidden_together() -> None:
    assert Secrets([b"abcab"]).text(b"<abcabcab>") == b"<********>"


def test_the_longer_of_two_passwords_is_hidden_whole() -> None:
    assert Secrets([b"sesame", b"sesame street"]).text(b"sesame street") == MASK


def test_no_passwords_hide_nothing() -> None:
    assert Secrets().text(b"anything") == b"anything"
    assert Secrets().hidden(b"anything") == []
    assert Secrets().reach == 0


def test_more_passwords_can_be_learned() -> None:
    both = SECRETS.with_more([b"hunter2"])
    assert both.text(b"open sesame hunter2") == b"******** ********"
    assert SECRETS.text(b"hunter2") == b"hunter2"
    assert both.reach >= len("open sesame")


@given(st.binary(min_size=3, max_size=12), st.binary(max_size=20), st.binary(max_size=20))
def test_no_password_is_left_in_any_octets(password: bytes, before: bytes, behind: bytes) -> None:
    assert not any(password in shown for shown in Secrets([password]).text(before + password + behind).split(MASK))


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_what_holds_no_password_stays_as_it_is(octets: bytes, more: bytes) -> None:
    secrets = Secrets([b"Zyxwvutsrqponmlkjihgfedcba"])
    assert secrets.text(octets + more) == octets + more
