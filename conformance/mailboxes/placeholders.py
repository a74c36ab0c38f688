"""The account in a spec: `{user}`, `{local}` before its @ and `{domain}` after it, made safe for where they stand."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Final

from conformance.mailboxes.errors import FillError, SpecError

__all__ = ["NAMES", "as_address", "as_path", "as_shell", "check_placeholders"]

NAMES: Final = ("user", "local", "domain")
"""What may stand between braces."""

_PLACEHOLDER: Final = re.compile(r"\{(user|local|domain)\}")
_BRACES: Final = re.compile(r"\{[^{}]*\}")
_NOT_IN_ADDRESS: Final = re.compile(r"[\s<>]")


def check_placeholders(spec: str, template: str) -> None:
    """Raise SpecError for anything else in braces, which is most likely misspelt."""
    for found in _BRACES.finditer(template):
        if not _PLACEHOLDER.fullmatch(found[0]):
            known = ", ".join(f"{{{name}}}" for name in NAMES)
            raise SpecError(spec, f"{found[0]} is no placeholder", f"write one of {known}")


def as_path(template: str, user: str) -> Path:
    """The path of that account; a leading `~` is the home folder.

    Raises FillError for an account whose name would lead elsewhere.
    """

    def safe(value: str) -> str:
        if value in ("", ".", "..") or "/" in value or "\\" in value or not value.isprintable():
            raise FillError(template, f"the account {user!r} cannot be part of a path", "choose another account")
        return value

    path = Path(_fill(template, user, safe))
    try:
        return path.expanduser() if template.startswith("~") else path
    except RuntimeError as error:  # pathlib says it so: no such account
        raise FillError(str(path), "that home folder is not known", "write the whole path in --fill") from error


def as_address(template: str, user: str) -> str:
    """The mail address of that account. Raises FillError where it would be none."""

    def safe(value: str) -> str:
        if not value:
            raise FillError(template, f"the account {user!r} has no such part", "write another address in --fill")
        return value

    address = _fill(template, user, safe)
    if not address.isascii() or not address.isprintable() or _NOT_IN_ADDRESS.search(address):
        raise FillError(template, f"{address!r} is no mail address", "write another address in --fill")
    return address


def as_shell(template: str, user: str) -> str:
    """The shell command for that account, its name quoted. Raises FillError for a name that no argument can hold."""

    def safe(value: str) -> str:
        if not value.isprintable():
            raise FillError(template, f"the account {user!r} cannot be an argument", "choose another account")
        return shlex.quote(value)

    return _fill(template, user, safe)


def _fill(template: str, user: str, safe: Callable[[str], str]) -> str:
    """Replace the placeholders in one pass, so that a name with braces in it stays a name."""
    local, at, domain = user.rpartition("@")
    values = {"user": user, "local": local if at else user, "domain": domain if at else ""}
    return _PLACEHOLDER.sub(lambda found: safe(values[found[1]]), template)
