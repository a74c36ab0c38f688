"""The scenario language: load, check, play."""

from conformance.scenario.casting import is_special
from conformance.scenario.document import SUFFIX, Problem, Scenario, ScenarioSpec, load
from conformance.scenario.needs import MECHANISM, NEEDS
from conformance.scenario.player import Judge, play
from conformance.scenario.stage import NotPlayed, Settings, Stage

__all__ = [
    "MECHANISM",
    "NEEDS",
    "SUFFIX",
    "Judge",
    "NotPlayed",
    "Problem",
    "Scenario",
    "ScenarioSpec",
    "Settings",
    "Stage",
    "is_special",
    "load",
    "play",
]
