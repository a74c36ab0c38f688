"""UTF8 and LANG: what they announce, where they stand, and what becomes of messages beyond ASCII (RFC 6856).

A server that does not list them has not taken that RFC on, and none of this is held against it.
"""

import re
from typing import Final

from conformance.monitor.announced import Capability, read
from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.header import fields, is_rewritten
from conformance.monitor.international import LISTING, SELECTED, is_utf8, needs_utf8
from conformance.monitor.ledger import Delivered
from conformance.monitor.registry import EVERY, judge
from conformance.monitor.seen import Seen
from conformance.wire import State

__all__: list[str] = []

_CONTENT: Final = ("RETR", "TOP")
_CODE: Final = re.compile(rb"(?:\+OK|-ERR) ?\[UTF8\]", re.IGNORECASE)
_REFUSED_FOR_IT: Final = frozenset({"LIST", "TOP", "RETR"})
_USER: Final = b"USER"


def _listed(seen: Seen, tag: str) -> Capability | None:
    """The line of a capability in the answer to CAPA."""
    return next((line for line in read(seen.lines) if line.tag == tag), None)


def _before_login(seen: Seen, tag: str) -> tuple[bool, bytes] | None:
    """Whether the capability was listed before login in this session, and with what; None when nobody asked."""
    asked = seen.session.asked_capa.get(State.AUTHORIZATION)
    if asked is None or not asked.positive:
        return None
    line = next((line for line in read(asked.body_lines()) if line.tag == tag), None)
    return (False, b"") if line is None else (True, line.argument.upper())


# -- what is announced -----------------------------------------------------------------------------------------------


@judge("R6856-UTF8-01", verb="CAPA")
def argument_is_user(seen: Seen) -> Finding | None:
    """§2: arguments with the tag: USER."""
    line = _listed(seen, "UTF8") if seen.positive else None
    if line is None:
        return None
    if line.argument.upper() in (b"", _USER):
        return KEPT
    return seen.broken(f"UTF8 has no argument but USER; CAPA lists {quote(line.line.raw)}", line.span)


@judge("R6856-UTF8-02", verb="CAPA")
def utf8_is_listed_in_both_states(seen: Seen) -> Finding | None:
    """§2: announced in both states, with no differences."""
    return _in_both_states(seen, "UTF8")


@judge("R6856-LANG-01", verb="CAPA")
def lang_is_listed_in_both_states(seen: Seen) -> Finding | None:
    """§3.1: announced in both states, with no differences."""
    return _in_both_states(seen, "LANG")


def _in_both_states(seen: Seen, tag: str) -> Finding | None:
    before = _before_login(seen, tag)
    if before is None or not seen.in_transaction or not seen.positive:
        return None
    line = _listed(seen, tag)
    now = (False, b"") if line is None else (True, line.argument.upper())
    if before == now:
        return KEPT if line is not None else None
    was, is_ = (_shown(tag, *one) for one in (before, now))
    return seen.broken(f"{tag} is listed alike before and after login; before it was {was}, and now it is {is_}")


def _shown(tag: str, listed: bool, argument: bytes) -> str:
    return quote(b" ".join([tag.encode(), *([argument] if argument else [])])) if listed else "not listed"


@judge("R6856-UTF8-03", verb="UTF8")
def utf8_is_for_authorization(seen: Seen) -> Finding | None:
    """§2: commands valid in states: AUTHORIZATION."""
    if not seen.in_transaction or "UTF8" not in seen.session.announces or not (seen.positive or seen.negative):
        return None
    if seen.negative:
        return KEPT
    return seen.broken(f"UTF8 is refused in TRANSACTION; it was answered {seen.said}")


# -- messages --------------------------------------------------------------------------------------------------------


def _came(seen: Seen) -> Delivered | None:
    """The message of the run that came, in part or whole, if it has UTF-8 in its header."""
    if not seen.positive or seen.body is None or not seen.body.terminated or not seen.in_transaction:
        return None
    delivered = seen.scene.ledger.find(seen.session.user, seen.message_id) or _left(seen)
    return delivered if needs_utf8(delivered) and "UTF8" in seen.session.announces else None


def _left(seen: Seen) -> Delivered | None:
    """The message of the run that it can only be, as all others came under other numbers: a surrogate may bear no
    identifier, or one of its own."""
    drop, messages = seen.drop, seen.scene.ledger.delivered(seen.session.user)
    if drop is None or drop.ever_marked or drop.count != len(messages) or seen.number in drop.retrieved:
        return None
    known = {came.message_id for came in drop.retrieved.values()}
    left = [message for message in messages if message.message_id not in known]
    return left[0] if len(left) == 1 else None


@judge("R6856-UTF8-07", verb=_CONTENT)
def header_is_ascii_without_utf8(seen: Seen) -> Finding | None:
    """§2.1: without UTF-8 mode no strings beyond ASCII are sent as they are. Bodies are labelled, and other encodings
    in headers are no strings of any known characters."""
    if (
        not seen.positive
        or seen.body is None
        or not seen.in_transaction
        or seen.session.international.utf8 is not False
    ):
        return None
    if "UTF8" not in seen.session.announces:
        return None
    raw = next((line for line in seen.header.splitlines() if not line.isascii() and is_utf8(line)), None)
    if raw is not None:
        at = seen.body.start + seen.header.find(raw)
        reason = f"without UTF-8 mode a header is sent in ASCII; {quote(raw)} is not"
        return seen.broken(reason, (at, at + len(raw)))
    return KEPT if _came(seen) is not None else None


