import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from conformance.driver import Account, Target, TargetError
from conformance.driver.backup import save_and_empty
from conformance.mail import load
from conformance.server import Account as Opened
from conformance.server import MemoryStore, ReferenceServer
from conformance.wire import stuff

from .peers import ALICE, Action, Line, answering, hear, peer, say

MESSAGES = [load(name).octets for name in ("plain", "dots", "nul", "eight-bit", "lone-dot", "tiny")]


class Drop:
    """A maildrop behind a server that is wrong in one way."""

    def __init__(self, *messages: bytes, **wrong: bytes) -> None:
        self.messages = dict(enumerate(messages, 1))
        self.wrong = {name.replace("_", " ").encode(): octets for name, octets in wrong.items()}
        self.marked: list[int] = []
        self.removed: list[int] = []
        self.arriving: list[bytes] = []
        """Mail that shows up while the session is open, as it must not."""

    def serve(self, line: Line) -> None:
        """Answer as a server does, but for what is wrong."""
        line.socket.sendall(b"+OK ready\r\n")
        while said := line.line():
            line.socket.sendall(self.wrong.get(said, b"") or self.answer(said))
            if said == b"QUIT":
                return

    def answer(self, said: bytes) -> bytes:
        """What is right."""
        verb, _, number = said.partition(b" ")
        if verb == b"LIST":
            rows = b"".join(b"%d %d\r\n" % (n, len(octets)) for n, octets in self.messages.items())
            return b"+OK\r\n" + rows + b".\r\n"
        if verb == b"RETR":
            for octets in self.arriving:
                self.messages[len(self.messages) + 1] = octets
            self.arriving = []
            return b"+OK\r\n" + b"".join(stuff([self.messages[int(number)]])) + b".\r\n"
        if verb == b"DELE":
            self.marked.append(int(number))
        if verb == b"QUIT":
            self.removed = self.marked
        return b"+OK\r\n"


def backup(drop: Drop, folder: Path) -> list[Path]:
    with peer([drop.serve]) as server:
        return save_and_empty(server.target(reply=0.3), ALICE, folder)


def failure(drop: Drop, folder: Path) -> str:
    with pytest.raises(TargetError) as caught:
        backup(drop, folder)
    assert drop.removed == []
    return str(caught.value)


def test_every_message_is_saved_byte_for_byte_and_then_removed(tmp_path: Path) -> None:
    with ReferenceServer([Opened("alice", "open sesame")]) as server:
        for octets in MESSAGES:
            server.deliver("alice", octets)
        target = Target("127.0.0.1", server.port)
        files = save_and_empty(target, ALICE, tmp_path / "deep" / "down")
        assert save_and_empty(target, ALICE, tmp_path) == []
    kept = [octets if octets.endswith(b"\r\n") else octets + b"\r\n" for octets in MESSAGES]
    assert [file.read_bytes() for file in files] == kept
    assert [file.name for file in files] == [f"alice-{n}.eml" for n in range(1, len(MESSAGES) + 1)]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert (tmp_path / "deep" / "down").stat().st_mode & 0o777 == 0o700


def test_stuffing_is_taken_away_wherever_blocks_meet(tmp_path: Path) -> None:
    random = Random(1)  # noqa: S311 - a seed, so that it is the same each time
    messages = []
    for around in (65_536, 131_072):
        for length in range(around - 12, around + 4):
            line = b"Subject: x\r\n\r\n"
            filling = b"x" * (length - len(line) - 2) + b"\r\n"
            dots = b"".join(random.choice([b".", b"\r\n", b"..", b".\r\n"]) for _ in range(20))
            messages.append(line + filling + dots + b"\r\n")
    drop = Drop(*messages)
    assert [file.read_bytes() for file in backup(drop, tmp_path)] == messages
    assert drop.removed == list(range(1, len(messages) + 1))


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    for name in ("alice-1.eml", "alice-1-2.eml"):
        (tmp_path / name).write_bytes(b"dear to somebody")
    (file,) = backup(Drop(MESSAGES[0]), tmp_path)
    assert file.name == "alice-1-3.eml"
    assert (tmp_path / "alice-1.eml").read_bytes() == (tmp_path / "alice-1-2.eml").read_bytes() == b"dear to somebody"


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    account = Account("../../etc/passwd\0" + "é" * 300, "x")
    with peer([Drop(MESSAGES[0]).serve]) as server:
        (file,) = save_and_empty(server.target(), account, tmp_path / "here")
    assert file.parent == tmp_path / "here"
    assert file.name.startswith("_.._etc_passwd")


