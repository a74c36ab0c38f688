from conformance.results import CaseResult, fold, masked
from conformance.transcript import Secrets
from conformance.verdicts import Outcome, Verdict


def test_there_is_one_verdict_a_clause_in_the_order_of_their_ids() -> None:
    verdicts = [Verdict("R1939-STAT-02", Outcome.KEPT), Verdict("R1939-LIST-01", Outcome.KEPT)]
    assert [verdict.clause for verdict in fold(verdicts)] == ["R1939-LIST-01", "R1939-STAT-02"]
    assert fold([]) == ()


def test_a_break_outweighs_all_and_the_first_one_is_told() -> None:
    kept = Verdict("R1939-STAT-02", Outcome.KEPT, "fine")
    first = Verdict("R1939-STAT-02", Outcome.BROKEN, "first")
    second = Verdict("R1939-STAT-02", Outcome.BROKEN, "second")
    assert fold([kept, first, kept, second]) == (first,)


def test_a_kept_clause_outweighs_one_that_was_not_judged() -> None:
    absent = Verdict("R1939-STAT-02", Outcome.NOT_IMPLEMENTED)
    kept = Verdict("R1939-STAT-02", Outcome.KEPT)
    assert fold([absent, kept, absent]) == (kept,)


def test_a_case_needs_no_more_than_its_name_and_its_outcome() -> None:
    case = CaseResult("05-stat/x", "x", 1939, "5", Outcome.KEPT)
    assert (case.verdicts, case.notes, case.clauses, case.transcript) == ((), (), (), ())


def test_no_word_of_a_case_holds_a_password() -> None:
    said = "got 'open sesame'"
    case = CaseResult(
        "x", "x", 1939, "7", Outcome.BROKEN, said, (Verdict("R1939-PASS-01", Outcome.BROKEN, said),), (said,)
    )
    safe = masked(case, Secrets([b"open sesame"]))
    assert (safe.reason, safe.verdicts[0].reason, safe.notes) == (
        "got '********'",
        "got '********'",
        ("got '********'",),
    )
    assert masked(case, Secrets()) == case
