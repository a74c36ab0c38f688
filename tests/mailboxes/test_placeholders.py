from pathlib import Path

import pytest

from conformance.mailboxes.errors import FillError, SpecError
from conformance.mailboxes.placeholders import as_address, as_path, as_shell, check_placeholders

TRAVERSALS = ["", ".", "..", "../bob", "a/../../b", "/etc", "..\\b", "a\0b", "a\nb", "a\x7fb"]


def test_the_account_its_local_part_and_its_domain_fill_a_path() -> None:
    assert as_path("/srv/{domain}/{local}/{user}", "al@example.org") == Path("/srv/example.org/al/al@example.org")


def test_the_last_at_sign_parts_the_name() -> None:
    assert as_path("/{domain}/{local}", "a@b@c") == Path("/c/a@b")


@pytest.mark.parametrize("user", TRAVERSALS)
def test_a_name_that_leads_elsewhere_never_becomes_a_path(user: str) -> None:
    with pytest.raises(FillError, match="cannot be part of a path"):
        as_path("/srv/mail/{user}/Maildir", user)


@pytest.mark.parametrize("user", ["..@example.org", "alice@..", "@example.org", "alice@", "alice"])
def test_neither_part_of_a_name_leads_elsewhere(user: str) -> None:
    with pytest.raises(FillError, match="cannot be part of a path"):
        as_path("/srv/{domain}/{local}", user)


def test_a_tilde_is_the_home_folder_only_where_the_spec_wrote_it() -> None:
    assert as_path("~/Maildir", "alice") == Path.home() / "Maildir"
    assert as_path("{user}/Maildir", "~root") == Path("~root/Maildir")


def test_an_account_without_home_folder_is_named() -> None:
    with pytest.raises(FillError, match="~no-such-account-here/Maildir: that home folder is not known"):
        as_path("~{user}/Maildir", "no-such-account-here")


def test_a_name_with_braces_stays_a_name() -> None:
    assert as_path("/srv/{user}", "{local}@{user}") == Path("/srv/{local}@{user}")


def test_braces_with_something_else_are_an_error_of_the_spec() -> None:
    with pytest.raises(SpecError, match=r"\{usr\} is no placeholder; write one of \{user\}, \{local\}, \{domain\}"):
        check_placeholders("maildir:/srv/{usr}", "/srv/{usr}")


def test_an_address_is_filled_and_keeps_its_plus_sign() -> None:
    assert as_address("{user}+pop@example.org", "alice") == "alice+pop@example.org"


@pytest.mark.parametrize("user", ["a b", "a>b", "a\r\nRCPT TO:<b>", "älice", "\x00"])
def test_what_would_leave_an_address_is_refused(user: str) -> None:
    with pytest.raises(FillError, match="is no mail address"):
        as_address("{user}@example.org", user)


def test_an_address_wants_the_part_that_it_names() -> None:
    with pytest.raises(FillError, match="'alice' has no such part"):
        as_address("{local}@{domain}", "alice")


def test_a_command_gets_the_name_quoted_and_keeps_its_own_braces() -> None:
    assert as_shell("deliver {user} ${HOME} {x}", "a'; rm b") == "deliver 'a'\"'\"'; rm b' ${HOME} {x}"


def test_a_command_gets_no_name_with_control_characters() -> None:
    with pytest.raises(FillError, match="cannot be an argument"):
        as_shell("deliver {user}", "a\0b")
