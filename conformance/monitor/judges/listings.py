"""The layout of drop listings, scan listings and unique-id listings (RFC 1939 §4, §5, §7).

A listing that a kind reader still understands breaks its layout and nothing else: the numbers in it are judged as they
were meant.
"""

from typing import Final

from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.readings import IdFault, IdListing, ScanListing, is_hexadecimal
from conformance.monitor.registry import judge
from conformance.monitor.seen import Seen
from conformance.wire import Line

__all__: list[str] = []

_BEYOND_ANY: Final = 2**31
"""No maildrop has so many messages."""

# -- STAT ------------------------------------------------------------------------------------------------------------


@judge("R1939-STAT-03", verb="STAT")
def drop_listing_layout(seen: Seen) -> Finding | None:
    """§5: +OK, a space, the number of messages, a space, the size in octets."""
    if not seen.positive or not seen.wellformed or not seen.in_transaction or _has_hexadecimal(seen):
        return None
    if seen.drop_listing is not None:
        return KEPT
    return seen.broken(f"STAT has to be answered +OK, space, count, space, size; it was answered {seen.said}")


@judge("R1939-STAT-07", verb="STAT")
def nothing_behind_drop_listing(seen: Seen) -> Finding | None:
    """§5: implementations are strongly discouraged from supplying more."""
    listing = seen.drop_listing
    if listing is None or listing.octets is None or seen.reply is None or not seen.in_transaction:
        return None
    if not listing.more:
        return KEPT
    end = seen.reply.status.start + len(seen.reply.status.content)
    return seen.broken(
        f"nothing should follow the size in a drop listing; {quote(listing.more)} does", (end - len(listing.more), end)
    )


def _has_hexadecimal(seen: Seen) -> bool:
    return any(is_hexadecimal(word) for word in seen.listing.split()[:2])


# -- decimal ---------------------------------------------------------------------------------------------------------


@judge("R1939-AUTH-11", verb=("STAT", "LIST"))
def numbers_are_decimal(seen: Seen) -> Finding | None:
    """§4: all message-numbers and sizes are expressed in base ten."""
    if not seen.positive or not seen.in_transaction or not seen.wellformed:
        return None
    if seen.body is None:
        if _has_hexadecimal(seen):
            return seen.broken(f"numbers have to be in base ten; {seen.asked} was answered {seen.said}")
        return KEPT if seen.drop_listing is not None or (seen.arguments and seen.scan is not None) else None
    for line, row in seen.scans:
        if row is not None and is_hexadecimal(row.size):
            reason = f"sizes have to be in base ten; LIST said {quote(line.raw)}"
            return seen.broken(reason, (line.start, line.end))
    return KEPT if any(row is not None for _, row in seen.scans) else None


# -- LIST ------------------------------------------------------------------------------------------------------------


@judge("R1939-LIST-02", verb="LIST")
def full_listing_is_multi_line(seen: Seen) -> Finding | None:
    """§5: without an argument the response is multi-line."""
    return _multi_line(seen)


@judge("R1939-UIDL-02", verb="UIDL")
def full_unique_id_listing_is_multi_line(seen: Seen) -> Finding | None:
    """§7: likewise."""
    return _multi_line(seen)


def _multi_line(seen: Seen) -> Finding | None:
    body = seen.exchange.reply.body if seen.exchange.reply is not None else None
    if body is None or not seen.exchange.positive or seen.arguments or not seen.in_transaction:
        return None
    if body.terminated:
        return KEPT
    if body.octets or not seen.session.nothing_came(seen.exchange, body.end):
        return None
    return seen.broken(
        f"{seen.verb} without an argument has to be answered with a listing; {seen.said} was all that came"
    )


@judge("R1939-LIST-03", verb="LIST")
def scan_listing_on_the_status_line(seen: Seen) -> Finding | None:
    """§5: with an argument the scan listing of that message stands on the response line."""
    if not seen.positive or not _names_one(seen):
        return None
    if seen.scan is not None and seen.scan.number == seen.number:
        return KEPT
    return seen.broken(f"{seen.asked} has to be answered with the scan listing of that message; it was {seen.said}")


