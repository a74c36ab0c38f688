"""The kinds of provisioners, and how a spec names one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from conformance.mailboxes.command import Command
from conformance.mailboxes.errors import SpecError
from conformance.mailboxes.imap import imap, imaps
from conformance.mailboxes.interface import Provisioner
from conformance.mailboxes.maildir import Maildir
from conformance.mailboxes.mbox import Mbox
from conformance.mailboxes.nowhere import Nowhere
from conformance.mailboxes.relay import lmtp, smtp

__all__ = ["SPECS", "TIMEOUT", "provisioner"]

TIMEOUT: Final = 30.0
"""Seconds that a lock, a reply or a command may take."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One way of delivery."""

    rest: str
    """What follows the name and a colon in a spec, as --help writes it; empty where nothing does."""
    help: str
    make: Callable[[str, str, float], Provisioner]
    """Called with the spec, what follows the colon, and the seconds."""


_KINDS: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "none": _Kind("", "deliver nothing, use the maildrop as it is", lambda spec, _rest, _timeout: Nowhere(spec)),
        "maildir": _Kind(
            "PATH",
            "write into a Maildir, such as maildir:/srv/mail/{user} or maildir:~{local}/Maildir",
            lambda spec, rest, _timeout: Maildir(spec, rest),
        ),
        "mbox": _Kind(
            "PATH",
            "append to an mbox, such as mbox:/var/mail/{user}",
            lambda spec, rest, timeout: Mbox(spec, rest, timeout=timeout),
        ),
        "lmtp": _Kind(
            "HOST[:PORT]",
            "hand over by LMTP, port 24, or lmtp:/SOCKET; ?to={user}@example.org sets the recipient, &from= the sender",
            lmtp,
        ),
        "smtp": _Kind(
            "HOST[:PORT]",
            "hand over by SMTP, port 25; ?to={user}@example.org sets the recipient, &from= the sender",
            smtp,
        ),
        "imap": _Kind("HOST[:PORT]", "append to the INBOX by IMAP, port 143, with the account's password", imap),
        "imaps": _Kind(
            "HOST[:PORT]",
            "the same over TLS, port 993; ?ca=FILE names the CA, ?verify=no takes any certificate",
            imaps,
        ),
        "command": _Kind(
            "COMMAND",
            "run a shell command with the message on standard input, such as command:deliver -d {user}",
            lambda spec, rest, timeout: Command(spec, rest, timeout=timeout),
        ),
    }
)

SPECS: Final[Mapping[str, str]] = MappingProxyType(
    {f"{name}:{kind.rest}" if kind.rest else name: kind.help for name, kind in _KINDS.items()}
)
"""How each kind is written, and what it does, for --help.

`{user}` stands for the account, `{local}` for what is before its @ and `{domain}` for what is behind it. In a command
they are quoted already.
"""


def provisioner(spec: str, *, timeout: float = TIMEOUT) -> Provisioner:
    """Make the provisioner that a spec describes, without looking whether it works. Raises SpecError."""
    name, colon, rest = spec.partition(":")
    kind = _KINDS.get(name)
    if kind is None:
        raise SpecError(spec, f"{name!r} is no way of delivery", f"write one of {', '.join(SPECS)}")
    if bool(kind.rest) != bool(rest) or (colon and not kind.rest):
        raise SpecError(spec, "that is not how it is written", f"write {name}{':' if kind.rest else ''}{kind.rest}")
    return kind.make(spec, rest, timeout)
