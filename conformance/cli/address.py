"""A place on the command line: ``HOST``, ``HOST:PORT``, ``[ADDRESS]:PORT`` or a POP URL (RFC 2384)."""

import re
from typing import Final
from urllib.parse import urlsplit

import click

__all__ = ["address"]

_PLACE: Final = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:\[\]/@\s]+))(?::(?P<port>\d{1,5}))?")


def address(_context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, int]:
    """Host and port; click's own error when the text means nothing."""
    scheme, separator, rest = value.partition("://")
    if separator and scheme not in ("pop", "pop3"):
        raise click.BadParameter(f"{scheme}:// is not looked at; write HOST:PORT or pop://HOST:PORT", param=parameter)
    rest = urlsplit(f"//{rest}").netloc.rpartition("@")[2] if separator else value
    if rest.count(":") > 1 and "[" not in rest:
        rest = f"[{rest}]"
    place = _PLACE.fullmatch(rest)
    if place is None or not 1 <= int(place["port"] or 110) <= 65535:
        raise click.BadParameter("HOST, HOST:PORT or pop://HOST:PORT is expected", param=parameter)
    return place["six"] or place["host"], int(place["port"] or 110)
