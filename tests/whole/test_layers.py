import subprocess
import sys
from pathlib import Path

import conformance

_ROOT = Path(conformance.__file__).parent.parent


def test_imports_go_down_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "4 kept, 0 broken" in done.stdout


def test_the_plug_in_costs_other_test_suites_next_to_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import conformance.plugin; new = set(sys.modules) - before; "
        "heavy = {'hypothesis', 'pydantic', 'jinja2', 'ruamel', 'ruamel.yaml', 'asyncio', 'rich', 'faker', 'socket'}; "
        "print(sorted(heavy & new))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