@pytest.mark.parametrize(
    "wrong,words",
    [
        ({"LIST": b"-ERR no\r\n"}, "does not list it"),
        ({"LIST": b"+OK\r\n1 11"}, "does not list it"),
        ({"LIST": b"+OK\r\nmessage one\r\n.\r\n"}, "not understood"),
        ({"LIST": b"+OK\r\n1\r\n.\r\n"}, "not understood"),
        ({"LIST": b"+OK\r\n1 19\r\n1 19\r\n.\r\n"}, "not understood"),
        ({"LIST": b"+OK\r\n1 19\r\n2 19\r\n3 19\r\n.\r\n"}, "message 3 could not be retrieved"),
        ({"RETR_2": b"-ERR gone\r\n"}, "message 2 could not be retrieved"),
        ({"RETR_2": b"+OK\r\nSubject: x\r\n\r\nhalf a mes"}, "message 2 could not be retrieved"),
        ({"RETR_2": b"+OK\r\n..not the message\r\n.\r\n"}, "listed with 19 octets, and 18 came"),
        ({"RETR_2": b"+OK\r\nSubject: x\r\n\r\n.xyz\r\n.\r\n"}, "not stuffed"),
        ({"RETR_2": b"+OK\r\nSubject: x\r\n\r\nxyz\r\n.\r\nmore\r\n"}, "said more than it was asked for"),
        ({"DELE_2": b"-ERR no\r\n"}, "message 2 could not be marked"),
        ({"DELE_2": b"+OK half"}, "message 2 could not be marked"),
    ],
)
def test_nothing_is_removed_when_anything_is_not_as_it_must_be(
    wrong: dict[str, bytes], words: str, tmp_path: Path
) -> None:
    message = b"Subject: x\r\n\r\nabc\r\n"
    if "RETR_3" not in wrong and words.startswith("message 3"):
        wrong = {**wrong, "RETR_3": b"-ERR no such message\r\n"}
    text = failure(Drop(message, message, **wrong), tmp_path)
    assert words in text
    assert "nothing was removed" in text


def test_a_message_that_needs_utf_8_is_saved_as_it_is_and_no_surrogate_of_it(tmp_path: Path) -> None:
    octets = "Subject: Grüße\r\n\r\nhello\r\n".encode()
    with ReferenceServer([Opened("alice", "open sesame")]) as server:
        server.deliver("alice", octets)
        (saved,) = save_and_empty(Target("127.0.0.1", server.port), ALICE, tmp_path)
        assert server.store.open("alice").maildrop.messages == ()
    assert saved.read_bytes() == octets


def test_a_server_that_lists_utf8_and_refuses_it_keeps_its_mail(tmp_path: Path) -> None:
    script = [answering({b"CAPA": b"+OK\r\nUTF8\r\n.\r\n", b"UTF8": b"-ERR\r\n"})]
    with peer(script) as server, pytest.raises(TargetError, match=r"lists UTF8 and refuses it.*nothing was removed"):
        save_and_empty(server.target(), ALICE, tmp_path)
    assert not any(line.upper().startswith((b"DELE", b"QUIT")) for line in server.lines[0].lines)


