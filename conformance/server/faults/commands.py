"""Faults in how commands are read: segments and line ends; see `arguments` for what stands in them (RFC 1939 §3)."""

from conformance.server.faults.fault import Place, fault
from conformance.server.faults.scene import Scene

__all__: list[str] = []


@fault(Place.RECEIVE, "R1939-GRAM-08")
def segment_is_a_command(_: Scene, octets: bytes) -> bytes:
    """What arrives in one segment is taken for a whole command."""
    return octets if octets.endswith(b"\n") else octets + b"\r\n"


@fault(Place.RECEIVE, "R1939-GRAM-08")
def command_ends_in_cr(scene: Scene, octets: bytes) -> bytes:
    """A command is obeyed at its CR, before the LF has come."""
    if scene.memory.get("cr") and octets.startswith(b"\n"):
        octets = octets[1:]
    scene.memory["cr"] = octets.endswith(b"\r")
    return octets.replace(b"\r\n", b"\r").replace(b"\r", b"\r\n")


@fault(Place.RECEIVE, "R1939-GRAM-09", "R4616-PLAIN-04", "R5034-LEN-01")
def long_line_is_several(scene: Scene, octets: bytes, *, limit: int = 512) -> bytes:
    """A line that is longer than the server's buffer is obeyed piece by piece."""
    return _in_pieces(scene, octets, limit)


@fault(Place.RECEIVE, "R1939-GRAM-09", "R2449-LEN-01", "R4616-PLAIN-04", "R5034-LEN-01", "R5802-SCRAM-02")
def command_is_several(scene: Scene, octets: bytes, *, limit: int = 240) -> bytes:
    """The buffer has just the 80 octets that the commands of RFC 1939 take, though there is CAPA."""
    return _in_pieces(scene, octets, limit)


def _in_pieces(scene: Scene, octets: bytes, limit: int) -> bytes:
    taken, pieces = scene.memory.get("line", 0), []
    for line in octets.splitlines(keepends=True):
        rest = line
        while taken + len(rest) > limit:
            pieces.append(rest[: limit - taken] + b"\r\n")
            rest, taken = rest[limit - taken :], 0
        pieces.append(rest)
        taken = 0 if rest.endswith(b"\n") else taken + len(rest)
    scene.memory["line"] = taken
    return b"".join(pieces)
