"""The choices that the RFCs leave, and where they end."""

import pytest

from conformance.server import Policy


def test_the_autologout_timer_is_of_ten_minutes_at_least() -> None:
    assert Policy().autologout == 600
    assert Policy(autologout=1800).autologout == 1800
    with pytest.raises(ValueError, match="600 seconds at least"):
        Policy(autologout=599.9)


def test_capabilities_are_those_that_there_are() -> None:
    policy = Policy(implementation="here")
    fixed = (b"PIPELINING", b"EXPIRE NEVER", b"IMPLEMENTATION here")
    assert policy.capabilities(plain=True) == (b"TOP", b"UIDL", b"USER", *fixed)
    assert policy.capabilities(plain=False) == (b"TOP", b"UIDL", *fixed)
    assert Policy(offers=frozenset(), implementation="here").capabilities(plain=True) == fixed
