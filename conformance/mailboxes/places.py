"""Where a mail server listens, and the options behind it: `HOST[:PORT]?to={user}&from=ADDRESS`."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.mailboxes.errors import SpecError

__all__ = ["Place", "parse_place"]

_HOST_PORT: Final = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<host>[^:\[\]/]+))(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a server."""

    host: str
    """Name or address, or the absolute path of a local socket."""
    port: int
    """Of no meaning for a local socket."""

    def __str__(self) -> str:
        if self.host.startswith("/"):
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_place(
    spec: str, rest: str, *, port: int, options: Collection[str] = (), local: bool = False
) -> tuple[Place, Mapping[str, str]]:
    """Read what follows the kind in a spec: the place, and the options that this kind knows. Raises SpecError."""
    where, _, query = rest.partition("?")
    return _place(spec, where, port, local), _options(spec, query, options)


def _place(spec: str, where: str, port: int, local: bool) -> Place:
    if local and where.startswith("/"):
        return Place(where, 0)
    found = _HOST_PORT.fullmatch(where)
    if not found or not 0 < (number := int(found["port"] or port)) < 65536:
        forms = "HOST, HOST:PORT, [IPV6]:PORT" + (" or the path of a socket" if local else "")
        raise SpecError(spec, f"{where!r} is no place of a server", f"write {forms}")
    return Place(found["six"] or found["host"], number)


def _options(spec: str, query: str, known: Collection[str]) -> Mapping[str, str]:
    # Not parse_qsl: in a mail address the plus sign is a plus sign.
    options: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        if name not in known or not value:
            allowed = ", ".join(f"{one}=..." for one in known) or "none"
            raise SpecError(spec, f"{part!r} is no option here", f"the options are: {allowed}")
        options[name] = value
    return options
