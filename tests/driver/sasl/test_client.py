"""What the client says in each mechanism, and what it makes of what it hears, without a connection."""

from base64 import b64encode

import pytest

from conformance.driver import MECHANISMS
from conformance.driver.sasl import Client, Identity, SaslError
from conformance.driver.sasl.scram import Proofs, attributes, quoted

ALICE = Identity(b"alice", b"secret", b"token", b"mail.example.org", 995)
SALT = b64encode(b"0123456789abcdef")


def client(name: str, identity: Identity = ALICE) -> Client:
    return MECHANISMS[name](identity)


def test_the_strongest_come_first() -> None:
    assert list(MECHANISMS)[:4] == ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"]


@pytest.mark.parametrize("name", ["PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"])
def test_what_shows_a_secret_says_so(name: str) -> None:
    assert client(name).plaintext


@pytest.mark.parametrize("name", ["SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "EXTERNAL", "ANONYMOUS"])
def test_what_shows_none_does_not(name: str) -> None:
    assert not client(name).plaintext


@pytest.mark.parametrize(
    "name, first",
    [
        ("PLAIN", b"\0alice\0secret"),
        ("OAUTHBEARER", b"n,a=alice,\x01host=mail.example.org\x01port=995\x01auth=Bearer token\x01\x01"),
        ("XOAUTH2", b"user=alice\x01auth=Bearer token\x01\x01"),
        ("EXTERNAL", b""),
        ("ANONYMOUS", b"pop3spec"),
        ("LOGIN", None),
        ("CRAM-MD5", None),
    ],
)
def test_the_first_word(name: str, first: bytes | None) -> None:
    assert client(name).first() == first


def test_login_says_name_and_password_whatever_it_is_asked() -> None:
    said = client("LOGIN")
    assert [said.answer(b"Password:"), said.answer(b"User Name\0")] == [b"alice", b"secret"]


def test_cram_md5_answers_as_in_the_example_of_the_rfc() -> None:
    tim = client("CRAM-MD5", Identity(b"tim", b"tanstaaftanstaaf"))
    answer = tim.answer(b"<1896.697170952@postoffice.reston.mci.net>")
    assert answer == b"tim b913a602c7eda7a495b4e6e7334d3890"


@pytest.mark.parametrize("name", ["PLAIN", "EXTERNAL", "ANONYMOUS"])
def test_a_challenge_where_there_is_none_is_not_answered(name: str) -> None:
    with pytest.raises(SaslError, match="too many"):
        client(name).answer(b"more?")


@pytest.mark.parametrize("name, challenges", [("LOGIN", 2), ("CRAM-MD5", 1)])
def test_nor_is_one_too_many(name: str, challenges: int) -> None:
    said = client(name)
    for _ in range(challenges):
        said.answer(b"?")
    with pytest.raises(SaslError, match="too many"):
        said.answer(b"?")


@pytest.mark.parametrize("name, dummy", [("OAUTHBEARER", b"\x01"), ("XOAUTH2", b"")])
def test_an_error_of_a_token_mechanism_is_answered_and_no_success_believed(name: str, dummy: bytes) -> None:
    said = client(name)
    assert said.answer(b'{"status":"invalid_token"}') == dummy
    assert not said.satisfied


# -- SCRAM -----------------------------------------------------------------------------------------------------------


class Server:
    """What a server that knows the password says to a client's first message."""

    def __init__(self, said: Client, name: str = "SCRAM-SHA-1") -> None:
        self.name = name
        self.first = said.first() or b""
        self.nonce = attributes(self.first.split(b",", 2)[2])["r"] + b"server"
        self.challenge = b"r=%b,s=%b,i=4096" % (self.nonce, SALT)

    def final(self, answer: bytes) -> bytes:
        without_proof, _, proof = answer.rpartition(b",p=")
        proofs = Proofs.of(self.name, b"secret", self.first, self.challenge, without_proof)
        assert proof == b64encode(proofs.client_proof)
        return b"v=" + b64encode(proofs.server_signature)


@pytest.mark.parametrize("name", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_scram_is_satisfied_once_the_server_has_proven_itself(name: str) -> None:
    said = client(name)
    server = Server(said, name)
    answer = said.answer(server.challenge)
    assert answer.startswith(b"c=biws,r=" + server.nonce + b",p=")
    before = said.satisfied
    assert said.answer(server.final(answer)) == b""
    assert (before, said.satisfied) == (False, True)
    with pytest.raises(SaslError, match="too many"):
        said.answer(b"")


def test_a_server_that_does_not_know_the_password_is_found_out() -> None:
    said = client("SCRAM-SHA-1")
    said.answer(Server(said).challenge)
    with pytest.raises(SaslError, match="signature is wrong"):
        said.answer(b"v=" + b64encode(b"0" * 20))
    assert not said.satisfied


def test_an_error_is_answered_and_no_success_believed() -> None:
    said = client("SCRAM-SHA-1")
    said.answer(Server(said).challenge)
    assert said.answer(b"e=invalid-proof") == b""
    assert not said.satisfied


@pytest.mark.parametrize(
    "challenge, why",
    [
        ("r=unrelated,s=QUJD,i=4096", "does not extend"),
        ("r={nonce},s=QUJD,i=4096", "does not extend"),
        ("m=x,r={nonce}1,s=QUJD,i=4096", "no more of it"),
        ("e=other-error", "no more of it"),
        ("r={nonce}1,s=,i=4096", "no salt"),
        ("r={nonce}1,s=QUJD,i=0", "no number"),
        ("r={nonce}1,s=QUJD,i=many", "no number"),
        ("r={nonce}1,s=QUJD,i=999999999999", "no number"),
        ("r={nonce}1,s=!,i=1", "base64"),
        ("", "does not extend"),
    ],
)
def test_what_scram_does_not_answer(challenge: str, why: str) -> None:
    said = client("SCRAM-SHA-1")
    nonce = attributes((said.first() or b"").split(b",", 2)[2])["r"].decode()
    with pytest.raises(SaslError, match=why):
        said.answer(challenge.format(nonce=nonce).encode())


def test_few_iterations_are_a_servers_business() -> None:
    said = client("SCRAM-SHA-1")
    server = Server(said)
    server.challenge = server.challenge.replace(b"4096", b"1")
    assert said.answer(server.final(said.answer(server.challenge))) == b""


def test_names_are_quoted_and_prepared() -> None:
    first = client("SCRAM-SHA-1", Identity("a,b=c\u00ad".encode(), b"x")).first() or b""
    assert first.startswith(b"n,,n=a=2Cb=3Dc,r=")
    assert quoted(b",=") == b"=2C=3D"


def test_the_flag_tells_what_is_known_of_binding() -> None:
    bindings = {"tls-unique": b"unique", "tls-server-end-point": b"certificate"}
    bound = client("SCRAM-SHA-1-PLUS", Identity(b"alice", b"secret", bindings=bindings))
    assert (bound.first() or b"").startswith(b"p=tls-unique,,n=alice,")
    assert bound.answer(Server(bound).challenge).startswith(b"c=" + b64encode(b"p=tls-unique,,unique") + b",")
    believes = client("SCRAM-SHA-1", Identity(b"alice", b"secret", bindings=bindings, believes_unbound=True))
    assert (believes.first() or b"").startswith(b"y,,")
    with pytest.raises(SaslError, match="no TLS"):
        client("SCRAM-SHA-1-PLUS")