def _names_one(seen: Seen) -> bool:
    """Whether the command names a message that may be there."""
    return seen.number is not None and seen.number < _BEYOND_ANY and seen.wellformed and seen.in_transaction


@judge("R1939-LIST-06", verb="LIST")
def scan_listing_layout(seen: Seen) -> Finding | None:
    """§5: the message-number, a single space, the size in octets."""
    if not seen.positive or not seen.wellformed or not seen.in_transaction or seen.reply is None:
        return None
    for line, row in _scan_rows(seen):
        if row is None or not row.strict:
            reason = f"a scan listing is number, one space, size; this one is {quote(line.raw)}"
            return seen.broken(reason, (line.start, line.end))
    return KEPT if _scan_rows(seen) else None


@judge("R1939-LIST-08", verb="LIST")
def nothing_behind_scan_listing(seen: Seen) -> Finding | None:
    """§5: implementations are strongly discouraged from supplying more."""
    if not seen.positive or not seen.wellformed or not seen.in_transaction:
        return None
    rows = [(line, row) for line, row in _scan_rows(seen) if row is not None and row.strict and row.octets is not None]
    for line, row in rows:
        if row.more:
            end = line.start + len(line.content)
            reason = f"nothing should follow the size in a scan listing; {quote(row.more)} does"
            return seen.broken(reason, (end - len(row.more), end))
    return KEPT if rows else None


def _scan_rows(seen: Seen) -> list[tuple[Line, ScanListing | None]]:
    """The scan listings of an answer; one that is missing from the status line is not a wrong layout."""
    if seen.body is not None:
        return seen.scans
    return [(seen.reply.status, seen.scan)] if seen.reply is not None and seen.scan is not None else []


# -- UIDL ------------------------------------------------------------------------------------------------------------


@judge("R1939-UIDL-03", verb="UIDL")
def unique_id_on_the_status_line(seen: Seen) -> Finding | None:
    """§7: with an argument the unique-id listing of that message stands on the response line."""
    if not seen.positive or not _names_one(seen):
        return None
    if seen.unique_id is not None and seen.unique_id.number == seen.number:
        return KEPT
    return seen.broken(
        f"{seen.asked} has to be answered with the unique-id listing of that message; it was {seen.said}"
    )


@judge("R1939-UIDL-04", verb="UIDL")
def unique_id_layout(seen: Seen) -> Finding | None:
    """§7: the message-number, a single space, the unique-id."""
    return _without(seen, IdFault.LAYOUT, "a unique-id listing is number, one space, unique-id")


@judge("R1939-UIDL-05", verb="UIDL")
def nothing_behind_unique_id(seen: Seen) -> Finding | None:
    """§7: no information follows the unique-id. A blank ends it: none can be part of it."""
    return _without(seen, IdFault.MORE, "nothing may follow the unique-id")


@judge("R1939-UIDL-06", verb="UIDL")
def unique_id_length(seen: Seen) -> Finding | None:
    """§7: one to 70 characters."""
    return _without(seen, IdFault.LENGTH, "a unique-id has one to 70 characters")


@judge("R1939-UIDL-07", verb="UIDL")
def unique_id_characters(seen: Seen) -> Finding | None:
    """§7: characters in the range 0x21 to 0x7E."""
    return _without(seen, IdFault.CHARACTERS, "a unique-id has characters from 0x21 to 0x7E")


def _without(seen: Seen, fault: IdFault, demand: str) -> Finding | None:
    if not seen.positive or not seen.wellformed or not seen.in_transaction:
        return None
    rows = _id_rows(seen)
    for line, row in rows:
        if (row is None and fault is IdFault.LAYOUT) or (row is not None and fault in row.faults):
            return seen.broken(f"{demand}; this one is {quote(line.raw)}", (line.start, line.end))
    return KEPT if rows else None


def _id_rows(seen: Seen) -> list[tuple[Line, IdListing | None]]:
    if seen.body is not None:
        return seen.ids
    if seen.reply is None or seen.unique_id is None or seen.unique_id.number != seen.number:
        return []
    return [(seen.reply.status, seen.unique_id)]
