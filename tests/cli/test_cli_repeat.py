"""The command that repeats a scenario says all that matters and no password."""

import shlex
from typing import Any

import pytest

from conformance.cli.repeat import Repeat


def words(files: tuple[str, ...] = (), **options: Any) -> list[str]:
    return shlex.split(Repeat({name.replace("_", "-"): value for name, value in options.items()}, files)("x/y/z"))


def hint(**options: Any) -> str:
    return Repeat({name.replace("_", "-"): value for name, value in options.items()}).hint


def test_what_is_played_on_is_kept_and_what_is_selected_is_not() -> None:
    assert words(
        ("my files/a.pop3.yaml",),
        target="pop://mx:1110",
        account=("alice",),
        fill="maildir:/srv/mail/{user}",
        timeout=2.5,
        failed_logins=0,
        slow=True,
        allow_nonempty=False,
        section=("5",),
        level=("must",),
        report="out",
        fail_on="any",
    ) == [
        *("pop3spec", "run", "my files/a.pop3.yaml", "pop://mx:1110", "--account", "alice"),
        *("--fill", "maildir:/srv/mail/{user}", "--timeout", "2.5", "--failed-logins", "0", "--slow"),
        *("--scenario", "x/y/z"),
    ]


@pytest.mark.parametrize(
    "options, shown",
    [
        ({"account": ("alice:s3cret",)}, ["--account", "alice"]),
        ({"account": ("alice:s3cret", "bob:s3cret")}, ["--account", "alice", "--account", "bob"]),
        ({"apop_account": ("alice:s3:cret",)}, ["--apop-account", "alice"]),
        ({"target": "pop://alice:s3cret@mx"}, ["pop://alice@mx"]),
        ({"target": "pop://alice;AUTH=+APOP:s3%3Acret@mx"}, ["pop://alice;AUTH=+APOP@mx"]),
    ],
)
def test_one_password_goes_into_the_environment(options: dict[str, Any], shown: list[str]) -> None:
    assert words(**options)[2:-2] == shown
    assert "POP3SPEC_PASSWORD: set it first" in hint(**options)


@pytest.mark.parametrize(
    "options, shown",
    [
        ({"account": ("alice:s3cret", "bob:0ther")}, ["--account", "alice:PASSWORD", "--account", "bob:PASSWORD"]),
        ({"account": ("alice", "bob:0ther")}, ["--account", "alice", "--account", "bob:PASSWORD"]),
        (
            {"target": "pop://alice:s3cret@mx", "account": ("bob:0ther",)},
            ["pop://alice:PASSWORD@mx", "--account", "bob:PASSWORD"],
        ),
    ],
)
def test_several_passwords_leave_their_places_open(options: dict[str, Any], shown: list[str]) -> None:
    assert words(**options)[2:-2] == shown
    assert "write the passwords for PASSWORD" in hint(**options)


def test_nothing_is_to_be_done_about_passwords_where_there_were_none() -> None:
    assert hint(target="server.toml") == ""
    assert hint(target="pop://mx", account=("alice",)) == ""
    assert words(target="server.toml") == ["pop3spec", "run", "server.toml", "--scenario", "x/y/z"]


def test_a_password_in_another_option_is_masked() -> None:
    def mask(text: str) -> str:
        return text.replace("s3cret", "********")

    repeat = Repeat({"account": ("alice:s3cret",), "fill": "command:put alice s3cret"}, mask=mask)
    assert "s3cret" not in repeat("x/y/z")
