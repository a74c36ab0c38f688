"""Small messages, each the child of its seed."""

import hashlib
import os
import subprocess
import sys
import time
from email import message_from_bytes, policy

from conformance.mail import load, maildrop

DIGEST = """
import hashlib, sys
from conformance.mail import load
print(hashlib.sha256(b"".join(load(f"small:{seed}").octets for seed in map(int, sys.argv[1:]))).hexdigest())
"""


def run(program: str, *arguments: str, hash_seed: str = "0") -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Tokyo"}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def digest(*seeds: int) -> str:
    return hashlib.sha256(b"".join(load(f"small:{seed}").octets for seed in seeds)).hexdigest()


def test_the_same_seed_makes_the_same_octets_in_every_process() -> None:
    here = digest(1, 7, 2000)
    assert run(DIGEST, "1", "7", "2000", hash_seed="1") == here
    assert run(DIGEST, "1", "7", "2000", hash_seed="4711") == here


def test_a_message_does_not_depend_on_those_made_before_it() -> None:
    before = load("small:5").octets
    maildrop(["small*50"])
    assert load("small:5").octets == before


def test_different_seeds_make_different_messages() -> None:
    mails = maildrop(["small*2000"])
    assert len({mail.octets for mail in mails}) == 2000
    assert len({mail.body for mail in mails}) == 2000
    assert {mail.message_id for mail in mails} == {
        b"<small-%d@fixtures.pop3spec.invalid>" % seed for seed in range(1, 2001)
    }


def test_small_messages_have_no_trait_and_are_small() -> None:
    for mail in maildrop(["small*2000"]):
        assert mail.traits == frozenset()
        assert 300 < len(mail.octets) < 2000


def test_a_small_message_is_well_formed() -> None:
    for mail in maildrop(["small*100"]):
        message = message_from_bytes(mail.octets, policy=policy.default)
        assert not message.defects
        assert [message[key].defects for key in ("From", "To", "Date")] == [(), (), ()]
        assert all(address.domain.endswith(".example") for address in message["From"].addresses)
        assert message.get_content().count("\n") == len(mail.body_lines)


def test_two_thousand_messages_take_less_than_a_second_and_a_half() -> None:
    start = time.process_time()
    maildrop(["small*2000"])
    assert time.process_time() - start < 1.5


def test_faker_is_not_imported_before_a_small_message_is_made() -> None:
    program = """
import sys
from conformance.mail import expand, load, maildrop
expand(["small*3"]), maildrop(["plain", "text:1KiB", "lines:2"])
assert "faker" not in sys.modules
load("small:1")
print("faker" in sys.modules)
"""
    assert run(program) == "True"
