"""Where the data that comes with pop3spec lies: scenarios, fixtures, reports."""

from pathlib import Path
from typing import Final

__all__ = ["FIXTURES", "MAIL", "REPORTS", "SCENARIOS"]

_PACKAGE: Final = Path(__file__).resolve().parent
_ROOT: Final = _PACKAGE / "_data" if (_PACKAGE / "_data").is_dir() else _PACKAGE.parent

SCENARIOS: Final = _ROOT / "scenarios"
"""Scenario files, one folder an RFC, and the language's JSON Schema."""

FIXTURES: Final = _ROOT / "fixtures"
"""What scenarios need: messages."""

MAIL: Final = FIXTURES / "mail"
"""One message a file, byte-exact, named NAME.eml."""

REPORTS: Final = _ROOT / "reports"
"""What reports are made of: schemas, templates, golden examples."""
