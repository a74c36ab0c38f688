from pathlib import Path

import pytest

from conformance.reporters import ReportError, junit_xml, report_html, results_json, write_all
from tests.results.sample import sample_run


def test_a_run_leaves_its_files_behind(tmp_path: Path) -> None:
    folder = tmp_path / "pop3spec-report"
    assert write_all(sample_run(), folder) == tuple(
        folder / name for name in ("results.json", "junit.xml", "report.html")
    )
    assert (folder / "results.json").read_text(encoding="utf-8") == results_json(sample_run())
    assert (folder / "junit.xml").read_text(encoding="utf-8") == junit_xml(sample_run())
    assert (folder / "report.html").read_text(encoding="utf-8") == report_html(sample_run())
    assert sorted(path.name for path in folder.iterdir()) == ["junit.xml", "report.html", "results.json"]


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "pop3spec-report").write_text("in the way")
    with pytest.raises(ReportError, match="is a file"):
        write_all(sample_run(), tmp_path / "pop3spec-report")
