"""Sessions that are cut off: the connection ends behind each octet of DELE 1, DELE 2, QUIT; then, what is left?

RFC 1939 §6: a session that ends other than by QUIT removes nothing, so up to the last octet of the word QUIT all
messages must be there afterwards, and none marked. Behind it the server may have taken the end of the stream for the
end of the line, and may as well have seen the end of the connection first, so all may be there as well as none of the
two; a third message, which nobody marked, stays whatever happens. One of the two may be left where removal failed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.scenario import Scenario
from conformance.scenario.document import walk
from conformance.scenario.parse import parse_session
from conformance.scenario.steps import Place

__all__ = ["FOLDER", "cut_sessions"]

FOLDER: Final = "rfc1939/06-cuts"
"""What the ids of these scenarios begin with."""
_COMMANDS: Final = ("DELE 1", "DELE 2", "QUIT")
_ALL: Final = sum(len(command) + 2 for command in _COMMANDS)
_QUIT_AT: Final = _ALL - 2
"""Octets up to the end of the word QUIT."""
_MAILDROP: Final = ("plain", "dots", "tiny")
_HALF: Final = "C: <half-close>\nS: <closes>"


@dataclass(frozen=True, slots=True)
class _Ending:
    """A way to end the connection."""

    name: str
    says: str
    steps: str
    together: bool = False
    """Whether all is sent in one segment, and no reply is waited for."""


_ENDINGS: Final = (
    _Ending("closed", "is closed", "C: <close>"),
    _Ending("half-closed", "is closed in one direction", _HALF),
    _Ending("reset", "is reset", "C: <reset>"),
    _Ending("together", "is closed, with all in one segment,", "C: <close>", together=True),
)

_NO_QUIT: Final = """
S: +OK <left>
check left == all                 [R1939-UPD-08]
check found == all                [R1939-STATE-07]
for n in 1 2 3:
  C: RETR {n}
  S: +OK
"""
"""Nothing is removed, and what RSET brings back was marked before the login."""

_QUIT_WITHOUT_END: Final = """
either:
  S: +OK {all}
  note QUIT without CRLF, before the end of the connection, is no QUIT: nothing was removed
or:
  S: +OK {all - 2}
  note QUIT without CRLF, before the end of the connection, is obeyed: what was marked was removed
"""

_QUIT: Final = """
S: +OK <left>
check left >= all - 2             [R1939-UPD-02]
C: STAT
either:
  S: +OK {all - 2}
  note QUIT is obeyed, though the connection ends with it: what was marked was removed
  C: LIST 1
  S: +OK 1 <octets>
  check octets == sizes[3]        [R1939-UPD-02]
or:
  S: +OK
  note QUIT is not obeyed, or not to its end, when the connection ends with it
"""


def cut_sessions() -> Iterator[Scenario]:
    """One scenario for each octet and each way to end the connection."""
    for ending in _ENDINGS:
        for octets in range(_ALL + 1):
            yield _scenario(ending, octets)


def _scenario(ending: _Ending, octets: int) -> Scenario:
    steps = parse_session(_session(ending, octets))
    clauses = (clause for step in walk(steps) for clause in getattr(step, "clauses", ()))
    return Scenario(
        id=f"{FOLDER}/{ending.name}-behind-{octets:02}-octets",
        title=f"What is left when the connection {ending.says} behind {octets} octets of {', '.join(_COMMANDS)}",
        path=Path(__file__),
        place=Place(1, 1),
        clauses=tuple(dict.fromkeys((*clauses, "R1939-UPD-08" if octets < _QUIT_AT else "R1939-UPD-02"))),
        maildrop=_MAILDROP,
        needs=("PIPELINING",) if ending.together else (),
        wrong_logins=0,
        steps=steps,
    )


def _session(ending: _Ending, octets: int) -> str:
    lines = ["C: <log in>", "let all = count", "let sizes = size"]
    lines += _together(octets) if ending.together else _in_turns(octets)
    lines += [ending.steps, "C: <log in within 5 s>  [R1939-UPD-09]", "let found = count"]
    lines += ["C: RSET", "S: +OK", "C: STAT"]
    left = _NO_QUIT if octets < _QUIT_AT else _QUIT if octets == _ALL else _QUIT_WITHOUT_END
    return "\n".join([*lines, left.strip("\n")])


def _in_turns(octets: int) -> Iterator[str]:
    """Each whole command is answered before the next one is sent."""
    for command in _COMMANDS:
        if octets <= 0:
            return
        whole, last = len(command) + 2 <= octets, command == _COMMANDS[-1]
        if whole and not last:
            yield from (f"C: {command}", "S: +OK")
        else:
            yield f"C~ {_written(command, octets)}"
        octets -= len(command) + 2


def _together(octets: int) -> Iterator[str]:
    parts = []
    for command in _COMMANDS:
        if octets > 0:
            parts.append(_written(command, octets))
        octets -= len(command) + 2
    if parts:
        yield f"C~ {''.join(parts)}"


def _written(command: str, octets: int) -> str:
    """The first octets of a line, as a scenario writes them."""
    line = f"{command}\r\n"[:octets]
    return line.replace(" ", "\\s").replace("\r", "\\r").replace("\n", "\\n")
