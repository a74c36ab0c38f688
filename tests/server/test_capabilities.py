"""What CAPA announces, as things stand."""

import pytest

from conformance.server import Accounts, Policy
from conformance.server.capabilities import Circumstances, capabilities
from conformance.wire import State

from .talking import ACCOUNTS


def announced(policy: Policy, state: State = State.AUTHORIZATION, accounts: Accounts | None = None) -> list[bytes]:
    return list(capabilities(Circumstances(policy, accounts or Accounts(ACCOUNTS), state)))


def test_commands_are_announced_as_far_as_there_are_any() -> None:
    commands = {b"TOP", b"UIDL", b"USER"}
    assert commands <= set(announced(Policy()))
    assert not commands & set(announced(Policy(offers=frozenset())))


def test_user_is_announced_where_it_is_of_use_to_anyone() -> None:
    assert b"USER" not in announced(Policy(), accounts=Accounts([ACCOUNTS[2]]))


@pytest.mark.parametrize("state", [State.AUTHORIZATION, State.TRANSACTION])
def test_what_a_policy_says_is_announced_in_both_states(state: State) -> None:
    lines = announced(Policy(login_delay=900, expire=60, implementation="here 1"), state)
    assert {b"LOGIN-DELAY 900", b"EXPIRE 60", b"IMPLEMENTATION here 1"} <= set(lines)


def test_no_delay_is_not_announced_and_mail_that_stays_is() -> None:
    lines = announced(Policy())
    assert b"EXPIRE NEVER" in lines
    assert not any(line.startswith(b"LOGIN-DELAY") for line in lines)
    assert b"EXPIRE 0" in announced(Policy(expire=0))


def test_lists_agree_before_and_after_login() -> None:
    policy = Policy(login_delay=5)
    assert announced(policy) == announced(policy, State.TRANSACTION)
