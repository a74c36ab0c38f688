"""From the text of a session to its steps.

Each line is one step; deeper indentation makes a block. A problem is raised with the place where it is and what could
have stood there.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from conformance.scenario.acts import awaited, awaits, done
from conformance.scenario.source import ScriptError, SourceLine
from conformance.scenario.steps import (
    CLAUSE_ID,
    Act,
    Block,
    Capture,
    Check,
    Choice,
    Deliver,
    Expect,
    Let,
    Loop,
    Note,
    Pattern,
    Place,
    Restart,
    Send,
    Skip,
    Step,
    Template,
)
from conformance.scenario.templates import parse_expression, parse_template

__all__ = ["parse_session"]

_MARKS: Final = re.compile(rf"\s+\[({CLAUSE_ID.pattern}(?:,\s*{CLAUSE_ID.pattern})*)\]$")
_WIRE: Final = re.compile(r"(?:(?P<name>[A-Z])> ?)?(?P<side>[CS])(?P<how>:|~|/\d+:)(?: (?P<text>.*))?$")
_ACTION: Final = re.compile(r"<(?P<words>[^<>]*)>$")
_WORD: Final = re.compile(r"(?:\{[^}]*\}|\S)+")
"""What blanks separate, those in braces aside."""
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]*$")
_STATUS: Final = re.compile(r"(\+OK|-ERR|\+OK\|-ERR|\+)(\s|$)")
_STATEMENTS: Final = "C:, C~, C/N:, S:, check, let, deliver, restart, note, skip, for, either or or"


def parse_session(text: str, first_line: int = 1, column: int = 1) -> Block:
    """The steps of a session. Lines are counted from `first_line`; `column` is where the text is indented to."""
    lines = []
    for number, raw in enumerate(text.split("\n"), first_line):
        stripped = raw.strip()
        if stripped and not stripped.startswith("#"):
            indent = len(raw) - len(raw.lstrip())
            if "\t" in raw[:indent]:
                raise ScriptError(Place(number, column), "a TAB in the indentation: use spaces")
            lines.append(SourceLine(Place(number, column + indent), indent, stripped))
    if not lines:
        raise ScriptError(Place(first_line, column), "an empty session: nothing is said and nothing is expected")
    return _Parser(lines).block(lines[0].indent)


class _Parser:
    def __init__(self, lines: list[SourceLine]) -> None:
        self._lines = lines
        self._at = 0

    def _peek(self) -> SourceLine | None:
        return self._lines[self._at] if self._at < len(self._lines) else None

    def _next(self) -> SourceLine:
        self._at += 1
        return self._lines[self._at - 1]

    def block(self, indent: int) -> Block:
        return tuple(self._steps(indent))

    def _steps(self, indent: int) -> Iterator[Step]:
        while (line := self._peek()) is not None and line.indent >= indent:
            if line.indent > indent:
                raise line.error("indented deeper than the line above, which opens no block")
            yield self._step(self._next())

    def _inner(self, opener: SourceLine) -> Block:
        line = self._peek()
        if line is None or line.indent <= opener.indent:
            raise opener.error("a block is expected below, indented deeper")
        return self.block(line.indent)

    def _step(self, line: SourceLine) -> Step:
        bare, clauses = _without_marks(line.text)
        word = bare.split(" ", 1)[0].rstrip(":")
        if word == "either":
            return self._choice(line, clauses)
        if word == "for":
            return self._loop(line, bare)
        if word in _SIMPLE:
            return _SIMPLE[word](line, bare[len(word) :].strip(), clauses)
        found = _WIRE.match(bare)
        if found is None:
            raise line.error(f"one of {_STATEMENTS} is expected here")
        name, side, how = found["name"] or "A", found["side"], found["how"]
        offset = found.start("text") if found["text"] else len(bare)
        text = (found["text"] or "").strip()
        if side == "S":
            if how != ":":
                raise line.error("what a server says is written S: and nothing else")
            return self._server(line, name, text, clauses, offset)
        return _client(line, name, how, text, clauses, offset)

    def _choice(self, opener: SourceLine, clauses: tuple[str, ...]) -> Choice:
        branches = [self._inner(opener)]
        while (line := self._peek()) is not None and line.indent == opener.indent and line.text.rstrip(":") == "or":
            branches.append(self._inner(self._next()))
        if len(branches) < 2:
            raise opener.error("either needs at least one or: with one answer allowed, write it without either")
        for branch in branches:
            if not isinstance(branch[0], Expect | Act) or (isinstance(branch[0], Act) and not awaits(branch[0])):
                raise ScriptError(branch[0].place, "a branch begins with what the server does: S: ...")
        return Choice(opener.place, clauses, tuple(branches))

    def _loop(self, opener: SourceLine, bare: str) -> Loop:
        found = re.fullmatch(r"for ([a-z_][a-z0-9_]*) in (.+?):?", bare)
        if found is None:
            raise opener.error("for NAME in VALUE VALUE ...: is expected here")
        offset = found.start(2)
        words = _WORD.finditer(found[2])
        values = tuple(parse_template(word[0], opener.at(offset + word.start())) for word in words)
        return Loop(opener.place, found[1], values, self._inner(opener))

    def _server(self, line: SourceLine, name: str, text: str, clauses: tuple[str, ...], offset: int) -> Step:
        if action := _ACTION.match(text):
            return awaited(line, name, action["words"], clauses, offset)
        if not _STATUS.match(text):
            answers = "+OK, -ERR, +OK|-ERR, +, <any>, <silence>, <closes> or <tls>"
            raise line.error(f"{answers} is expected behind S:", offset)
        expect = Expect(line.place, name, _pattern(text, line.at(offset)), clauses)
        return self._with_body(expect, name)

    def _with_body(self, expect: Expect, name: str) -> Expect:
        rows: list[Pattern] = []
        started = False
        while (line := self._peek()) is not None:
            bare, clauses = _without_marks(line.text)
            found = _WIRE.match(bare)
            text = (found["text"] or "").strip() if found else ""
            if not found or found["side"] != "S" or (found["name"] or "A") != name or _STATUS.match(text):
                break
            kept = re.fullmatch(r"<(rows|body|lines) ([a-z_][a-z0-9_]*)>", text)
            if _ACTION.match(text) and not kept:
                break
            self._next()
            started = True
            expect = replace(expect, clauses=(*expect.clauses, *clauses))
            if text == ".":
                plain = expect.rows is None and expect.content is None and expect.lines is None
                return replace(expect, body=tuple(rows)) if plain else expect
            if kept:
                expect = _keeping(expect, kept[1], kept[2])
            else:
                rows.append(_pattern(text, line.at(found.start("text"))))
        if started:
            raise ScriptError(expect.place, "the body that is expected here has no end: S: . is missing")
        return expect


def _keeping(expect: Expect, what: str, name: str) -> Expect:
    if what == "rows":
        return replace(expect, rows=name)
    return replace(expect, content=name) if what == "body" else replace(expect, lines=name)


def _without_marks(text: str) -> tuple[str, tuple[str, ...]]:
    found = _MARKS.search(text)
    if found is None:
        return text, ()
    return text[: found.start()], tuple(re.split(r",\s*", found[1]))


def _client(line: SourceLine, name: str, how: str, text: str, clauses: tuple[str, ...], offset: int) -> Step:
    action = _ACTION.match(text) if how == ":" else None
    if action and (act := done(line, name, action["words"], clauses)) is not None:
        return act
    if clauses:
        raise line.error("a clause is judged by what the server does: put the mark behind the S: line")
    template = parse_template(text, line.at(offset))
    piece = int(how[1:-1]) if how.startswith("/") else 0
    if how.startswith("/") and not piece:
        raise line.error("C/N: sends N octets a segment, and N is at least 1")
    return Send(line.place, name, template, line=how != "~", piece=piece)


def _pattern(text: str, place: Place) -> Pattern:
    words: list[Template | Capture] = []
    for found in _WORD.finditer(text):
        word = found[0]
        if capture := re.fullmatch(r"<([a-z_][a-z0-9_]*)>", word):
            words.append(Capture(capture[1]))
        else:
            words.append(parse_template(word, Place(place.line, place.column + found.start())))
    return Pattern(tuple(words), text)


def _check(line: SourceLine, rest: str, clauses: tuple[str, ...]) -> Check:
    if not rest:
        raise line.error("check needs something to check: check sum(size) == total")
    return Check(line.place, parse_expression(rest, line.at(6)), clauses)


def _let(line: SourceLine, rest: str, _clauses: tuple[str, ...]) -> Let:
    name, equals, expression = (part.strip() for part in rest.partition("="))
    if not equals or not _NAME.match(name):
        raise line.error("let NAME = EXPRESSION is expected here")
    return Let(line.place, name, parse_expression(expression, line.place))


def _deliver(line: SourceLine, rest: str, _clauses: tuple[str, ...]) -> Deliver:
    if len(rest.split()) != 1:
        raise line.error("deliver MAIL is expected here")
    return Deliver(line.place, rest)


def _restart(line: SourceLine, rest: str, _clauses: tuple[str, ...]) -> Restart:
    if rest:
        raise line.error("restart stands alone")
    return Restart(line.place)


def _note(line: SourceLine, rest: str, clauses: tuple[str, ...]) -> Note:
    if not rest:
        raise line.error("note needs a text")
    return Note(line.place, parse_template(rest, line.at(5)), clauses)


def _skip(line: SourceLine, rest: str, _clauses: tuple[str, ...]) -> Skip:
    if not rest:
        raise line.error("skip needs the reason, for the report")
    if not rest.startswith("unless "):
        return Skip(line.place, rest)
    holds, colon, text = rest.removeprefix("unless ").partition(": ")
    if not colon:
        raise line.error("skip unless EXPRESSION: TEXT is expected here")
    return Skip(line.place, text.strip(), parse_expression(holds, line.at(12)))


_SIMPLE: Final[Mapping[str, Callable[[SourceLine, str, tuple[str, ...]], Step]]] = {
    "check": _check,
    "let": _let,
    "deliver": _deliver,
    "restart": _restart,
    "note": _note,
    "skip": _skip,
}
