"""The one notation of faults."""

from pathlib import Path

import pytest

from conformance.server.faults import FAULTS, Armed, Fault, FaultError, read_profile


@pytest.mark.parametrize(
    "text", ["delay", "delay(seconds=2.5)", "cut(after=120)@RETR#2", "cut(after=3,reset=True)@TRANSACTION,connection=2"]
)
def test_it_is_written_as_it_is_read(text: str) -> None:
    assert str(Armed.parse(text)) == text


def test_blanks_do_not_matter() -> None:
    assert str(Armed.parse(" cut ( after = 120 , reset = yes ) @ RETR#2 ")) == "cut(after=120,reset=True)@RETR#2"


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("cutt", "there is no fault called 'cutt'; did you mean cut?; `pop3spec faults` lists them"),
        ("qqqqqqqqqqqq", "there is no fault called 'qqqqqqqqqqqq'; `pop3spec faults` lists them"),
        ("cut(aftr=1)", "cut has no parameter 'aftr'; did you mean after?; it has after=120, reset=False"),
        ("cut(after)", "'cut(after)': 'after' has no value; PARAMETER=VALUE is expected"),
        ("cut(after=many)", "cut: after=many: a whole number from 0 on is expected"),
        ("cut(after=-1)", "cut: after=-1: a whole number from 0 on is expected"),
        ("cut(reset=maybe)", "cut: reset=maybe: yes or no is expected"),
        ("delay(seconds=nan)", "delay: seconds=nan: a number from 0 on is expected"),
        ("cut@RETR#0", "cut: 'RETR#0' does not say when: "),
        ("cut(after=1", "'cut(after=1' is no fault: NAME, NAME(PARAMETER=VALUE) or NAME@WHEN is expected"),
        ("", "'' is no fault: "),
    ],
)
def test_what_is_not_understood_is_told_with_what_may_be_meant(text: str, complaint: str) -> None:
    with pytest.raises(FaultError) as caught:
        Armed.parse(text)
    assert str(caught.value).startswith(complaint)


def test_a_profile_holds_several(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[[fault]]\nname = "cut"\nwhen = "RETR#2"\nafter = 120\n[[fault]]\nname = "delay"\nseconds = 0.5\n')
    assert [str(armed) for armed in read_profile(path)] == ["cut(after=120)@RETR#2", "delay(seconds=0.5)"]


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("[[fault]]\nname = 1", "fault 1: it needs a name"),
        ('[[fault]]\nname = "cut"\nfoo = 1', "fault 1: cut has no parameter 'foo'"),
        ("[fault]\nname = 'cut'", "a profile holds [[fault]] tables and nothing else"),
        ("fault = 3", "a profile holds [[fault]] tables and nothing else"),
        ("[[fault]", "cannot be read: "),
    ],
)
def test_a_mistake_in_a_profile_is_told_with_its_place(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(FaultError) as caught:
        read_profile(path)
    assert str(caught.value).startswith(f"{path}: {complaint}")


def test_a_profile_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FaultError, match=r"none\.toml: cannot be read: No such file"):
        read_profile(tmp_path / "none.toml")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_each_fault_says_in_a_sentence_what_goes_wrong(fault: Fault) -> None:
    assert fault.says[0].isupper()
    assert Armed.parse(fault.name).fault is fault


def test_a_fault_strikes_when_it_usually_does_unless_another_moment_is_named() -> None:
    assert str(Armed.parse("half-close").when) == FAULTS["half-close"].usually == "RETR#2"
    assert str(Armed.parse("half-close@TOP").when) == "TOP"
