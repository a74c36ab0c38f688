"""Draws a machine as SVG: its states below each other, arrows for what changes them, and a table of every transition.

What is not allowed is red. The text of a drawing is escaped, and it has no scripts and fetches nothing.
"""

import html
import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.learning.comparing import BEYOND, Comparison
from conformance.learning.layout import Layout, Route, Side, laid_out
from conformance.learning.machine import Machine
from conformance.learning.words import Word
from conformance.reporters.printable import printable

__all__ = ["drawn"]

_MARGIN: Final = 40
_ROW: Final = 22
"""Pixels from one row to the next, in the picture and in the table."""
_LANE: Final = 14
_ROUND: Final = 7
_LETTER: Final = 6.7
"""The width of a letter of the labels, whose letters are all of one width."""
_BOX: Final = 270
"""The width of a state, unless one of their names needs more."""
_CAPITAL: Final = 8.7
"""The width of a letter of their names, most of which are capitals."""
_WAY: Final = 36
"""Letters of the way to a state that fit into its box."""
_CELL: Final = 104
_FIRST: Final = 130
"""The first column of the table, with the words."""
_NARROWEST: Final = 760
_STYLE: Final = """\
svg{font:13px sans-serif;background:#fff}
text{fill:#1a1a1a}.title{font-size:18px;font-weight:600}.small{font-size:12px;fill:#555}
.state{font-weight:600}.label,.way,.cell{font-family:monospace;font-size:11px}.way{fill:#555}
.box{fill:#f3f6fa;stroke:#56697f;stroke-width:1.5}.beyond{stroke-dasharray:5 4}
.arrow{fill:none;stroke:#56697f;stroke-width:1.3}.head{fill:#56697f}.rule{stroke:#c5ced8}
.red{stroke:#c4161c;stroke-width:1.8}.redhead{fill:#c4161c}
text.wrong{fill:#b31217;font-weight:600}.wrongcell{fill:#fbdcdd}
@media(prefers-color-scheme:dark){svg{background:#16191d}text{fill:#e8e8e8}.small,.way{fill:#aab3bd}
.box{fill:#232a32;stroke:#8fa3b8}.arrow{stroke:#8fa3b8}.head{fill:#8fa3b8}.rule{stroke:#3a444f}
.red{stroke:#ff6b70}.redhead{fill:#ff6b70}text.wrong{fill:#ff8a8e}.wrongcell{fill:#4a1f22}}
"""
_HEADS: Final = "".join(
    f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
    f'markerUnits="userSpaceOnUse" orient="auto"><path class="{style}" d="M0 0L10 5L0 10z"/></marker>'
    for name, style in (("h", "head"), ("r", "redhead"))
)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the states and their arrows are on the paper."""

    left: float
    """The left side of the boxes."""
    box: float
    """How wide they are."""
    labels: dict[Side, float]
    """Room for the labels on either side of them."""
    top: float

    def edge(self, side: Side) -> float:
        """The side of the boxes."""
        return self.left + (self.box if side is Side.RIGHT else 0)

    def lane(self, side: Side, lane: int) -> float:
        """The middle of a lane."""
        return self.edge(side) + side.value * (self.labels[side] + (lane + 0.5) * _LANE)

    def row(self, row: int) -> float:
        """The middle of a row."""
        return self.top + (row + 0.5) * _ROW


def drawn(machine: Machine, comparison: Comparison, title: str, remarks: Sequence[str] = ()) -> str:
    """The drawing, a whole document."""
    layout = laid_out(machine, comparison.unlawful)
    labels = {side: _room(layout, side) for side in Side}
    box = max(_BOX, *(30 + _CAPITAL * len(f"{state} {comparison.labels[state]}") for state in machine.states))
    sides = {side: labels[side] + layout.lanes(side) * _LANE for side in Side}
    table = _FIRST + _CELL * len(machine.states)
    picture = sides[Side.LEFT] + box + sides[Side.RIGHT]
    wide = math.ceil(2 * _MARGIN + max(picture, table, _NARROWEST))
    lines = [line for remark in remarks for line in textwrap.wrap(remark, int((wide - 2 * _MARGIN) / 7))]
    top = 70 + 17 * len(lines)
    frame = _Frame((wide - picture) / 2 + sides[Side.LEFT], box, labels, top)
    below = top + (layout.rows + 2) * _ROW
    high = below + _ROW * (len(machine.words) + 2) + _MARGIN // 2
    ways = machine.ways()
    body = [
        _text((_MARGIN, 38), title, "title"),
        *(_text((_MARGIN, 62 + 17 * number), line, "small") for number, line in enumerate(lines)),
        *(_route(route, frame) for route in sorted(layout.routes, key=lambda route: route.arrow.unlawful)),
        *(_box(machine, state, ways[state], comparison, layout, frame) for state in machine.states),
        *_table(machine, comparison, below),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" '
        f'height="{high}" role="img">'
        f"<title>{_safe(title)}</title><style>{_STYLE}</style><defs>{_HEADS}</defs>\n" + "\n".join(body) + "\n</svg>\n"
    )


def _room(layout: Layout, side: Side) -> float:
    longest = max((len(route.arrow.text) for route in layout.routes if route.side is side), default=0)
    return longest * _LETTER + 44 if longest else 0


def _box(
    machine: Machine, state: int, way: Sequence[Word], comparison: Comparison, layout: Layout, frame: _Frame
) -> str:
    first, end = layout.boxes[state]
    top, high = frame.top + first * _ROW, (end - first) * _ROW
    middle, centre = frame.left + frame.box / 2, top + high / 2
    idle = sum(goal == state for _, goal in machine.table[state].values())
    label = comparison.labels[state]
    style = "box beyond" if label == BEYOND else "box"
    return (
        f'<rect class="{style}" x="{frame.left:g}" y="{top:g}" width="{frame.box:g}" height="{high:g}" rx="9"/>'
        + _text((middle, centre - 13), f"{state}  {label}", "state", "middle")
        + _text((middle, centre + 5), _way(way), "way", "middle")
        + _text((middle, centre + 22), f"{idle} of {len(machine.words)} words change nothing", "small", "middle")
    )


def _way(words: Sequence[Word]) -> str:
    """How to get there; the end of it where it is long."""
    text = ", ".join(word.label for word in words) or "the greeting"
    return text if len(text) <= _WAY else "…" + text[1 - _WAY :]


def _route(route: Route, frame: _Frame) -> str:
    arrow, outwards = route.arrow, route.side.value
    style, head = ("arrow red", "r") if arrow.unlawful else ("arrow", "h")
    x, y, end = frame.edge(route.side), frame.row(route.leaves), frame.row(route.enters)
    if arrow.origin == arrow.goal:
        path = f"M{x:g},{y - 5:g} c26,-6 26,16 0,10"
    else:
        lane, towards = frame.lane(route.side, route.lane), 1 if end > y else -1
        near = lane - outwards * _ROUND
        path = (
            f"M{x:g},{y:g} H{near:g} Q{lane:g},{y:g} {lane:g},{y + towards * _ROUND:g} "
            f"V{end - towards * _ROUND:g} Q{lane:g},{end:g} {near:g},{end:g} H{x:g}"
        )
    at = (x + outwards * (28 if arrow.origin == arrow.goal else 12), y + (4 if arrow.origin == arrow.goal else -4))
    label = _text(at, arrow.text, "label wrong" if arrow.unlawful else "label", "" if outwards > 0 else "end")
    return f'<path class="{style}" marker-end="url(#{head})" d="{path}"/>{label}'


def _table(machine: Machine, comparison: Comparison, top: float) -> Iterator[str]:
    yield _text((_MARGIN, top), "Every transition: what is heard, and the state that follows if it is another", "small")
    width = _FIRST + _CELL * len(machine.states)
    for state in machine.states:
        yield _text((_column(state), top + _ROW), f"state {state}", "small", "middle")
    for number, word in enumerate(machine.words, 2):
        y = top + number * _ROW
        yield f'<path class="rule" d="M{_MARGIN},{y - 15:g} h{width}"/>' + _text((_MARGIN, y), word.label, "cell")
        for state in machine.states:
            yield _transition(machine, state, word, y, wrong=(state, word) in comparison.unlawful)


def _transition(machine: Machine, state: int, word: Word, y: float, *, wrong: bool) -> str:
    heard, goal = machine.table[state][word]
    text = heard.value if goal == state else f"{heard} → {goal}"
    x = _column(state)
    cell = (
        f'<rect class="wrongcell" x="{x - _CELL / 2:g}" y="{y - 15:g}" width="{_CELL}" height="{_ROW}"/>'
        if wrong
        else ""
    )
    return cell + _text((x, y), text, "cell wrong" if wrong else "cell", "middle")


def _column(state: int) -> float:
    return _MARGIN + _FIRST + _CELL * (state + 0.5)


def _text(at: Point, text: str, style: str = "", anchor: str = "") -> str:
    more = (f' class="{style}"' if style else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{at[0]:g}" y="{at[1]:g}"{more}>{_safe(text)}</text>'


def _safe(text: str) -> str:
    return html.escape(printable(text).replace("\n", " "))
