"""`pop3spec faults` lists and explains what the reference server can do wrong, and `serve --fault` does it."""

import json
import poplib
import subprocess

import pytest

from conformance.clauses import CATALOGUE
from conformance.server.faults import FAULTS
from tests.cli.command import COMMAND, environment, pop3spec


def test_all_are_listed_one_a_line() -> None:
    done = pop3spec("faults")
    assert (done.status, done.err) == (0, "")
    assert [line.split()[1] for line in done.out.splitlines()] == list(FAULTS)


def test_they_can_be_filtered() -> None:
    listed = [line.split()[1] for line in pop3spec("faults", "--clause", "r1939-resp-02").out.splitlines()]
    assert listed == [name for name, fault in FAULTS.items() if "R1939-RESP-02" in fault.clauses]
    assert {line.split()[0] for line in pop3spec("faults", "--room", "transport").out.splitlines()} == {"transport"}


def test_one_is_explained() -> None:
    done = pop3spec("faults", "indicator-in-lower-case")
    assert done.out.startswith("indicator-in-lower-case  (octets)\n")
    assert FAULTS["indicator-in-lower-case"].says in done.out
    assert f"R1939-RESP-02  RFC 1939 §3: {CATALOGUE['R1939-RESP-02'].says}" in done.out
    assert "parameters: after=120, reset=False" in pop3spec("faults", "cut").out


def test_json_holds_everything() -> None:
    known = json.loads(pop3spec("faults", "--json").out)
    assert [fault["name"] for fault in known] == list(FAULTS)
    assert next(fault for fault in known if fault["name"] == "cut")["parameters"] == {"after": 120, "reset": False}


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (("faults", "cutt"), "there is no fault called 'cutt'; did you mean cut?"),
        (("faults", "--room", "attic"), "no fault is left by this selection"),
        (("serve", "--user", "a:b", "--fault", "cut(aftr=1)"), "cut has no parameter 'aftr'; did you mean after?"),
        (("serve", "--user", "a:b", "--faults", "none.toml"), "none.toml: cannot be read: No such file or directory"),
    ],
)
def test_a_mistake_is_status_2_and_told(arguments: tuple[str, ...], complaint: str) -> None:
    done = pop3spec(*arguments)
    assert done.status == 2
    assert complaint in done.err


def test_the_server_is_wrong_as_it_was_told() -> None:
    command = [*COMMAND, "serve", "--user", "alice:secret", "--fault", "indicator-in-lower-case@NOOP"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            assert process.stdout is not None
            session = poplib.POP3("127.0.0.1", int(process.stdout.readline().rpartition(":")[2]), timeout=20)
            session.user("alice")
            assert session.pass_("secret").startswith(b"+OK")
            assert session.noop() == b"+ok"
            session.close()
        finally:
            process.terminate()
