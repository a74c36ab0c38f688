import pytest

from conformance.mailboxes import Unsupported, provisioner

from .mails import ALICE, ours


def test_it_delivers_nothing_and_says_so() -> None:
    nowhere = provisioner("none")
    nowhere.check(ALICE)
    with pytest.raises(Unsupported, match="none: no way to deliver messages was given, so alice gets none; name one"):
        nowhere.deliver(ALICE, [ours(1)])


def test_it_declines_every_message() -> None:
    assert provisioner("none").accepts(frozenset()) == "no way to deliver messages was given"


def test_it_knows_nothing_and_clears_nothing() -> None:
    nowhere = provisioner("none")
    assert not nowhere.can_clear
    assert not nowhere.knows_order
    assert nowhere.count(ALICE) is None
    with pytest.raises(Unsupported):
        nowhere.clear(ALICE)
