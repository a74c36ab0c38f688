"""Response codes: their form, that they are announced, and where each may stand (RFC 2449 §3, §8; RFC 3206)."""

import re
from typing import Final

from conformance.monitor.findings import KEPT, Finding, quote
from conformance.monitor.registry import EVERY, GREETING, Judge, judge
from conformance.monitor.seen import Seen

__all__: list[str] = []

_LOGINS: Final = frozenset({"AUTH", "APOP", "PASS", "USER"})
_TEXT: Final = re.compile(rb"(?:\+OK|-ERR) ?", re.IGNORECASE)
_CODE: Final = re.compile(rb"\[(?P<code>[^\]\s]*)\]")
_LEVELS: Final = re.compile(rb"[\x21-\x2e\x30-\x5c\x5e-\x7f]+(?:/[\x21-\x2e\x30-\x5c\x5e-\x7f]+)*")  # resp-level
_DEFINED: Final = frozenset({"IN-USE", "LOGIN-DELAY", "SYS/TEMP", "SYS/PERM", "AUTH"})
"""Codes for refusals, by RFC 2449 §8.1 and RFC 3206."""


def _text(seen: Seen) -> bytes:
    """What stands behind the status indicator."""
    if seen.reply is None or not (seen.positive or seen.negative):
        return b""
    return _TEXT.sub(b"", seen.reply.status.content, count=1)


def _code(seen: Seen) -> str:
    """The code at the beginning of the text, in capitals: case does not matter (RFC 2449 §8)."""
    found = _CODE.match(_text(seen))
    return found["code"].decode("latin-1").upper() if found else ""


def _promised(seen: Seen) -> bool:
    return "RESP-CODES" in seen.session.announces


@judge("R2449-RCODE-01", verb=(EVERY, GREETING))
def bracket_opens_a_code(seen: Seen) -> Finding | None:
    """§6.4: any text which begins with an open bracket is a response code. One that is open, or has spaces, is none."""
    text = _text(seen)
    if not text.startswith(b"[") or not _promised(seen):
        return None
    if _CODE.match(text):
        return KEPT
    return seen.broken(f"with RESP-CODES a text that begins with a bracket begins with a code; {_said(seen)}")


@judge("R2449-GRAM-05", verb=(EVERY, GREETING))
def codes_have_levels(seen: Seen) -> Finding | None:
    """§3: one level, or several with slashes between them; none is empty."""
    found = _CODE.match(_text(seen))
    if found is None or not _promised(seen):
        return None
    if _LEVELS.fullmatch(found["code"]):
        return KEPT
    return seen.broken(f"a response code is made of levels that are not empty; {_said(seen)}")


def _said(seen: Seen) -> str:
    return f"{seen.asked} was answered {seen.said}"


@judge("R2449-RCODE-02")
def codes_are_announced(seen: Seen) -> Finding | None:
    """§8: a server that supports response codes says so by RESP-CODES."""
    return _announced(seen, _DEFINED, "RESP-CODES")


@judge("R3206-AUTH-03")
def auth_code_is_announced(seen: Seen) -> Finding | None:
    """§5: a server that gives [AUTH] should list AUTH-RESP-CODE."""
    return _announced(seen, frozenset({"AUTH"}), "AUTH-RESP-CODE")


def _announced(seen: Seen, codes: frozenset[str], tag: str) -> Finding | None:
    code = _code(seen)
    if not seen.negative or not seen.session.announces or not any(f"{code}/".startswith(f"{one}/") for one in codes):
        return None
    if tag in seen.session.announces:
        return KEPT
    return seen.broken(f"CAPA does not list {tag}, and {_said(seen)}")


def _in_its_place(code: str, verbs: frozenset[str]) -> Judge:
    """A judge of where a code stands: on refusals of these commands alone."""

    def look(seen: Seen) -> Finding | None:
        """§8.1; RFC 3206 §5: on a negative response to a command that logs in."""
        if _code(seen) != code or not _promised(seen):
            return None
        if seen.negative and seen.verb in verbs:
            return KEPT
        return seen.broken(f"{quote(b'[%b]' % code.encode())} is for refused logins alone; {_said(seen)}")

    return look


judge("R2449-RCODE-06", verb=(EVERY, GREETING))(_in_its_place("IN-USE", _LOGINS - {"USER"}))
judge("R2449-RCODE-07", verb=(EVERY, GREETING))(_in_its_place("LOGIN-DELAY", _LOGINS))
judge("R3206-AUTH-01", verb=(EVERY, GREETING))(_in_its_place("AUTH", _LOGINS))


def _not_for_names(code: str) -> Judge:
    """A judge of what USER is refused with."""

    def look(seen: Seen) -> Finding | None:
        """§8.1.1; RFC 3206 §5: the code would tell that there is such a name, or that there is none."""
        if not (seen.positive or seen.negative) or not _promised(seen):
            return None
        if seen.negative and _code(seen) == code:
            return seen.broken(f"USER is not to be refused with that code; {_said(seen)}")
        return KEPT if seen.negative or code == "AUTH" or _has_just_logged_in(seen) else None

    return look


def _has_just_logged_in(seen: Seen) -> bool:
    return "LOGIN-DELAY" in seen.session.announces and any(name in seen.scene.logins for name in seen.arguments)


judge("R2449-RCODE-08", verb="USER")(_not_for_names("LOGIN-DELAY"))
judge("R3206-AUTH-02", verb="USER")(_not_for_names("AUTH"))


@judge("R3206-SYS-03", verb=(EVERY, GREETING))
def system_codes_are_two(seen: Seen) -> Finding | None:
    """RFC 3206 §4: on negative responses, with TEMP or PERM at the second level."""
    first, _, rest = _code(seen).partition("/")
    if first != "SYS" or not _promised(seen):
        return None
    if seen.negative and rest.partition("/")[0] in ("TEMP", "PERM"):
        return KEPT
    return seen.broken(f"SYS stands with TEMP or PERM, on refusals alone; {_said(seen)}")
