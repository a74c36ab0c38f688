"""Faults of the connection: slow, cut, reset, silent, endless."""

from collections.abc import Iterable, Iterator

from conformance.server.faults.acts import CLOSE, RESET, Act, Pause
from conformance.server.faults.fault import Place, fault
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response

__all__: list[str] = []

Blocks = Iterable[bytes | Act]


@fault(Place.OCTETS)
def delay(_: Scene, __: Response, blocks: Blocks, *, seconds: float = 0.01) -> Iterator[bytes | Act]:
    """Each reply comes late."""
    yield Pause(seconds)
    yield from blocks


@fault(Place.OCTETS, at_least="what comes behind the cut is lost")
def cut(_: Scene, __: Response, blocks: Blocks, *, after: int = 0, reset: bool = False) -> Iterator[bytes | Act]:
    """The connection ends in the middle of a reply, after so many octets of it."""
    left = after
    for block in blocks:
        if isinstance(block, bytes) and len(block) >= left:
            yield block[:left]
            yield RESET if reset else CLOSE
            return
        yield block
        left -= len(block) if isinstance(block, bytes) else 0
