"""From a command line, a POP URL or a TOML file to a target, or to words that help."""

from pathlib import Path
from typing import Any

import pytest

from conformance.driver import Account, Limits, Target, Tls, TlsMode
from conformance.plugin.targets import Described, UsageError, describe


@pytest.fixture(autouse=True)
def no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POP3SPEC_PASSWORD", raising=False)


def described(**options: Any) -> Described:
    found = describe({name.replace("_", "-"): value for name, value in options.items()})
    assert found is not None
    return found


def target(**options: Any) -> Target:
    return described(**options).target


def mistake(**options: Any) -> str:
    with pytest.raises(UsageError) as caught:
        described(**options)
    return str(caught.value)


def written(folder: Path, text: str) -> str:
    path = folder / "server.toml"
    path.write_text(text)
    return str(path)


# -- the command line ------------------------------------------------------------------------------------------------


def test_without_a_word_of_a_server_there_is_none() -> None:
    assert describe({}) is None
    assert describe({"port": 110, "account": ["alice:secret"], "target": None, "host": ""}) is None


def test_a_host_is_enough() -> None:
    assert described(host="mx") == Described(Target("mx", 110), "none", "")


def test_all_of_it_can_be_said_on_the_command_line() -> None:
    found = described(
        host="mx",
        port=1110,
        account=["alice:a:b", "bob:x y"],
        apop_account=["mrose:tanstaaf"],
        fill="maildir:/m/{user}",
        restart="service pop restart",
        timeout=3.0,
        clock_rate=600.0,
    )
    accounts = (Account("alice", "a:b"), Account("bob", "x y"), Account("mrose", "tanstaaf", apop=True, plain=False))
    assert found.target == Target("mx", 1110, accounts, Limits(reply=3.0, connect=3.0), 600.0)
    assert (found.fill, found.restart) == ("maildir:/m/{user}", "service pop restart")


def test_a_password_can_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mistake(host="mx", account=["alice"]) == (
        "--account alice: no password; write NAME:PASSWORD, or set POP3SPEC_PASSWORD"
    )
    monkeypatch.setenv("POP3SPEC_PASSWORD", "secret")
    assert target(host="mx", account=["alice"]).accounts == (Account("alice", "secret"),)
    assert target(target="pop://alice@mx").accounts == (Account("alice", "secret"),)
    assert target(host="mx", account=["alice:"]).accounts == (Account("alice", ""),)


@pytest.mark.parametrize("account", [":secret", ""])
def test_an_account_has_a_name(account: str) -> None:
    said = mistake(host="mx", account=[account])
    assert "NAME:PASSWORD is expected" in said
    assert "secret" not in said


@pytest.mark.parametrize("port", [-1, 0, 65_536, 100_000])
def test_a_port_is_one(port: int) -> None:
    assert mistake(host="mx", port=port) == f"{port} is no port: it lies between 1 and 65535"


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf"), 1e300])
@pytest.mark.parametrize("name", ["timeout", "clock_rate"])
def test_a_time_is_one(name: str, value: float) -> None:
    said = mistake(host="mx", **{name: value})
    assert said == f"--{name.replace('_', '-')} {value:g}: a number above 0 and up to 86400 is expected"


# -- URLs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url, host, port, accounts",
    [
        ("pop://mx", "mx", 110, ()),
        ("POP://mx/", "mx", 110, ()),
        ("pop3://mx:1110", "mx", 1110, ()),
        ("pop://[::1]:1110", "::1", 1110, ()),
        ("pop://alice:secret@mx", "mx", 110, (Account("alice", "secret"),)),
        ("pop://alice%40x:se%3Acr%40et@mx", "mx", 110, (Account("alice@x", "se:cr@et"),)),
        ("pop://alice@x:secret@mx", "mx", 110, (Account("alice@x", "secret"),)),
        ("pop://mrose;AUTH=+APOP:tan@mx", "mx", 110, (Account("mrose", "tan", apop=True, plain=False),)),
        ("pop://mrose;auth=%2BAPOP:tan@mx", "mx", 110, (Account("mrose", "tan", apop=True, plain=False),)),
        ("pop://alice;AUTH=*:secret@mx", "mx", 110, (Account("alice", "secret", auth="*"),)),
        ("pop://alice;AUTH=scram-sha-256:x@mx", "mx", 110, (Account("alice", "x", auth="SCRAM-SHA-256"),)),
    ],
)
def test_a_pop_url(url: str, host: str, port: int, accounts: tuple[Account, ...]) -> None:
    assert target(target=url) == Target(host, port, accounts)


