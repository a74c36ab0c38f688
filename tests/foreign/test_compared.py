"""A server that others wrote, compared with itself: what is made anew for each session is no difference."""

from pathlib import Path

import pytest

from conformance.clauses import CATALOGUE
from conformance.driver import Account, Target
from conformance.machine.differing import Differ
from conformance.machine.explore import Budget
from conformance.mailboxes import provisioner
from conformance.scenario import Settings, Stage
from tests.foreign import servers
from tests.foreign.servers import available


@pytest.mark.parametrize("name", ["dovecot", "cyrus", "courier"])
def test_a_server_is_not_different_from_itself(name: str, tmp_path: Path) -> None:
    if (reason := available(name)) is not None:
        pytest.skip(reason)
    with getattr(servers, name)(tmp_path) as running:
        target = Target(running.host, running.port, (Account(*running.accounts[0]),))
        a, b = (Stage(target, provisioner(running.fill), Settings(failed_logins=0)) for _ in "ab")
        differ = Differ(a, b, CATALOGUE, 1)
        assert [change for change in differ.differ(Budget(sessions=25)) if change.firm] == []
    assert differ.gone == ""
    assert differ.commands > 250
