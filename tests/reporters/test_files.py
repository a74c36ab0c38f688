from pathlib import Path

import pytest

from conformance.reporters import ReportError
from conformance.reporters.files import check_folder, write_file


def test_a_file_is_written_and_its_folder_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "results.json"
    write_file(path, "§5\n")
    assert path.read_bytes() == "§5\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_an_old_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text("old")
    write_file(path, "new")
    assert path.read_text() == "new"


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("in the way")
    for path in (tmp_path / "report" / "results.json", tmp_path / "report" / "sub" / "results.json"):
        with pytest.raises(ReportError, match=r"report is a file\. Name another place"):
            write_file(path, "new")


def test_a_folder_where_the_file_should_be_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "results.json").mkdir()
    with pytest.raises(ReportError, match="a folder of this name is in the way"):
        write_file(tmp_path / "results.json", "new")
    assert list(tmp_path.iterdir()) == [tmp_path / "results.json"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder here that lets nothing be written")
@pytest.mark.parametrize("path", ["/proc/results.json", "/proc/report/results.json"])
def test_a_folder_that_lets_nothing_be_written_is_told(path: str) -> None:
    with pytest.raises(ReportError, match=r"cannot be written: .+\. Name a place that you may write to"):
        write_file(Path(path), "new")


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_that_can_be_written_to_is_as_it_was_after_the_check(tmp_path: Path, *, there: bool) -> None:
    folder = tmp_path / "deep" / "down"
    if there:
        write_file(folder / "results.json", "old")
    before = sorted(tmp_path.rglob("*"))
    check_folder(folder)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_cannot_be_made_is_told_by_the_check(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("in the way")
    with pytest.raises(ReportError, match=r"report is a file\. Name another place"):
        check_folder(tmp_path / "report" / "sub")
