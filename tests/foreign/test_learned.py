"""The sessions of servers that others wrote, as machines, and what is known to be wrong in them."""

from pathlib import Path

import pytest

from conformance.driver import Account, Target
from conformance.learning import Bounds, learn
from conformance.mailboxes import provisioner
from conformance.scenario import Settings, Stage
from tests.foreign import servers
from tests.foreign.servers import available

pytest.importorskip("aalpy", reason="AALpy is not installed: pip install 'pop3spec[learn]'")


@pytest.mark.parametrize(
    "name, states, broken",
    [("dovecot", 9, set()), ("mailutils", 5, {"R1939-DELE-04"})],
)
def test_the_machine_is_the_one_that_is_known(name: str, states: int, broken: set[str], tmp_path: Path) -> None:
    if (reason := available(name)) is not None:
        pytest.skip(reason)
    with getattr(servers, name)(tmp_path) as running:
        target = Target(running.host, running.port, (Account(*running.accounts[0]),))
        stage = Stage(target, provisioner(running.fill), Settings())
        stage.begin()
        learned = learn(stage, Bounds(failed_logins=0))  # these servers are slow behind wrong passwords
    assert learned.ended_early == ""
    assert learned.machine is not None
    assert len(learned.machine.states) == states
    assert {seen.difference.clauses[0] for seen in learned.differences} == broken
