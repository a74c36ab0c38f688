"""The turns of AUTH: challenges, and what becomes of responses (RFC 5034 §4)."""

import re
from typing import Final

from conformance.monitor.findings import KEPT, Finding
from conformance.monitor.registry import TURN, Judge, judge
from conformance.monitor.sasl import CLIENT_FIRST, ONE_RESPONSE
from conformance.monitor.seen import Seen
from conformance.wire import Misspelling, decoded, misspelling

__all__: list[str] = []

_ON_SUCCESS: Final = re.compile(rb"(?:v|rspauth)=")
"""How the data begin that SCRAM and DIGEST-MD5 have for a client that succeeded (RFC 5802 §7, RFC 2831 §2.1.3)."""
_SPACES: Final = re.compile(rb"\+ *")


# -- challenges ------------------------------------------------------------------------------------------------------


def _challenge(seen: Seen) -> bytes | None:
    """The line of a challenge, if this is one."""
    reply = seen.reply
    return reply.status.content if reply is not None and reply.challenges and seen.in_authorization else None


@judge("R5034-AUTH-04", verb=("AUTH", TURN))
def a_space_follows_the_plus_sign(seen: Seen) -> Finding | None:
    """§4: a plus sign, followed by a single space and a string. One without data is another clause's matter."""
    line = _challenge(seen)
    if line is None or (_SPACES.fullmatch(line) and line != b"+ "):
        return None
    if line[1:2] == b" " and line[2:3] != b" ":
        return KEPT
    return seen.broken(f"a challenge is a plus sign, one space and base64; this one is {seen.said}")


@judge("R5034-AUTH-05", verb=("AUTH", TURN))
def a_challenge_is_base64_alone(seen: Seen) -> Finding | None:
    """§4: the line must not contain any text other than the encoded challenge."""
    line = _challenge(seen)
    if line is None:
        return None
    wrong = misspelling(line[1:].lstrip(b" "))
    if wrong is None:
        return KEPT
    return seen.broken(f"a challenge holds base64 and no more; in {seen.said} {wrong.value}")


@judge("R5034-AUTH-07", verb=("AUTH", TURN))
def an_empty_challenge_is_two_octets(seen: Seen) -> Finding | None:
    """§4: a line with only a plus sign, followed by a single space. It must not contain any other data."""
    line, sasl = _challenge(seen), seen.sasl
    if line is None:
        return None
    if line == b"+ ":
        return KEPT
    begins = seen.turn is None and sasl is not None and sasl.initial is None and sasl.mechanism in CLIENT_FIRST
    if not begins and not _SPACES.fullmatch(line):
        return None
    return seen.broken(f'an empty challenge is "+ " and no more; this one is {seen.said}')


# -- responses -------------------------------------------------------------------------------------------------------


@judge("R5034-AUTH-12", "R1734-AUTH-02", verb=TURN)
def an_asterisk_cancels(seen: Seen) -> Finding | None:
    """§4: if the server receives it, it must reject the AUTH command by -ERR."""
    if seen.turn is None or not seen.turn.cancels or seen.reply is None:
        return None
    if seen.negative:
        return KEPT
    if not (seen.positive or seen.reply.challenges):
        return None
    return seen.broken(f"an exchange that is cancelled has to be answered by -ERR; this one was answered {seen.said}")


def _misspelt(flaw: Misspelling) -> Judge:
    """A judge of exchanges in which the client wrote something that is no base64."""

    def look(seen: Seen) -> Finding | None:
        """§4: the server must reject the AUTH command, and not ignore what is wrong.

        Where a mechanism has more turns, it may be told at their end.
        """
        sasl, reply = seen.sasl, seen.reply
        if sasl is None or reply is None or not seen.in_authorization or flaw not in sasl.flaws(seen.turn):
            return None
        if seen.negative:
            return KEPT
        goes_on = reply.challenges and sasl.mechanism in ONE_RESPONSE
        if not (seen.positive or goes_on):
            return None
        return seen.broken(f"a response has to be refused where {flaw.value}; this one was answered {seen.said}")

    return look


judge("R5034-AUTH-13", verb=("AUTH", TURN))(_misspelt(Misspelling.REMAINDER))
judge("R5034-AUTH-14", verb=("AUTH", TURN))(_misspelt(Misspelling.ALPHABET))
judge("R5034-AUTH-15", verb=("AUTH", TURN))(_misspelt(Misspelling.PAD))


# -- the end ---------------------------------------------------------------------------------------------------------


@judge("R5034-AUTH-20", verb=TURN)
def no_data_go_with_success(seen: Seen) -> Finding | None:
    """§4: POP3 does not allow for additional data on success. They are sent as a challenge, whose response is empty
    (RFC 4422 §3.1)."""
    sasl, reply = seen.sasl, seen.reply
    if sasl is None or reply is None or not seen.positive:
        return None
    if any(_ON_SUCCESS.match(decoded(word) or word) for word in reply.words):
        return seen.broken(f"no data may go with success; what {sasl.mechanism} has to say then came in {seen.said}")
    told = sasl.challenge is not None and _ON_SUCCESS.match(sasl.challenge)
    return KEPT if told and seen.turn is not None and seen.turn.response == b"" else None
