import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.mailboxes import FillError, Mailbox, Unsupported, provisioner

from .mails import ALICE, ours


def test_each_message_is_the_standard_input_of_one_run(tmp_path: Path) -> None:
    command = provisioner(f"command:(cat; echo end of {{user}}) >> {tmp_path}/box")
    command.check(ALICE)
    assert not (tmp_path / "box").exists()
    command.deliver(ALICE, iter([ours(1), ours(2, b".\r\nno end")]))
    expected = ours(1) + b"end of alice\n" + ours(2, b".\r\nno end") + b"end of alice\n"
    assert (tmp_path / "box").read_bytes() == expected.replace(b"\r\n", b"\n")


def test_the_name_is_one_argument_whatever_is_in_it(tmp_path: Path) -> None:
    command = provisioner(f"command:cat > {tmp_path}/{{local}}; printf %s {{user}}:{{domain}} > {tmp_path}/args")
    command.deliver(Mailbox('al; touch x\' "$(id)"@example.org', ""), [ours(1)])
    assert (tmp_path / "args").read_text() == 'al; touch x\' "$(id)"@example.org:example.org'
    assert sorted(path.name for path in tmp_path.iterdir()) == ['al; touch x\' "$(id)"', "args"]


def test_the_braces_of_the_shell_stay(tmp_path: Path) -> None:
    provisioner(f"command:x=1; echo ${{x}} > {tmp_path}/out; cat > /dev/null").deliver(ALICE, [ours(1)])
    assert (tmp_path / "out").read_text() == "1\n"


def test_a_command_need_not_read_its_input() -> None:
    provisioner("command:exit 0").deliver(ALICE, [ours(1, b"x" * 5_000_000)])


def test_a_large_message_passes_whole(tmp_path: Path) -> None:
    message = ours(1, b"x" * 70 + b"\r\n") * 50_000
    provisioner(f"command:cat > {tmp_path}/box").deliver(ALICE, [message])
    assert (tmp_path / "box").stat().st_size == len(message.replace(b"\r\n", b"\n"))


def test_a_status_that_is_not_zero_is_told_with_what_the_command_said() -> None:
    command = provisioner("command:cat > /dev/null; echo unknown user {user} >&2; exit 67")
    with pytest.raises(FillError, match="status 67 and said: unknown user alice; run it by hand"):
        command.deliver(ALICE, [ours(1)])


def test_only_the_end_of_a_long_complaint_is_told() -> None:
    command = provisioner("command:seq 100000; exit 1")
    with pytest.raises(FillError, match="99999 100000; run it by hand") as caught:
        command.deliver(ALICE, [ours(1)])
    assert len(str(caught.value)) < 1000


def test_the_first_failure_ends_the_delivery(tmp_path: Path) -> None:
    command = provisioner(f"command:echo >> {tmp_path}/runs; test $(wc -l < {tmp_path}/runs) -lt 2")
    with pytest.raises(FillError, match="status 1; run it by hand"):
        command.deliver(ALICE, [ours(1), ours(2), ours(3)])
    assert (tmp_path / "runs").read_bytes() == b"\n\n"


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A named pipe and its reading end, which sees the end when nobody holds the pipe open for writing any more."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    yield path, reader
    os.close(reader)


def test_a_command_that_takes_too_long_is_ended_with_all_that_it_started(pipe: tuple[Path, int]) -> None:
    command = provisioner(f"command:exec 3> {pipe[0]}; sleep 60 & sleep 60; wait", timeout=0.3)
    with pytest.raises(FillError, match=r"did not end within 0\.3 seconds; run it by hand"):
        command.deliver(ALICE, [ours(1)])
    assert os.read(pipe[1], 1) == b""


def test_a_command_is_ended_when_the_user_interrupts(pipe: tuple[Path, int]) -> None:
    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            provisioner(f"command:exec 3> {pipe[0]}; sleep 60 & sleep 60", timeout=20).deliver(ALICE, [ours(1)])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert os.read(pipe[1], 1) == b""


def test_a_command_that_leaves_a_daemon_behind_is_not_waited_for(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    provisioner(f"command:cat > /dev/null; read line < {fifo} &", timeout=20).deliver(ALICE, [ours(1)])
    fifo.write_bytes(b"go\n")


def test_a_command_that_the_shell_cannot_read_is_found_by_the_check() -> None:
    with pytest.raises(FillError, match=r"status 2 and said: .*[Ss]yntax error"):
        provisioner("command:if {user}").check(ALICE)


def test_it_says_what_it_can_do() -> None:
    command = provisioner("command:true")
    assert not command.can_clear
    assert not command.knows_order
    assert command.count(ALICE) is None
    assert command.accepts(frozenset({"nul", "8bit", "long-line", "no-final-eol"})) is None
    assert command.accepts(frozenset({"bare-lf"}))
    assert command.accepts(frozenset({"bare-cr"}))
    with pytest.raises(Unsupported, match="delete them over POP3"):
        command.clear(ALICE)
