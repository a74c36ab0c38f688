"""The scenario language: load, check, play."""

from conformance.scenario.document import NEEDS, SUFFIX, Problem, Scenario, ScenarioSpec, load
from conformance.scenario.player import play
from conformance.scenario.stage import NotPlayed, Settings, Stage, is_special

__all__ = [
    "NEEDS",
    "SUFFIX",
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
