"""What a run tells of its target besides verdicts: what it calls itself, what it lists in which state, and facts."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from conformance.driver import Fact, Features, Target, TlsMode, TlsSeen
from conformance.results import CaseResult, Listed, TargetInfo, limits_met
from conformance.transcript import escape

__all__ = ["target_info"]

_BEFORE: Final = "before login"
_INSIDE: Final = "before login, inside TLS"
_AFTER: Final = "after login"


def target_info(target: Target, features: Features, seen: TlsSeen, cases: Sequence[CaseResult]) -> TargetInfo:
    """It, as the report has it: what was seen before anything was played, and what `cases` showed."""
    capabilities = features.capabilities or features.look.capabilities or ()
    return TargetInfo(
        target.address,
        greeting=escape(features.look.greeting),
        software=next((escape(c[15:]) for c in capabilities if c.startswith(b"IMPLEMENTATION ")), ""),
        capabilities=_escaped(capabilities),
        facts=(*seen.facts, *_pace(target), *limits_met(cases)),
        listed=tuple(_listed(target, features, seen)),
    )


def _listed(target: Target, features: Features, seen: TlsSeen) -> Iterator[Listed]:
    looked, across = features.look.capabilities, seen.across
    clear, inside = (across, looked) if target.tls.mode is TlsMode.STARTTLS else (looked, across)
    for state, lines in ((_BEFORE, clear), (_INSIDE, inside), (_AFTER, features.capabilities)):
        if lines is not None:
            yield Listed(state, _escaped(lines))


def _escaped(lines: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(map(escape, lines))


def _pace(target: Target) -> Iterator[Fact]:
    """RFC 2449 §6.5: the delay that the server was seen to keep to."""
    if target.pace.seconds:
        yield (
            "login delay",
            f"a second login within {target.pace.seconds:g} s was refused, and the run waited so long",
        )
