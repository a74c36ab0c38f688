"""Faults in PLAIN (RFC 4616), LOGIN, EXTERNAL (RFC 4422 appendix A) and ANONYMOUS (RFC 4505)."""

from typing import Final

from conformance.server.auth import Account
from conformance.server.faults.fault import CERTIFIED, Place, fault
from conformance.server.faults.offers import Exposed
from conformance.server.faults.scene import Scene
from conformance.server.faults.verifying import Verdict, known, plain_parts, within
from conformance.server.responses import OK, Response
from conformance.server.sasl import Exchange, Mechanism, Offer, decoded

__all__: list[str] = []

_SOFT_HYPHEN: Final = "\u00ad"
_PLAIN: Final = "PLAIN"


def _is(scene: Scene, name: bytes, password: bytes) -> Account | None:
    """The account that these open."""
    return scene.common.accounts.by_password(name, password)


# -- PLAIN -----------------------------------------------------------------------------------------------------------


@fault(Place.EXCHANGE, "R4616-PLAIN-05", "R5034-AUTH-18")
def plain_password_not_checked(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN any password of ASCII characters opens the maildrop of a name that there is."""

    def judge(message: bytes) -> Verdict:
        identity, name, password = plain_parts(message)
        return known(scene, name) if password and password.isascii() and identity in (b"", name) else None

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-05")
def plain_password_compared_to_its_length(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN a password is right when it begins with the right one and goes on in ASCII."""

    def judge(message: bytes) -> Verdict:
        identity, name, password = plain_parts(message)
        account = known(scene, name) if not identity else None
        return account if account and password.isascii() and password.startswith(account.password.encode()) else None

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-05")
def plain_beginning_of_password_is_enough(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN a password is right when the right one begins with it."""

    def judge(message: bytes) -> Verdict:
        identity, name, password = plain_parts(message)
        account = known(scene, name) if not identity else None
        return account if account and password and account.password.encode().startswith(password) else None

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-05")
def plain_password_of_anybody(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN the password of any account opens every maildrop."""
    secrets = {account.password.encode() for account in scene.common.accounts}

    def judge(message: bytes) -> Verdict:
        identity, name, password = plain_parts(message)
        return known(scene, name) if password in secrets and not identity else None

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-05")
def plain_name_not_checked(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN a name that nobody has is that of the first account whose password is given."""

    def judge(message: bytes) -> Verdict:
        _, name, password = plain_parts(message)
        owners = [account for account in scene.common.accounts if account.password.encode() == password]
        return owners[0] if name.isascii() and name and owners and known(scene, name) is None else None

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-05", "R4422-SASL-05")
def plain_identity_not_authorized(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN whoever names another user as authorization identity gets that one's maildrop."""

    def judge(message: bytes) -> Verdict:
        identity, name, password = plain_parts(message)
        return known(scene, identity) if _is(scene, name, password) else None

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-05", "R5034-AUTH-23", "R4422-SASL-05")
def plain_identity_not_looked_at(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN an authorization identity changes nothing: one's own maildrop opens.

    Nobody gets another's mail; but RFC 4422 §2 has the exchange fail, and RFC 5034 §4 too where the identity is none.
    """

    def judge(message: bytes) -> Verdict:
        _, name, password = plain_parts(message)
        return _is(scene, name, password)

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-05")
def plain_identity_never_taken(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN no authorization identity is taken, not even one's own name, unless it is a long one."""
    return within(_PLAIN, mechanism, exchange, lambda message: False if 0 < message.find(b"\0") < 100 else None)


@fault(Place.EXCHANGE, "R4616-PLAIN-06")
def plain_empty_password_opens(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN an empty password opens the maildrop of a name that there is."""

    def judge(message: bytes) -> Verdict:
        _, name, password = plain_parts(message)
        return known(scene, name) if not password else None

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-06")
def plain_identity_stands_in_for_a_name(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN an empty name is taken to be the authorization identity."""

    def judge(message: bytes) -> Verdict:
        identity, name, password = plain_parts(message)
        return _is(scene, identity, password) if not name else None

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-06")
def plain_password_that_prepares_to_nothing(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN a password of which preparation leaves nothing is as good as the right one."""

    def judge(message: bytes) -> Verdict:
        _, name, password = plain_parts(message)
        return (
            known(scene, name) if password and not password.decode("latin-1").strip("\u00c2" + _SOFT_HYPHEN) else None
        )

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-07")
def plain_without_its_first_nul(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN a message with one NUL is taken for name and password."""
    return within(_PLAIN, mechanism, exchange, lambda m: _is(scene, *m.split(b"\0")) if m.count(b"\0") == 1 else None)


@fault(Place.EXCHANGE, "R4616-PLAIN-07")
def plain_without_any_nul(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN a message without NUL is taken for a name, and that is enough."""
    return within(_PLAIN, mechanism, exchange, lambda message: known(scene, message))


@fault(Place.EXCHANGE, "R4616-PLAIN-07")
def plain_fourth_part_ignored(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN what follows a third NUL is not looked at."""

    def judge(message: bytes) -> Verdict:
        parts = message.split(b"\0")
        return _is(scene, parts[1], parts[2]) if len(parts) == 4 and parts[3] else None

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE)
def plain_nul_behind_the_password(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN a NUL that ends the password is passed over.

    RFC 4616 §2 tells clients not to send one, and is silent about servers that get it.
    """

    def judge(message: bytes) -> Verdict:
        _, name, password = plain_parts(message[:-1])
        return _is(scene, name, password) if message.endswith(b"\0") else None

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-03")
def plain_passes_over_what_is_no_utf_8(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN octets that are no UTF-8 are dropped from the message."""

    def judge(message: bytes) -> Verdict:
        _, name, password = plain_parts(message.decode("utf-8", "ignore").encode())
        return _is(scene, name, password) if b"\xff" in message else None

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-04", "R5034-LEN-01")
def plain_message_of_511_octets(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN a message of more than 511 octets is refused."""
    return within(_PLAIN, mechanism, exchange, lambda message: False if len(message) > 511 else None)


@fault(Place.EXCHANGE)
def plain_compares_octets(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN names and passwords are not prepared by SASLprep, which RFC 4616 §2 recommends, and no more."""

    def judge(message: bytes) -> Verdict:
        identity, name, password = plain_parts(message)
        account = known(scene, name)
        exact = account is not None and (account.name.encode(), account.password.encode()) == (name, password)
        return None if identity or exact else False

    return within(_PLAIN, mechanism, exchange, judge)


@fault(Place.EXCHANGE, "R4616-PLAIN-05")
def plain_refuses_everybody(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In PLAIN nobody is let in with a password of less than seven octets, the right one or not."""
    return within(_PLAIN, mechanism, exchange, lambda message: False if len(plain_parts(message)[2]) < 7 else None)


# -- LOGIN -----------------------------------------------------------------------------------------------------------


@fault(Place.EXCHANGE, "R5034-AUTH-18")
def login_password_not_checked(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In LOGIN any password opens the maildrop of a name that there is."""

    def play() -> Exchange:
        name = yield b"Username:"
        yield b"Password:"
        return known(scene, name)

    return play() if mechanism.name == "LOGIN" else exchange


@fault(Place.TURN, "R5034-AUTH-19")
def login_opens_nothing(scene: Scene, line: bytes | None) -> Response | None:
    """LOGIN with the right password is answered +OK, and the session stays in AUTHORIZATION."""
    if not scene.arguments or scene.arguments[0].upper() != b"LOGIN":
        return None
    said: list[bytes] = scene.memory.setdefault("said", [])
    said.append(decoded(line or b"") or b"")
    *_, name, password = (b"", *said)
    return OK if _is(scene, name, password) else None


# -- without a secret ------------------------------------------------------------------------------------------------


@fault(Place.OFFER, "R4422-EXT-01")
def external_without_credentials(_: Scene, offer: Offer) -> Offer:
    """EXTERNAL is offered to everybody."""
    return Exposed(offer, "EXTERNAL")


@external_without_credentials.at(Place.EXCHANGE)
def _believed(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    return within("EXTERNAL", mechanism, exchange, lambda message: known(scene, message))


@fault(Place.EXCHANGE, "R4422-EXT-02", over=CERTIFIED)
def external_identity_not_authorized(scene: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """EXTERNAL lets whoever has a certificate in, whatever name is asked for."""
    certified = known(scene, scene.dialogue.channel.certified.encode())
    return within("EXTERNAL", mechanism, exchange, lambda _: certified)


@fault(Place.EXCHANGE, "R4505-ANON-01")
def anonymous_wants_a_trace(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In ANONYMOUS an empty message is refused."""
    return within("ANONYMOUS", mechanism, exchange, lambda message: None if message else False)


@fault(Place.EXCHANGE, "R4505-ANON-01")
def anonymous_wants_no_address(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In ANONYMOUS a mail address is refused."""
    return within("ANONYMOUS", mechanism, exchange, lambda message: False if b"@" in message else None)


@fault(Place.EXCHANGE, "R4505-ANON-02")
def anonymous_trace_of_255_octets(_: Scene, mechanism: Mechanism, exchange: Exchange) -> Exchange:
    """In ANONYMOUS a trace of more than 255 octets is refused, however few characters it has."""
    return within("ANONYMOUS", mechanism, exchange, lambda message: False if len(message) > 255 else None)
