"""What an account proves itself with."""

import hashlib

import pytest

from conformance.driver import Account

STAMP = b"<1896.697170952@dbc.mtview.ca.us>"


def test_the_digest_is_that_of_rfc_1939() -> None:
    assert Account("mrose", "tanstaaf", apop=True).digest(STAMP) == b"c4c9334bac560ecc979e58001b3e22fb"


@pytest.mark.parametrize(
    "secret, prepared", [("ﬁrst", "first"), ("tan\xadstaaf", "tanstaaf"), ("\U0001f511", "\U0001f511")]
)
def test_it_is_made_of_the_prepared_secret_where_there_is_one(secret: str, prepared: str) -> None:
    digest = hashlib.md5(STAMP + prepared.encode(), usedforsecurity=False).hexdigest().encode()
    assert Account("mrose", secret, apop=True).digest(STAMP) == digest
