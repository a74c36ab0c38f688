"""Lines of a session, and what is said of one that is not understood."""

from dataclasses import dataclass

from conformance.scenario.steps import Place

__all__ = ["ScriptError", "SourceLine"]


class ScriptError(Exception):
    """Something in a scenario file that is not understood."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a session, stripped."""

    place: Place
    indent: int
    text: str

    def at(self, offset: int) -> Place:
        """A place in it."""
        return Place(self.place.line, self.place.column + offset)

    def error(self, message: str, offset: int = 0) -> ScriptError:
        """What is wrong with it there."""
        return ScriptError(self.at(offset), message)
