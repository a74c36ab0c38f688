"""The pytest plug-in: scenarios are items, and their verdicts become reports.

It is loaded in every pytest run of its environment, so this module imports next to nothing; the rest comes when a
target is named (``--pop3-target`` or ``--pop3-host``).
"""

from typing import TYPE_CHECKING

from conformance.plugin.options import OPTIONS

if TYPE_CHECKING:
    import pytest

__all__: list[str] = []


def pytest_addoption(parser: "pytest.Parser") -> None:
    """The options of a run, with a prefix."""
    group = parser.getgroup("pop3spec", "POP3 conformance (pop3spec)")
    types = {"text": str, "int": int, "float": float}
    for option in OPTIONS:
        if option.kind == "switch":
            group.addoption(option.flag, dest=option.destination, action="store_true", help=option.help)
        else:
            group.addoption(
                option.flag,
                dest=option.destination,
                action="append" if option.many else "store",
                metavar=option.metavar or None,
                type=types[option.kind],
                choices=option.choices or None,
                help=option.help,
            )


def pytest_configure(config: "pytest.Config") -> None:
    """Join in when there is a target."""
    if config.getoption("pop3_target") or config.getoption("pop3_host"):
        from conformance.plugin.run import Run

        config.pluginmanager.register(Run(config), "pop3spec-run")
