"""A place on the command line: ``HOST``, ``HOST:PORT``, ``[ADDRESS]:PORT`` or a POP URL (RFC 2384)."""

import re
from typing import Final
from urllib.parse import urlsplit

import click

__all__ = ["Address"]

_PLACE: Final = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:\[\]/@\s]+))(?::(?P<port>\d{1,5}))?")


class Address(click.ParamType[tuple[str, int]]):
    """Host and port."""

    name = "address"

    def convert(
        self, value: str | tuple[str, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """What the text means; click's own error when it means nothing."""
        if isinstance(value, tuple):
            return value
        scheme, separator, rest = value.partition("://")
        if separator and scheme not in ("pop", "pop3"):
            self.fail(f"{scheme}:// is not looked at; write HOST:PORT or pop://HOST:PORT", param, ctx)
        rest = urlsplit(f"//{rest}").netloc.rpartition("@")[2] if separator else value
        if rest.count(":") > 1 and "[" not in rest:
            rest = f"[{rest}]"
        place = _PLACE.fullmatch(rest)
        if place is None or not 1 <= int(place["port"] or 110) <= 65535:
            self.fail("HOST, HOST:PORT or pop://HOST:PORT is expected", param, ctx)
        return place["six"] or place["host"], int(place["port"] or 110)
