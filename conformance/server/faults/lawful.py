"""Lawful ways to answer, to keep mail and to end sessions.

RFC 1939 leaves them open, and servers that are in wide use do each of them. No clause is broken here: a judge that
accuses one of these is wrong.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from conformance.model import Maildrop, Message
from conformance.server.faults.acts import Act, Pause
from conformance.server.faults.editing import text_of, with_body, with_text
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import Held, in_transaction, resized
from conformance.server.faults.replies import with_capability, without_capability
from conformance.server.faults.scene import GREETING, Scene
from conformance.server.responses import Response, accepted, refused
from conformance.server.stores import OpenMaildrop
from conformance.wire import Command, InvalidCommand, State
from conformance.wire.grammar import STATUS_LIMIT

__all__: list[str] = []

Given = Command | InvalidCommand
Blocks = Iterable[bytes | Act]

_HUGE: Final = 0x3FFF_FFFF


# -- what is said ----------------------------------------------------------------------------------------------------


def _is_free(scene: Scene, response: Response) -> bool:
    """Whether nothing on the status line means anything but its indicator."""
    told = scene.verb == "STAT" or (scene.verb in ("LIST", "UIDL", "LANG") and response.body is None)
    coded = text_of(response).startswith(b"[")  # RFC 2449 §8
    return not coded and (not response.positive or not (told or scene.verb == GREETING))


@fault(Place.REPLY)
def no_text(scene: Scene, response: Response) -> Response:
    """Replies are +OK and -ERR without a space or a text, wherever nothing has to follow."""
    return replace(response, status=response.status.split()[0] + b"\r\n") if _is_free(scene, response) else response


@fault(Place.REPLY)
def misleading_text(scene: Scene, response: Response) -> Response:
    """The text of replies means nothing, and sounds as if it did."""
    text = b"-ERR no, this is well" if response.positive else b"+OK 1 120 deleted"
    indicator = response.status.split()[0]
    return replace(response, status=indicator + b" " + text + b"\r\n") if _is_free(scene, response) else response


@fault(Place.REPLY)
def longest_text(scene: Scene, response: Response) -> Response:
    """Status lines have the 512 octets that they may have."""
    if not _is_free(scene, response):
        return response
    indicator = response.status.split()[0]
    return with_text(response, text_of(response).ljust(STATUS_LIMIT - len(indicator) - len(b" \r\n"), b"."))


@fault(Place.REPLY)
def rows_in_another_order(scene: Scene, response: Response) -> Response:
    """LIST and UIDL begin with the last message."""
    if scene.verb not in ("LIST", "UIDL") or response.body is None:
        return response
    return replace(response, body=tuple(reversed(b"".join(response.body).splitlines(keepends=True))))


@fault(Place.OCTETS)
def greeting_takes_time(scene: Scene, _: Response, blocks: Blocks, *, seconds: float = 0.01) -> Iterator[bytes | Act]:
    """The greeting comes late."""
    if scene.verb == GREETING:
        yield Pause(seconds)
    yield from blocks


@fault(Place.REPLY)
def service_refused_at_times(scene: Scene, response: Response, *, each: int = 7) -> Response:
    """Every so many connections one is refused with -ERR in place of a greeting, and closed."""
    busy = scene.verb == GREETING and scene.connection % max(2, each) == 0
    return refused(b"too many connections", closes=True) if busy else response


# -- capabilities ----------------------------------------------------------------------------------------------------


@fault(Place.COMMAND)
def no_capa(_: Scene, given: Given) -> Response | None:
    """There is no CAPA, and so no STLS, which RFC 2595 §4 wants only together with it."""
    return refused(b"unknown command") if given.verb in ("CAPA", "STLS") else None


@fault(Place.REPLY)
def no_codes(scene: Scene, response: Response) -> Response:
    """Refusals have no response codes, and CAPA promises none (RFC 2449 §8)."""
    code, end, text = text_of(response).partition(b"] ")
    if response.positive or not end or not code.startswith(b"["):
        return without_capability(scene, response, b"RESP-CODES", b"AUTH-RESP-CODE")
    return with_text(response, text)


@fault(Place.REPLY)
def codes_in_detail(_: Scene, response: Response) -> Response:
    """Response codes have a level more than is defined, or are the server's own, in small letters (RFC 2449 §8)."""
    if response.positive:
        return response
    code, end, text = text_of(response).partition(b"]")
    return with_text(response, code.lower() + b"/here]" + text if end else b"[x-refused] " + code)


