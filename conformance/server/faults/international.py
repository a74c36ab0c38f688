"""Faults in UTF8 and LANG, and with names and messages beyond ASCII (RFC 6856)."""

import re
from collections.abc import Callable
from dataclasses import replace
from email.header import Header
from typing import Final

from conformance.model import Maildrop
from conformance.server.faults.editing import Reread, text_of, with_body, with_text
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.held import Held, in_transaction, resized
from conformance.server.faults.replies import with_capability, without_capability
from conformance.server.faults.scene import Scene
from conformance.server.international import NEEDS_UTF8
from conformance.server.languages import ENGLISH, listing
from conformance.server.responses import Response, accepted, refused
from conformance.server.stores import OpenMaildrop
from conformance.wire import Command, InvalidCommand, State

__all__: list[str] = []

Given = Command | InvalidCommand

_NOT_NOW: Final = refused(b"not now")
_CONTENT: Final = ("RETR", "TOP")
_HERE: Final = ("rfc6856",)
"""Where what is lawful is met."""


# -- what is announced -----------------------------------------------------------------------------------------------


def _lists(scene: Scene, response: Response, *lines: bytes) -> Response:
    """The answer to CAPA with these lines for UTF8."""
    return with_capability(scene, without_capability(scene, response, b"UTF8"), *lines)


@fault(Place.REPLY, "R6856-UTF8-01")
def utf8_with_another_argument(scene: Scene, response: Response) -> Response:
    """CAPA lists UTF8 with an argument that there is not."""
    return _lists(scene, response, b"UTF8 USER APOP")


@fault(Place.REPLY, "R6856-UTF8-02", usually="TRANSACTION")
def utf8_loses_its_argument(scene: Scene, response: Response) -> Response:
    """After login UTF8 is listed without USER."""
    return _lists(scene, response, b"UTF8")


@fault(Place.REPLY, "R6856-UTF8-02", "R2449-CAPA-03", usually="TRANSACTION")
def utf8_not_listed_after_login(scene: Scene, response: Response) -> Response:
    """After login UTF8 is not listed any more."""
    return without_capability(scene, response, b"UTF8")


@fault(Place.REPLY, "R6856-UTF8-02", usually="AUTHORIZATION")
def utf8_listed_after_login_only(scene: Scene, response: Response) -> Response:
    """UTF8 is listed only when it is too late for it."""
    return without_capability(scene, response, b"UTF8")


@fault(Place.REPLY, "R6856-LANG-01", "R2449-CAPA-03", usually="TRANSACTION")
def lang_not_listed_after_login(scene: Scene, response: Response) -> Response:
    """After login LANG is not listed any more."""
    return without_capability(scene, response, b"LANG")


@fault(Place.COMMAND, "R6856-LANG-01", usually="TRANSACTION")
def lang_before_login_only(_: Scene, given: Given) -> Response | None:
    """LANG is refused in TRANSACTION."""
    return _NOT_NOW if given.verb == "LANG" else None


@fault(Place.COMMAND, "R6856-UTF8-03")
def utf8_in_transaction(scene: Scene, given: Given) -> Response | None:
    """UTF8 is accepted after login."""
    return accepted(b"UTF-8 it is") if in_transaction(scene) and given.verb == "UTF8" else None


@fault(Place.COMMAND, "R6856-UTF8-04")
def utf8_takes_an_argument(scene: Scene, given: Given) -> Response | None:
    """UTF8 is accepted with an argument.

    The text says that it has none, and many servers forgive arguments: the suite tells, and holds it against none.
    """
    early = scene.session.state is State.AUTHORIZATION
    return accepted(b"UTF-8 it is") if early and given.verb == "UTF8" and given.arguments else None


# -- messages --------------------------------------------------------------------------------------------------------


@fault(Place.COMMAND, "R6856-UTF8-07", "R6856-UTF8-08")
def raw_headers_without_utf8(scene: Scene, given: Given, *, verb: str = "") -> Response | None:
    """Messages are sent as they are, whether the session is in UTF-8 mode or not."""
    if given.verb not in ((verb,) if verb else _CONTENT) or not in_transaction(scene) or scene.session.utf8:
        return None
    scene.session.utf8 = True
    response = scene.answer(given)
    scene.session.utf8 = False
    return response


