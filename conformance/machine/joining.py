"""Which consecutive commands of a scenario may go out together: those that are known before any of them is answered.

What was said one by one, `C: A`, `S: +OK`, `C: B`, `S: +OK`, becomes one segment with both commands, and then the
replies are expected in their order. A command must not need what an earlier reply told, nor follow one behind which
another conversation begins. DELE does not go with a login: no session deletes what it has not seen (see `guard`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from conformance.scenario.steps import Block, Capture, Choice, Expect, Loop, Send, Step, Template

__all__ = ["joined"]

_LOGINS: Final = frozenset({"PASS", "APOP"})
_TOGETHER: Final = _LOGINS | {
    *("USER", "STAT", "LIST", "RETR", "DELE", "NOOP", "RSET", "TOP", "UIDL", "CAPA", "QUIT", "UTF8", "LANG")
}
"""Commands that are one line, and have one reply."""
_LAST: Final = frozenset({"QUIT"})
"""Behind which nothing more is said."""
_SAID: Final = frozenset({"said", "microseconds"})
"""What every reply tells (see `Dialogue`)."""
_MOST: Final = 12
"""Commands in one segment."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """A command and the reply that is expected."""

    send: Send
    expect: Expect
    verb: str


def joined(block: Block) -> Block:
    """The same steps, with commands together wherever that can be."""
    return tuple(_joined(block))


def _joined(block: Block) -> Iterator[Step]:
    together: list[_Turn] = []
    at = 0
    while at < len(block):
        turn = _turn(block, at)
        if turn is None or not _goes_with(turn, together):
            yield from _flushed(together)
            together = []
        if turn is not None:
            together.append(turn)
            at += 2
            continue
        yield _inside(block[at])
        at += 1
    yield from _flushed(together)


def _inside(step: Step) -> Step:
    match step:
        case Loop():
            return replace(step, block=joined(step.block))
        case Choice():  # the first line of a branch tells which one it is
            return replace(step, branches=tuple((branch[0], *joined(branch[1:])) for branch in step.branches))
    return step


def _turn(block: Block, at: int) -> _Turn | None:
    """The command and its reply that stand there, if they are plain enough."""
    if at + 1 >= len(block):
        return None
    send, expect = block[at], block[at + 1]
    if not isinstance(send, Send) or not isinstance(expect, Expect) or send.connection != expect.connection:
        return None
    first = send.template.parts[0] if send.template.parts else b""
    words = first.split(b" ") if isinstance(first, bytes) else [b""]
    verb = words[0].decode("latin-1").upper()
    whole = len(words) > 1 or len(send.template.parts) == 1  # or the verb goes on in an expression
    if not send.line or send.piece or not whole or verb not in _TOGETHER:
        return None
    return _Turn(send, expect, verb)


def _goes_with(turn: _Turn, together: list[_Turn]) -> bool:
    if not together:
        return True
    verbs = {one.verb for one in together}
    told = frozenset[str]().union(*(_told(one.expect) for one in together))
    return (
        len(together) < _MOST
        and turn.send.connection == together[0].send.connection
        and not verbs & _LAST
        and not (turn.verb == "DELE" and verbs & _LOGINS)
        and told.isdisjoint(_needed(turn.send.template))
    )


def _told(expect: Expect) -> frozenset[str]:
    """The names that a reply gives a value."""
    words = [word for pattern in (expect.status, *(expect.body or ())) for word in pattern.words]
    captured = (word.name for word in words if isinstance(word, Capture))
    kept = (name for name in (expect.rows, expect.content, expect.lines) if name is not None)
    return _SAID.union(captured, kept)


def _needed(template: Template) -> frozenset[str]:
    return frozenset[str]().union(*(part.names for part in template.parts if not isinstance(part, bytes)))


def _flushed(together: list[_Turn]) -> Iterator[Step]:
    if len(together) < 2:
        for turn in together:
            yield turn.send
            yield turn.expect
        return
    parts = tuple(part for turn in together for part in (*turn.send.template.parts, b"\r\n"))
    yield replace(together[0].send, template=Template(parts), line=False)
    for turn in together:
        yield turn.expect
