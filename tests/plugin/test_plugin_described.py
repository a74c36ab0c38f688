from conformance.driver import Features, Look, Target, Tls, TlsMode, TlsSeen
from conformance.plugin.described import target_info
from conformance.results import Listed
from tests.results.sessions import case

LOOK = Look("POP3", b"+OK \x1b[2J ready", capabilities=(b"TOP", b"STLS"))
FEATURES = Features(LOOK, capabilities=(b"TOP", b"IMPLEMENTATION Grocer \xff"))
SEEN = TlsSeen((("TLS", "by STLS"),), (b"TOP", b"SASL PLAIN"))


def test_what_a_server_says_is_escaped() -> None:
    info = target_info(Target("mx", 1110), FEATURES, SEEN, [])
    assert (info.address, info.greeting, info.software) == ("mx:1110", "+OK \\x1b[2J ready", "Grocer \\xff")
    assert info.capabilities == ("TOP", "IMPLEMENTATION Grocer \\xff")


def test_a_run_in_the_clear_looks_inside_tls() -> None:
    assert target_info(Target("mx"), FEATURES, SEEN, []).listed == (
        Listed("before login", ("TOP", "STLS")),
        Listed("before login, inside TLS", ("TOP", "SASL PLAIN")),
        Listed("after login", ("TOP", "IMPLEMENTATION Grocer \\xff")),
    )


def test_a_run_behind_stls_looks_into_the_clear() -> None:
    target = Target("mx", tls=Tls(TlsMode.STARTTLS))
    before, inside, _ = target_info(target, FEATURES, SEEN, []).listed
    assert before == Listed("before login", ("TOP", "SASL PLAIN"))
    assert inside == Listed("before login, inside TLS", ("TOP", "STLS"))


def test_a_server_without_capa_lists_nothing_in_any_state() -> None:
    info = target_info(Target("mx"), Features(Look("POP3", b"+OK")), TlsSeen(), [])
    assert (info.software, info.capabilities, info.listed, info.facts) == ("", (), (), ())


def test_a_list_that_is_empty_is_one() -> None:
    info = target_info(
        Target("mx"), Features(Look("POP3", b"+OK", capabilities=()), capabilities=(b"TOP",)), TlsSeen(), []
    )
    assert info.listed == (Listed("before login", ()), Listed("after login", ("TOP",)))


def test_facts_are_those_of_tls_of_the_pace_and_of_what_was_played() -> None:
    target = Target("mx")
    target.pace.seconds = 2.5
    refused = "A 0.1 C1: USER x\nA 0.2 S1: +OK\nA 1.0 C2: PASS ********\nA 3.0 S2: -ERR wrong"
    assert target_info(target, FEATURES, SEEN, [case(refused)]).facts == (
        ("TLS", "by STLS"),
        ("login delay", "a second login within 2.5 s was refused, and the run waited so long"),
        ("login refused after", "2,000.0 ms to 2,000.0 ms, 2,000.0 ms in the median of 1"),
    )
