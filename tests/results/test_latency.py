from collections.abc import Iterable

from conformance.results import Latency, latencies
from conformance.wire import VERBS
from tests.results.sessions import case


def noops(microseconds: Iterable[int]) -> str:
    said = []
    for number, took in enumerate(microseconds, 1):
        said += [f"A {number} C{number}: NOOP", f"A {number + took / 1_000_000:.6f} S{number}: +OK"]
    return "\n".join(said)


def test_times_are_told_by_verb_in_milliseconds() -> None:
    session = case("""
        A 0.000 *: connected
        A 0.100 C1: STAT
        A 0.101 S1: +OK 2 320
        A 0.200 C2: LIST
        A 0.204 S2: +OK 2 messages
        A 0.204 S2: 1 120
        A 0.900 S2: .
        A 1.000 C3: list 1
        A 1.002 S3: +OK 1 120
        A 2.000 C4: STAT
        A 2.003 S4: +OK 2 320
        A 3.000 C5: STAT
        A 3.002 S5: +OK 2 320
    """)
    assert latencies([session]) == (Latency("STAT", 3, 2.0, 3.0, 3.0, 3.0), Latency("LIST", 2, 2.0, 4.0, 4.0, 4.0))
    assert latencies([session, session])[0] == Latency("STAT", 6, 2.0, 3.0, 3.0, 3.0)


def test_nothing_is_told_of_what_was_not_measured() -> None:
    assert latencies([]) == ()
    assert latencies([case("A 0.1 C1: STAT")]) == ()


def test_percentiles_are_times_that_were_measured() -> None:
    (told,) = latencies([case(noops(range(1, 201)))])
    assert told == Latency("NOOP", 200, 0.1, 0.19, 0.198, 0.2)
    (told,) = latencies([case(noops([10] * 99 + [5000]))])
    assert told == Latency("NOOP", 100, 0.01, 0.01, 0.01, 5.0)
    (told,) = latencies([case(noops([10] * 98 + [4000, 5000]))])
    assert told == Latency("NOOP", 100, 0.01, 0.01, 4.0, 5.0)
    (told,) = latencies([case(noops([7]))])
    assert told == Latency("NOOP", 1, 0.007, 0.007, 0.007, 0.007)


def test_the_order_of_the_times_does_not_matter() -> None:
    assert latencies([case(noops([3000, 1000, 2000]))]) == latencies([case(noops([1000, 2000, 3000]))])


def test_a_refusal_is_not_measured() -> None:
    session = case("""
        A 0.0 C1: PASS ********
        A 2.0 S1: -ERR wrong
        A 3.0 C2: AUTH PLAIN
        A 3.1 S2: +
        A 3.2 C3: ********
        A 5.2 S3: -ERR wrong
    """)
    assert latencies([session]) == (Latency("AUTH", 1, 100.0, 100.0, 100.0, 100.0),)


def test_times_have_three_figures() -> None:
    (told,) = latencies([case(noops([1, 1234, 12_345, 123_456, 999_600]))])
    assert (told.median, told.longest) == (12.3, 1000.0)
    (told,) = latencies([case(noops([1235]))])
    assert told.median == 1.24


def test_verbs_have_the_order_that_the_rfcs_give_them() -> None:
    said = [f"A {n} C{n}: {verb}\nA {n}.5 S{n}: +OK" for n, verb in enumerate(reversed(VERBS), 1)]
    assert [one.verb for one in latencies([case("\n".join(said))])] == list(VERBS)
