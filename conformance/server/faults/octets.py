"""Faults in the octets of replies: indicators, line ends, byte-stuffing, terminating lines (RFC 1939 §3)."""

from dataclasses import replace

from conformance.server.faults.fault import Place, fault
from conformance.server.faults.scene import Scene
from conformance.server.responses import Response

__all__: list[str] = []


@fault(Place.REPLY, "R1939-RESP-02")
def indicator_in_lower_case(_: Scene, response: Response) -> Response:
    """Status indicators are written in lower case."""
    indicator, space, text = response.status.partition(b" ")
    return replace(response, status=indicator.lower() + space + text)
