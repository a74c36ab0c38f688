import subprocess
import sys
from pathlib import Path

import pytest

from conformance.clauses import CATALOGUE, Catalogue, ClauseFileError, UnknownClauseError
from tests.cli.command import unmeasured


def write(folder: Path, rfc: int, *clauses: tuple[str, str]) -> Path:
    path = folder / f"rfc{rfc}.toml"
    rows = [f'rfc = {rfc}\ntitle = "RFC {rfc}"']
    rows += [
        f'[[clause]]\nid = "{name}"\nsection = "{section}"\ntopic = "x"\nsubject = "server"\nlevel = "MUST"\n'
        'inferred = false\nsays = "x"\nobserve = ["active"]\nhow = "x"\nneeds = []'
        for name, section in clauses
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    write(tmp_path, 1939, ("R1939-STAT-01", "5"), ("R1939-STAT-02", "5.1"), ("R1939-TOP-01", "50"), ("R1939-X-01", "7"))
    write(tmp_path, 2449, ("R2449-CAPA-01", "5"))
    write(tmp_path, 822, ("R822-FORM-01", "4"))
    return Catalogue(tmp_path)


def test_clauses_stand_in_the_order_of_rfc_then_file(catalogue: Catalogue) -> None:
    assert list(catalogue) == [
        "R822-FORM-01",
        "R1939-STAT-01",
        "R1939-STAT-02",
        "R1939-TOP-01",
        "R1939-X-01",
        "R2449-CAPA-01",
    ]
    assert len(catalogue) == 6


def test_a_clause_is_found_by_its_id(catalogue: Catalogue) -> None:
    assert catalogue.find("R1939-STAT-02").section == "5.1"
    assert catalogue["R1939-STAT-02"] is catalogue.find("R1939-STAT-02")
    assert "R1939-STAT-02" in catalogue
    assert "R1939-STAT-99" not in catalogue
    assert catalogue.get("R1939-STAT-99") is None


def test_clauses_are_selected_by_rfc(catalogue: Catalogue) -> None:
    assert [clause.id for clause in catalogue.of_rfc(2449)] == ["R2449-CAPA-01"]
    assert catalogue.of_rfc(1) == ()


def test_a_section_includes_those_below_it_and_not_those_that_merely_begin_alike(catalogue: Catalogue) -> None:
    assert [clause.id for clause in catalogue.of_section(1939, "5")] == ["R1939-STAT-01", "R1939-STAT-02"]
    assert [clause.id for clause in catalogue.of_section(1939, "5.1")] == ["R1939-STAT-02"]


def test_clauses_are_selected_by_a_pattern_of_their_ids(catalogue: Catalogue) -> None:
    assert [clause.id for clause in catalogue.matching("R1939-STAT-*")] == ["R1939-STAT-01", "R1939-STAT-02"]
    assert [clause.id for clause in catalogue.matching("*-01")] == [
        "R822-FORM-01",
        "R1939-STAT-01",
        "R1939-TOP-01",
        "R1939-X-01",
        "R2449-CAPA-01",
    ]
    assert catalogue.matching("r1939-*") == ()


def test_an_unknown_id_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownClauseError) as caught:
        CATALOGUE.find("r1939-uidl-99")
    assert isinstance(caught.value, KeyError)
    assert str(caught.value).startswith("no clause is called r1939-uidl-99; did you mean R1939-UIDL-0")
    assert " or " in str(caught.value)
    assert caught.value.clause == "r1939-uidl-99"
    assert len(caught.value.nearest) == 3


def test_an_id_that_resembles_nothing_gets_no_hint() -> None:
    with pytest.raises(UnknownClauseError) as caught:
        CATALOGUE["elephant"]
    assert str(caught.value) == "no clause is called elephant"


def test_an_id_may_stand_in_one_file_only_once(tmp_path: Path) -> None:
    path = write(tmp_path, 1939, ("R1939-STAT-01", "5"), ("R1939-STAT-01", "6"))
    with pytest.raises(ClauseFileError) as caught:
        len(Catalogue(tmp_path))
    assert str(caught.value) == f"{path}: R1939-STAT-01: expected an id that no other clause has"


def test_files_are_read_at_the_first_look_and_only_then(tmp_path: Path) -> None:
    path = write(tmp_path, 1939)
    path.write_text("not TOML", encoding="utf-8")
    catalogue = Catalogue(tmp_path)
    write(tmp_path, 1939, ("R1939-STAT-01", "5"))
    assert list(catalogue) == ["R1939-STAT-01"]
    path.unlink()
    assert list(catalogue) == ["R1939-STAT-01"]


def test_importing_the_package_reads_nothing() -> None:
    script = (
        "import sys\n"
        "import conformance.clauses as clauses\n"
        "assert 'tomllib' not in sys.modules, 'the parser was imported'\n"
        "assert 'difflib' not in sys.modules, 'difflib was imported'\n"
        "assert len(clauses.CATALOGUE) > 0\n"
        "assert 'tomllib' in sys.modules\n"
        "print('lazy')\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=unmeasured())
    assert (done.returncode, done.stdout, done.stderr) == (0, "lazy\n", "")
