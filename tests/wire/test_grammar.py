"""A second opinion on the patterns: the rules as ABNF, read by a parser that others wrote; and no pattern is slow.

RFC 1939 has its grammar in prose; the ABNF is our reading of it. `msg-id` is that of RFC 822 §6.1 with the lexical
tokens of §3.3, without folding, and without white space and comments between the tokens: RFC 2449 §3 has none there.
"""

import re
import time
from textwrap import dedent

import pytest
from abnf import ParseError, Rule
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from conformance.wire import grammar


class Rules(Rule):
    """The rules of this file; ABNF reads octets as the characters of Latin-1."""


Rules.load_grammar(
    dedent(
        r"""
        keyword           = 3*4VCHAR
        response          = *(4base64-char) [base64-terminal]
        base64-char       = ALPHA / DIGIT / "+" / "/"
        base64-terminal   = (2base64-char "==") / (3base64-char "=")
        number            = 1*DIGIT
        further           = (%x00-2F / %x3A-FF) *OCTET
        drop-listing      = %x2B.4F.4B SP number SP number [further]
        scan-listing      = number SP number [further]
        unique-id         = 1*70VCHAR
        unique-id-listing = number SP unique-id
        msg-id            = "<" addr-spec ">"
        addr-spec         = local-part "@" domain
        local-part        = word *("." word)
        domain            = sub-domain *("." sub-domain)
        sub-domain        = atom / domain-literal
        word              = atom / quoted-string
        atom              = 1*atom-char
        atom-char         = ALPHA / DIGIT / "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-"
        atom-char         =/ "/" / "=" / "?" / "^" / "_" / "`" / "{" / "|" / "}" / "~"
        quoted-string     = DQUOTE *(qtext / quoted-pair) DQUOTE
        qtext             = %x00-0C / %x0E-21 / %x23-5B / %x5D-7F
        domain-literal    = "[" *(dtext / quoted-pair) "]"
        dtext             = %x00-0C / %x0E-5A / %x5E-7F
        quoted-pair       = "\" %x00-7F
        """
    )
    .strip()
    .replace("\n", "\r\n")
    + "\r\n"
)

PATTERNS = {
    "keyword": grammar.KEYWORD,
    "response": grammar.BASE64,
    "number": grammar.NUMBER,
    "drop-listing": grammar.DROP_LISTING,
    "scan-listing": grammar.SCAN_LISTING,
    "unique-id": grammar.UNIQUE_ID,
    "unique-id-listing": grammar.UNIQUE_ID_LISTING,
    "msg-id": grammar.MSG_ID,
}

SAMPLES = {
    "response": (b"AAA=", b"", b"AA==", b"AAAA", b"+/aZ09A="),
    "keyword": (b"STAT", b"TOP", b"!~#$"),
    "number": (b"0", b"0010", b"320"),
    "drop-listing": (b"+OK 2 320", b"+OK 0 0 extra", b"+OK 2 320(octets)"),
    "scan-listing": (b"1 120", b"1 120 from: someone", b"1 120,"),
    "unique-id": (b"whqtswO00WBw418f9t5JxYwZ", b"x" * 70, b"<1@a>"),
    "unique-id-listing": (b"1 whqtswO00WBw418f9t5JxYwZ", b"2 " + b"~" * 70),
    "msg-id": (
        b"<1896.697170952@dbc.mtview.ca.us>",
        b'<"a b".c@[10.0.0.1].example>',
        b'<"\\"@\\\\"@[\\]]>',
        b"<!#$%&'*+-/=?^_`{|}~@a>",
    ),
}

ALPHABET = [bytes([octet]) for octet in b'<>@.,;:()[]"\\ +-OKok019aZ!~\0\t\r\n\x7f\x80\xff']


def accepted(rule: str, octets: bytes) -> bool:
    try:
        Rules(rule).parse_all(octets.decode("latin-1"))
    except ParseError:
        return False
    return True


def agree(rule: str, octets: bytes) -> None:
    assert (PATTERNS[rule].fullmatch(octets) is not None) is accepted(rule, octets), octets


@pytest.mark.parametrize("rule", PATTERNS)
def test_the_samples_are_taken_by_both(rule: str) -> None:
    for sample in SAMPLES[rule]:
        assert PATTERNS[rule].fullmatch(sample)
        assert accepted(rule, sample)


@pytest.mark.parametrize("rule", PATTERNS)
def test_both_agree_on_every_near_miss_of_one_octet(rule: str) -> None:
    for sample in SAMPLES[rule]:
        for at in range(len(sample) + 1):
            agree(rule, sample[:at] + sample[at + 1 :])
            for octet in ALPHABET:
                agree(rule, sample[:at] + octet + sample[at:])
                agree(rule, sample[:at] + octet + sample[at + 1 :])


