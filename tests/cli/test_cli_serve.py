"""`pop3spec serve` runs the reference server until it is told to stop."""

import poplib
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from conformance import bundled
from tests.cli.command import COMMAND, environment, pop3spec


@contextmanager
def serving(*arguments: str | Path) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """The process and its port; killed at the end if it still runs."""
    command = [*COMMAND, "serve", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().decode()
            assert line.startswith("listening on pop3://127.0.0.1:"), line
            yield process, int(line.rpartition(":")[2])
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_while_a_session_is_open(number: signal.Signals) -> None:
    with serving("--user", "alice:secret") as (process, port):
        client = poplib.POP3("127.0.0.1", port, timeout=10)
        client.user("alice")
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        client.close()
    assert (process.returncode, out, err) == (0, b"", b"")


def test_messages_are_given_to_every_user_in_wire_form(tmp_path: Path) -> None:
    unix = tmp_path / "unix.eml"
    unix.write_bytes(b"Subject: x\n\n.dot\nno end")
    plain = bundled.MAIL / "plain.eml"
    with serving("--user", "alice:secret", "--user", "bob:geheim", "--mail", unix, plain) as (_, port):
        for user, password in (("alice", "secret"), ("bob", "geheim")):
            client = poplib.POP3("127.0.0.1", port, timeout=10)
            client.user(user)
            client.pass_(password)
            assert client.stat()[0] == 2
            assert client.retr(1)[1] == [b"Subject: x", b"", b".dot", b"no end"]
            assert b"\r\n".join([*client.retr(2)[1], b""]) == plain.read_bytes()
            client.quit()


def test_maildirs_are_served_and_kept(tmp_path: Path) -> None:
    new = tmp_path / "alice" / "new"
    new.mkdir(parents=True)
    (new / "1.1.host").write_bytes(b"Subject: x\n\nhello\n")
    with serving("--user", "alice:secret", "--maildir", tmp_path) as (_, port):
        client = poplib.POP3("127.0.0.1", port, timeout=10)
        client.user("alice")
        client.pass_("secret")
        assert client.stat() == (1, len(b"Subject: x\r\n\r\nhello\r\n"))
        client.quit()
    assert len(list((tmp_path / "alice" / "cur").iterdir())) == 1


def test_an_apop_account_logs_in_by_apop_alone() -> None:
    with serving("--user", "bob:se:cret:apop") as (_, port):
        client = poplib.POP3("127.0.0.1", port, timeout=10)
        with suppress(poplib.error_proto):
            client.user("bob")
        with pytest.raises(poplib.error_proto):
            client.pass_("se:cret")
        client.close()
        client = poplib.POP3("127.0.0.1", port, timeout=10)
        assert client.apop("bob", "se:cret").startswith(b"+OK")
        client.close()


def test_the_site_s_policies_are_announced() -> None:
    with serving("--user", "alice:secret", "--login-delay", "60", "--expire", "7") as (_, port):
        client = poplib.POP3("127.0.0.1", port, timeout=10)
        announced = client.capa()
        client.close()
    assert (announced["LOGIN-DELAY"], announced["EXPIRE"]) == (["60"], ["7"])


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--user", "alice"), "number 1 is not NAME:PASSWORD"),
        (("--user", "alice:a", "--user", "alice:b"), "alice is given twice"),
        (("--user", "alice:a", "--mail", "nothing.eml"), "nothing.eml: No such file or directory"),
        (("--user", "alice:a", "stray.eml"), "'stray.eml' is not expected here"),
        (("--user", "alice:a", "--mail", "x.eml", "--maildir", "x"), "--maildir and --mail exclude each other"),
        (("--user", "alice:a", "--port", "65536"), "65536 is not in the range"),
        (("--user", "alice:a", "--require-tls"), "--require-tls leaves nobody a way to log in"),
        (("--user", "alice:a", "--idle", "5"), "5.0 is not in the range"),
        (("--user", "alice:a", "--expire", "soon"), "'soon' is neither a number of days nor never"),
        (("--user", "alice:a", "--login-delay", "-1"), "-1 is not in the range"),
        (("--user", "../alice:a", "--maildir", "."), "'../alice' cannot be the name of a folder"),
    ],
)
def test_mistakes_are_told_in_a_line(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    done = pop3spec("serve", *arguments, cwd=tmp_path)
    assert done.status == 2
    assert message in done.err


def test_passwords_in_the_clear_can_be_refused() -> None:
    with serving("--user", "alice:secret", "--tls", "--require-tls") as (_, port):
        client = poplib.POP3("127.0.0.1", port, timeout=10)
        with pytest.raises(poplib.error_proto, match="no password in the clear"):
            client.user("alice")
        client.stls(ssl._create_unverified_context())  # noqa: S323, SLF001 - the certificate was made a moment ago
        client.user("alice")
        client.pass_("secret")
        client.quit()


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = pop3spec("serve", "--user", "alice:secret", "--port", str(port))
    assert done.status == 2
    told = f"cannot listen on 127.0.0.1:{port}: Address already in use. Name another place by --host and --port."
    assert done.err == f"Error: {told}\n"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder here that lets nothing be written")
def test_a_maildir_that_cannot_be_made_is_told() -> None:
    done = pop3spec("serve", "--user", "alice:secret", "--maildir", "/proc/mail")
    told = "--maildir /proc/mail: there can be no maildrop for alice: No such file or directory"
    assert (done.status, done.err) == (2, f"Error: {told}\n")


def test_a_host_that_is_not_known_is_told() -> None:
    done = pop3spec("serve", "--user", "alice:secret", "--host", "no-such-host.invalid")
    assert done.status == 2
    assert "cannot listen on no-such-host.invalid:0: " in done.err


def capabilities(port: int) -> list[str]:
    client = poplib.POP3("127.0.0.1", port, timeout=10)
    listed = client.capa()
    client.quit()
    return listed.get("SASL", [])


def test_mechanisms_are_offered_as_they_are_of_use_or_as_chosen() -> None:
    users = ("--user", "alice:secret", "--user", "erin:keyed secret:cram-md5")
    with serving(*users, "--token", "alice:word", "--anonymous", "alice") as (_, port):
        listed = capabilities(port)
    assert listed == ["SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "ANONYMOUS", "XOAUTH2", "PLAIN", "LOGIN"]
    with serving(*users, "--mechanism", "PLAIN", "--mechanism", "cram-md5") as (_, port):
        assert capabilities(port) == ["CRAM-MD5", "PLAIN"]


@pytest.mark.parametrize(
    "option, value, said",
    [
        ("--mechanism", "KERBEROS_V4", "'KERBEROS_V4' is none of SCRAM-SHA-256-PLUS, "),
        ("--token", "alice", "NAME:TOKEN is expected"),
        ("--token", "bob:word", "'bob' is given by no --user"),
        ("--anonymous", "bob", "'bob' is given by no --user"),
    ],
)
def test_what_no_mechanism_can_use_is_refused(option: str, value: str, said: str) -> None:
    done = pop3spec("serve", "--user", "alice:secret", option, value)
    assert done.status == 2
    assert said in " ".join(done.err.split())
