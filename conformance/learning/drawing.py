"""Draws a machine as SVG: its states in rows, arrows for what changes them, and below a table of every transition.

What is not allowed is red. The text of a drawing is escaped, and it has no scripts and fetches nothing.
"""

import html
from collections.abc import Iterator
from typing import Final

from conformance.learning.comparing import Comparison
from conformance.learning.layout import Arrow, arrows, layers
from conformance.learning.machine import Machine
from conformance.learning.words import Word
from conformance.reporters.printable import printable

__all__ = ["drawn"]

_BOX: Final = (250, 56)
_APART: Final = (420, 190)
_MARGIN: Final = 70
_TOP: Final = 80
_LINE: Final = 15
_CELL: Final = (104, 20)
_FIRST_COLUMN: Final = 300
_STYLE: Final = """\
svg{font:13px sans-serif;background:#fff}
text{fill:#1a1a1a}.title{font-size:18px;font-weight:600}.small{font-size:11px;fill:#555}
.label{font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}
.box{fill:#f3f6fa;stroke:#56697f;stroke-width:1.5}.arrow{fill:none;stroke:#56697f;stroke-width:1.3}
.head{fill:#56697f}.rule{stroke:#c5ced8}
.red{stroke:#c4161c}.redhead{fill:#c4161c}text.wrong{fill:#c4161c;font-weight:600}.wrongcell{fill:#fbdcdd}
@media(prefers-color-scheme:dark){svg{background:#16191d}text{fill:#e8e8e8}.small{fill:#a5adb6}
.label{stroke:#16191d}.box{fill:#232a32;stroke:#8fa3b8}.arrow{stroke:#8fa3b8}.head{fill:#8fa3b8}.rule{stroke:#3a444f}
.red{stroke:#ff6b70}.redhead{fill:#ff6b70}text.wrong{fill:#ff8a8e}.wrongcell{fill:#4a1f22}}
"""
_HEADS: Final = "".join(
    f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
    f'orient="auto-start-reverse"><path class="{style}" d="M0 0L10 5L0 10z"/></marker>'
    for name, style in (("h", "head"), ("r", "redhead"))
)

Point = tuple[float, float]


def drawn(machine: Machine, comparison: Comparison, title: str, remark: str = "") -> str:
    """The drawing, a whole document."""
    rows = layers(machine)
    wide = max(max(map(len, rows)) * _APART[0], _FIRST_COLUMN + _CELL[0] * len(machine.states)) + 2 * _MARGIN
    below = _TOP + len(rows) * _APART[1]
    high = below + _CELL[1] * (len(machine.words) + 3)
    places = _places(rows, wide)
    body = [
        _text((_MARGIN, 34), title, "title"),
        _text((_MARGIN, 56), remark, "small"),
        *_arrows(arrows(machine, comparison.unlawful), places),
        *(_box(machine, state, comparison.labels[state], places[state]) for state in machine.states),
        *_table(machine, comparison, below),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        'role="img">'
        f"<title>{_safe(title)}</title><style>{_STYLE}</style><defs>{_HEADS}</defs>\n" + "\n".join(body) + "\n</svg>\n"
    )


def _places(rows: list[list[int]], wide: int) -> dict[int, Point]:
    """The middle of each box."""
    found: dict[int, Point] = {}
    for number, row in enumerate(rows):
        left = wide / 2 - (len(row) - 1) * _APART[0] / 2
        shift = (number % 2) * 60 if len(row) == 1 and len(rows) > 2 else 0
        for place, state in enumerate(row):
            found[state] = (left + place * _APART[0] + shift, _TOP + _BOX[1] / 2 + 20 + number * _APART[1])
    return found


def _box(machine: Machine, state: int, label: str, middle: Point) -> str:
    idle = sum(goal == state for _, goal in machine.table[state].values())
    x, y = middle[0] - _BOX[0] / 2, middle[1] - _BOX[1] / 2
    return (
        f'<rect class="box" x="{x:g}" y="{y:g}" width="{_BOX[0]}" height="{_BOX[1]}" rx="9"/>'
        + _text((middle[0], middle[1] - 4), f"{state}  {label}", anchor="middle")
        + _text((middle[0], middle[1] + 15), f"{idle} of {len(machine.words)} words lead nowhere", "small", "middle")
    )


