"""The choices that the RFCs leave, and where they end."""

import pytest

from conformance.server import Policy


def test_the_autologout_timer_is_of_ten_minutes_at_least() -> None:
    assert Policy().autologout == 600
    assert Policy(autologout=1800).autologout == 1800
    with pytest.raises(ValueError, match="600 seconds at least"):
        Policy(autologout=599.9)


def test_times_are_not_less_than_none() -> None:
    assert (Policy().login_delay, Policy().expire) == (0, None)
    for times in ({"login_delay": -1}, {"expire": -1}):
        with pytest.raises(ValueError, match="less than none"):
            Policy(**times)  # type: ignore[arg-type]  # whole numbers, all of them
