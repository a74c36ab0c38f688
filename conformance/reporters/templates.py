"""What pages are made with: templates, style and script of ``reports/html``, and what templates call.

Whatever a server said is hostile: Jinja2 escapes every value, characters that do not print are written as escapes
before that, and the page's own policy lets no script run but the one that was written here.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from conformance.bundled import REPORTS
from conformance.reporters.printable import printable
from conformance.reporters.window import fitted
from conformance.reporters.words import SIGNS, counted, force, weight, why_known
from conformance.results import Standing
from conformance.transcript import TextLine

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["page"]

_ASSETS: Final = REPORTS / "html"
_LONGEST: Final = 400
"""Characters of a line that are shown."""


def page(template: str, **values: Any) -> str:
    """The page that a template makes of these values, with style and script in it."""
    style, script = ((_ASSETS / name).read_text("utf-8") for name in ("report.css", "report.js"))
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:"
    return _environment().get_template(template).render(values, style=style, script=script, policy=policy)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"pieces": _pieces, "word": _word}
    environment.globals |= {"force": force, "counted": counted, "why_known": why_known, "weight": weight, "sign": _sign}
    environment.globals["figures"] = _figures
    return environment


def _safe(value: Any) -> Any:
    """Every character a printable one, before it is escaped; what is marked as HTML comes from the templates alone."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _pieces(line: TextLine) -> Iterator[tuple[str, bool]]:
    """The text of a line, part by part, and whether each is what is wrong; behind the text that is the line end."""
    shown, done = fitted(line, _LONGEST), 0
    for start, end in sorted(shown.marks):
        if start > done:
            yield shown.text[done:start], False
        end = max(end, start + 1)  # an empty mark stands at what follows
        if end > done:
            yield shown.text[max(start, done) : end] or "\u21b5", True
        done = max(done, end)
    yield shown.text[done:], False


def _sign(standing: Standing | None) -> str:
    return "" if standing is None else SIGNS[standing]


def _figures(milliseconds: float) -> str:
    """Three of them, as many as were measured."""
    decimals = sum(milliseconds < bound for bound in (1, 10, 100))
    return f"{milliseconds:,.{decimals}f}"


def _word(outcome: str) -> str:
    """As a class of the style sheet."""
    return outcome.replace(" ", "-")


def _hash(text: str) -> str:
    """As a content security policy names what it allows."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
