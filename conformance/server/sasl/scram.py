"""SCRAM with SHA-1 and SHA-256, with and without channel binding (RFC 5802, RFC 7677), by the library scramp."""

from functools import partial
from typing import TYPE_CHECKING, Final

from conformance.server.auth import Account
from conformance.server.sasl.mechanism import Circumstances, Exchange, Side, mechanism
from conformance.server.sasl.names import may_act_as, quoted_name

if TYPE_CHECKING:
    from scramp.core import ScramServer

__all__ = ["scram"]

_PLUS: Final = "-PLUS"
_NO_BINDING: Final = b""


def scram(name: str, place: Circumstances) -> Exchange:
    """The exchange of RFC 5802 §5; it ends early, without an `e=`, where the client is wrong."""
    from scramp import ScramException

    first = yield b""
    try:
        flag, identity, bare = first.split(b",", 2)
        server = _server(name, place, flag)
        server.set_client_first(f"{flag.decode()},,{bare.decode()}")
        server.gs2_header = _Header(flag + b"," + identity + b",", flag.startswith(b"p="))
        final = yield server.get_server_first().encode()
        server.set_client_final(final.decode())
        account = may_act_as(_account(place, bare), _identity(identity))
    except (ScramException, ValueError):
        return None
    if account is None:
        return None
    nothing = yield server.get_server_final().encode()
    return None if nothing else account


class _Header:
    """The header as the client sent it: scramp knows none with an authorization identity."""

    def __init__(self, octets: bytes, binds: bool) -> None:
        self.gs2_char, self._octets, self._binds = octets[:1].decode(), octets, binds

    def make_cbind_input(self, binding: object) -> bytes:
        """What `c=` has to say (RFC 5802 §5.1)."""
        data = getattr(binding, "data", _NO_BINDING) if self._binds else _NO_BINDING
        return self._octets + bytes(data)


def _server(name: str, place: Circumstances, flag: bytes) -> "ScramServer":
    """The library's part. RFC 5802 §6: the client names the type of the binding; flag `p` goes with `-PLUS` only."""
    from scramp import ScramMechanism

    binds = name.endswith(_PLUS)
    if binds is not flag.startswith(b"p="):
        raise ValueError("the flag does not fit the mechanism")
    chosen = flag[2:].decode("ascii") if binds else next(iter(place.channel.bindings), "")
    if binds and chosen not in place.channel.bindings:
        raise ValueError("there is no such channel binding")
    offered = binds or place.binds
    binding = (chosen, place.channel.bindings[chosen]) if offered and chosen else None
    secret = partial(place.accounts.scram_secret, name.removesuffix(_PLUS))
    return ScramMechanism(name).make_server(secret, channel_binding=binding)


def _account(place: Circumstances, bare: bytes) -> Account | None:
    """Whose name it was that scramp took the proof for."""
    name = quoted_name(bare.split(b",")[0].removeprefix(b"n=")) or b""
    return place.accounts.known(name)


def _identity(attribute: bytes) -> bytes:
    """RFC 5802 §5.1: quoted as names are; ValueError where it is not of that form."""
    if not attribute:
        return attribute
    name = quoted_name(attribute[2:]) if attribute.startswith(b"a=") else None
    if name is None:
        raise ValueError("no authorization identity")
    return name


def _binds(place: Circumstances) -> bool:
    return place.accounts.offers_pass and bool(place.channel.bindings)


for _name in ("SCRAM-SHA-256", "SCRAM-SHA-1"):
    mechanism(_name + _PLUS, begins=Side.CLIENT, serves=_binds)(partial(scram, _name + _PLUS))
    mechanism(_name, begins=Side.CLIENT)(partial(scram, _name))
