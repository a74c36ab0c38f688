"""What the RFCs demand, as data: one TOML file an RFC, one clause a demand.

Importing this package reads no file; the catalogue does when it is first looked at.
"""

from conformance.clauses.catalogue import CATALOGUE, Catalogue, UnknownClauseError
from conformance.clauses.clause import Advisory, Clause, Grade, Level, Subject
from conformance.clauses.files import ClauseFileError, read_clauses
from conformance.clauses.rules import NEED_FAMILIES, NEEDS, OBSERVATIONS

__all__ = [
    "CATALOGUE",
    "NEEDS",
    "NEED_FAMILIES",
    "OBSERVATIONS",
    "Advisory",
    "Catalogue",
    "Clause",
    "ClauseFileError",
    "Grade",
    "Level",
    "Subject",
    "UnknownClauseError",
    "read_clauses",
]
