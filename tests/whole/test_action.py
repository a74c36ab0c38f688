"""The action for GitHub: what its steps run, run here as a runner would."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML

import conformance
from tests.cli.command import environment
from tests.cli.judged import PASSWORD, Judged, judged

_ROOT: Final = Path(conformance.__file__).parent.parent
_ACTION: Final[dict[str, Any]] = YAML(typ="safe").load((_ROOT / "action.yml").read_text(encoding="utf-8"))
_CLAUSE: Final = "R1939-STAT-06"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Judged]:
    with judged(tmp_path, "stat-counts-marked") as server:
        yield server


def played(server: Judged, *arguments: str, target: str = "") -> subprocess.CompletedProcess[str]:
    """The step that judges, on a runner; what it says, and how it ended."""
    (step,) = [step for step in _ACTION["runs"]["steps"] if step.get("id") == "run"]
    inputs = {"target": target or server.url, "arguments": "\n".join(arguments), "report": "out here"}
    names = {name: value.removeprefix("${{ inputs.").removesuffix(" }}") for name, value in step["env"].items()}
    summary, output = server.folder / "summary.md", server.folder / "output"
    env = {name: inputs[value] for name, value in names.items()}
    env |= {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output), "POP3SPEC_PASSWORD": PASSWORD}
    (programs := server.folder / "runner" / "pop3spec" / "bin").mkdir(parents=True, exist_ok=True)
    for name in ("pop3spec", "python3"):
        if not (programs / name).is_symlink():
            (programs / name).symlink_to(Path(sys.executable).with_name(name))
    env |= {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(server.folder / "runner")}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=server.folder,
        env=environment(env),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_server_that_breaks_something_fails_the_step_and_leaves_reports(server: Judged) -> None:
    done = played(server, "--account=alice", "", f"  --fill={server.fill}  ", f"--clause={_CLAUSE}")
    assert done.returncode == 1, done.stderr
    assert f"MUST broken: {_CLAUSE}" in done.stdout
    assert (server.folder / "output").read_text() == "status=1\n"
    assert (server.folder / "summary.md").read_text().startswith("## Failed: 1 MUST clause broken")
    written = sorted(path.name for path in (server.folder / "out here").iterdir())
    assert written == ["badge.json", "badge.svg", "junit.xml", "report.html", "results.json"]
    assert json.loads((server.folder / "out here" / "badge.json").read_text())["message"] == "1 MUST broken"


def test_what_is_accepted_does_not_fail_the_step(server: Judged) -> None:
    accept = f"--accept={_CLAUSE}: a client of ours counts on it, and $(touch nothing) happens"
    done = played(server, "--account=alice", f"--fill={server.fill}", f"--clause={_CLAUSE}", accept)
    assert done.returncode == 0, done.stdout
    assert (server.folder / "output").read_text() == "status=0\n"
    assert not (server.folder / "nothing").exists()


def test_a_mistake_fails_the_step_with_its_own_status(server: Judged) -> None:
    done = played(server, target="nonsense")
    assert done.returncode == 2
    assert "is neither a target" in done.stderr
    assert not (server.folder / "out here").exists()
    assert (server.folder / "output").read_text() == "status=2\n"


def test_a_server_that_is_not_there_fails_the_step_and_leaves_reports(server: Judged) -> None:
    done = played(server, "--account=alice", target="pop://127.0.0.1:1")
    assert done.returncode == 3
    assert json.loads((server.folder / "out here" / "badge.json").read_text())["message"] == "nothing judged"


def test_no_input_is_put_into_a_script() -> None:
    assert not any("${{" in step.get("run", "") for step in _ACTION["runs"]["steps"])
    assert {"target", "arguments", "report"} < set(_ACTION["inputs"])
