"""From a scenario to its text: the file that plays what was found once again.

Steps of sessions that somebody drove are written, with what came to be; those of sessions that somebody expects
something of are read from files and never written.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from conformance.scenario.document import Scenario
from conformance.scenario.expressions import Expression
from conformance.scenario.steps import Act, Action, Block, Deliver, Send, Step, Template

__all__ = ["as_text", "session_lines"]

_ESCAPED: Final[Mapping[int, str]] = {
    0x0D: r"\r",
    0x0A: r"\n",
    0x09: r"\t",
    0x00: r"\0",
    0x5C: r"\\",
    0x7B: r"\{",
    0x7D: r"\}",
    0x5B: r"\x5b",  # a mark begins with it
    0x3C: r"\x3c",  # an act does
}
_PRINTED: Final = range(0x20, 0x7F)
_ENDS: Final = re.compile(r"\A | \Z")
_AWAITED: Final = frozenset(
    {
        Action.ANY,
        Action.SILENCE,
        Action.CLOSES,
        Action.CLOSES_SILENTLY,
        Action.TLS,
        Action.NO_TLS,
        Action.ALERT,
    }
)


def as_text(scenario: Scenario, remarks: Iterable[str] = ()) -> str:
    """A scenario file with this scenario alone, and remarks above it.

    `ValueError` for steps that have no place in a session that was driven.
    """
    lines = [f"# {remark}".rstrip() for remark in remarks]
    lines.append(f"- scenario: {_quoted(scenario.title)}")
    if scenario.clauses:
        lines.append(f"  clauses: [{', '.join(scenario.clauses)}]")
    if scenario.maildrop is not None:
        lines.append(f"  maildrop: [{', '.join(map(_quoted, scenario.maildrop))}]")
    if scenario.mail:
        lines.append("  mail:")
        for name, octets in scenario.mail.items():
            lines += _mail(name, octets)
    if scenario.needs:
        lines.append(f"  needs: [{', '.join(scenario.needs)}]")
    if scenario.wrong_logins:
        lines.append(f"  wrong logins: {scenario.wrong_logins}")
    lines.append("  session: |")
    lines += [f"    {line}" for line in session_lines(scenario.steps)]
    return "\n".join([*lines, ""])


def session_lines(block: Block) -> Iterator[str]:
    """The lines of a session, as `parse_session` reads them."""
    for step in block:
        yield _line(step)


def _line(step: Step) -> str:
    match step:
        case Deliver():
            return f"deliver {step.mail}"
        case Send():
            how = "~" if not step.line else f"/{step.piece}:" if step.piece else ":"
            return f"{_connection(step.connection)}C{how} {_text(step.template)}".rstrip()
        case Act():
            side = "S" if step.action in _AWAITED else "C"
            words = [step.action.value, str(step.account) if step.account != 1 else "", step.word, _seconds(step)]
            marks = f"  [{', '.join(step.clauses)}]" if step.clauses else ""
            return f"{_connection(step.connection)}{side}: <{' '.join(filter(None, words))}>{marks}"
    mistake = f"a {type(step).__name__} is not written"
    raise ValueError(mistake)


def _connection(name: str) -> str:
    return "" if name == "A" else f"{name}> "


def _seconds(act: Act) -> str:
    return "" if act.seconds is None else f"{act.seconds:.3f}".rstrip("0").rstrip(".") + " s"


def _text(template: Template) -> str:
    parts = (_expression(part) if isinstance(part, Expression) else _escaped(part) for part in template.parts)
    return _ENDS.sub(r"\\s", "".join(parts))


def _visible(line: bytes) -> str:
    """With the spaces at its ends, which would get lost."""
    return _ENDS.sub(r"\\s", _escaped(line))


def _expression(expression: Expression) -> str:
    return f"{{{expression.text}}}"


def _escaped(octets: bytes) -> str:
    return "".join(_ESCAPED.get(o) or (chr(o) if o in _PRINTED else f"\\x{o:02x}") for o in octets)


def _mail(name: str, octets: bytes) -> Iterator[str]:
    """A message as a literal block: one line of text for each of its lines."""
    ends = octets.endswith(b"\r\n")
    yield f"    {name}: |2{'+' if ends else '-'}"
    for line in octets.removesuffix(b"\r\n").split(b"\r\n"):
        yield f"      {_visible(line)}" if line else ""


def _quoted(text: str) -> str:
    """As a YAML string in double quotes."""
    body = "".join(c if " " <= c <= "~" and c not in '\\"' else f"\\u{ord(c):04x}" for c in text)
    return f'"{body}"'
