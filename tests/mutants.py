"""Judges the judge: how many mutants of the monitor and the model their tests catch. `make mutants`, by hand.

cosmic-ray makes the mutants, in a copy of the tree; of all there are a sample is tried, as each takes some seconds.
"""

import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Final

import click

_ROOT: Final = Path(__file__).parents[1]
_COPIED: Final = ("conformance", "tests", "scenarios", "fixtures", "reports", "pyproject.toml")
_CONFIG: Final = """\
[cosmic-ray]
module-path = ["conformance/monitor", "conformance/model"]
timeout = 60.0
excluded-modules = []
test-command = "{python} -m pytest -x -q -p no:cacheprovider tests/monitor tests/model"

[cosmic-ray.distributor]
name = "local"
"""


@click.command()
@click.option("--sample", default=250, show_default=True, help="How many mutants are tried.")
@click.option("--seed", default=1, show_default=True, help="Seed of the sample.")
def main(sample: int, seed: int) -> None:
    """Make mutants, try them, and tell which survived."""
    folder = _ROOT / "build" / "mutants"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in _COPIED:
        source = _ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    (folder / "mutants.toml").write_text(_CONFIG.format(python=sys.executable), encoding="utf-8")
    _cosmic_ray(folder, "init", "mutants.toml", "session.sqlite")
    _thin(folder / "session.sqlite", sample, seed)
    _cosmic_ray(folder, "exec", "mutants.toml", "session.sqlite")
    subprocess.run([_beside("cr-report"), "--surviving-only", "--show-diff", "session.sqlite"], cwd=folder, check=True)


def _thin(session: Path, sample: int, seed: int) -> None:
    """Leave a sample of the mutants."""
    with sqlite3.connect(session) as database:
        jobs = sorted(job for (job,) in database.execute("select job_id from work_items"))
        kept = set(random.Random(seed).sample(jobs, min(sample, len(jobs))))  # noqa: S311 - a sample, and no secret
        for job in jobs:
            if job not in kept:
                database.execute("delete from mutation_specs where job_id = ?", (job,))
                database.execute("delete from work_items where job_id = ?", (job,))
    click.echo(f"{len(kept)} of {len(jobs)} mutants are tried")


def _cosmic_ray(folder: Path, *arguments: str) -> None:
    subprocess.run([_beside("cosmic-ray"), *arguments], cwd=folder, check=True)


def _beside(program: str) -> Path:
    """A program of the environment that runs this."""
    return Path(sys.executable).with_name(program)


if __name__ == "__main__":
    main()
