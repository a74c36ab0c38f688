"""A clause: one demand of one RFC on a server, a client or both, small enough to be broken alone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["Advisory", "Clause", "Grade", "Level", "Subject"]


class Grade(StrEnum):
    """How much a break weighs."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


class Level(StrEnum):
    """The force with which an RFC speaks, in the words of RFC 2119."""

    MUST = "MUST"
    MUST_NOT = "MUST NOT"
    SHOULD = "SHOULD"
    SHOULD_NOT = "SHOULD NOT"
    MAY = "MAY"
    FACT = "FACT"
    """A plain statement of how the protocol works; peers rely on it as on a MUST."""

    @property
    def grade(self) -> Grade:
        """How much a break of this level weighs."""
        return _GRADES[self]


_GRADES: Final = {
    Level.MUST: Grade.MUST,
    Level.MUST_NOT: Grade.MUST,
    Level.SHOULD: Grade.SHOULD,
    Level.SHOULD_NOT: Grade.SHOULD,
    Level.MAY: Grade.MAY,
    Level.FACT: Grade.MUST,
}


class Subject(StrEnum):
    """Whom a clause binds."""

    SERVER = "server"
    CLIENT = "client"
    BOTH = "both"


class Advisory(StrEnum):
    """Why a clause is only ever reported on."""

    PERMISSION = "permission"
    """The RFC leaves the choice; either way is right."""
    DISPUTED = "disputed"
    """The text can be read in two ways, and deployed implementations are divided."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One demand, as the catalogue holds it."""

    id: str
    """``R<rfc>-<TOPIC>-<nn>``; never renumbered and never used again."""
    rfc: int
    """Number of the RFC that speaks."""
    section: str
    """Its section, as in ``5`` or ``6.7``; a heading where the RFC numbers none."""
    topic: str
    """What it is about: a command, or a matter such as ``multi-line``."""
    subject: Subject
    """Whom it binds."""
    level: Level
    """With what force."""
    inferred: bool
    """Whether the level is read into the text; false when the RFC itself uses a normative word."""
    says: str
    """The demand in one sentence, in words of our own."""
    how: str
    """What to do and to look for, and what is lawful all the same."""
    observe: tuple[str, ...]
    """Kinds of observation that can show it, the most useful first."""
    needs: tuple[str, ...]
    """What must be there before it can be judged."""
    advisory: Advisory | None = None
    """Set when it is reported on and never fails."""
    excuse: str | None = None
    """Why no run over the wire can judge a server by it: ``untestable: ...`` or ``out-of-band: ...``."""

    @property
    def citation(self) -> str:
        """Where it stands, as people write it: ``RFC 1939 §5``."""
        mark = "§" if self.section[:1].isdigit() else ""
        return f"RFC {self.rfc} {mark}{self.section}"

    @property
    def grade(self) -> Grade:
        """The grade at which a break counts; an advisory clause weighs no more than a permission."""
        return self.level.grade if self.advisory is None else Grade.MAY

    @property
    def can_fail(self) -> bool:
        """Whether a run over the wire can find it broken and hold that against the peer."""
        return self.grade is not Grade.MAY and self.excuse is None and self.observe != ("untestable",)

    @property
    def judges_server(self) -> bool:
        """Whether it says something about servers."""
        return self.subject is not Subject.CLIENT
