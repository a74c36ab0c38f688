"""The reference server: a POP3 server that keeps every clause of RFC 1939 and its family."""

from conformance.server.auth import Account, Accounts, Stamps
from conformance.server.dialogue import Dialogue
from conformance.server.engine import Engine
from conformance.server.maildir import MaildirStore
from conformance.server.memory import MemoryStore
from conformance.server.policy import Policy
from conformance.server.responses import Response
from conformance.server.sasl import MECHANISMS, Channel
from conformance.server.server import ReferenceServer, serve_until_signal
from conformance.server.stores import MaildropBusyError, MaildropError, OpenMaildrop, Store
from conformance.server.tls import ServerTls

__all__ = [
    "MECHANISMS",
    "Account",
    "Accounts",
    "Channel",
    "Dialogue",
    "Engine",
    "MaildirStore",
    "MaildropBusyError",
    "MaildropError",
    "MemoryStore",
    "OpenMaildrop",
    "Policy",
    "ReferenceServer",
    "Response",
    "ServerTls",
    "Stamps",
    "Store",
    "serve_until_signal",
]
