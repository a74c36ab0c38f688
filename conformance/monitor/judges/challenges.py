"""What servers say in CRAM-MD5 (RFC 2195) and SCRAM (RFC 5802, RFC 7677), and what they list of the latter."""

from typing import Final

from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.registry import TURN, judge
from conformance.monitor.seen import Seen
from conformance.wire import challenge_of, decoded
from conformance.wire.grammar import MSG_ID

__all__: list[str] = []

_PLUS: Final = "-PLUS"
_SCRAM: Final = ("SCRAM-SHA-1", "SCRAM-SHA-256")
_FEWEST: Final = 4096
_DIGITS: Final = 18


# -- CRAM-MD5 --------------------------------------------------------------------------------------------------------


@judge("R2195-CRAM-01", verb="AUTH")
def the_challenge_is_a_msg_id(seen: Seen) -> Finding | None:
    """RFC 2195 §2: the unencoded form must correspond to that of a msg-id."""
    sasl, reply = seen.sasl, seen.reply
    if sasl is None or reply is None or sasl.mechanism != "CRAM-MD5" or sasl.initial is not None:
        return None
    challenge = challenge_of(reply)
    if not challenge:
        return None
    if MSG_ID.fullmatch(challenge):
        return KEPT
    return seen.broken(f"the challenge of CRAM-MD5 is a msg-id in angle brackets; it is {quote(challenge)}")


# -- SCRAM -----------------------------------------------------------------------------------------------------------


def _server_first(seen: Seen, *mechanisms: str) -> tuple[bytes, bytes] | None:
    """The client's first message, and the server's, if this is where it comes; one that tells an error is none."""
    sasl, reply = seen.sasl, seen.reply
    if sasl is None or reply is None or sasl.mechanism.removesuffix(_PLUS) not in mechanisms:
        return None
    if seen.turn is not None:
        asked = seen.turn.response if sasl.initial is None and not sasl.turns else None
    else:
        asked = decoded(sasl.initial) if sasl.initial is not None else None
    said = challenge_of(reply)
    if not asked or not said or b"e" in _attributes(said) or b"r" not in _attributes(asked):
        return None
    return asked, said


def _attributes(message: bytes) -> dict[bytes, bytes]:
    pairs = (piece.partition(b"=") for piece in message.split(b","))
    return {letter: value for letter, equals, value in pairs if equals and len(letter) == 1}


@judge("R5802-SCRAM-02", verb=("AUTH", TURN))
def the_nonce_is_extended(seen: Seen) -> Finding | None:
    """RFC 5802 §5.1: the server augments the client's nonce by its own."""
    messages = _server_first(seen, *_SCRAM)
    if messages is None:
        return None
    mine, theirs = (_attributes(message).get(b"r", b"") for message in messages)
    if theirs.startswith(mine) and theirs != mine:
        return KEPT
    return seen.broken(f"the server's nonce has to go on from the client's, {quote(mine)}; it is {quote(theirs)}")


@judge("R5802-SCRAM-19", verb=("AUTH", TURN))
def nonce_salt_and_iterations_come_in_order(seen: Seen) -> Finding | None:
    """RFC 5802 §7: `nonce "," salt "," iteration-count ["," extensions]`."""
    messages = _server_first(seen, *_SCRAM)
    if messages is None:
        return None
    letters = [piece[:2] for piece in messages[1].split(b",")[:3]]
    said = _attributes(messages[1])
    if letters == [b"r=", b"s=", b"i="] and decoded(said[b"s"]) and _number(said[b"i"]) > 0:
        return KEPT
    return seen.broken(f"the server begins with r=, s= in base64, i= with a number; it said {quote(messages[1])}")


def _enough(seen: Seen, mechanism: str) -> Finding | None:
    messages = _server_first(seen, mechanism)
    iterations = _number(_attributes(messages[1]).get(b"i", b"")) if messages is not None else 0
    if iterations <= 0:
        return None
    if iterations >= _FEWEST:
        return KEPT
    return seen.broken(f"{mechanism} should announce {_FEWEST} iterations at least; it announces {iterations}")


@judge("R5802-SCRAM-12", verb=("AUTH", TURN))
def iterations_of_sha_1_are_many(seen: Seen) -> Finding | None:
    """RFC 5802 §5.1: servers should announce at least 4096."""
    return _enough(seen, "SCRAM-SHA-1")


@judge("R7677-SCRAM-02", verb=("AUTH", TURN))
def iterations_of_sha_256_are_many(seen: Seen) -> Finding | None:
    """RFC 7677 §3: the count announced should be at least 4096."""
    return _enough(seen, "SCRAM-SHA-256")


def _number(text: bytes) -> int:
    return int(text[:_DIGITS]) if text.isdigit() else 0


@judge("R5802-SCRAM-21", verb="CAPA")
def binding_is_offered_beside_doing_without(seen: Seen) -> Finding | None:
    """RFC 5802 §6: servers that bind channels should list both names.

    A policy that refuses the plain variant lists ``-PLUS`` alone; that it is such a policy cannot be seen.
    """
    line = next((line for line in seen.lines if line.content.upper().startswith(b"SASL ")), None)
    if line is None or not seen.positive:
        return None
    names = line.content.decode("latin-1").upper().split()[1:]
    binding = [name for name in names if name.startswith("SCRAM-") and name.endswith(_PLUS)]
    alone = next((name for name in binding if name.removesuffix(_PLUS) not in names), None)
    if alone is None:
        return KEPT if binding else None
    reason = f"SASL should list {alone.removesuffix(_PLUS)} as well as {alone}; it does not"
    return seen.broken(reason, (line.start, line.end))
