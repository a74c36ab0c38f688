import pytest

from conformance.mailboxes.errors import SpecError
from conformance.mailboxes.places import Place, parse_place


@pytest.mark.parametrize(
    "rest, host, port, text",
    [
        ("mail.example.org", "mail.example.org", 24, "mail.example.org:24"),
        ("127.0.0.1:2424", "127.0.0.1", 2424, "127.0.0.1:2424"),
        ("[::1]:2424", "::1", 2424, "[::1]:2424"),
        ("[::1]", "::1", 24, "[::1]:24"),
        ("/run/lmtp", "/run/lmtp", 0, "/run/lmtp"),
    ],
)
def test_a_place_is_read_and_written(rest: str, host: str, port: int, text: str) -> None:
    place, options = parse_place("lmtp:" + rest, rest, port=24, local=True)
    assert place == Place(host, port)
    assert str(place) == text
    assert not options


@pytest.mark.parametrize("rest", ["", ":25", "host:", "host:0", "host:65536", "::1", "host:25:26", "/run/smtp", "[::1"])
def test_what_is_no_place_is_refused_with_the_forms_that_are(rest: str) -> None:
    with pytest.raises(SpecError, match=r"is no place of a server; write HOST, HOST:PORT, \[IPV6\]:PORT"):
        parse_place("smtp:" + rest, rest, port=25)


def test_options_are_read_as_they_stand() -> None:
    _, options = parse_place("smtp:h?...", "h?to={user}+x@example.org&from=a@b", port=25, options=("to", "from"))
    assert options == {"to": "{user}+x@example.org", "from": "a@b"}


@pytest.mark.parametrize("query", ["tp=x", "to", "to="])
def test_an_option_that_is_not_known_or_empty_is_refused(query: str) -> None:
    with pytest.raises(SpecError, match=r"is no option here; the options are: to=\.\.\."):
        parse_place("smtp:h?" + query, "h?" + query, port=25, options=("to",))


def test_a_kind_without_options_says_so() -> None:
    with pytest.raises(SpecError, match="the options are: none"):
        parse_place("imap:h?to=x", "h?to=x", port=143)
