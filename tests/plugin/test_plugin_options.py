"""One table makes the options of `pop3spec run` and of pytest."""

import pytest

from conformance.plugin.options import OPTIONS, PREFIX, Option
from conformance.plugin.selection import Selection
from tests.cli.command import pop3spec


@pytest.fixture(scope="module")
def help_of_run() -> str:
    return " ".join(pop3spec("run", "--help").out.split())


def test_each_name_is_there_once_and_has_a_prefix_in_pytest() -> None:
    flags = [option.flag for option in OPTIONS]
    assert len(set(flags)) == len(flags)
    assert all(flag.startswith(PREFIX) and flag.islower() for flag in flags)
    assert len({option.destination for option in OPTIONS}) == len(flags)


def test_a_destination_is_a_name() -> None:
    assert Option("not-rfc", "").destination == "pop3_not_rfc"
    assert all(option.destination.isidentifier() for option in OPTIONS)


def test_each_takes_a_value_or_is_a_switch() -> None:
    for option in OPTIONS:
        switch = option.kind == "switch"
        assert bool(option.metavar) is not switch, option.name
        assert not (switch and (option.many or option.choices)), option.name


def test_all_that_can_be_selected_can_be_left_out() -> None:
    names = {option.name.replace("-", "_") for option in OPTIONS if option.group == "Selection"}
    assert names == set(Selection.__dataclass_fields__)
    assert all(f"not_{name}" in names for name in names if not name.startswith("not_"))


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_each_is_explained_in_the_help(option: Option, help_of_run: str) -> None:
    if option.name.startswith("not-"):  # said once for all of them
        assert "excludes with not- in front" in help_of_run
    else:
        assert f"--{option.name} " in help_of_run
    assert option.help


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_pytest_knows_each(option: Option, pytestconfig: pytest.Config) -> None:
    """It is loaded in this very run, and its options have no value, so it does nothing."""
    value = pytestconfig.getoption(option.destination)
    assert value is (False if option.kind == "switch" else None)
