"""Small believable messages, one for each seed.

faker is asked once in a process, for lists of names and words; everything else is chosen from those lists by a
generator that the seed alone starts. So thousands of messages cost little, and the octets depend on the seed and on the
faker release, not on the process or on the Python that runs it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from random import Random
from typing import Final

__all__ = ["small"]

_EPOCH: Final = datetime(2024, 1, 1, 8, 0, tzinfo=UTC)
_MINUTES: Final = 2 * 365 * 24 * 60
_GREETINGS: Final = ("Dear", "Hello", "Hi", "Good morning")
_CLOSINGS: Final = ("Best regards", "Kind regards", "Yours", "Thank you", "See you soon")


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The lists that a message is put together from."""

    people: tuple[tuple[str, str], ...]
    """First and last names."""
    places: tuple[str, ...]
    """Second-level domains, to go under a reserved top-level one."""
    words: tuple[str, ...]


@lru_cache(maxsize=1)
def _vocabulary() -> _Vocabulary:
    from faker import Faker  # slow to import, and only volumes of mail need it

    fake = Faker("en_US")
    fake.seed_instance(1939)
    return _Vocabulary(
        people=tuple((fake.first_name(), fake.last_name()) for _ in range(80)),
        places=tuple(fake.domain_word() for _ in range(30)),
        # A capitalised "from" at the start of a line would be quoted by mbox stores.
        words=tuple(word for word in fake.get_words_list() if word != "from"),
    )


def _mailbox(rng: Random, vocabulary: _Vocabulary) -> tuple[str, str]:
    """A first name, and the whole as it stands in a header field."""
    first, last = rng.choice(vocabulary.people)
    place = rng.choice(vocabulary.places)
    return first, f"{first} {last} <{first}.{last}@{place}.example>".replace("'", "")


def _sentence(rng: Random, vocabulary: _Vocabulary, end: str = ".") -> str:
    return " ".join(rng.choices(vocabulary.words, k=rng.randint(4, 9))).capitalize() + end


def _body(rng: Random, vocabulary: _Vocabulary, sender: str, recipient: str) -> list[str]:
    lines = [f"{rng.choice(_GREETINGS)} {recipient},", ""]
    for _ in range(rng.randint(1, 3)):
        lines += [_sentence(rng, vocabulary) for _ in range(rng.randint(1, 5))]
        lines.append("")
    return [*lines, f"{rng.choice(_CLOSINGS)},", sender]


def small(seed: int) -> bytes:
    """Make the message of one seed: ASCII text of a dozen lines, and nothing in it that is hard to store."""
    rng = Random(seed)  # noqa: S311  # the same mail for the same seed; nothing secret
    vocabulary = _vocabulary()
    sender, author = _mailbox(rng, vocabulary)
    recipient, addressee = _mailbox(rng, vocabulary)
    lines = [
        f"From: {author}",
        f"To: {addressee}",
        f"Subject: {_sentence(rng, vocabulary, end='')}",
        f"Date: {format_datetime(_EPOCH + timedelta(minutes=rng.randrange(_MINUTES)))}",
        f"Message-ID: <small-{seed}@fixtures.pop3spec.invalid>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        *_body(rng, vocabulary, sender, recipient),
        "",
    ]
    return "\r\n".join(lines).encode("ascii")
