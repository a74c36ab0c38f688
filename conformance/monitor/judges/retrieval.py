"""RETR: what it answers, and that it delivers the message that was put there (RFC 1939 §3, §5, §11)."""

from typing import Final

from conformance.monitor.content import Comparison, Difference, Kind
from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.header import fields
from conformance.monitor.registry import judge
from conformance.monitor.seen import Seen

__all__: list[str] = []

_MBOX: Final = b"From "


@judge("R1939-RETR-08", verb="RETR")
def same_octets_again(seen: Seen) -> Finding | None:
    """§4, §5: the message is the same as often as it is retrieved."""
    drop, number, body = seen.drop, seen.number, seen.body
    if drop is None or number is None or body is None or number in drop.marked:
        return None
    before = drop.retrieved.get(number)
    if before is None:
        return None
    if before.body.digest == body.digest:
        return KEPT
    if _is_of_another(seen):
        return None
    reason = f"a message has the same octets each time; message {number} had {before.body.octets} of them before"
    return seen.broken(f"{reason} and {body.octets} now, and they differ", (body.start, body.end))


@judge("R1939-AUTH-12", verb="RETR")
def same_message_again(seen: Seen) -> Finding | None:
    """§4: the number belongs to the message for the whole session."""
    drop, number, body = seen.drop, seen.number, seen.body
    if drop is None or number is None or body is None or number in drop.marked:
        return None
    before = drop.retrieved.get(number)
    if before is None or not drop.marked:
        return None
    if before.body.digest == body.digest:
        return KEPT if min(drop.marked) < number else None
    if not _is_of_another(seen):
        return None
    return seen.broken(f"a message keeps its number; RETR {number} now sends another message", (body.start, body.end))


def _is_of_another(seen: Seen) -> bool:
    """Whether what came was delivered under another number before."""
    drop, number, body = seen.drop, seen.number, seen.body
    if drop is None or body is None or number is None:
        return False
    if any(other.body.digest == body.digest for n, other in drop.retrieved.items() if n != number):
        return True
    before = drop.retrieved.get(number)
    known = before.message_id if before is not None else None
    return known is not None and seen.message_id is not None and known != seen.message_id


@judge("R1939-RETR-10", verb="RETR")
def no_mbox_line(seen: Seen) -> Finding | None:
    """§11: messages conform to the standard for Internet messages; a store's separator is no part of one."""
    body = seen.body
    if body is None or seen.drop is None or body.content_end - body.start < len(_MBOX):
        return None
    first = seen.exchange.transcript.octets("S", body.start, min(body.content_end, body.start + 200))
    line = first.partition(b"\n")[0]
    if first.startswith(_MBOX):
        reason = f"the message has to begin with its header; it began with {quote(line.rstrip())}"
        return seen.broken(reason, (body.start, body.start + len(line)))
    return KEPT if fields(line)[0] else None


@judge("R1939-FMT-01", verb="RETR")
def header_is_made_of_fields(seen: Seen) -> Finding | None:
    """§11: header fields, an empty line, the body; a line that is no field has no place in front."""
    comparison = seen.comparison
    if comparison is None or seen.drop is None:
        return None
    stray = comparison.of(Kind.NO_FIELD)
    if stray is None or comparison.of(Kind.CUT):
        return KEPT if comparison.sound and fields(comparison.delivered.header)[0] else None
    if stray.line.raw.startswith(_MBOX):
        return None
    return _differs(seen, stray, f"the header is made of fields; {quote(stray.line.raw)} is none")


@judge("R1939-RETR-02", verb="RETR")
def the_whole_message(seen: Seen) -> Finding | None:
    """§5: the server sends the message, and that is all of it."""
    comparison = seen.comparison
    if comparison is None or seen.drop is None or seen.body is None:
        return None
    cut = comparison.of(Kind.CUT)
    if cut is None:
        return KEPT if comparison.sound else None
    octets = len(comparison.delivered.octets)
    reason = (
        f"RETR sends the whole message; of {octets} octets {seen.body.octets} came, and {quote(cut.wanted)} did not"
    )
    return _differs(seen, cut, reason)