@pytest.mark.parametrize(
    "url, word",
    [
        ("http://mx", "is no POP URL: pop://USER;AUTH=AUTH@HOST:PORT or pops://... is expected, with"),
        ("pop://", "is no POP URL"),
        ("pop://mx/inbox", "is no POP URL"),
        ("pop://mx?x=1", "is no POP URL"),
        ("pop://mx#x", "is no POP URL"),
        ("pop://mx:pop3", "is no URL: "),
        ("pop://mx:99999", "is no URL: "),
        ("pop://mx:0", "0 is no port"),
        ("pop://[::1", "is no URL: "),
        ("pop://:secret@mx", "NAME:PASSWORD is expected"),
    ],
)
def test_what_is_no_pop_url(url: str, word: str) -> None:
    assert word in mistake(target=url)


@pytest.mark.parametrize(
    "url", ["pop://alice;AUTH:x@mx", "pop://alice;AUTH=:hunter2@mx", "pop://alice;X=PLAIN:hunter2@mx"]
)
def test_a_way_to_log_in_that_is_none(url: str) -> None:
    said = mistake(target=url)
    assert ";AUTH=MECHANISM, ;AUTH=+APOP or ;AUTH=* is expected behind the name" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("scheme", ["pops", "pop3s", "POPS"])
def test_a_url_for_tls_from_the_start(scheme: str) -> None:
    assert target(target=f"{scheme}://mx") == Target("mx", 995, tls=Tls(TlsMode.IMPLICIT))
    assert target(target=f"{scheme}://mx:1995").port == 1995


# -- TLS -------------------------------------------------------------------------------------------------------------


def test_tls_by_options() -> None:
    found = target(host="mx", tls="starttls", ca="ca.pem", server_name="mail", client_cert="c.pem", client_key="k.pem")
    assert found.tls == Tls(TlsMode.STARTTLS, "ca.pem", False, "mail", "c.pem", "k.pem")
    assert found.port == 110


def test_tls_from_the_start_by_an_option_moves_to_its_port() -> None:
    assert target(host="mx", tls="implicit").port == 995
    assert target(host="mx", tls="implicit", port=1995).port == 1995


def test_options_say_which_certificates_a_url_accepts() -> None:
    assert target(target="pops://mx", insecure=True).tls == Tls(TlsMode.IMPLICIT, insecure=True)
    assert target(target="pop://mx", tls="starttls", ca="x").tls == Tls(TlsMode.STARTTLS, ca="x")


def test_tls_from_the_start_is_not_taken_back_by_an_option() -> None:
    said = mistake(target="pops://mx", tls="starttls")
    assert said == "--tls starttls: this target speaks TLS from the start; write pop:// for one that does not"


def test_that_passwords_in_the_clear_are_refused_is_said_by_an_option_or_a_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'host = "mx"\n[tls]\ncleartext-refused = true\n')
    assert target(host="mx", cleartext_refused=True).tls == target(target=path).tls == Tls(cleartext_refused=True)


def test_tls_in_a_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'host = "mx"\n[tls]\nmode = "implicit"\nca = "ca.pem"\nserver-name = "mail"\n')
    found = target(target=path)
    assert found == Target("mx", 995, tls=Tls(TlsMode.IMPLICIT, ca="ca.pem", server_name="mail"))


def test_a_way_to_log_in_and_a_token_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, 'host = "mx"\n[[account]]\nname = "a"\nauth = "xoauth2"\ntoken-env = "A_TOKEN"\n')
    assert mistake(target=path).endswith("account a: the variable A_TOKEN is not set")
    monkeypatch.setenv("A_TOKEN", "ya29")
    assert target(target=path).accounts == (Account("a", "", auth="XOAUTH2", token="ya29"),)


@pytest.mark.parametrize(
    "url",
    [
        "http://alice:hunter2@mx",
        "pop://alice:hunter2@mx/inbox",
        "pop://alice:hunter2@mx:port",
        "popz://alice:hunter2@mx",
        "pop://alice:hun@ter2@mx:port",
        "pop://alice:a:hunter2@mx:port",
        "pop://:hunter2@mx:port",
        "pop://alice:hunter2:x@mx:port",
        "pop://alice:hunter2\u2100@mx",
        "pop://alice:hunter2/x@mx",
        "pop://alice:hunter2#x@mx",
        "pop://alice:hunter2?x@mx",
    ],
)
def test_no_mistake_shows_a_password(url: str) -> None:
    said = mistake(target=url)
    assert "hunter2" not in said
    assert "ter2" not in said


