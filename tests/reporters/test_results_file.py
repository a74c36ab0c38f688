import json
from pathlib import Path

from conformance.bundled import REPORTS
from conformance.reporters import ResultsReporter, results_json
from conformance.results import run_as_plain, run_from_plain
from tests.results.golden import matches
from tests.results.sample import CASES, sample_run


def test_the_published_example_is_what_is_written() -> None:
    assert matches(REPORTS / "examples" / "results.json", results_json(sample_run()))


def test_the_layout_changes_nothing() -> None:
    assert json.loads(results_json(sample_run())) == run_as_plain(sample_run())


def test_a_line_of_what_was_said_has_a_line_of_the_file() -> None:
    lines = results_json(sample_run()).splitlines()
    said = [json.loads(line.rstrip(",")) for line in lines if line.startswith('   {"connection"')]
    assert len(said) == sum(len(case.transcript) for case in CASES)


def test_the_file_reads_back_as_the_run(tmp_path: Path) -> None:
    ResultsReporter(tmp_path / "results.json").report(sample_run())
    assert run_from_plain(json.loads((tmp_path / "results.json").read_bytes())) == sample_run()
