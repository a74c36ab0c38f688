"""Fill the maildrop that the server under test serves, and take away again only what was put there."""

from conformance.mailboxes.errors import FillError, SpecError, Unsupported
from conformance.mailboxes.interface import Mailbox, Provisioner
from conformance.mailboxes.kinds import SPECS, provisioner
from conformance.mailboxes.ownership import FIXTURE_DOMAIN, is_ours

__all__ = [
    "FIXTURE_DOMAIN",
    "SPECS",
    "FillError",
    "Mailbox",
    "Provisioner",
    "SpecError",
    "Unsupported",
    "is_ours",
    "provisioner",
]
