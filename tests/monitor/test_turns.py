"""Challenges and responses, and whose session it is behind them (RFC 5034 §4)."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.monitor import Monitor
from conformance.monitor.sasl import Sasl
from conformance.transcript import Conversation, Sender, Transcript
from conformance.wire import Line, Turn, parse_command
from tests.monitor.scripts import Case, check, message

RIGHT = "AGFsaWNlAHNlY3JldA=="
MAIL = message("mail", "one", "two")


def plain(script: str) -> str:
    return f"S: +OK\nC: AUTH PLAIN\nS: +\\x20\n{script}"


def cram(challenge: str) -> str:
    return f"S: +OK\nC: AUTH CRAM-MD5\nS: {challenge}\nC: YWxpY2UgMDA=\nS: -ERR"


def scram(end: str) -> str:
    first = (
        f"S: +OK\nC: AUTH SCRAM-SHA-1\nS: +\\x20\nC: {coded('n,,n=alice,r=ab')}\nS: + {coded('r=abcd,s=QQ==,i=4096')}\n"
    )
    return f"{first}C: {coded('c=biws,r=abcd,p=QQ==')}\n{end}"


def login(name: str) -> str:
    return f"S: +OK\nC: AUTH LOGIN\nS: + VXNlciBOYW1lAA==\nC: {name}\nS: + UGFzc3dvcmQA\nC: c2VjcmV0\n"


def coded(text: str) -> str:
    return b64encode(text.encode()).decode()


LONG = b64encode(b"<" + b"1" * 600 + b"@example.org>").decode()

CASES = [
    Case("an empty challenge", plain(f"C: {RIGHT}\nS: +OK"), kept="R5034-AUTH-07 R5034-AUTH-05"),
    Case("a challenge", cram("+ PDFAYT4="), kept="R5034-AUTH-04 R5034-AUTH-05"),
    Case("a challenge without a space", cram("+PDFAYT4="), broken="R5034-AUTH-04"),
    Case("a challenge behind two spaces", cram("+  PDFAYT4="), broken="R5034-AUTH-04"),
    Case("a challenge of words", cram("+ go ahead"), broken="R5034-AUTH-05"),
    Case("a challenge with a space behind it", cram("+ PDFAYT4=\\x20"), broken="R5034-AUTH-05"),
    Case("a challenge without pads", cram("+ PDFAYT4"), broken="R5034-AUTH-05"),
    Case("a plus sign alone", f"S: +OK\nC: AUTH PLAIN\nS: +\nC: {RIGHT}\nS: +OK", broken="R5034-AUTH-07"),
    Case(
        "two spaces and no more", f"S: +OK\nC: AUTH PLAIN\nS: +\\x20\\x20\nC: {RIGHT}\nS: +OK", broken="R5034-AUTH-07"
    ),
    Case("data where PLAIN begins", f"S: +OK\nC: AUTH PLAIN\nS: + R28h\nC: {RIGHT}\nS: +OK", broken="R5034-AUTH-07"),
    Case(
        "words where PLAIN begins",
        f"S: +OK\nC: AUTH PLAIN\nS: + go ahead\nC: {RIGHT}\nS: +OK",
        broken="R5034-AUTH-07 R5034-AUTH-05",
    ),
    Case("a challenge longer than any reply", cram(f"+ {LONG}"), kept="R5034-AUTH-04"),
    Case("a refusal longer than any reply", plain(f"C: *\nS: -ERR {'x' * 600}"), broken="RESP-04"),
    Case("a challenge that ends in LF", "S: +OK\nC: AUTH PLAIN\nS: + \\n\\\nC: *\nS: -ERR", broken="RESP-03"),
    Case("a refusal in lower case", plain("C: *\nS: -err"), broken="RESP-02"),
    Case("an asterisk cancels", plain("C: *\nS: -ERR"), kept="R5034-AUTH-12 R1734-AUTH-02"),
    Case("an asterisk is asked about", plain("C: *\nS: +\\x20"), broken="R5034-AUTH-12 R1734-AUTH-02"),
    Case("an asterisk lets in", plain("C: *\nS: +OK"), broken="R5034-AUTH-12 R1734-AUTH-02"),
    Case("a lone character lets in", plain("C: A\nS: +OK"), broken="R5034-AUTH-13"),
    Case("a lone character is passed over", plain("C: AAAAA\nS: +\\x20"), broken="R5034-AUTH-13"),
    Case("a lone character is refused", plain("C: A\nS: -ERR"), kept="R5034-AUTH-13"),
    Case("missing pads are forgiven", plain(f"C: {RIGHT[:-2]}\nS: +OK")),
    Case("another character lets in", plain("C: AGFs-WNl\nS: +OK"), broken="R5034-AUTH-14"),
    Case("a space lets in", plain("C: AGFs aWNl\nS: +OK"), broken="R5034-AUTH-14"),
    Case("another character is refused", plain("C: AGFs-WNl\nS: -ERR"), kept="R5034-AUTH-14"),
    Case("an initial response with one lets in", "S: +OK\nC: AUTH PLAIN AGFs-WNl\nS: +OK", broken="R5034-AUTH-14"),
    Case("what is masked lets in", plain("C: ********\nS: +OK")),
    Case("a masked initial response lets in", "S: +OK\nC: AUTH PLAIN ********\nS: +OK"),
    Case("pads in the middle let in", plain("C: AA==YWxp\nS: +OK"), broken="R5034-AUTH-15"),
    Case("pads in the middle are refused", plain("C: AA==YWxp\nS: -ERR"), kept="R5034-AUTH-15"),
    Case("an equals sign is no response of a turn", plain("C: =\nS: +OK"), broken="R5034-AUTH-15"),
    Case("junk is refused at the end of all turns", f"{login('!!!!')}S: -ERR", kept="R5034-AUTH-14"),
    Case("junk lets in at the end of all turns", f"{login('!!!!')}S: +OK", broken="R5034-AUTH-14"),
    Case("success has a challenge of its own", scram("S: + dj1RUQ==\nC:\nS: +OK"), kept="R5034-AUTH-20"),
    Case("success has data", scram("S: +OK dj1RUQ=="), broken="R5034-AUTH-20"),
    Case("success has words", scram("S: +OK v=QQ=="), broken="R5034-AUTH-20"),
    Case("success has neither", scram("S: +OK in")),
    Case("a turn looks like a command", plain("C: QUIT\nS: -ERR\nC: QUIT\nS: +OK"), kept="QUITA-01"),
    *[
        Case(
            f"whose maildrop it is shows with {mechanism}",
            f"{script}S: +OK in\nC: RETR 1\nS: +OK\nS: Message-ID: <mail@fixtures.pop3spec.invalid>\nS:\nS: one\nS: .",
            broken="RETR-02",
            mails={"m": MAIL},
        )
        for mechanism, script in {
            "PLAIN": plain(f"C: {RIGHT}\n"),
            "LOGIN": login(coded("alice")),
            "CRAM-MD5": cram("+ PDFAYT4=").removesuffix("S: -ERR"),
            "SCRAM-SHA-1": scram("S: + dj1RUQ==\nC:\n"),
            "an initial response": f"S: +OK\nC: AUTH PLAIN {RIGHT}\n",
        }.items()
    ],
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_said_in_turns(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    "mechanism, said, user",
    [
        ("PLAIN", "\0alice\0secret", b"alice"),
        ("PLAIN", "bob\0alice\0secret", b"bob"),
        ("PLAIN", "alice\0secret", None),
        ("plain", "\0alice\0secret", b"alice"),
        ("LOGIN", "alice", b"alice"),
        ("CRAM-MD5", "alice liddell 00", b"alice liddell"),
        ("SCRAM-SHA-256", "n,,n=al=2Cice,r=x", b"al,ice"),
        ("SCRAM-SHA-1-PLUS", "p=tls-unique,a=bob,n=alice,r=x", b"bob"),
        ("SCRAM-SHA-1", "what?", None),
        ("OAUTHBEARER", "n,a=alice@example.org,\x01auth=Bearer x\x01\x01", b"alice@example.org"),
        ("OAUTHBEARER", "n,,\x01auth=Bearer x\x01\x01", None),
        ("XOAUTH2", "user=alice\x01auth=Bearer x\x01\x01", b"alice"),
        ("XOAUTH2", "auth=Bearer x", None),
        ("DIGEST-MD5", 'charset=utf-8,username="alice",realm="x"', b"alice"),
        ("DIGEST-MD5", 'username="alice",authzid="bob"', None),
        ("EXTERNAL", "alice", b"alice"),
        ("EXTERNAL", "", None),
        ("ANONYMOUS", "alice", None),
    ],
)
def test_the_first_response_tells_whose_maildrop_it_is(mechanism: str, said: str, user: bytes | None) -> None:
    late = Sasl.begun_by(parse_command(Line(f"AUTH {mechanism}\r\n".encode())))
    assert late is not None
    assert late.user is None
    late.turns.append(Turn(Line(f"{coded(said)}\r\n".encode())))
    assert late.user == user
    early = Sasl.begun_by(parse_command(Line(f"AUTH {mechanism} {coded(said) or '='}\r\n".encode())))
    assert early is not None
    assert early.user == user


@pytest.mark.parametrize("line", [b"AUTH\r\n", b"AUTH \r\n", b"AUTH A B C\r\n", b"CAPA\r\n", b"AUTH A\n"])
def test_what_names_no_mechanism_begins_nothing(line: bytes) -> None:
    assert Sasl.begun_by(parse_command(Line(line))) is None


TEXTS = st.sampled_from([b"", b"*", b"=", b"QUIT", b"AAAA", b"A", b"AA=A", b"dj1RUQ==", b"\0", b"\xff"]) | st.binary(
    max_size=9
)
ASKED = st.sampled_from(
    [b"AUTH PLAIN", b"AUTH LOGIN ", b"AUTH CRAM-MD5 =", b"auth \xff", b"AUTH", b"AUTH SCRAM-SHA-1 AA=="]
)
ANSWERS = st.sampled_from(
    [b"+ ", b"+", b"+AAAA", b"+ AAAA", b"+OK", b"+OK dj1RUQ==", b"-ERR", b"-ERR [SYS/TEMP] x", b"?"]
)


@given(ASKED, st.lists(st.tuples(ANSWERS, TEXTS), max_size=6))
def test_no_exchange_stops_the_monitor(asked: bytes, turns: list[tuple[bytes, bytes]]) -> None:
    transcript = Transcript()
    lines: list[tuple[Sender, bytes]] = [("S", b"+OK"), ("C", b"CAPA"), ("S", b"+OK\r\nSASL PLAIN\r\n."), ("C", asked)]
    for answer, text in turns:
        lines += [("S", answer), ("C", text.replace(b"\n", b""))]
    for at, (sender, line) in enumerate(lines):
        transcript.record(sender, line + b"\r\n", float(at))
    Monitor().judge([Conversation(transcript)])
