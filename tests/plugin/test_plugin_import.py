"""The plug-in is loaded in every pytest run of its environment, so it must be next to nothing until it is wanted."""

import subprocess
import sys
from importlib.metadata import entry_points

from tests.cli.command import unmeasured

HEAVY = ("hypothesis", "pydantic", "jinja2", "ruamel", "ruamel.yaml", "asyncio", "rich", "click", "socket", "faker")


def printed(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=unmeasured(), text=True)
    return done.stdout.strip()


def test_the_plugin_imports_nothing_heavy() -> None:
    program = f"import sys, conformance.plugin; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert printed(program) == "[]"


def test_beside_what_pytest_has_anyway_it_brings_itself_alone() -> None:
    program = (
        "import sys, pytest; before = set(sys.modules)\n"
        "import conformance.plugin; print(sorted(set(sys.modules) - before))"
    )
    assert printed(program) == "['conformance', 'conformance.plugin', 'conformance.plugin.options']"


def test_a_run_of_pytest_without_a_target_brings_no_more() -> None:
    program = (
        "import os, sys, pytest; pytest.main(['-q', '-c', os.devnull, '--rootdir=.', '--co', 'nothing.py'])\n"
        "print(sorted(name for name in sys.modules if name.startswith('conformance')))"
    )
    assert printed(program).endswith("['conformance', 'conformance.plugin', 'conformance.plugin.options']")


def test_the_entry_point_and_the_module_have_one_name() -> None:
    """So that `-p conformance.plugin` beside the entry point is one registration."""
    (ours,) = (point for point in entry_points(group="pytest11") if point.value.startswith("conformance"))
    assert ours.name == ours.value == "conformance.plugin"
