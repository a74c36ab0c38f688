"""Messages to fill a maildrop with, byte-exact: files in `fixtures/mail/`, and volumes made from a seed or a size."""

from conformance.mail.library import UnknownMailError, expand, load, maildrop, names
from conformance.mail.message import TRAITS, Mail

__all__ = ["TRAITS", "Mail", "UnknownMailError", "expand", "load", "maildrop", "names"]
