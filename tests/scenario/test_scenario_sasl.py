"""The functions for SASL, against the examples that the RFCs print."""

from typing import Any

import pytest

from conformance.scenario.expressions import Expression, ExpressionError

RFC_5802 = {
    "nonce": b"fyko+d2lbbFgONRv9qkxdawL",
    "challenge": b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    "answer": b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    "final": b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
}
RFC_7677 = {
    "nonce": b"rOprNGfwEbeRWgbNEkqO",
    "challenge": b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    "answer": (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    ),
    "final": b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
}
EXAMPLES = [("SCRAM-SHA-1", RFC_5802), ("SCRAM-SHA-256", RFC_7677)]


def work_out(text: str, **variables: Any) -> Any:
    return Expression(text).value(variables)


@pytest.mark.parametrize("mechanism, example", EXAMPLES)
def test_scram_is_computed_as_in_the_examples(mechanism: str, example: dict[str, bytes]) -> None:
    said = f"'{mechanism}', 'user', 'pencil', nonce, b64(challenge)"
    assert work_out("unb64(scram_first('user', nonce))", **example) == b"n,,n=user,r=" + example["nonce"]
    assert work_out(f"unb64(scram_final({said}))", **example) == example["answer"]
    assert work_out(f"scram_agrees({said}, b64(final))", **example) is True
    assert work_out(f"scram_agrees({said}, b64('v=' + 'A' * 27 + '='))", **example) is False


@pytest.mark.parametrize("mechanism, example", EXAMPLES)
def test_a_proof_can_be_had_for_messages_as_they_are(mechanism: str, example: dict[str, bytes]) -> None:
    text = f"scram_proof('{mechanism}', 'pencil', 'n,,n=user,r=' + nonce, b64(challenge), last)"
    last, _, proof = example["answer"].rpartition(b",p=")
    assert work_out(text, **example, last=last) == proof


def test_values_of_attributes_are_found() -> None:
    assert work_out("scram_value(b64(challenge), 'i')", **RFC_5802) == b"4096"
    assert work_out("scram_value(b64(challenge), 'x')", **RFC_5802) == b""


def test_names_are_quoted() -> None:
    assert work_out("unb64(scram_first('a,b=c', 'x'))") == b"n,,n=a=2Cb=3Dc,r=x"


def test_cram_md5_is_computed_as_in_the_example() -> None:
    challenge = b"PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
    answer = b"dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"
    assert work_out("cram_md5(challenge, 'tim', 'tanstaaftanstaaf')", challenge=challenge) == answer


def test_letters_change_their_case() -> None:
    assert work_out("lower('AbC') + upper('AbC')") == b"abcABC"


@pytest.mark.parametrize("text", ["unb64('AA=A')", "unb64('!')", "lower(5)", "unb64(5)", "scram_value('AAAA', 5)"])
def test_what_cannot_be_worked_out_is_told(text: str) -> None:
    with pytest.raises(ExpressionError, match="cannot be worked out"):
        work_out(text)


@pytest.mark.parametrize("challenge", [b"", b"r=x", b"r=x,s=AAAA,i=0", b"r=x,s=!,i=1", b"r=x,s=AAAA,i=99999999999"])
def test_a_server_that_says_nonsense_is_no_reason_to_compute_for_ever(challenge: bytes) -> None:
    with pytest.raises(ExpressionError):
        work_out("scram_final('SCRAM-SHA-1', 'user', 'pencil', 'x', b64(challenge))", challenge=challenge)


@pytest.mark.parametrize(
    "text, value",
    [
        ("saslname('a,b=c')", b"a=2Cb=3Dc"),
        ("saslhex('a,')", b"=61=2C"),
        ("is_msg_id('<1.a@example.org>')", True),
        ("is_msg_id('<1.a>')", False),
        ("is_msg_id(' <1.a@example.org>')", False),
        ("number('4096')", 4096),
        ("number('-1')", -1),
        ("number('')", -1),
        ("begins('r=x', 'r=')", True),
        ("begins('', 'r=')", False),
        ("last_digit_changed('ab0') + last_digit_changed('ab9')", b"ab1ab0"),
        ("without_last('ab')", b"a"),
        ("json_member('{\"status\": \"invalid_token\"}', 'status')", b"invalid_token"),
        ("json_member('{\"status\": 400}', 'status')", b""),
        ("json_member('[]', 'status')", b""),
        ("json_member('no', 'status')", b""),
    ],
)
def test_what_messages_are_made_and_judged_by(text: str, value: object) -> None:
    assert work_out(text) == value