# -- files -----------------------------------------------------------------------------------------------------------

FILE = """
host = "mx"
port = 1110
fill = "mbox:/var/mail/{user}"
restart = "true"
clock-rate = 60.0
[[account]]
name = "alice"
password-env = "ALICE_PASSWORD"
[[account]]
name = "mrose"
password = "tanstaaf"
apop = true
[[account]]
name = "both"
password = "x"
apop = true
plain = true
[limits]
reply = 20
login-delay = 30
"""


def test_a_file_describes_it_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALICE_PASSWORD", "secret")
    found = described(target=written(tmp_path, FILE))
    accounts = (
        Account("alice", "secret"),
        Account("mrose", "tanstaaf", apop=True, plain=False),
        Account("both", "x", apop=True, plain=True),
    )
    limits = Limits(reply=20.0, login_delay=30.0)
    assert found == Described(
        Target("mx", 1110, accounts, limits, 60.0),
        "mbox:/var/mail/{user}",
        "true",
        source=str(tmp_path / "server.toml"),
    )


def test_the_command_line_overrides_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALICE_PASSWORD", "secret")
    found = described(
        target=written(tmp_path, FILE),
        host="localhost",
        port=2110,
        fill="none",
        restart="false",
        timeout=1.0,
        clock_rate=2.0,
        account=["alice:other", "erin:x"],
    )
    assert (found.target.host, found.target.port, found.fill, found.restart) == ("localhost", 2110, "none", "false")
    assert (found.target.limits.reply, found.target.limits.connect, found.target.clock_rate) == (1.0, 1.0, 2.0)
    assert [(account.name, account.password) for account in found.target.accounts] == [
        ("alice", "other"),
        ("erin", "x"),
        ("mrose", "tanstaaf"),
        ("both", "x"),
    ]


@pytest.mark.parametrize(
    "text, word",
    [
        ("port = 110", "host is missing"),
        ('host = ""', "host: String should have at least 1 character"),
        ('host = "mx"\nprot = 1', "there is no key 'prot'; did you mean 'port'?"),
        ('host = "mx"\nport = "110"', "port: a whole number is expected, without quotes"),
        ('host = "mx"\nport = 0', "port: it should be greater than or equal to 1"),
        ('host = "mx"\nport = 65536', "port: it should be less than or equal to 65535"),
        ('host = "mx"\nclock-rate = 0.0', "clock-rate: it should be greater than 0"),
        ('host = "mx"\n[limits]\nreply = -1', "limits: reply: it should be greater than 0"),
        ('host = "mx"\n[limits]\nreply = inf', "limits: reply: it should be less than or equal to 86400"),
        ('host = "mx"\nclock-rate = nan', "clock-rate: it should be "),
        ('host = "mx"\n[limits]\nrepyl = 1', "limits: there is no key 'repyl'; did you mean 'reply'?"),
        ('host = "mx"\n[[account]]\nname = ""', "account: name: String should have at least 1 character"),
        ('host = "mx"\n[[account]]\nname = "a"', "account a: neither password nor password-env is given"),
        (
            'host = "mx"\n[[account]]\nname = "a"\npassword-env = "NOWHERE_SET"',
            "account a: the variable NOWHERE_SET is not set",
        ),
        ("host = mx", "is not TOML: "),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_place(text: str, word: str, tmp_path: Path) -> None:
    said = mistake(target=written(tmp_path, text))
    assert said.startswith(str(tmp_path / "server.toml"))
    assert word in said


def test_a_mistake_beside_a_password_does_not_show_it(tmp_path: Path) -> None:
    said = mistake(target=written(tmp_path, 'host = "mx"\n[[account]]\nname = "a"\npassword = "hunter2"\nx = 1'))
    assert "hunter2" not in said
    said = mistake(target=written(tmp_path, 'host = "mx"\n[[account]]\nname = "a"\npassword = hunter2'))
    assert "hunter2" not in said


def test_a_file_that_is_not_there_or_not_one(tmp_path: Path) -> None:
    assert "there is no such file; a target is a POP URL" in mistake(target=str(tmp_path / "x.toml"))
    assert "cannot be read: " in mistake(target=str(tmp_path))
    (tmp_path / "y.toml").write_bytes(b"\xff")
    assert "is not TOML: " in mistake(target=str(tmp_path / "y.toml"))
