import pytest

import conformance.mailboxes
from conformance.mail import TRAITS
from conformance.mailboxes import SPECS, Mailbox, Provisioner, SpecError, provisioner

EXAMPLES = [
    "none",
    "maildir:/srv/mail/{user}",
    "mbox:/var/mail/{user}",
    "lmtp:/run/lmtp",
    "smtp:localhost",
    "imap:localhost",
    "imaps:localhost",
    "command:deliver -d {user}",
]


@pytest.mark.parametrize("spec", EXAMPLES)
def test_every_kind_is_made_from_its_spec(spec: str) -> None:
    made = provisioner(spec)
    assert isinstance(made, Provisioner)
    assert made.spec == spec


def test_every_kind_has_a_line_for_help() -> None:
    assert [name.partition(":")[0] for name in SPECS] == [spec.partition(":")[0] for spec in EXAMPLES]
    assert all(SPECS.values())


@pytest.mark.parametrize("spec", EXAMPLES)
def test_every_trait_that_a_kind_alters_is_one_that_messages_have(spec: str) -> None:
    assert set(provisioner(spec).alters) <= set(TRAITS)


@pytest.mark.parametrize("spec", ["", "nntp:host", "/var/mail", "Maildir:/srv"])
def test_a_kind_that_does_not_exist_is_answered_with_those_that_do(spec: str) -> None:
    with pytest.raises(SpecError, match="is no way of delivery; write one of none, maildir:PATH, mbox:PATH"):
        provisioner(spec)


@pytest.mark.parametrize("spec", ["maildir", "maildir:", "mbox:", "command:", "smtp", "none:", "none:x"])
def test_a_spec_that_is_cut_short_or_too_long_is_answered_with_its_form(spec: str) -> None:
    with pytest.raises(SpecError, match="that is not how it is written; write " + spec.partition(":")[0]):
        provisioner(spec)


def test_a_mailbox_does_not_show_its_password() -> None:
    assert "swordfish" not in repr(Mailbox("alice", "swordfish"))


def test_the_public_names_are_all_there() -> None:
    assert not [name for name in conformance.mailboxes.__all__ if not hasattr(conformance.mailboxes, name)]
