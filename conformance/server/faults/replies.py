"""Replies that faults give in place of the right ones."""

from dataclasses import replace
from typing import Final

from conformance.server.faults.scene import Scene
from conformance.server.responses import Response

__all__ = ["CLOSED", "NOTHING", "with_capability", "without_capability"]

NOTHING: Final = Response(False, b"")
"""No reply at all."""
CLOSED: Final = Response(False, b"", closes=True)
"""No reply, and the connection is closed."""


def without_capability(scene: Scene, response: Response, *names: bytes) -> Response:
    """The reply to CAPA without these capabilities; any other reply as it is."""
    if scene.verb != "CAPA" or response.body is None:
        return response
    lines = b"".join(response.body).splitlines(keepends=True)
    return replace(response, body=tuple(line for line in lines if line.split()[0] not in names))


def with_capability(scene: Scene, response: Response, *lines: bytes) -> Response:
    """The reply to CAPA with these lines too; any other reply as it is."""
    if scene.verb != "CAPA" or response.body is None:
        return response
    return replace(response, body=(*response.body, *(line + b"\r\n" for line in lines)))
