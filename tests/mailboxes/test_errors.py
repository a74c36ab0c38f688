import errno
import pickle
import socket
import ssl

import pytest

from conformance.mailboxes.errors import FillError, SpecError, Unsupported, reporting


def test_an_error_says_where_what_and_what_next() -> None:
    error = FillError("/srv/mail", "it is full", "make room")
    assert str(error) == "/srv/mail: it is full; make room"
    assert (error.where, error.what, error.advice) == ("/srv/mail", "it is full", "make room")


def test_every_error_is_a_fill_error_and_travels_between_processes() -> None:
    for kind in (FillError, SpecError, Unsupported):
        copy = pickle.loads(pickle.dumps(kind("a", "b", "c")))  # noqa: S301  # our own octets
        assert isinstance(copy, FillError)
        assert type(copy) is kind
        assert str(copy) == "a: b; c"


@pytest.mark.parametrize(
    "raised, text",
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device; make room"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/b"), r"No such file \(/b\); create it"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/a"), "No such file; create it"),
        (TimeoutError("timed out"), "timed out; see whether the server is overloaded"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "reset; see the server's log"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "refused; start the server"),
        (socket.gaierror(-2, "Name unknown"), "Name unknown; correct the host"),
        (ssl.SSLError(1, "bad certificate"), r"bad certificate; name the server's CA with \?ca=FILE"),
        (OSError(), "OSError; see to that, then try again"),
    ],
)
def test_what_the_system_reports_comes_out_with_the_next_step(raised: OSError, text: str) -> None:
    with pytest.raises(FillError, match="^/a: " + text) as caught, reporting("/a"):
        raise raised
    assert caught.value.__cause__ is raised
