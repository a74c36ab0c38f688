"""Whether a mechanism that a server lists opens an account: it need have no secret for each of them.

A list of mechanisms is for all accounts (RFC 5034 §3), as USER in CAPA promises the command and not that everybody may
use it (RFC 2449 §6.3). A server that keeps a hash of a password has nothing to check a digest of CRAM-MD5 by. So a
mechanism that does not open an account is held against the server only where it is known that it should.
"""

from dataclasses import replace
from typing import Final

from conformance.driver import Account, Target, TargetError
from conformance.driver.survey import session

__all__ = ["shut"]

_SHOW_THE_PASSWORD: Final = frozenset({"PLAIN", "LOGIN"})
_BY_DIGEST: Final = ("CRAM-MD5", "SCRAM-")


def shut(mechanism: str, account: Account, target: Target) -> str:
    """Why nothing can be expected of the mechanism on this account; empty when it has to open it, or was seen to."""
    if mechanism in (account.auth, *account.mechanisms):
        return ""
    if mechanism in _SHOW_THE_PASSWORD:
        return "" if account.plain else f"{account.name} has no password that may be shown"
    if not mechanism.startswith(_BY_DIGEST):
        return ""
    try:
        with session(target, replace(account, auth=mechanism), f"by {mechanism}"):
            return ""
    except TargetError:
        return (
            f"{mechanism} is listed and does not open {account.name}, for which the server may have no secret of that "
            f'kind; mechanisms = ["{mechanism}"] in the target file says that it has'
        )