@fault(Place.REPLY)
def tags_in_lower_case(scene: Scene, response: Response) -> Response:
    """CAPA lists its tags in small letters (RFC 2449 §5)."""
    if scene.verb != "CAPA":
        return response
    return with_body(response, lambda lines: (re.sub(rb"^\S+", lambda tag: tag[0].lower(), line) for line in lines))


@fault(Place.REPLY)
def periods_by_user(scene: Scene, response: Response) -> Response:
    """LOGIN-DELAY and EXPIRE depend on the user, and say so before login (RFC 2449 §6.5, §6.7)."""
    late = in_transaction(scene)
    response = with_capability(scene, response, b"LOGIN-DELAY 0" if late else b"LOGIN-DELAY 1 USER")
    expire = b"EXPIRE NEVER" if late else b"EXPIRE 5 USER"
    return with_capability(scene, without_capability(scene, response, b"EXPIRE"), expire)


@fault(Place.REPLY)
def implementation_after_login(scene: Scene, response: Response) -> Response:
    """CAPA names the server after login only (RFC 2449 §6.9)."""
    return response if in_transaction(scene) else without_capability(scene, response, b"IMPLEMENTATION")


@fault(Place.REPLY)
def capa_lacks_what_works(scene: Scene, response: Response) -> Response:
    """CAPA does not list TOP, UIDL and USER, which work."""
    return without_capability(scene, response, b"TOP", b"UIDL", b"USER")


@fault(Place.REPLY)
def stls_announced_after_login(scene: Scene, response: Response) -> Response:
    """CAPA lists STLS in the state in which it cannot be used."""
    return with_capability(scene, response, b"STLS") if in_transaction(scene) else response


@fault(Place.REPLY)
def total_of_a_utf8_server(scene: Scene, response: Response, *, each: int = 60) -> Response:
    """CAPA lists UTF8, and STAT counts octets of each message that LIST does not (RFC 6856 §2.1)."""
    if scene.verb == "STAT" and response.positive:
        return accepted(b"%d %d" % (scene.session.count, scene.session.octets + each * scene.session.count))
    return with_capability(scene, response, b"UTF8")


# -- messages --------------------------------------------------------------------------------------------------------


@fault(Place.MAILDROP)
def last_line_end_not_counted(_: Scene, maildrop: OpenMaildrop, *, holding: str = "no-final-eol") -> OpenMaildrop:
    """The CRLF that the server adds to a message without a final line end is not counted in its size.

    The store does not remember which messages those are: they are told by a word that they hold.
    """
    word = holding.encode()
    return resized(maildrop, lambda octets: len(octets) - 2 * (word in octets))


class _Edited(Held):
    """A maildrop whose messages are edited on their way out."""

    def __init__(self, under: OpenMaildrop, edit: Callable[[bytes], bytes]) -> None:
        super().__init__(under)
        self._edit = edit
        if any(edit(probe) != probe for probe in (b"", b"\r\n")):
            self.maildrop = resized(under, lambda octets: len(edit(octets))).maildrop

    def read(self, message: Message) -> Iterator[bytes]:
        """The message as it is shown."""
        return iter((self._edit(b"".join(super().read(message))),))


@fault(Place.MAILDROP)
def trace_field_added(_: Scene, maildrop: OpenMaildrop) -> OpenMaildrop:
    """Messages get a field of the server's own on top, which is counted in their size."""
    return _Edited(maildrop, lambda octets: b"X-Delivered-By: pop3spec\r\n" + octets)


@fault(Place.MAILDROP)
def eighth_bit_lost_in_bodies(_: Scene, maildrop: OpenMaildrop) -> OpenMaildrop:
    """Octets above 127 lose their eighth bit where they stand in a body."""
    return _Edited(maildrop, _seven_bit)


def _seven_bit(octets: bytes) -> bytes:
    header, end, body = octets.partition(b"\r\n\r\n")
    return header + end + bytes(octet if octet < 0x80 else ord("?") for octet in body)


@fault(Place.MAILDROP)
def same_id_for_same_message(_: Scene, maildrop: OpenMaildrop) -> OpenMaildrop:
    """A unique-id is the digest of the message, so that copies share it."""
    digests = (hashlib.sha256(b"".join(maildrop.read(message))) for message in maildrop.maildrop.messages)
    rows = zip(maildrop.maildrop.messages, digests, strict=True)
    return Held(maildrop, Maildrop.of((message.octets, digest.hexdigest().encode()) for message, digest in rows))


@fault(Place.COMMAND)
def uidl_refused_when_empty(scene: Scene, given: Given) -> Response | None:
    """UIDL is refused when there is nothing to list: RFC 1939 §5 settles that case for LIST alone."""
    empty = in_transaction(scene) and not scene.session.count
    return refused(b"no messages") if empty and given.verb == "UIDL" and not given.arguments else None


