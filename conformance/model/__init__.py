"""The reference behaviour, pure: what the RFC lets a server answer, and where that leads."""

from conformance.model.expectation import (
    Answer,
    Capabilities,
    Content,
    DropListing,
    Expectation,
    Farewell,
    Languages,
    Plain,
    ScanLine,
    ScanListing,
    UniqueIdLine,
    UniqueIdListing,
)
from conformance.model.maildrop import Maildrop, Message
from conformance.model.session import Session

__all__ = [
    "Answer",
    "Capabilities",
    "Content",
    "DropListing",
    "Expectation",
    "Farewell",
    "Languages",
    "Maildrop",
    "Message",
    "Plain",
    "ScanLine",
    "ScanListing",
    "Session",
    "UniqueIdLine",
    "UniqueIdListing",
]
