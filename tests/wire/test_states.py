"""The table of commands and the table of states agree with each other, and with the RFCs."""

import pytest

from conformance.wire import REFUSED_TRANSITIONS, TRANSITIONS, VERBS, Multiline, State

LOGIN, TRANSACTION = frozenset({State.AUTHORIZATION}), frozenset({State.TRANSACTION})
BOTH = LOGIN | TRANSACTION
NEVER, ALWAYS, ALONE = Multiline


@pytest.mark.parametrize(
    "name, arguments, states, multiline, optional",
    [
        ("STAT", (0, 0), TRANSACTION, NEVER, False),
        ("LIST", (0, 1), TRANSACTION, ALONE, False),
        ("RETR", (1, 1), TRANSACTION, ALWAYS, False),
        ("DELE", (1, 1), TRANSACTION, NEVER, False),
        ("NOOP", (0, 0), TRANSACTION, NEVER, False),
        ("RSET", (0, 0), TRANSACTION, NEVER, False),
        ("QUIT", (0, 0), BOTH, NEVER, False),
        ("TOP", (2, 2), TRANSACTION, ALWAYS, True),
        ("UIDL", (0, 1), TRANSACTION, ALONE, True),
        ("USER", (1, 1), LOGIN, NEVER, True),
        ("PASS", (1, 1), LOGIN, NEVER, True),
        ("APOP", (2, 2), LOGIN, NEVER, True),
        ("CAPA", (0, 0), BOTH, ALWAYS, True),
        ("STLS", (0, 0), LOGIN, NEVER, True),
        ("AUTH", (1, 2), LOGIN, ALONE, True),
        ("UTF8", (0, 0), LOGIN, NEVER, True),
        ("LANG", (0, 1), BOTH, ALONE, True),
    ],
)
def test_a_verb_is_what_its_rfc_says(
    name: str, arguments: tuple[int, int], states: frozenset[State], multiline: Multiline, *, optional: bool
) -> None:
    verb = VERBS[name]
    assert (verb.name, (verb.least, verb.most), verb.states) == (name, arguments, states)
    assert (verb.multiline, verb.optional) == (multiline, optional)


def test_no_verb_is_left_out_of_these_tests() -> None:
    assert len(VERBS) == 17


@pytest.mark.parametrize(
    "rfc, names",
    [
        (1939, "STAT LIST RETR DELE NOOP RSET QUIT TOP UIDL USER PASS APOP"),
        (2449, "CAPA"),
        (2595, "STLS"),
        (5034, "AUTH"),
        (6856, "UTF8 LANG"),
    ],
)
def test_a_verb_names_the_rfc_that_defines_it(rfc: int, names: str) -> None:
    assert {verb.name for verb in VERBS.values() if verb.rfc == rfc} == set(names.split())


@pytest.mark.parametrize("state, verb", [*TRANSITIONS, *REFUSED_TRANSITIONS])
def test_only_a_verb_that_may_be_given_in_a_state_leads_out_of_it(state: State, verb: str) -> None:
    assert verb == "greeting" or state in VERBS[verb].states


def test_every_state_is_reached() -> None:
    reached = {State.CONNECTED}
    for _ in State:
        reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}
    assert reached == set(State)
