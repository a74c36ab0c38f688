"""Which of the target's accounts plays a scenario: the worker's own, unless one with a special property is needed."""

import stringprep
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from conformance.driver import Account
from conformance.scenario.needs import MECHANISM, NEEDS

__all__ = ["cast", "is_special"]


def cast(needs: Collection[str], main: Account, accounts: Iterable[Account]) -> tuple[Account, str]:
    """The account, and what is lacking of it; that is empty when it will do."""
    candidates = (main, *accounts)
    for need, has in _SPECIAL.items():
        if need in needs:
            fit = next((account for account in candidates if has(account)), None)
            return (main, _LACKING.get(need, NEEDS.get(need, need))) if fit is None else (fit, "")
    if MECHANISM + _CRAM_MD5 in needs:
        return next((account for account in candidates if _cram_md5(account)), main), ""
    return main, ""


def is_special(account: Account) -> bool:
    """Whether some scenarios need just such an account."""
    return any(has(account) for has in (_apop, _cram_md5, _forty, _longest, _space, _unicode, _unassigned))


_CRAM_MD5: Final = "CRAM-MD5"
_LONGEST: Final = 255


def _apop(account: Account) -> bool:
    return account.apop


def _cram_md5(account: Account) -> bool:
    """One that logs in by this and nothing else, perhaps: RFC 2195 §4 advises servers to have such."""
    return account.auth == _CRAM_MD5


def _forty(account: Account) -> bool:
    return account.plain and len(account.name_octets) == len(account.password_octets) == 40


def _longest(account: Account) -> bool:
    return len(account.name_octets) == len(account.password_octets) == _LONGEST


def _space(account: Account) -> bool:
    return account.plain and b" " in account.password_octets


def _unicode(account: Account) -> bool:
    return account.plain and not (account.name.isascii() and account.password.isascii())


def _unassigned(account: Account) -> bool:
    """One whose password has a character that Unicode 3.2 does not assign."""
    return account.plain and any(map(stringprep.in_table_a1, account.password))


def _token(account: Account) -> bool:
    return bool(account.token)


_SPECIAL: Final[Mapping[str, Callable[[Account], bool]]] = {
    "APOP": _apop,
    "account-40": _forty,
    "account-255": _longest,
    "account-space": _space,
    "account-unicode": _unicode,
    "account-unassigned": _unassigned,
    MECHANISM + "OAUTHBEARER": _token,
    MECHANISM + "XOAUTH2": _token,
}
"""What an account must have for a need, the rarest first."""
_LACKING: Final = dict.fromkeys((MECHANISM + "OAUTHBEARER", MECHANISM + "XOAUTH2"), "an account with a bearer token")
