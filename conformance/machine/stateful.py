"""Generated sessions in hypothesis' own form, for a test suite that has it: a state machine for one target.

    TestMyServer = pop3_machine(stage).TestCase

Its rules say turns, and what they have said is played on real connections when it ends, and judged: hypothesis
shrinks, remembers and prints as it does elsewhere. With `settings(backend=FAIR)` of `machine.fair` turns are drawn
evenly, which finds more. `pop3spec run --generated` does not go by this way, as one rule a
command costs ten times what a session costs that is drawn as a whole.
"""

from collections.abc import Collection
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from conformance.clauses import CATALOGUE
from conformance.machine.commands import Turn, before_login, behind_login
from conformance.machine.explore import broken_clauses
from conformance.machine.mail import Filling, fillings
from conformance.machine.offers import Offers
from conformance.machine.sessions import Sitting, scenario_of
from conformance.scenario import Stage, play
from conformance.scenario.steps import Action
from conformance.scenario.write import session_lines

__all__ = ["pop3_machine"]

_LOG_IN = (Action.LOG_IN,)
_CONNECT = (Action.CONNECT,)


def pop3_machine(stage: Stage, clauses: Collection[str] = CATALOGUE) -> type[RuleBasedStateMachine]:
    """The machine for this stage, judged by these clauses. `TargetError` when the target cannot be asked."""
    offers = Offers.of(stage)
    mail = fillings(own=stage.provisioner.spec != "none") if offers.fills else st.none()
    outside, inside = before_login(replace(offers, wrong=False)), behind_login(offers)

    class Pop3Machine(RuleBasedStateMachine):
        """A few sessions, one behind the other, on one maildrop."""

        def __init__(self) -> None:
            super().__init__()
            self.filling: Filling | None = None
            self.sittings: list[Sitting] = []

        @initialize(filling=mail)
        def fill(self, filling: Filling | None) -> None:
            """The maildrop at first."""
            self.filling = filling

        @rule(logs_in=st.booleans())
        def connect(self, logs_in: bool) -> None:  # as rules are called
            """A new connection; the one before ends without a word."""
            self.sittings.append(Sitting(_LOG_IN if logs_in else _CONNECT, (), None))

        @precondition(lambda self: self.sittings)
        @rule(before=st.sampled_from(outside), behind=st.sampled_from(inside))
        def say(self, before: Turn, behind: Turn) -> None:
            """One turn, of those that suit where the session should stand."""
            sitting = self.sittings[-1]
            turn = behind if sitting.opening is _LOG_IN else before
            self.sittings[-1] = replace(sitting, turns=(*sitting.turns, turn))

        @precondition(lambda self: self.sittings)
        @rule()
        def leave(self) -> None:
            """QUIT."""
            sitting = self.sittings[-1]
            self.sittings[-1] = replace(sitting, turns=(*sitting.turns, Turn("QUIT")))

        def teardown(self) -> None:
            """Play what was said; AssertionError with the clauses that broke."""
            scenario = scenario_of(self.filling, self.sittings)
            case = play(scenario, stage, clauses)
            if broken := broken_clauses(case):
                reasons = [f"{v.clause}: {v.reason}" for v in case.verdicts if v.clause in broken]
                raise AssertionError("\n".join([*reasons, *session_lines(scenario.steps)]))

    return Pop3Machine