@pytest.mark.parametrize("rule", PATTERNS)
def test_both_agree_on_each_octet_at_each_place_of_a_short_sample(rule: str) -> None:
    sample = SAMPLES[rule][0]
    for at in range(min(len(sample), 8)):
        for octet in range(256):
            agree(rule, sample[:at] + bytes([octet]) + sample[at + 1 :])


@pytest.mark.parametrize("rule", PATTERNS)
def test_both_agree_on_strings_made_of_the_telling_octets(rule: str) -> None:
    @given(st.lists(st.sampled_from(ALPHABET), max_size=16).map(b"".join))
    @settings(deadline=None, max_examples=300)
    def compare(octets: bytes) -> None:
        agree(rule, octets)

    compare()


ATOMS = st.text("abc019!#-_", min_size=1, max_size=5)
QUOTED = st.lists(st.sampled_from(["a", " ", "@", "<", ".", "\\\\", '\\"', "\t", "[", "\n", "\0"]), max_size=5).map(
    lambda pieces: '"' + "".join(pieces) + '"'
)
LITERALS = st.lists(st.sampled_from(["1", ".", ":", "\\[", "\\]", " ", "@", '"']), max_size=5).map(
    lambda pieces: "[" + "".join(pieces) + "]"
)
WORDS = st.lists(ATOMS | QUOTED, min_size=1, max_size=4).map(".".join)
DOMAINS = st.lists(ATOMS | LITERALS, min_size=1, max_size=4).map(".".join)


@given(WORDS, DOMAINS)
@settings(deadline=None)
def test_both_take_any_msg_id_of_words_and_domains(local_part: str, domain: str) -> None:
    octets = f"<{local_part}@{domain}>".encode("latin-1")
    assert grammar.MSG_ID.fullmatch(octets)
    assert accepted("msg-id", octets)


@given(WORDS, DOMAINS, st.data())
@settings(deadline=None)
def test_both_agree_on_a_msg_id_with_two_octets_changed(local_part: str, domain: str, data: st.DataObject) -> None:
    octets = bytearray(f"<{local_part}@{domain}>".encode("latin-1"))
    for _ in range(2):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.sampled_from(ALPHABET))[0]
    agree("msg-id", bytes(octets))


@given(st.integers(0, 10**30), st.integers(0, 10**30), st.binary(max_size=8))
@example(2, 320, b"\n")
@settings(deadline=None)
def test_a_listing_gives_its_numbers_and_whatever_follows(first: int, second: int, more: bytes) -> None:
    assume(not more[:1].isdigit())
    scan = grammar.SCAN_LISTING.fullmatch(b"%d %d" % (first, second) + more)
    drop = grammar.DROP_LISTING.fullmatch(b"+OK %d %d" % (first, second) + more)
    assert scan is not None
    assert drop is not None
    assert (int(scan["number"]), int(scan["octets"]), scan["more"] or b"") == (first, second, more)
    assert (int(drop["count"]), int(drop["octets"]), drop["more"] or b"") == (first, second, more)


@pytest.mark.parametrize(
    "greeting, timestamp",
    [
        (b"+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>", b"<1896.697170952@dbc.mtview.ca.us>"),
        (b"+OK <<1@a> ready", b"<1@a>"),
        (b"+OK <> ready <1@a>", b"<>"),
        (b"+OK ready", None),
        (b"+OK 1 > 0 < 2", None),
    ],
)
def test_a_client_cuts_the_first_angle_brackets_out_of_a_greeting(greeting: bytes, timestamp: bytes | None) -> None:
    found = grammar.TIMESTAMP.search(greeting)
    assert (found[0] if found else None) == timestamp


BOMBS = tuple(
    (head + piece * (65_536 // len(piece)) + tail)
    for head, tail in ((b"", b""), (b"<", b"\r"), (b"<a@", b"\r"), (b"+OK 1 ", b"\r"), (b"+OK ", b""), (b"1 ", b"\x80"))
    for piece in (
        b"1",
        b"a",
        b".",
        b"a.",
        b"<",
        b"<a",
        b"<a@",
        b"a@",
        b'"',
        b'"a"',
        b'"a".',
        b"\\",
        b'\\"',
        b'<\\"',
        b"[",
        b"[]",
        b"[].",
    )
)
"""64 KiB each that begin well, repeat what a pattern repeats, and end badly."""


@pytest.mark.parametrize("name", [name for name in grammar.__all__ if isinstance(getattr(grammar, name), re.Pattern)])
def test_no_pattern_takes_more_than_linear_time(name: str) -> None:
    """One that is quadratic needs some ten seconds for a single bomb; all of them together get five."""
    pattern = getattr(grammar, name)
    began = time.process_time()
    for bomb in BOMBS:
        pattern.fullmatch(bomb)
        pattern.match(bomb)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("pattern", [grammar.TIMESTAMP, grammar.MSG_ID])
def test_nor_does_one_that_is_searched_for_in_a_greeting(pattern: re.Pattern[bytes]) -> None:
    began = time.process_time()
    for bomb in BOMBS:
        pattern.search(bomb)
    assert time.process_time() - began < 5
