"""Faults in mechanisms with challenges: SCRAM (RFC 5802, RFC 7677) and CRAM-MD5 (RFC 2195)."""

import hmac
import re
from base64 import b64encode
from collections.abc import Callable
from typing import Final

from conformance.server.auth import Account
from conformance.server.faults.fault import STARTTLS, Place, fault
from conformance.server.faults.lax_scram import Ways, scram
from conformance.server.faults.offers import Without
from conformance.server.faults.scene import Scene
from conformance.server.faults.verifying import known, with_verdict
from conformance.server.international import as_query
from conformance.server.sasl import Exchange, Mechanism, Offer
from conformance.wire import Command, InvalidCommand, State

__all__: list[str] = []

_SHA_1: Final = "SCRAM-SHA-1"
_SHA_256: Final = "SCRAM-SHA-256"
_BOTH: Final = (_SHA_1, _SHA_256)
_CRAM_MD5: Final = "CRAM-MD5"
_HEXADECIMAL: Final = re.compile(rb"=([0-9A-F]{2})")
_BLOCK: Final = 64
_DIGITS: Final = 32


def _lax(
    scene: Scene, mechanism: Mechanism, exchange: Exchange, ways: Ways, names: tuple[str, ...] = _BOTH
) -> Exchange:
    """SCRAM in these ways, where it is one of these mechanisms."""
    return scram(scene, mechanism, ways) if mechanism.name in names else exchange


# -- SCRAM: the client's first message -------------------------------------------------------------------------------


