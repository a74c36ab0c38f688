import subprocess
import sys
import zipfile
from pathlib import Path

import conformance

_ROOT = Path(conformance.__file__).parent.parent


def test_the_wheel_holds_the_package_and_its_data_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=_ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "conformance/py.typed",
        "conformance/clauses/rfc1939.toml",
        "conformance/_data/scenarios/rfc1939/05-stat.pop3.yaml",
        "conformance/_data/scenarios/schema.json",
        "conformance/_data/fixtures/mail/plain.eml",
        "conformance/_data/reports/results.schema.json",
        "conformance/_data/reports/html/report.html.j2",
        "conformance/_data/reports/allure/categories.json",
    ):
        assert wanted in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"conformance"}
    assert not any("__pycache__" in name or "interop" in name for name in names)


def test_messages_in_the_wheel_are_the_octets_of_the_checkout(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=_ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for path in (_ROOT / "fixtures" / "mail").glob("*.eml"):
            assert archive.read(f"conformance/_data/fixtures/mail/{path.name}") == path.read_bytes()