@judge("R1939-RETR-03", verb="RETR")
def nothing_but_the_message(seen: Seen) -> Finding | None:
    """§5: the message corresponding to the number, and nothing else."""
    comparison = seen.comparison
    if comparison is None or seen.drop is None or comparison.of(Kind.CUT):
        return None
    changed = comparison.of(Kind.CHANGED, Kind.MORE, Kind.HEADER)
    if changed is None:
        return KEPT if comparison.sound else None
    what = {
        Kind.CHANGED: f"the line {quote(changed.wanted)} came as {quote(changed.line.raw)}",
        Kind.MORE: f"{quote(changed.line.raw)} is not part of it",
        Kind.HEADER: f"its header field {quote(changed.wanted)} is missing, changed or not in its place",
    }[changed.kind]
    return _differs(seen, changed, f"RETR sends the message that was put there; {what}")


@judge("R1939-RETR-03", verb="RETR")
def one_number_for_each_message(seen: Seen) -> Finding | None:
    """§5: the message corresponding to the number; one that is there once does not correspond to two."""
    drop, number, known = seen.drop, seen.number, seen.message_id
    if drop is None or number is None or known is None or seen.body is None or drop.ever_marked:
        return None
    ledger, user = seen.scene.ledger, seen.session.user
    if ledger.copies(user, known) != 1 or drop.count is None or drop.count > len(ledger.delivered(user)):
        return None
    other = next((n for n, came in drop.retrieved.items() if n != number and came.message_id == known), None)
    if other is None or max(other, number) > drop.count:
        return None  # what is wrong then is that a number without a message is obeyed at all
    reason = f"RETR sends the message of that number; {number} and {other} gave the same one, which is there once"
    return seen.broken(reason, (seen.body.start, seen.body.end))


# -- stuffing --------------------------------------------------------------------------------------------------------


@judge("R1939-MULTI-03", verb="RETR")
def lines_with_a_full_stop_are_stuffed(seen: Seen) -> Finding | None:
    """§3: a line that begins with the termination octet gets one more.

    A line at which others of its kind show that the server knows this is the matter of the clause on first lines and
    block boundaries.
    """
    comparison = seen.comparison
    if comparison is None or seen.drop is None:
        return None
    bare = _unstuffed(comparison, by_position=False)
    if bare is None:
        return KEPT if comparison.sound and comparison.stuffed else None
    return _differs(seen, bare, f"a line that begins with a full stop gets one more; {quote(bare.wanted)} did not")


@judge("R1939-MULTI-06", verb="RETR")
def stuffing_wherever_the_line_is(seen: Seen) -> Finding | None:
    """§3: any line; also the first, and one on the edge of somebody's buffer."""
    comparison = seen.comparison
    if comparison is None or seen.drop is None or seen.body is None:
        return None
    bare = _unstuffed(comparison, by_position=True)
    if bare is not None:
        where = "the first line" if bare.first else "one line"
        reason = f"every line that begins with a full stop gets one more; {quote(bare.wanted)}, {where}, did not"
        return _differs(seen, bare, reason)
    at_the_edge = comparison.delivered.octets.startswith(b".") or seen.body.octets > _BLOCK
    return KEPT if comparison.sound and comparison.stuffed and at_the_edge else None


_BLOCK: Final = 4096


def _unstuffed(comparison: Comparison, *, by_position: bool) -> Difference | None:
    """The first line that was not stuffed, for its place or for what it is."""
    for difference in comparison.differences:
        if difference.kind is Kind.NOT_STUFFED:
            form = difference.wanted == b"."
            if (difference.first or form in comparison.stuffed) is by_position:
                return difference
    return None


@judge("R1939-MULTI-04", verb="RETR")
def no_other_stuffing(seen: Seen) -> Finding | None:
    """§3: only lines that begin with the termination octet are stuffed, and with one octet."""
    comparison = seen.comparison
    if comparison is None or seen.drop is None:
        return None
    more = comparison.of(Kind.STUFFED)
    if more is None:
        dotted = any(b"." in line[1:] for line in comparison.delivered.lines[:200])
        return KEPT if comparison.sound and dotted else None
    return _differs(
        seen, more, f"full stops are added to no other line; {quote(more.wanted)} came as {quote(more.line.raw)}"
    )


def _differs(seen: Seen, difference: Difference, reason: str) -> Finding:
    line = difference.line
    return seen.broken(reason, (line.start, line.end))
