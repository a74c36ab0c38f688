"""What CAPA announces: one function a capability, in the order of the list (RFC 2449 §5, §6).

A capability that is announced before login is announced after it too, and with the same argument where its RFC does not
say that it may change. So a function looks at what may change, the state among it, only where its RFC allows that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from conformance.server.auth import Accounts
from conformance.server.policy import Policy
from conformance.wire import State

__all__ = ["Circumstances", "capabilities"]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the list depends on."""

    policy: Policy
    accounts: Accounts
    state: State
    """The state of the session that asks."""
    mechanisms: tuple[str, ...] = ()
    """The SASL mechanisms that are on offer over this connection."""
    secure: bool = False
    """Whether it asks inside TLS."""


def capabilities(circumstances: Circumstances) -> tuple[bytes, ...]:
    """The lines of the list, in these circumstances."""
    lines = (capability(circumstances) for capability in _CAPABILITIES)
    return tuple(line.encode() for line in lines if line)


def _top(asked: Circumstances) -> str:
    """RFC 2449 §6.1."""
    return "TOP" if "TOP" in asked.policy.offers else ""


def _uidl(asked: Circumstances) -> str:
    """RFC 2449 §6.8."""
    return "UIDL" if "UIDL" in asked.policy.offers else ""


def _user(asked: Circumstances) -> str:
    """RFC 2449 §6.2: some account at least logs in by USER and PASS; RFC 2595 §8: STLS may enable it."""
    exposed = asked.policy.require_tls and not asked.secure
    return "USER" if "USER" in asked.policy.offers and asked.accounts.offers_pass and not exposed else ""


def _sasl(asked: Circumstances) -> str:
    """RFC 5034 §3: also after login, when there is no more AUTH; the list may change with TLS."""
    return " ".join(("SASL", *asked.mechanisms)) if asked.mechanisms and "AUTH" in asked.policy.offers else ""


def _stls(asked: Circumstances) -> str:
    """RFC 2595 §4: in AUTHORIZATION, and not where TLS is spoken already."""
    due = asked.state is State.AUTHORIZATION and not asked.secure
    return "STLS" if due and "STLS" in asked.policy.offers else ""


def _resp_codes(_: Circumstances) -> str:
    """RFC 2449 §6.4: a text that begins with a bracket begins with a response code."""
    return "RESP-CODES"


def _auth_resp_code(_: Circumstances) -> str:
    """RFC 3206: whoever is refused for the name or the secret is told so by [AUTH]."""
    return "AUTH-RESP-CODE"


def _login_delay(asked: Circumstances) -> str:
    """RFC 2449 §6.5: the same for every account, so there is no more to learn after login."""
    return f"LOGIN-DELAY {asked.policy.login_delay}" if asked.policy.login_delay else ""


def _pipelining(_: Circumstances) -> str:
    """RFC 2449 §6.6: commands wait in a queue, and each has its reply before the next is obeyed."""
    return "PIPELINING"


def _expire(asked: Circumstances) -> str:
    """RFC 2449 §6.7: the same for every account."""
    return f"EXPIRE {'NEVER' if asked.policy.expire is None else asked.policy.expire}"


def _implementation(asked: Circumstances) -> str:
    """RFC 2449 §6.9."""
    return f"IMPLEMENTATION {asked.policy.implementation}"


def _utf8(asked: Circumstances) -> str:
    """RFC 6856 §2."""
    if "UTF8" not in asked.policy.offers:
        return ""
    return "UTF8 USER" if "UTF8-USER" in asked.policy.offers else "UTF8"


def _lang(asked: Circumstances) -> str:
    """RFC 6856 §3.1."""
    return "LANG" if "LANG" in asked.policy.offers else ""


_CAPABILITIES: Final[tuple[Callable[[Circumstances], str], ...]] = (
    _top,
    _uidl,
    _user,
    _sasl,
    _stls,
    _resp_codes,
    _auth_resp_code,
    _login_delay,
    _pipelining,
    _expire,
    _utf8,
    _lang,
    _implementation,
)
"""Each gives its line, or nothing where there is no such capability."""
