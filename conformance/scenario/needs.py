"""What a scenario can need of a target, and whether a target that was looked at has it."""

from collections.abc import Mapping
from typing import Final

from conformance.driver import Features, Target, TlsMode
from conformance.verdicts import Outcome

__all__ = ["CAPABILITIES", "MECHANISM", "NEEDS", "meant", "strongest_scram", "unmet"]

CAPABILITIES: Final = (
    "PIPELINING",
    "RESP-CODES",
    "AUTH-RESP-CODE",
    "LOGIN-DELAY",
    "EXPIRE",
    "IMPLEMENTATION",
    "SASL",
    "UTF8",
    "UTF8-USER",
    "LANG",
)
"""Capabilities that can be needed, by the names under which `Features.announced` has them."""

MECHANISM: Final = "SASL-"
"""What stands before the name of a mechanism that is needed."""

_SCRAM: Final = MECHANISM + "SCRAM"
_PLUS: Final = "-PLUS"

NEEDS: Final[Mapping[str, str]] = {
    "APOP": "an account for APOP (--apop-account), and a time stamp in the greeting",
    "TOP": "a server that implements TOP",
    "UIDL": "a server that implements UIDL",
    "USER": "a server that implements USER and PASS",
    "CAPA": "a server that implements CAPA",
    "no-CAPA": "a server that does not implement CAPA",
    "account-2": "a second account",
    "password-2": "a second account with another password",
    "account-40": "an account whose name and password have forty characters each",
    "account-255": "an account whose name and password have 255 octets each, which logs in by a SASL mechanism",
    "account-space": "an account with a space in its password",
    "account-unicode": "an account with a name or a password beyond ASCII",
    "account-unassigned": "an account with a character in its password that is younger than Unicode 3.2, as emoji are",
    "restart": "a command that restarts the server (--restart)",
    "slow": "--slow, because it takes minutes",
    "client-cert": "a certificate of the client's own (--client-cert)",
    "no-client-cert": "a run without a certificate of the client's own",
    "clear": "a run in the clear",
    "TLS": "a run through TLS (--tls starttls, or pops://)",
    "pop3s": "a run that speaks TLS from the start (pops://)",
    "no-pop3s": "a run that does not speak TLS from the start",
    "cleartext-refused": "a server that is set to refuse logins in the clear (--cleartext-refused)",
    "STLS": "a server that lists STLS in the clear, and a run that does not speak TLS from the start",
} | {name: f"a server that lists {name} when asked by CAPA" for name in CAPABILITIES}
"""What a scenario can need of a target, and how that is said in a report; ``SASL-`` and a mechanism besides."""


def strongest_scram(features: Features) -> str:
    """The mechanism that the need `SASL-SCRAM` is met by; empty when there is none."""
    known = (f"SCRAM-{name}" for name in ("SHA-256", "SHA-1"))
    return next((name for name in known if MECHANISM + name in features.announced), "")


def meant(need: str, features: Features) -> str:
    """The mechanism that a need is about."""
    return strongest_scram(features) if need in (_SCRAM, _SCRAM + _PLUS) else need.removeprefix(MECHANISM)


def _is_scram(name: str) -> bool:
    return name.removesuffix(_PLUS) in (_SCRAM + "-SHA-1", _SCRAM + "-SHA-256")


def unmet(need: str, target: Target, features: Features) -> tuple[Outcome, str] | None:
    """What becomes of a scenario for want of this, and why; None when the target has it, as far as that was seen."""
    if need in (_SCRAM, _SCRAM + _PLUS):
        if not any(_is_scram(name) and name.endswith(_PLUS) == need.endswith(_PLUS) for name in features.announced):
            return Outcome.NOT_IMPLEMENTED, f"CAPA lists no mechanism of the {need.removeprefix(MECHANISM)} family"
    elif (need in CAPABILITIES or need.startswith(MECHANISM)) and need not in features.announced:
        what = need.replace(MECHANISM, "SASL with ").replace("UTF8-", "UTF8 with ")
        return Outcome.NOT_IMPLEMENTED, f"CAPA does not list {what}, where the run logs in"
    if need in features.missing:
        outcome = Outcome.NOT_APPLICABLE if need == "no-CAPA" else Outcome.NOT_IMPLEMENTED
        return outcome, features.missing[need]
    mode = target.tls.mode
    if need == "cleartext-refused" and not target.tls.cleartext_refused:
        return Outcome.NOT_APPLICABLE, f"it needs {NEEDS[need]}"
    if need == "STLS" and mode is TlsMode.NONE and "STLS" not in features.announced:
        return Outcome.NOT_IMPLEMENTED, "CAPA does not list STLS"
    if need in _CERTIFIED and bool(target.tls.certificate) is not _CERTIFIED[need]:
        return Outcome.NOT_APPLICABLE, f"it needs {NEEDS[need]}"
    if mode not in _WAYS.get(need, tuple(TlsMode)):
        return Outcome.NOT_APPLICABLE, f"it needs {NEEDS[need]}"
    return None


_CERTIFIED: Final[Mapping[str, bool]] = {"client-cert": True, "no-client-cert": False}

_WAYS: Final[Mapping[str, tuple[TlsMode, ...]]] = {
    "clear": (TlsMode.NONE,),
    "TLS": (TlsMode.STARTTLS, TlsMode.IMPLICIT),
    "pop3s": (TlsMode.IMPLICIT,),
    "no-pop3s": (TlsMode.NONE, TlsMode.STARTTLS),
    "STLS": (TlsMode.NONE, TlsMode.STARTTLS),
}
"""How a run may come to TLS, for those needs that are about that."""