@fault(Place.MAILDROP, "R6856-UTF8-05")
def eighth_bit_stripped_in_utf8_mode(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """In UTF-8 mode octets beyond ASCII lose their eighth bit in headers."""
    if not scene.session.utf8:
        return held
    seven = bytes(octet & 0x7F if octet & 0x7F >= 0x20 else 0x3F for octet in range(0x80, 0x100))
    table = bytes.maketrans(bytes(range(0x80, 0x100)), seven)
    return Reread(held, lambda octets: _edited(octets, lambda field: field.translate(table)))


def _edited(octets: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A message with the fields of its header that are not ASCII handed through a function."""
    header, end, body = octets.partition(b"\r\n\r\n")
    if header.isascii():
        return octets
    fields = re.split(rb"\r\n(?![ \t])", header)
    edited = [field if field.isascii() else change(field) for field in fields]
    return b"\r\n".join(field for field in edited if field) + end + body


def _encoded(field: bytes) -> bytes:
    """A field as a surrogate has it: its text in encoded words; addresses as an empty group with that for a name."""
    name, _, value = field.partition(b":")
    words = Header(value.decode("utf-8", "replace").strip(), "utf-8", maxlinelen=900).encode().encode()
    group = b": ;" if name.lower() in (b"from", b"to", b"cc") else b""
    return name + b": " + words.replace(b"\n", b"\r\n") + group


def _surrogates(scene: Scene, held: OpenMaildrop, change: Callable[[bytes], bytes]) -> OpenMaildrop:
    """Without UTF-8 mode, the maildrop with surrogates, and their sizes."""
    return held if scene.session.utf8 else resized(Reread(held, lambda octets: _edited(octets, change)), len)


@fault(Place.MAILDROP, beside=_HERE)
def surrogates_without_utf8(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Without UTF-8 mode a surrogate is sent in place of a message that needs it, and LIST has its size."""
    return _surrogates(scene, held, _encoded)


@fault(Place.MAILDROP, "R6856-UTF8-08")
def surrogate_without_from(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Without UTF-8 mode header fields that are not ASCII are left out, though From may be one of them."""
    return _surrogates(scene, held, lambda _: b"")


@fault(Place.MAILDROP, "R6856-UTF8-08")
def surrogate_with_stray_lines(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Without UTF-8 mode the text of a field is folded into lines that do not go on with it."""
    return _surrogates(scene, held, lambda field: _encoded(field).replace(b": ", b":\r\n", 1))


@fault(Place.MAILDROP, "R6856-UTF8-11")
def surrogate_with_the_size_of_the_original(scene: Scene, held: OpenMaildrop) -> OpenMaildrop:
    """Without UTF-8 mode RETR sends a surrogate, and LIST has the size of what it stands for."""
    return Held(_surrogates(scene, held, _encoded), Maildrop(held.maildrop.messages))


@fault(Place.REPLY, beside=_HERE)
def refusal_without_its_code(_: Scene, response: Response) -> Response:
    """A message that needs UTF-8 mode is refused without the response code UTF8."""
    return refused(b"that message cannot be had") if response.status == NEEDS_UTF8.status else response


@fault(Place.COMMAND, beside=_HERE)
def size_refused_too(scene: Scene, given: Given) -> Response | None:
    """LIST of a message that needs UTF-8 mode is refused without that."""
    number = given.message
    if given.verb != "LIST" or number is None or not in_transaction(scene) or scene.session.utf8:
        return None
    message = scene.session.message(number)
    if message is None:
        return None
    header = b"".join(scene.held.read(message)).partition(b"\r\n\r\n")[0]
    return None if header.isascii() else NEEDS_UTF8


@fault(Place.REPLY, "R6856-RCODE-01")
def code_in_utf8_mode(scene: Scene, response: Response) -> Response:
    """In UTF-8 mode RETR of a message that is not there is refused with the response code UTF8."""
    odd = scene.session.utf8 and scene.verb == "RETR" and not response.positive
    return refused(b"[UTF8] no such message") if odd else response


@fault(Place.REPLY, "R6856-RCODE-01")
def code_on_another_command(scene: Scene, response: Response) -> Response:
    """NOOP is answered with the response code UTF8."""
    return with_text(response, b"[UTF8] nothing done") if scene.verb == "NOOP" else response


@fault(Place.COMMAND, beside=_HERE)
def utf8_refused(_: Scene, given: Given) -> Response | None:
    """UTF8 is always refused, as it may be."""
    return _NOT_NOW if given.verb == "UTF8" else None


# -- names and passwords ---------------------------------------------------------------------------------------------


def _login(scene: Scene, given: Given, *verbs: str) -> bool:
    return scene.session.state is State.AUTHORIZATION and given.verb in verbs and bool(given.arguments)


def _refuses(scene: Scene, given: Given, *verbs: str) -> Response | None:
    """A refusal of names and passwords that are not ASCII."""
    odd = _login(scene, given, *verbs) and not all(argument.isascii() for argument in given.arguments)
    return refused(b"these octets are strange") if odd else None


@fault(Place.COMMAND, "R6856-UTF8-16")
def names_need_utf8_first(scene: Scene, given: Given) -> Response | None:
    """Names and passwords beyond ASCII are refused before UTF8 was given."""
    return None if scene.session.utf8 else _refuses(scene, given, "USER", "PASS")


def _known_as_it_is(scene: Scene, octets: bytes) -> bool:
    """Whether somebody's name or password is just that, octet for octet."""
    known = scene.common.accounts
    return any(octets in (account.name.encode(), account.password.encode()) for account in known)


@fault(Place.COMMAND, "R6856-UTF8-15")
def names_are_octets(scene: Scene, given: Given) -> Response | None:
    """USER goes by octets, not by what they spell."""
    odd = _login(scene, given, "USER") and not given.arguments[0].isascii()
    return refused(b"no") if odd and not _known_as_it_is(scene, given.arguments[0]) else None


@fault(Place.COMMAND, "R6856-UTF8-15")
def passwords_are_octets(scene: Scene, given: Given) -> Response | None:
    """PASS goes by octets, not by what they spell."""
    odd = _login(scene, given, "PASS") and not given.arguments[0].isascii()
    return refused(b"[AUTH] no") if odd and not _known_as_it_is(scene, given.arguments[0]) else None


def _reading(scene: Scene, given: Given, read: Callable[[bytes], bytes]) -> Command | None:
    """USER and PASS with what the server makes of their argument."""
    if not _login(scene, given, "USER", "PASS"):
        return None
    return Command(given.line, given.verb, tuple(map(read, given.arguments)))


@fault(Place.COMMAND, "R6856-UTF8-17")
def prohibited_characters_dropped(scene: Scene, given: Given) -> Command | None:
    """Characters for private use are dropped from names and passwords, and what is left opens the maildrop."""
    return _reading(scene, given, lambda octets: re.sub(rb"\xee[\x80-\xbf]{2}", b"", octets))


@fault(Place.COMMAND, "R6856-UTF8-18")
def overlong_forms_taken(scene: Scene, given: Given) -> Command | None:
    """An ASCII character may be spelt in two octets."""
    return _reading(scene, given, lambda octets: re.sub(rb"[\xc0\xc1][\x80-\xbf]", _short, octets))


def _short(found: re.Match[bytes]) -> bytes:
    return bytes([(found[0][0] & 0x1F) << 6 | found[0][1] & 0x3F])


@fault(Place.COMMAND, "R6856-UTF8-18")
def ill_formed_octets_dropped(scene: Scene, given: Given) -> Command | None:
    """Octets that are no UTF-8 are dropped from names and passwords, and what is left opens the maildrop."""
    return _reading(scene, given, lambda octets: octets.decode("utf-8", "ignore").encode())


@fault(Place.COMMAND, "R6856-UTF8-20")
def new_characters_refused(scene: Scene, given: Given) -> Response | None:
    """Passwords with characters that Unicode 3.2 does not assign are refused, as if they were to be kept."""
    odd = _login(scene, given, "PASS") and re.search(rb"[\xf0-\xf4]", given.arguments[0])
    return refused(b"[AUTH] no") if odd else None


@fault(Place.COMMAND, "R6856-UTF8-19")
def names_of_apop_are_octets(scene: Scene, given: Given) -> Response | None:
    """APOP goes by the octets of the name, not by what they spell."""
    return _refuses(scene, given, "APOP")


# -- languages -------------------------------------------------------------------------------------------------------


def _selects(scene: Scene, response: Response) -> bool:
    return scene.verb == "LANG" and response.positive and response.body is None


@fault(Place.REPLY, "R6856-LANG-02")
def range_repeated(scene: Scene, response: Response) -> Response:
    """LANG is answered with what was asked for, not with the tag of what was selected."""
    if not _selects(scene, response) or scene.arguments == (b"*",):
        return response
    return with_text(response, scene.arguments[0] + b" " + text_of(response).partition(b" ")[2])


@fault(Place.REPLY, "R6856-LANG-02")
def no_space_behind_the_tag(scene: Scene, response: Response) -> Response:
    """LANG is answered with the tag and nothing behind it, not even a space."""
    return with_text(response, text_of(response).partition(b" ")[0]) if _selects(scene, response) else response


@fault(Place.REPLY, "R6856-LANG-02")
def no_tag(scene: Scene, response: Response) -> Response:
    """LANG is answered with a text alone."""
    return with_text(response, text_of(response).partition(b" ")[2]) if _selects(scene, response) else response


@fault(Place.REPLY, "R6856-LANG-03")
def texts_in_latin_1(_: Scene, response: Response) -> Response:
    """Texts are sent in Latin-1."""
    return replace(response, status=response.status.decode("utf-8", "replace").encode("latin-1", "replace"))


@fault(Place.REPLY, "R6856-LANG-04")
def failure_resets_the_language(scene: Scene, response: Response) -> Response:
    """After a LANG that failed texts are in English again."""
    if scene.verb == "LANG" and not response.positive:
        scene.dialogue.language = ENGLISH
    return response


@fault(Place.COMMAND, "R6856-LANG-05")
def star_is_a_language(_: Scene, given: Given) -> Response | None:
    """There is a language called *."""
    star = given.verb == "LANG" and given.arguments == (b"*",)
    return accepted(b"* language changed") if star else None


def _lists_languages(scene: Scene, response: Response) -> bool:
    return scene.verb == "LANG" and response.body is not None


@fault(Place.REPLY, "R6856-LANG-06")
def tab_behind_the_tag(scene: Scene, response: Response) -> Response:
    """A TAB stands between the tag and the name of a language in the list."""
    if not _lists_languages(scene, response):
        return response
    return with_body(response, lambda lines: (line.replace(b" ", b"\t", 1) for line in lines))


@fault(Place.REPLY, "R6856-LANG-06")
def names_of_languages_in_latin_1(scene: Scene, response: Response) -> Response:
    """The name of a language in the list is in Latin-1."""
    if not _lists_languages(scene, response):
        return response
    return with_body(response, lambda lines: (*lines, b"fr Fran\xe7ais\r\n"))


@fault(Place.COMMAND, beside=_HERE)
def languages_not_listed(_: Scene, given: Given) -> Response | None:
    """LANG alone is refused, as it may be."""
    return refused(b"there is no list") if given.verb == "LANG" and not given.arguments else None


@fault(Place.REPLY, beside=_HERE)
def languages_without_names(scene: Scene, response: Response) -> Response:
    """The list of languages has tags alone."""
    if not _lists_languages(scene, response):
        return response
    return replace(response, body=tuple(line.split(b" ")[0] + b"\r\n" for line in listing()))


@fault(Place.COMMAND, beside=_HERE)
def no_preferred_language(_: Scene, given: Given) -> Response | None:
    """LANG * is refused, as it may be."""
    return refused(b"nothing is preferred") if given.verb == "LANG" and given.arguments == (b"*",) else None
