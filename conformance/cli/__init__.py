"""The command `pop3spec`."""

from conformance.cli.main import main

__all__ = ["main"]