@fault(Place.COMMAND)
def top_refuses_huge_counts(_: Scene, given: Given) -> Response | None:
    """TOP is refused when it asks for more lines than a number of 30 bits can say."""
    lines = given.arguments[1] if given.verb == "TOP" and len(given.arguments) == 2 else b"0"
    return refused(b"too many lines") if lines.isdigit() and int(lines[:20]) > _HUGE else None


@fault(Place.REPLY)
def top_adds_the_empty_line(scene: Scene, response: Response) -> Response:
    """TOP sends an empty line behind a header that has none in the message."""
    if scene.verb != "TOP" or response.body is None:
        return response
    octets = b"".join(response.body)
    return replace(response, body=(octets,) if b"\r\n\r\n" in b"\r\n" + octets else (octets, b"\r\n"))


# -- sessions --------------------------------------------------------------------------------------------------------


@fault(Place.LOCK)
def several_sessions_at_a_time(_: Scene, take: Callable[[], OpenMaildrop]) -> OpenMaildrop:
    """A maildrop is open to several sessions at a time, and each keeps the messages as it found them."""
    held = take()
    held.close()
    return held


@fault(Place.OCTETS)
def lock_kept_behind_the_reply(
    scene: Scene, _: Response, blocks: Blocks, *, seconds: float = 0.03
) -> Iterator[bytes | Act]:
    """Some time goes by between the reply to QUIT and the end of lock and connection."""
    yield from blocks
    if scene.verb == "QUIT":
        yield Pause(seconds)


@fault(Place.REPLY)
def quit_fails_and_says_so(scene: Scene, response: Response) -> Response:
    """QUIT removes nothing, and is answered -ERR where something was marked (RFC 1939 §6)."""
    failed = scene.verb == "QUIT" and scene.session.state is State.UPDATE and scene.session.marked
    return refused(b"[SYS/PERM] some deleted messages not removed", closes=True) if failed else response


@quit_fails_and_says_so.at(Place.MAILDROP)
def _unremovable(_: Scene, held: OpenMaildrop) -> OpenMaildrop:
    return _Kept(held)


class _Kept(Held):
    """A maildrop of which nothing can be removed."""

    def remove(self, numbers: frozenset[int]) -> None:
        """Remove nothing."""


@fault(Place.REPLY)
def download_once(scene: Scene, response: Response) -> Response:
    """QUIT removes what was retrieved too, as RFC 1939 §8 lets a site have it."""
    sent: set[int] = scene.memory.setdefault("sent", set())
    if scene.verb == "RETR" and response.positive and scene.number is not None:
        sent.add(scene.number)
    if scene.verb == "QUIT" and scene.session.state is State.UPDATE and sent:
        scene.held.remove(frozenset(sent))
    return response


@fault(Place.COMMAND)
def retrieved_messages_expire(scene: Scene, given: Given) -> None:
    """CAPA says EXPIRE 0: what was retrieved is removed at QUIT (RFC 1939 §8, RFC 2449 §6.7)."""
    retrieved = scene.memory.setdefault("retrieved", set())
    if not in_transaction(scene) or given.verb != "QUIT" or given.arguments:
        return
    for number in retrieved:
        scene.session.mark(number)


@retrieved_messages_expire.at(Place.REPLY)
def _notice_what_is_retrieved(scene: Scene, response: Response) -> Response:
    if scene.verb == "RETR" and response.positive:
        scene.memory["retrieved"].add(scene.number)
    if scene.verb != "CAPA":
        return response
    return with_capability(scene, without_capability(scene, response, b"EXPIRE"), b"EXPIRE 0")


@fault(Place.COMMAND)
def user_refused_where_apop_is_due(scene: Scene, given: Given) -> Response | None:
    """USER is refused for a mailbox that only APOP opens."""
    account = scene.common.accounts.known(given.arguments[0]) if given.verb == "USER" and given.wellformed else None
    return refused(b"use APOP") if account is not None and account.apop else None


@fault(Place.ACTIVITY, slow=True)
def little_time_before_login(scene: Scene, deadline: float, *, less: float = 540.0) -> float:
    """The timer is of a minute or so as long as nobody has logged in."""
    return deadline - less if scene.session.state is State.AUTHORIZATION else deadline


@fault(Place.ACTIVITY, slow=True)
def no_autologout(_: Scene, deadline: float, *, more: float = 1e6) -> float:
    """There is no autologout timer."""
    return deadline + more
