"""From what the user gave to a target: the command line, a POP URL (RFC 2384) or a TOML file."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from conformance.driver import Account, Limits, Target, Tls, TlsMode

__all__ = ["Described", "UsageError", "describe"]

PASSWORD_VARIABLE: Final = "POP3SPEC_PASSWORD"  # noqa: S105 - the name of a variable, not a password
"""Where the password of an account is looked for that was given without one."""

_MOST: Final = 86_400.0
"""Seconds that a limit may have, and how much faster a clock may run."""


_EXPECTED: Final = {
    "int_type": "a whole number is expected, without quotes",
    "float_parsing": "a number is expected",
    "string_type": "a text is expected, in quotes",
    "bool_type": "true or false is expected",
    "dict_type": "a table is expected",
}
"""What a value in a target file should have been."""


class UsageError(Exception):
    """What the user asked for cannot be understood; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Described:
    """A target, how to fill and restart it, and what of it is accepted."""

    target: Target
    fill: str = "none"
    restart: str = ""
    accept: tuple[tuple[str, str], ...] = ()
    """Clauses that it is to go on breaking, each with the reason; as they stand in its file."""
    source: str = ""
    """That file, where there is one."""


class _Account(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str = Field(min_length=1)
    password: str | None = None
    password_env: str | None = Field(default=None, alias="password-env")
    apop: bool = False
    plain: bool | None = None
    auth: str = ""
    mechanisms: list[str] = []
    token_env: str | None = Field(default=None, alias="token-env")


class _Limits(BaseModel):
    model_config = ConfigDict(extra="forbid")
    connect: float | None = Field(default=None, gt=0, le=_MOST)
    reply: float | None = Field(default=None, gt=0, le=_MOST)
    login: float | None = Field(default=None, gt=0, le=_MOST)
    quiet: float | None = Field(default=None, gt=0, le=_MOST)
    close: float | None = Field(default=None, gt=0, le=_MOST)
    unlock: float | None = Field(default=None, gt=0, le=_MOST)
    login_delay: float | None = Field(default=None, gt=0, le=_MOST, alias="login-delay")


class _Tls(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    mode: Literal["none", "starttls", "implicit"] = "none"
    ca: str = ""
    insecure: bool = False
    server_name: str = Field(default="", alias="server-name")
    client_cert: str = Field(default="", alias="client-cert")
    client_key: str = Field(default="", alias="client-key")
    cleartext_refused: bool = Field(default=False, alias="cleartext-refused")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: _Tls = _Tls()
    account: list[_Account] = []
    fill: str = "none"
    restart: str = ""
    clock_rate: float = Field(default=1.0, gt=0, le=_MOST, alias="clock-rate")
    limits: _Limits = _Limits()
    accept: dict[str, str] = {}


_TABLES: Final[Mapping[str, type[BaseModel]]] = {"account": _Account, "limits": _Limits, "tls": _Tls}
_PORTS: Final = {TlsMode.NONE: 110, TlsMode.STARTTLS: 110, TlsMode.IMPLICIT: 995}
_SCHEMES: Final = {
    "pop": TlsMode.NONE,
    "pop3": TlsMode.NONE,
    "pops": TlsMode.IMPLICIT,
    "pop3s": TlsMode.IMPLICIT,
}
_APOP: Final = "+APOP"
"""What RFC 2384 §4 calls APOP among the ways to authenticate."""


def describe(options: Mapping[str, Any]) -> Described | None:
    """The target that these options (by name, as in the table) speak of; None when they speak of none.

    Options override what a file or URL says. Raises `UsageError`.
    """
    where = options.get("target")
    if where:
        described = _from_url(where) if "://" in where else _from_file(Path(where))
    elif options.get("host"):
        described = Described(Target(options["host"]))
    else:
        return None
    target = _by_way_of_tls(described.target, options)
    accounts = (
        *(_account(text, apop=False) for text in options.get("account") or ()),
        *(_account(text, apop=True) for text in options.get("apop-account") or ()),
    )
    limits = target.limits
    if (seconds := _positive(options, "timeout")) is not None:
        limits = replace(limits, reply=seconds, connect=seconds)
    port, clock_rate = options.get("port"), _positive(options, "clock-rate")
    target = replace(
        target,
        host=options.get("host") or target.host,
        port=_port(target.port if port is None else port),
        accounts=_merged(target.accounts, accounts),
        limits=limits,
        clock_rate=target.clock_rate if clock_rate is None else clock_rate,
    )
    return replace(
        described,
        target=target,
        fill=options.get("fill") or described.fill,
        restart=options.get("restart") or described.restart,
    )


def _by_way_of_tls(target: Target, options: Mapping[str, Any]) -> Target:
    """The target, with what the options say of TLS."""
    tls = target.tls
    mode = TlsMode(options["tls"]) if options.get("tls") else tls.mode
    if tls.mode is TlsMode.IMPLICIT and mode is not TlsMode.IMPLICIT:
        message = f"--tls {mode}: this target speaks TLS from the start; write pop:// for one that does not"
        raise UsageError(message)
    said = Tls(
        mode,
        ca=options.get("ca") or tls.ca,
        insecure=bool(options.get("insecure")) or tls.insecure,
        server_name=options.get("server-name") or tls.server_name,
        certificate=options.get("client-cert") or tls.certificate,
        key=options.get("client-key") or tls.key,
        cleartext_refused=bool(options.get("cleartext-refused")) or tls.cleartext_refused,
    )
    moved = target.port == _PORTS[tls.mode] and mode is not tls.mode
    return replace(target, tls=said, port=_PORTS[mode] if moved else target.port)


def _merged(known: Sequence[Account], given: Sequence[Account]) -> tuple[Account, ...]:
    names = {account.name for account in given}
    return (*given, *(account for account in known if account.name not in names))


def _positive(options: Mapping[str, Any], name: str) -> float | None:
    value: float | None = options.get(name)
    if value is not None and not 0 < value <= _MOST:
        message = f"--{name} {value:g}: a number above 0 and up to {_MOST:g} is expected"
        raise UsageError(message)
    return value


def _port(port: int) -> int:
    if not 1 <= port <= 65535:
        message = f"{port} is no port: it lies between 1 and 65535"
        raise UsageError(message)
    return port


def _account(text: str, *, apop: bool) -> Account:
    name, colon, password = text.partition(":")
    if not name:
        message = f"--account {'...' if colon else text!r}: NAME:PASSWORD is expected"
        raise UsageError(message)
    if not colon:
        password = os.environ.get(PASSWORD_VARIABLE, "")
        if not password:
            message = f"--account {name}: no password; write NAME:PASSWORD, or set {PASSWORD_VARIABLE}"
            raise UsageError(message)
    if not (_is_text(name) and _is_text(password)):
        message = f"--account {'...' if colon else ascii(name)}: a name and a password are UTF-8, and this is not"
        raise UsageError(message)
    return Account(name, password, apop=apop, plain=not apop)


def _is_text(text: str) -> bool:
    """Whether it can be sent as UTF-8: octets that are none came in as lone surrogates (PEP 383)."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _from_url(text: str) -> Described:
    """RFC 2384 §3: ``pop://user;AUTH=auth@host:port``.

    Beyond it: a password behind a colon, ``pops:`` for TLS from the start, ``pop3:`` and ``pop3s:`` likewise.
    """
    expected = "pop://USER;AUTH=AUTH@HOST:PORT or pops://... is expected, with %2F for / and the like (RFC 2384)"
    try:
        url = urlsplit(text)
        mode = _SCHEMES.get(url.scheme, TlsMode.NONE)
        port = _PORTS[mode] if url.port is None else url.port
    except ValueError:  # its text may quote the password
        message = f"{_without_password(text)} is no URL: {expected}"
        raise UsageError(message) from None
    if url.scheme not in _SCHEMES or not url.hostname or url.path.strip("/") or url.query or url.fragment:
        message = f"{_without_password(text)} is no POP URL: {expected}"
        raise UsageError(message)
    accounts: tuple[Account, ...] = ()
    if "@" in url.netloc:
        user, colon, password = url.netloc.rpartition("@")[0].partition(":")
        name, _, auth = user.partition(";")
        way = _way(unquote(auth), text)
        account = _account(_decoded(name) + (":" + _decoded(password) if colon else ""), apop=way == _APOP)
        accounts = (account if way == _APOP else replace(account, auth=way),)
    return Described(Target(url.hostname, port, accounts, tls=Tls(mode)))


def _decoded(text: str) -> str:
    """What is percent-encoded, with lone surrogates for octets that are no UTF-8 (RFC 2384 §6)."""
    return unquote(text, errors="surrogateescape")


def _way(text: str, url: str) -> str:
    """How to log in, from ``AUTH=...``: a mechanism, ``*`` for any, ``+APOP``; empty for USER and PASS."""
    key, equals, way = text.partition("=")
    if not text:
        return ""
    if key.upper() != "AUTH" or not equals or not way:
        message = f"{_without_password(url)}: ;AUTH=MECHANISM, ;AUTH=+APOP or ;AUTH=* is expected behind the name"
        raise UsageError(message)
    return way.upper()


def _without_password(url: str) -> str:
    scheme, slashes, rest = url.partition("://")
    head, at, tail = rest.rpartition("@")
    user, colon, _ = head.partition(":")
    return f"{scheme}{slashes}{user}:********@{tail}" if at and colon else url


def _from_file(path: Path) -> Described:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"{path}: there is no such file; a target is a POP URL (pop://host:110) or a TOML file"
        raise UsageError(message) from None
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise UsageError(message) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path}: is not TOML: {error}"
        raise UsageError(message) from None
    try:
        file = _File.model_validate(document)
    except ValidationError as error:
        message = f"{path}: {_mistake(error)}"
        raise UsageError(message) from None
    accounts = tuple(_from_table(path, account) for account in file.account)
    limits = replace(Limits(), **file.limits.model_dump(exclude_none=True))
    tls = _tls(file.tls)
    port = _PORTS[tls.mode] if file.port is None else file.port
    target = Target(file.host, port, accounts, limits, file.clock_rate, tls)
    return Described(target, file.fill, file.restart, tuple(file.accept.items()), str(path))


def _tls(table: _Tls) -> Tls:
    return Tls(
        TlsMode(table.mode),
        table.ca,
        table.insecure,
        table.server_name,
        table.client_cert,
        table.client_key,
        table.cleartext_refused,
    )


def _mistake(error: ValidationError) -> str:
    """The first thing that is wrong in a target file, and what is expected there; never a value, it may be a secret."""
    first = error.errors()[0]
    table, key = str(first["loc"][0]), str(first["loc"][-1])
    place = f"{table}: " if len(first["loc"]) > 1 else ""
    if first["type"] == "extra_forbidden":
        return f"{place}there is no key {key!r}{_nearest(key, _TABLES[table] if place else _File)}"
    if first["type"] == "missing":
        return f"{place}{key} is missing"
    what = _EXPECTED.get(first["type"]) or first["msg"].replace("Input should be", "it should be")
    return f"{place}{key}: {what}"


def _nearest(key: str, model: type[BaseModel]) -> str:
    keys = [field.alias or name for name, field in model.model_fields.items()]
    near = get_close_matches(key, keys, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there is {', '.join(keys)}"


def _from_table(path: Path, account: _Account) -> Account:
    password = account.password
    if password is None and account.password_env:
        password = os.environ.get(account.password_env)
        if password is None:
            message = f"{path}: account {account.name}: the variable {account.password_env} is not set"
            raise UsageError(message)
    token = os.environ.get(account.token_env, "") if account.token_env else ""
    if account.token_env and not token:
        message = f"{path}: account {account.name}: the variable {account.token_env} is not set"
        raise UsageError(message)
    if password is None and not token:
        message = f"{path}: account {account.name}: neither password nor password-env is given"
        raise UsageError(message)
    plain = not account.apop if account.plain is None else account.plain
    mechanisms = tuple(name.upper() for name in account.mechanisms)
    return Account(account.name, password or "", account.apop, plain, account.auth.upper(), mechanisms, token)