@judge("R6856-UTF8-08", verb=_CONTENT)
def surrogate_is_a_message(seen: Seen) -> Finding | None:
    """§2.1: a surrogate that complies with unextended POP and Internet Message Format, or -ERR."""
    delivered = _came(seen)
    if delivered is None or seen.session.international.utf8 is not False or seen.body is None:
        return None
    reason = _no_message(seen.header, delivered)
    if not reason:
        return KEPT
    start = seen.body.start
    return seen.broken(
        f"a message that needs UTF-8 is replaced or refused; {reason}", (start, start + len(seen.header))
    )


def _no_message(header: bytes, delivered: Delivered) -> str:
    """Why a header is not that of a surrogate (RFC 5322 §3.6); empty where it may be."""
    found, strays = fields(header)
    put, own_strays = fields(delivered.header)
    missing = {b"from", b"date"} & {name for name, _ in put} - {name for name, _ in found}
    if not header.isascii() and is_utf8(header):
        return "it came with its header as it was"
    if strays and not own_strays:
        return f"{quote(strays[0])} is no header field"
    return f"what came has no {missing.pop().decode().capitalize()}" if missing else ""


@judge("R6856-UTF8-05", verb="RETR")
def utf8_is_sent_as_it_is(seen: Seen) -> Finding | None:
    """§2.1: in UTF-8 mode messages that are stored in UTF-8 are sent as they are."""
    delivered = _came(seen)
    if delivered is None or not seen.session.international.utf8 or seen.body is None:
        return None
    there = {whole for _, whole in fields(seen.header)[0]}
    wanted = [whole for name, whole in fields(delivered.header)[0] if not (whole.isascii() or is_rewritten(name))]
    lost = next((whole for whole in wanted if whole not in there), None)
    if lost is None:
        return KEPT
    start = seen.body.start
    reason = f"in UTF-8 mode a message is sent as it is; {quote(lost)} is missing or changed"
    return seen.broken(reason, (start, start + len(seen.header)))


@judge("R6856-RCODE-01", verb=EVERY)
def code_stands_where_it_may(seen: Seen) -> Finding | None:
    """§5: valid for -ERR to LIST, TOP and RETR, of a client that is not in UTF-8 mode."""
    if seen.reply is None or not _CODE.match(seen.reply.status.content) or "UTF8" not in seen.session.announces:
        return None
    if seen.negative and seen.verb in _REFUSED_FOR_IT and not seen.session.international.utf8:
        return KEPT
    where = "in UTF-8 mode" if seen.negative and seen.verb in _REFUSED_FOR_IT else f"on {seen.verb}"
    return seen.broken(f"[UTF8] is for a LIST, TOP or RETR that is refused without UTF-8 mode; it stood {where}")


# -- languages -------------------------------------------------------------------------------------------------------


def _selection(seen: Seen) -> bytes | None:
    """The status line of a LANG that selected something."""
    if not seen.positive or seen.reply is None or not seen.arguments or "LANG" not in seen.session.announces:
        return None
    line = seen.reply.status.content.rstrip(b"\r")
    return line if line[3:4] in (b" ", b"") else None  # else it is the indicator that is wrong


@judge("R6856-LANG-02", verb="LANG")
def selection_names_the_tag(seen: Seen) -> Finding | None:
    """§3.2: +OK, a single space, the exact language tag selected, and another space."""
    said = _selection(seen)
    if said is None or not seen.wellformed:
        return None
    found = SELECTED.fullmatch(said)
    if found is None:
        return seen.broken(f"LANG is answered with +OK, a space, the tag, and another space; it was {seen.said}")
    tags, tag = seen.session.international.tags, found["tag"].lower()
    if tag == b"*":
        return None
    if tags and tag not in tags:
        reason = f"the tag in the answer is that of a language that was selected; {quote(found['tag'])} is not listed"
        return seen.broken(reason)
    return KEPT


@judge("R6856-LANG-05", verb="LANG")
def star_is_no_tag(seen: Seen) -> Finding | None:
    """§3.2: the star requests a language that the administrator prefers."""
    said = _selection(seen)
    if said is None or seen.arguments != (b"*",):
        return None
    if said.split(b" ")[1:2] == [b"*"]:
        return seen.broken(f"* asks for the preferred language, and is no tag; LANG was answered {seen.said}")
    return KEPT


@judge("R6856-LANG-06", verb="LANG")
def languages_are_listed(seen: Seen) -> Finding | None:
    """§3.2: the language tag, optionally followed by a single space and a description, in UTF-8."""
    if not seen.positive or seen.body is None or "LANG" not in seen.session.announces:
        return None
    for line in seen.lines:
        content = line.content.rstrip(b"\r")
        if not (LISTING.fullmatch(content) and is_utf8(content)):
            reason = f"a language is listed as its tag, or with one space and a text in UTF-8; {quote(line.raw)} is not"
            return seen.broken(reason, (line.start, line.end))
    return KEPT if seen.lines else None


@judge("R6856-LANG-03", verb=EVERY)
def texts_are_in_utf8(seen: Seen) -> Finding | None:
    """§3.2: the text of the answer to LANG, and what follows, is encoded in UTF-8."""
    selects = _selection(seen) is not None and seen.verb == "LANG"
    if seen.reply is None or not (selects or seen.session.international.localized):
        return None
    if is_utf8(seen.reply.status.content):
        return KEPT
    return seen.broken(f"behind LANG texts are in UTF-8; {seen.asked} was answered {seen.said}")
