"""The list that CAPA gives: its lines, and that it is there before and after login (RFC 2449 §3, §5, §9)."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from conformance.monitor.announced import LISTED, REGISTERED, Capability, read
from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.registry import judge
from conformance.monitor.seen import Seen
from conformance.wire import State

__all__ = ["listed"]

_LINE_LIMIT: Final = 512
"""Octets of a line, its CRLF included (RFC 2449 §5)."""
_TAG: Final = re.compile(rb"[\x21-\x2d\x2f-\x7f]+")  # 1*cchar
_JOINED: Final = re.compile(rb"EXPIRE(?:NEVER|[0-9]+)|LOGIN-DELAY[0-9]+", re.IGNORECASE)
_BARE: Final = frozenset({"TOP", "UIDL", "USER", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "STLS"})
"""Capabilities without arguments."""
_MAY_VANISH: Final = frozenset({"STLS", "SASL"})
"""RFC 2595 has STLS in AUTHORIZATION only; of SASL RFC 5034 speaks."""


def listed(seen: Seen) -> list[Capability]:
    """The capabilities that the answer lists; none where it is not certain where the list ends."""
    return [*read(seen.lines[:LISTED])] if seen.positive and seen.body is not None and seen.body.terminated else []


def _each(seen: Seen, wrong: Callable[[Capability], str]) -> Finding | None:
    """The finding where no line may be wrong in some way; the function says how one is, or nothing."""
    capabilities = listed(seen)
    for capability in capabilities:
        if reason := wrong(capability):
            return seen.broken(f"{reason}; a line is {quote(capability.line.content)}", capability.span)
    return KEPT if capabilities else None


@judge("R2449-GRAM-03", verb="CAPA")
def tags_are_visible(seen: Seen) -> Finding | None:
    """§3: a tag has at least one character, visible, and no full stop."""

    def wrong(capability: Capability) -> str:
        visible = _TAG.fullmatch(capability.words[0])
        return "" if visible else "a capability tag is made of visible characters without a full stop"

    return _each(seen, wrong)


@judge("R2449-CAPA-01", verb="CAPA")
def list_is_there_in_both_states(seen: Seen) -> Finding | None:
    """§5: available in both the AUTHORIZATION and the TRANSACTION state."""
    states = {State.AUTHORIZATION: State.TRANSACTION, State.TRANSACTION: State.AUTHORIZATION}
    before = seen.session.asked_capa.get(states.get(seen.state, seen.state))
    if seen.session.adrift or before is None or not seen.wellformed or not (seen.positive or seen.negative):
        return None
    if before.positive == seen.positive:
        return KEPT if seen.positive else None
    there, here = before.state.value, seen.state.value
    said = quote(before.status)
    return seen.broken(f"CAPA has to be there in both states; in {there} it was answered {said}, in {here} {seen.said}")


@judge("R2449-CAPA-02", verb="CAPA")
def one_capability_a_line(seen: Seen) -> Finding | None:
    """§5: one per line. A tag that has no arguments is followed by none, and so by no other tag."""

    def wrong(capability: Capability) -> str:
        others = {word.decode("latin-1").upper() for word in capability.words[1:]}
        several = capability.tag in _BARE and others & REGISTERED
        return "each capability has a line of its own" if several else ""

    return _each(seen, wrong)


@judge("R2449-CAPA-03", verb="CAPA")
def nothing_vanishes_at_login(seen: Seen) -> Finding | None:
    """§5: what is available in AUTHORIZATION must be announced in both states. Of private tags nothing is known."""
    before = seen.session.asked_capa.get(State.AUTHORIZATION)
    if not seen.in_transaction or not listed(seen) or before is None or not before.positive:
        return None
    there = {capability.tag for capability in read(before.body_lines()[:LISTED])}
    gone = sorted(tag for tag in there - {one.tag for one in listed(seen)} - _MAY_VANISH if tag and tag[0] != "X")
    if not gone:
        return KEPT
    named = " and ".join(quote(tag.encode("latin-1")) for tag in gone)
    body = seen.body
    span = () if body is None else ((body.start, body.content_end),)
    return seen.broken(f"what is announced before login is announced after it too; {named} is not any more", *span)


@judge("R2449-CAPA-04", verb="CAPA")
def single_spaces(seen: Seen) -> Finding | None:
    """§5: a single space behind the name, and between parameters."""

    def wrong(capability: Capability) -> str:
        content = capability.line.content.rstrip(b"\r")
        if b"  " in content or b"\t" in content or content.endswith(b" "):
            return "one space stands before each argument, and none at the end"
        return "a space stands between a tag and its argument" if _JOINED.fullmatch(capability.words[0]) else ""

    return _each(seen, wrong)


@judge("R2449-CAPA-05", verb="CAPA")
def lines_are_short(seen: Seen) -> Finding | None:
    """§5: 512 octets, the CRLF included."""

    def wrong(capability: Capability) -> str:
        length = capability.line.length
        return f"a capability line has at most {_LINE_LIMIT} octets, and not {length}" if length > _LINE_LIMIT else ""

    return _each(seen, wrong)


@judge("R2449-CAP-02", verb="CAPA")
def apop_is_no_capability(seen: Seen) -> Finding | None:
    """§6: there is no APOP capability; the time stamp in the greeting announces it."""
    return _each(seen, lambda one: "the time stamp announces APOP, and no capability does" if one.tag == "APOP" else "")


@judge("R2449-EXT-03", verb="CAPA")
def tags_are_registered(seen: Seen) -> Finding | None:
    """§9: new capabilities must be defined in an RFC, and those do not begin with X."""
    strange = [*_strangers(seen)]
    if not strange:
        return KEPT if listed(seen) else None
    named = ", ".join(quote(capability.words[0]) for capability in strange)
    return seen.broken(f"no RFC defines {named}", *(capability.span for capability in strange))


def _strangers(seen: Seen) -> Iterator[Capability]:
    for capability in listed(seen):
        known = capability.tag in REGISTERED or capability.tag in ("APOP", "") or capability.tag.startswith("X")
        if not known and not _JOINED.fullmatch(capability.words[0]):
            yield capability


@judge("R2449-IMPL-01", verb="CAPA")
def implementation_has_a_name(seen: Seen) -> Finding | None:
    """§6.9: one or more tokens which identify the server."""
    found = [capability for capability in listed(seen) if capability.tag == "IMPLEMENTATION"]
    for capability in found:
        if not capability.argument.strip():
            return seen.broken("IMPLEMENTATION has to name the server, and names nothing", capability.span)
    return KEPT if found else None
