"""A place on the command line: ``HOST``, ``HOST:PORT``, ``[ADDRESS]:PORT`` or a POP URL (RFC 2384).

``pops://`` is for TLS from the start, whose port is 995 unless told.
"""

import re
from typing import Final
from urllib.parse import urlsplit

import click

__all__ = ["address"]

_PLACE: Final = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:\[\]/@\s]+))(?::(?P<port>\d{1,5}))?")


_PORTS: Final = {"pop": 110, "pop3": 110, "pops": 995, "pop3s": 995}


def address(_context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, int, bool]:
    """Host, port, and whether TLS is spoken from the start; click's own error when the text means nothing."""
    scheme, separator, rest = value.partition("://")
    scheme = scheme.lower() if separator else "pop"
    if scheme not in _PORTS:
        message = f"{scheme}:// is not looked at; write HOST:PORT, pop://HOST:PORT or pops://HOST:PORT"
        raise click.BadParameter(message, param=parameter)
    rest = urlsplit(f"//{rest}").netloc.rpartition("@")[2] if separator else value
    if rest.count(":") > 1 and "[" not in rest:
        rest = f"[{rest}]"
    place = _PLACE.fullmatch(rest)
    if place is None or not 1 <= int(place["port"] or 110) <= 65535:
        raise click.BadParameter("HOST, HOST:PORT, pop://HOST:PORT or pops://HOST:PORT is expected", param=parameter)
    return place["six"] or place["host"], int(place["port"] or _PORTS[scheme]), _PORTS[scheme] == _PORTS["pops"]
