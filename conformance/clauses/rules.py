"""What holds for every clause, whichever file it stands in: vocabularies, and fields that must agree."""

import re
from typing import Final

from conformance.clauses.clause import Advisory, Clause, Level, Subject

__all__ = ["NEEDS", "NEED_FAMILIES", "OBSERVATIONS", "objection"]

OBSERVATIONS: Final = ("active", "passive", "timing", "multi-session", "out-of-band", "untestable")
"""Kinds of observation; the last two lie beyond the wire."""

NEEDS: Final = frozenset(
    {
        "account",
        "account-2",
        "account-40char",
        "account-255",
        "account-no-plaintext",
        "account-space-password",
        "account-unicode",
        "admin-config",
        "apop-secret",
        "client-cert",
        "clock-10min",
        "deliver-during-session",
        "fault-injection",
        "mailbox-1+",
        "mailbox-3+",
        "mailbox-empty",
        "mitm-proxy",
        "no-such-account",
        "sasl-layer",
        "scripted-server",
        "second-session",
        "tls-implicit",
        "tls-stls",
    }
)
"""Preconditions that go by a name of their own."""

NEED_FAMILIES: Final = ("cap-", "msg-", "sasl-")
"""Preconditions with a parameter: a capability, a message with a property, a SASL mechanism."""

_ID: Final = re.compile(r"R(\d+)-[A-Z][A-Z0-9]*-\d\d")
_BEYOND_THE_WIRE: Final = ("untestable", "out-of-band")


def objection(clause: Clause) -> str | None:
    """What was expected of the clause and does not hold, or None when it is in order."""
    return _about_names(clause) or _about_level(clause) or _about_excuse(clause)


def _about_names(clause: Clause) -> str | None:
    match = _ID.fullmatch(clause.id)
    if match is None or int(match[1]) != clause.rfc:
        return f'expected an id such as "R{clause.rfc}-STAT-03"'
    if not clause.observe:
        return "expected at least one kind of observation in observe"
    for kind in clause.observe:
        if kind not in OBSERVATIONS:
            return f"expected observe to name {', '.join(OBSERVATIONS)}; got {kind!r}"
    for need in clause.needs:
        if need not in NEEDS and not _of_a_family(need):
            return f"expected a known need, or one that starts with {', '.join(NEED_FAMILIES)}; got {need!r}"
    for name, words in (("observe", clause.observe), ("needs", clause.needs)):
        if len(set(words)) != len(words):
            return f"expected {name} to name nothing twice"
    return None


def _of_a_family(need: str) -> bool:
    return any(need.startswith(family) and need != family for family in NEED_FAMILIES)


def _about_level(clause: Clause) -> str | None:
    if (clause.level is Level.MAY) != (clause.advisory is Advisory.PERMISSION):
        return 'expected advisory = "permission" exactly where level = "MAY"'
    if clause.level is Level.FACT and not clause.inferred:
        return "expected inferred = true, since a FACT has no normative word"
    return None


def _about_excuse(clause: Clause) -> str | None:
    if "untestable" in clause.observe and len(clause.observe) > 1:
        return "expected untestable to stand alone in observe"
    if clause.subject is Subject.CLIENT:
        return None if clause.excuse is None else "expected no excuse, which is for servers only"
    kind, separator, reason = (clause.excuse or "").partition(": ")
    if clause.excuse is not None and (kind not in _BEYOND_THE_WIRE or not separator or not reason.strip()):
        return 'expected excuse to read "untestable: reason" or "out-of-band: reason"'
    if clause.excuse is not None and clause.observe != (kind,):
        return f'expected observe = ["{kind}"], as the excuse says'
    if clause.excuse is None and set(clause.observe) <= set(_BEYOND_THE_WIRE):
        return f"expected an excuse, since {' and '.join(clause.observe)} is not seen on the wire"
    return None