def test_a_retrieval_that_the_server_cuts_in_the_middle_removes_nothing(tmp_path: Path) -> None:
    script: list[Action] = [
        say(b"+OK ready\r\n"),
        hear(),
        say(b"-ERR\r\n"),
        hear(),
        say(b"+OK\r\n"),
        hear(),
        say(b"+OK\r\n"),
        hear(),
        say(b"+OK\r\n1 1000\r\n.\r\n"),
        hear(),
        say(b"+OK\r\nSubject: x\r\n"),
    ]
    with peer(script) as server, pytest.raises(TargetError, match=r"could not be retrieved.*nothing was removed"):
        save_and_empty(server.target(), ALICE, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert not any(line.upper().startswith((b"DELE", b"QUIT")) for line in server.lines[0].lines)


def test_mail_that_shows_up_in_the_middle_is_left_alone(tmp_path: Path) -> None:
    drop = Drop(MESSAGES[0], MESSAGES[1])
    drop.arriving = [MESSAGES[2]]
    assert len(backup(drop, tmp_path)) == 2
    assert drop.removed == [1, 2]


def test_a_maildrop_that_changes_in_the_middle_is_left_as_it_is(tmp_path: Path) -> None:
    drop = Drop(MESSAGES[0], MESSAGES[1])

    def serve(line: Line) -> None:
        drop.serve(line)

    answer = drop.answer

    def change(said: bytes) -> bytes:
        if said == b"RETR 2":
            reply = answer(said)
            del drop.messages[1]
            return reply
        return answer(said)

    drop.answer = change  # type: ignore[method-assign]  # the server is wrong just here
    with peer([serve]) as server, pytest.raises(TargetError, match="changed while they were saved"):
        save_and_empty(server.target(), ALICE, tmp_path)
    assert drop.removed == []


def test_a_quit_that_is_not_confirmed_is_told_with_where_the_mail_is(tmp_path: Path) -> None:
    with peer([Drop(MESSAGES[0], QUIT=b"-ERR some not removed\r\n").serve]) as server:
        with pytest.raises(TargetError, match="QUIT was not confirmed") as caught:
            save_and_empty(server.target(), ALICE, tmp_path)
        assert str(tmp_path) in str(caught.value)
    assert (tmp_path / "alice-1.eml").read_bytes() == MESSAGES[0]


def test_a_folder_that_cannot_be_written_to_removes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert "cannot be written: " in failure(Drop(MESSAGES[0]), tmp_path / "file")
    assert "cannot be written: " in failure(Drop(MESSAGES[0]), tmp_path / "file" / "below")


@contextmanager
def no_file_larger_than(octets: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_removes_nothing_and_leaves_no_half_message(tmp_path: Path) -> None:
    drop = Drop(b"Subject: small\r\n\r\n", b"Subject: large\r\n\r\n" + b"x" * 70 + b"\r\n" * 50_000)
    with no_file_larger_than(20_000):
        text = failure(drop, tmp_path)
    assert "cannot be written: File too large; nothing was removed" in text or "File too large" in text
    assert [file.name for file in tmp_path.iterdir()] == ["alice-1.eml"]


_LARGE = """
import sys
from pathlib import Path
from conformance.driver import Account, Target
from conformance.driver.backup import save_and_empty
files = save_and_empty(Target("127.0.0.1", int(sys.argv[1])), Account("alice", "open sesame"), Path(sys.argv[2]))
most = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(sum(file.stat().st_size for file in files), int(most.split()[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell how much memory was used")
def test_messages_of_any_size_take_little_memory(tmp_path: Path) -> None:
    store = MemoryStore()
    large = load("dots:32MiB").octets
    store.deliver("alice", large)
    store.deliver("alice", large)
    with ReferenceServer([Opened("alice", "open sesame")], store) as server:
        command = [sys.executable, "-c", _LARGE, str(server.port), str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    octets, mebibytes = map(int, done.stdout.split())
    assert octets == 2 * len(large)
    assert mebibytes < 64


def test_a_server_that_refuses_the_login_is_left_alone(tmp_path: Path) -> None:
    with peer([answering({b"PASS": b"-ERR no\r\n"})]) as server, pytest.raises(TargetError, match="cannot log in"):
        save_and_empty(server.target(), ALICE, tmp_path / "none")
    assert not (tmp_path / "none").exists()
