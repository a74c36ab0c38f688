"""What a client does costs the server no memory."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conformance.server import MaildirStore

from .processes import port_of, resident, serving
from .talking import LOGIN, Client, connected, log_in_again

MIB = 2**20
LARGE = b"Subject: large\n\n" + b".Sphinx of black quartz, judge my vow.\n" * (8 * MIB // 40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mail")
    MaildirStore(made).deliver("alice", LARGE)
    return made


def busy(port: int) -> None:
    """Let the server get on with whatever it has to do."""
    with connected(port) as client:
        for _ in range(300):
            assert client.ask(b"CAPA").startswith(b"+OK")
            client.body()


def test_a_large_message_and_a_client_that_reads_nothing(folder: Path) -> None:
    with serving(folder) as process:
        port = port_of(process)
        with connected(port) as client:
            client.log_in()
            client.send(b"RETR 1\r\n").line()
            client.body()
        client = log_in_again(port)
        before = resident(process)
        client.send(b"RETR 1\r\n" * 5000)
        busy(port)
        assert resident(process) < before + 4 * MIB
        client.reset()
        log_in_again(port).close()


def test_an_endless_line(folder: Path) -> None:
    with serving(folder) as process:
        port = port_of(process)
        busy(port)
        before = resident(process)
        with connected(port) as client:
            for _ in range(64):
                client.send(b"x" * MIB)
            busy(port)
            assert resident(process) < before + 4 * MIB
            assert client.send(b"\r\nQUIT\r\n").rest().count(b"\r\n") == 2


def flood(client: Client, commands: bytes) -> None:
    """Send until the server stops reading, and so the client is stopped."""
    client.socket.settimeout(0.2)
    while True:
        client.socket.sendall(commands)


@pytest.mark.parametrize("command", [b"LIST\r\n", b"nonsense\r\n", b"NOOP\r\n", b"\n"])
def test_commands_without_end_and_a_client_that_reads_nothing(folder: Path, command: bytes) -> None:
    with serving(folder) as process:
        port = port_of(process)
        busy(port)
        before = resident(process)
        client = Client(port)
        client.send(LOGIN).lines(2)
        with pytest.raises(TimeoutError):
            flood(client, command * 4096)
        busy(port)
        assert resident(process) < before + 8 * MIB
        client.reset()
        log_in_again(port).close()


@pytest.mark.parametrize("command, times", [(b"RETR 1\r\n", 20), (b"TOP 1 0\r\n", 16_000)])
def test_one_client_that_asks_for_much_does_not_keep_others_waiting(folder: Path, command: bytes, times: int) -> None:
    with serving(folder) as process, ThreadPoolExecutor(1) as pool:
        port = port_of(process)
        with connected(port) as greedy, connected(port) as other:
            greedy.send(LOGIN + command * times + b"QUIT\r\n").lines(3)
            everything = pool.submit(greedy.rest)
            asked = 0
            while not everything.done():
                assert other.ask(b"USER alice").startswith((b"+OK", b"-ERR"))
                asked += 1
            assert asked > 15
            assert everything.result().count(b"\n.\r\n") == times