@fault(Place.EXCHANGE, "R5802-SCRAM-01")
def scram_flag_is_anything(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM takes a flag x, as if it were n."""
    return _lax(scene, mechanism, exchange, Ways(flags=(b"n", b"y", b"x")))


@fault(Place.EXCHANGE, "R5802-SCRAM-22")
def scram_binding_of_any_type(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM takes a type of channel binding that it does not know, and whatever data go with it."""
    lax = Ways(flags=(b"n", b"y", b"p"), compares_binding=False)

    def play() -> Exchange:
        first = yield b""
        other = _lax(scene, mechanism, exchange, lax if first.startswith(b"p") else Ways())
        next(other)
        return (yield from _from(other, first))

    return play() if mechanism.name in _BOTH else exchange


def _from(exchange: Exchange, response: bytes) -> Exchange:
    try:
        while True:
            response = yield exchange.send(response)
    except StopIteration as over:
        account: Account | None = over.value
        return account


@fault(Place.EXCHANGE, "R5802-SCRAM-10", over=STARTTLS)
def scram_downgrade_not_noticed(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM lets a client in that was made to believe that the channel cannot be bound."""
    return _lax(scene, mechanism, exchange, Ways())


@fault(Place.EXCHANGE, "R5802-SCRAM-06")
def scram_names_in_hexadecimal(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In names of SCRAM an equals sign and two hexadecimal digits are any octet."""

    def unquoted(name: bytes) -> bytes:
        return _HEXADECIMAL.sub(lambda found: bytes([int(found[1], 16)]), name)

    return _lax(scene, mechanism, exchange, Ways(unquoted=unquoted))


@fault(Place.EXCHANGE, "R5802-SCRAM-07")
def scram_mandatory_extension_ignored(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM passes over the reserved attribute m."""
    return _lax(scene, mechanism, exchange, Ways(takes_m=True))


@fault(Place.EXCHANGE, "R5802-SCRAM-08")
def scram_extension_refused(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM takes no attribute that it does not know."""
    return _lax(scene, mechanism, exchange, Ways(extensions=False))


@fault(Place.EXCHANGE, "R5802-SCRAM-15")
def scram_identity_not_authorized(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In SCRAM whoever names another user as authorization identity gets that one's maildrop."""

    return _lax(scene, mechanism, exchange, Ways(authorizes=False))


@fault(Place.EXCHANGE, "R5802-SCRAM-16")
def scram_names_not_prepared(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM looks names up octet by octet."""
    return _lax(scene, mechanism, exchange, Ways(found_as=bytes))


@fault(Place.EXCHANGE, "R5802-SCRAM-13")
def scram_name_not_checked(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In SCRAM a name of ASCII characters that nobody has is that of the first account."""
    first = next(iter(scene.common.accounts)).name.encode()

    def found_as(name: bytes) -> bytes:
        prepared = as_query(name) or b""
        return prepared if known(scene, name) or not name.isascii() else first

    return _lax(scene, mechanism, exchange, Ways(found_as=found_as))


@fault(Place.EXCHANGE, "R5802-SCRAM-17")
def scram_prepared_name_is_proven(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In SCRAM the prepared name goes into the computation."""
    hyphen = "\u00ad".encode()
    return _lax(scene, mechanism, exchange, Ways(hashed=lambda bare: bare.replace(hyphen, b"")))


# -- SCRAM: the client's last message --------------------------------------------------------------------------------


@fault(Place.EXCHANGE, "R5802-SCRAM-04")
def scram_nonce_not_compared(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM does not look at the nonce that comes with the proof."""
    return _lax(scene, mechanism, exchange, Ways(compares_nonce=False))


@fault(Place.EXCHANGE, "R5802-SCRAM-09")
def scram_binding_not_compared(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM does not look at what comes with the proof about the channel's binding."""
    return _lax(scene, mechanism, exchange, Ways(compares_binding=False))


@fault(Place.EXCHANGE, "R5802-SCRAM-13")
def scram_proof_not_checked(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM takes any proof that has the right length."""
    return _lax(scene, mechanism, exchange, Ways(proves=lambda proof, right: len(proof) == len(right)))


@fault(Place.EXCHANGE, "R5802-SCRAM-13")
def scram_empty_proof_taken(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM compares as much of the proof as there is."""
    return _lax(scene, mechanism, exchange, Ways(proves=lambda proof, right: right.startswith(proof)))


# -- SCRAM: the server's messages ------------------------------------------------------------------------------------


@fault(Place.EXCHANGE, "R5802-SCRAM-02")
def scram_nonce_not_extended(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM gives the client its own nonce back."""
    return _lax(scene, mechanism, exchange, Ways(nonce=bytes))


@fault(Place.EXCHANGE, "R5802-SCRAM-02")
def scram_nonce_replaced(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In SCRAM the server's nonce stands in place of the client's."""
    return _lax(scene, mechanism, exchange, Ways(nonce=lambda nonce: b"%d%b" % (scene.connection, nonce[::-1])))


@fault(Place.EXCHANGE, "R5802-SCRAM-02")
def scram_nonce_repeated(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In SCRAM the server adds the same to every nonce."""
    return _lax(scene, mechanism, exchange, Ways(nonce=lambda nonce: nonce + b"3rfcNHYJY1ZVvWVs7j"))


@fault(Place.EXCHANGE, "R5802-SCRAM-19")
def scram_salt_first(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In SCRAM the server's first message begins with the salt."""

    def first(nonce: bytes, salt: bytes, iterations: int) -> bytes:
        return b"s=%b,r=%b,i=%d" % (b64encode(salt), nonce, iterations)

    return _lax(scene, mechanism, exchange, Ways(first=first))


@fault(Place.EXCHANGE, "R5802-SCRAM-12")
def scram_sha_1_with_few_iterations(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM-SHA-1 announces 1024 iterations."""
    return _lax(scene, mechanism, exchange, Ways(iterations=1024), (_SHA_1,))


@fault(Place.EXCHANGE, "R7677-SCRAM-02")
def scram_sha_256_with_few_iterations(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM-SHA-256 announces 1024 iterations."""
    return _lax(scene, mechanism, exchange, Ways(iterations=1024), (_SHA_256,))


@fault(Place.EXCHANGE, "R5802-SCRAM-14")
def scram_sha_1_signature_wrong(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In SCRAM-SHA-1 the server's signature is by another hash function."""
    return _lax(scene, mechanism, exchange, Ways(signature_hash="sha256"), (_SHA_1,))


@fault(Place.EXCHANGE, "R5802-SCRAM-14", "R7677-SCRAM-01")
def scram_sha_256_signature_wrong(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In SCRAM-SHA-256 the server's signature is by SHA-1."""
    return _lax(scene, mechanism, exchange, Ways(signature_hash="sha1"), (_SHA_256,))


@fault(Place.EXCHANGE, "R5802-SCRAM-18")
def scram_final_message_without_error(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM tells of a wrong proof in a last message that has no attribute e."""
    return _lax(scene, mechanism, exchange, Ways(says_why=b"x=wrong-proof"))


@fault(Place.EXCHANGE)
def scram_tells_what_failed(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM tells of a wrong proof in a last message, as RFC 5802 §5.1 lets it."""
    return _lax(scene, mechanism, exchange, Ways(says_why=b"e=invalid-proof"))


# -- SCRAM: what is on offer -----------------------------------------------------------------------------------------


@fault(Place.OFFER, "R5802-SCRAM-21", over=STARTTLS)
def scram_with_binding_alone(_: Scene, offer: Offer) -> Offer:
    """SCRAM-SHA-256 is offered with channel binding alone."""
    return Without(offer, _SHA_256)


@fault(Place.EXCHANGE, "R5802-SCRAM-23", over=STARTTLS)
def scram_without_tls_unique(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """SCRAM binds channels by the server's certificate alone."""
    if not mechanism.name.endswith("-PLUS"):
        return exchange
    return with_verdict(exchange, lambda first: False if first.startswith(b"p=tls-unique,") else None)


# -- CRAM-MD5 --------------------------------------------------------------------------------------------------------


def _cram(
    scene: Scene,
    mechanism: Mechanism,
    exchange: Exchange,
    right: Callable[[Account, bytes, bytes], bool] | None = None,
    challenge: bytes = b"",
) -> Exchange:
    """CRAM-MD5, with another judge of a digest, or another challenge."""

    def play() -> Exchange:
        asked = challenge or scene.common.accounts.stamps.next()
        name, _, digest = (yield asked).rpartition(b" ")
        account = known(scene, name)
        if right is None or account is None or not account.cram_md5:
            return scene.common.accounts.by_keyed_digest(name, digest, asked)
        return account if right(account, digest, asked) else None

    return play() if mechanism.name == _CRAM_MD5 else exchange


def _digest(secret: bytes, challenge: bytes) -> bytes:
    return hmac.new(secret, challenge, "md5").hexdigest().encode()


@fault(Place.EXCHANGE, "R2195-CRAM-01")
def cram_challenge_is_a_number(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """The challenge of CRAM-MD5 is a number, and no msg-id."""
    return _cram(scene, mechanism, exchange, challenge=b"%d" % scene.random.getrandbits(64))


@fault(Place.EXCHANGE, "R2195-CRAM-02")
def cram_challenge_repeated(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """The challenge of CRAM-MD5 is always the same."""
    return _cram(scene, mechanism, exchange, challenge=b"<1896.697170952@pop3spec.invalid>")


@fault(Place.EXCHANGE, "R2195-CRAM-04")
def cram_digest_not_checked(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In CRAM-MD5 any digest of the right length opens the maildrop."""
    return _cram(scene, mechanism, exchange, lambda _, digest, __: len(digest) == _DIGITS)


@fault(Place.EXCHANGE, "R2195-CRAM-04")
def cram_digest_compared_in_part(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In CRAM-MD5 the last digit of the digest is not looked at."""

    def right(account: Account, digest: bytes, challenge: bytes) -> bool:
        return digest[: _DIGITS - 1] == _digest(account.password.encode(), challenge)[: _DIGITS - 1]

    return _cram(scene, mechanism, exchange, right)


@fault(Place.EXCHANGE, "R2195-CRAM-04")
def cram_digest_missing(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In CRAM-MD5 an empty digest opens the maildrop."""

    def right(account: Account, digest: bytes, challenge: bytes) -> bool:
        return digest in (b"", _digest(account.password.encode(), challenge))

    return _cram(scene, mechanism, exchange, right)


@fault(Place.EXCHANGE, "R2195-CRAM-04")
def cram_name_not_checked(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In CRAM-MD5 a digest by anybody's secret is good, whatever name comes with it."""

    def play() -> Exchange:
        asked = scene.common.accounts.stamps.next()
        digest = (yield asked).rpartition(b" ")[2]
        owners = (a for a in scene.common.accounts if a.cram_md5 and _digest(a.password.encode(), asked) == digest)
        return next(owners, None)

    return play() if mechanism.name == _CRAM_MD5 else exchange


@fault(Place.EXCHANGE, "R2195-CRAM-04")
def cram_secret_cut_at_a_block(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In CRAM-MD5 a secret of more than 64 octets is cut there, and not hashed."""

    def right(account: Account, digest: bytes, challenge: bytes) -> bool:
        return digest == _digest(account.password.encode()[:_BLOCK], challenge)

    return _cram(scene, mechanism, exchange, right)


@fault(Place.EXCHANGE, "R2195-CRAM-04")
def cram_digest_for_an_earlier_challenge(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In CRAM-MD5 a digest stays good for other exchanges."""
    earlier: list[bytes] = scene.common.memory.setdefault("challenges", [])

    def right(account: Account, digest: bytes, challenge: bytes) -> bool:
        return digest == _digest(account.password.encode(), challenge) or any(
            digest == _digest(account.password.encode(), asked) for asked in earlier
        )

    if mechanism.name == _CRAM_MD5:
        challenge = scene.common.accounts.stamps.next()
        earlier.append(challenge)
        return _cram(scene, mechanism, exchange, right, challenge)
    return exchange


@fault(Place.COMMAND, "R2195-CRAM-05")
def cram_or_password(scene: Scene, given: Command | InvalidCommand) -> Command | None:
    """A maildrop that CRAM-MD5 opens is opened by USER and PASS too."""
    account = known(scene, scene.session.name or b"")
    if scene.session.state is not State.AUTHORIZATION or given.verb != "PASS" or account is None:
        return None
    if not account.cram_md5 or given.arguments != (account.password.encode(),):
        return None
    stand_in = next(other for other in scene.common.accounts if other.plain)
    scene.session.name = stand_in.name.encode()
    return Command(given.line, "PASS", (stand_in.password.encode(),))
