"""The command as a whole."""

import subprocess
import sys

import pytest

from conformance import __version__
from tests.cli.command import pop3spec, unmeasured

COMMANDS = ("run", "probe", "serve", "clauses", "scenarios", "demo", "diff", "learn", "report")

HEAVY = ("rich", "pytest", "_pytest", "pydantic", "ruamel", "asyncio", "hypothesis", "tomllib", "conformance.plugin")


def test_the_version_is_told() -> None:
    assert pop3spec("--version").out == f"pop3spec {__version__}\n"


def test_help_tells_the_commands_and_the_exit_status() -> None:
    out = pop3spec("--help").out
    assert all(f"\n  {command} " in out for command in COMMANDS)
    assert "Exit status:" in out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_command_has_examples(command: str) -> None:
    done = pop3spec(command, "--help")
    assert done.status == 0
    assert f"  pop3spec {command}" in done.out.partition("Examples:")[2]


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from conformance.cli.main import call; call(['--help'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=unmeasured())
    assert done.stderr == b"[]\n"


@pytest.mark.parametrize("arguments", [("nonsense",), ("--nonsense",), ("run", "--nonsense"), ("probe",), ()])
def test_a_mistake_is_status_2(arguments: tuple[str, ...]) -> None:
    done = pop3spec(*arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Usage: pop3spec")