def _arrows(all_of_them: list[Arrow], places: dict[int, Point]) -> Iterator[str]:
    leaving: dict[int, int] = {}
    for arrow in all_of_them:
        rank = leaving.get(arrow.origin, 0)
        leaving[arrow.origin] = rank + 1
        yield _arrow(arrow, places[arrow.origin], places[arrow.goal], rank)


def _arrow(arrow: Arrow, origin: Point, goal: Point, rank: int) -> str:
    style, head = ("arrow red", "r") if arrow.unlawful else ("arrow", "h")
    start, one, other, end = _loop(origin, rank) if arrow.origin == arrow.goal else _curve(origin, goal, rank)
    label = _on_curve(start, one, other, end, 0.4 + 0.08 * (rank % 3))
    path = " ".join(f"{x:g},{y:g}" for x, y in (one, other, end))
    lines = [
        _text((label[0], label[1] + number * _LINE), text, "label wrong" if arrow.unlawful else "label", "middle")
        for number, text in enumerate(arrow.texts)
    ]
    return f'<path class="{style}" marker-end="url(#{head})" d="M{start[0]:g},{start[1]:g} C{path}"/>' + "".join(lines)


def _loop(at: Point, rank: int) -> tuple[Point, Point, Point, Point]:
    x, y = at[0] + _BOX[0] / 2, at[1]
    reach = 90 + 10 * rank
    return (x, y - 14), (x + reach, y - 55), (x + reach, y + 55), (x, y + 14)


def _curve(origin: Point, goal: Point, rank: int) -> tuple[Point, Point, Point, Point]:
    half, spread = _BOX[1] / 2, 26 * ((rank % 5) - 2)
    if abs(origin[1] - goal[1]) < 1:  # beside each other: below when it goes to the right, above when to the left
        side = 1 if goal[0] > origin[0] else -1
        y = origin[1] + side * half
        bow = side * (70 + 12 * (rank % 3))
        return (origin[0] + side * 60, y), (origin[0] + side * 60, y + bow), (goal[0] - side * 60, y + bow), (
            goal[0] - side * 60, y,
        )  # fmt: skip
    down = 1 if goal[1] > origin[1] else -1
    bow = 70 * down
    start = (origin[0] + spread, origin[1] + down * half)
    end = (goal[0] + spread + (-40 if down > 0 else 40), goal[1] - down * half)
    aside = 0.0 if abs(goal[1] - origin[1]) < _APART[1] * 1.5 else 150.0 * (1 if spread >= 0 else -1)
    return start, (start[0] + aside, start[1] + bow), (end[0] + aside, end[1] - bow), end


def _on_curve(start: Point, one: Point, other: Point, end: Point, t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    points = (start, one, other, end)
    return (
        sum(weight * point[0] for weight, point in zip(weights, points, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, points, strict=True)),
    )


def _table(machine: Machine, comparison: Comparison, top: float) -> Iterator[str]:
    yield _text((_MARGIN, top), "Every transition: what is heard, and the state that follows if it is another", "small")
    width = _FIRST_COLUMN - 150 + _CELL[0] * len(machine.states)
    for state in machine.states:
        yield _text((_column(state), top + _CELL[1]), f"state {state}", "small", "middle")
    for number, word in enumerate(machine.words, 2):
        y = top + number * _CELL[1]
        yield f'<path class="rule" d="M{_MARGIN},{y - 14:g} h{width}"/>' + _text((_MARGIN, y), word.label)
        for state in machine.states:
            yield _transition(machine, state, word, y, wrong=(state, word) in comparison.unlawful)


def _transition(machine: Machine, state: int, word: Word, y: float, *, wrong: bool) -> str:
    heard, goal = machine.table[state][word]
    text = heard.value if goal == state else f"{heard} → {goal}"
    x = _column(state)
    cell = (
        f'<rect class="wrongcell" x="{x - _CELL[0] / 2:g}" y="{y - 14:g}" width="{_CELL[0]}" height="{_CELL[1]}"/>'
        if wrong
        else ""
    )
    return cell + _text((x, y), text, "wrong" if wrong else "", "middle")


def _column(state: int) -> float:
    return _MARGIN + _FIRST_COLUMN - 150 + _CELL[0] * (state + 0.5)


def _text(at: Point, text: str, style: str = "", anchor: str = "") -> str:
    more = (f' class="{style}"' if style else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{at[0]:g}" y="{at[1]:g}"{more}>{_safe(text)}</text>'


def _safe(text: str) -> str:
    return html.escape(printable(text).replace("\n", " "))
