"""`pop3spec run` judges a server."""

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from conformance.server import Account, ReferenceServer, ServerTls
from tests.cli.command import COMMAND, environment, pop3spec
from tests.cli.judged import PASSWORD, Judged
from tests.cli.peers import tampered

STAT = "rfc1939/05-stat/stat-leaves-out-a-message-that-is-marked-as-deleted"

MINE = """\
- scenario: A maildrop with one message is counted
  maildrop: [plain]
  session: |
    C: <log in>
    C: STAT
    S: +OK 1  [R1939-STAT-04]
"""


def one_more(octets: bytes) -> bytes:
    """What a server says that counts a message too many as soon as one is marked."""
    return octets.replace(b"+OK 2 ", b"+OK 3 ")


def port(judged: Judged) -> int:
    return int(judged.url.rpartition(":")[2])


# -- a good server ---------------------------------------------------------------------------------------------------


def test_a_good_server_gets_status_0_a_summary_and_reports(judged: Judged) -> None:
    done = judged.run("--scenario", STAT)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("1 scenario to play\n1 of 1 played\n\nPassed: no clause broken, ")
    assert done.out.endswith("\nReport in pop3spec-report\n")
    written = sorted(path.name for path in (judged.folder / "pop3spec-report").iterdir())
    assert written == ["junit.xml", "report.html", "results.json"]
    assert judged.played() == [STAT]
    assert judged.mail() == []


def test_the_step_summary_of_github_is_added_to(judged: Judged) -> None:
    summary = judged.folder / "summary.md"
    summary.write_text("Another step.\n", encoding="utf-8")
    done = judged.run("--scenario", STAT, env={"GITHUB_STEP_SUMMARY": str(summary)})
    assert done.status == 0
    assert summary.read_text(encoding="utf-8").startswith("Another step.\n## Passed: no clause broken, ")
    done = judged.run("--scenario", STAT, env={"GITHUB_STEP_SUMMARY": str(judged.folder / "nowhere" / "x")})
    assert done.status == 0
    assert "The step summary was left out: " in done.out


def test_a_line_now_and_then_tells_how_far_it_is(judged: Judged) -> None:
    done = judged.run("--scenario", "rfc1939/05-stat/*", "--scenario", "rfc1939/05-dele/*")
    assert done.status == 0
    total = len(judged.results()["cases"])
    told = [line for line in done.out.splitlines() if line.endswith(f" of {total} played")]
    assert told[-1] == f"{total} of {total} played"
    assert 5 <= len(told) <= 12


def test_the_report_goes_where_it_is_told(judged: Judged) -> None:
    done = judged.run("--scenario", STAT, "--report", "out/here")
    assert "Report in out/here" in done.out
    assert judged.results("out/here")["schema"] == "pop3spec-results/1"


def test_results_tell_what_the_server_is(judged: Judged) -> None:
    guessing = "security/accounts/how-the-server-answers-who-guesses-on-one-connection"
    judged.run("--scenario", guessing)
    results = judged.results()
    assert [one["state"] for one in results["target"]["listed"]] == ["before login", "after login"]
    assert "TOP" in results["target"]["listed"][1]["capabilities"]
    assert ["refused logins in a row", "the session went on behind 4"] in results["target"]["facts"]
    assert {one["verb"]: one["count"] for one in results["latency"]} == {"USER": 5, "PASS": 1}


def test_a_run_behind_stls_tells_what_is_listed_in_the_clear_too(tmp_path: Path) -> None:
    with ReferenceServer([Account("alice", PASSWORD)], tls=ServerTls.made()) as server:
        words = ("--tls", "starttls", "--insecure", "--account", f"alice:{PASSWORD}", "--fill", "none")
        pop3spec("run", f"pop://127.0.0.1:{server.port}", *words, "--scenario", "rfc1939/04-greeting/*", cwd=tmp_path)
    results = json.loads((tmp_path / "pop3spec-report" / "results.json").read_text(encoding="utf-8"))
    listed = {one["state"]: "STLS" in one["capabilities"] for one in results["target"]["listed"]}
    assert listed == {"before login": True, "before login, inside TLS": False, "after login": False}


def test_allure_results_are_written_too(judged: Judged) -> None:
    pytest.importorskip("allure_pytest")
    done = judged.run("--scenario", STAT, "--alluredir", "allure")
    assert done.status == 0
    assert "Allure results in allure" in done.out
    (result,) = (json.loads(path.read_text()) for path in (judged.folder / "allure").glob("*-result.json"))
    assert {"name": "clause", "value": "R1939-STAT-06"} in result["labels"]
    assert "target = 127.0.0.1" in (judged.folder / "allure" / "environment.properties").read_text()
    assert (judged.folder / "allure" / "categories.json").exists()


def test_a_target_file_describes_the_server(judged: Judged) -> None:
    (judged.folder / "server.toml").write_text(
        f'host = "127.0.0.1"\nport = {port(judged)}\nfill = "{judged.fill}"\n'
        '[[account]]\nname = "alice"\npassword-env = "OTHER_PASSWORD"\n'
    )
    done = pop3spec("run", "server.toml", "--scenario", STAT, cwd=judged.folder, env={"OTHER_PASSWORD": PASSWORD})
    assert done.status == 0
    assert judged.played() == [STAT]


def test_a_password_comes_from_the_environment_where_none_is_given(judged: Judged) -> None:
    done = judged.run("--account", "alice", "--scenario", STAT, env={"POP3SPEC_PASSWORD": PASSWORD})
    assert done.status == 0


def test_scenarios_of_the_users_own_are_played_in_place_of_ours(judged: Judged) -> None:
    (judged.folder / "mine.pop3.yaml").write_text(MINE)
    assert judged.run("mine.pop3.yaml").status == 0
    name = f"{judged.folder.name}/mine/a-maildrop-with-one-message-is-counted"
    assert judged.played() == [name]
    assert judged.run(judged.folder, "--scenario", name).status == 0
    assert judged.run(judged.folder, "-k", "counted and not deleted").status == 0


def test_two_workers_play_on_an_account_each(judged: Judged) -> None:
    accounts = [word for name in ("alice", "bob") for word in ("--account", f"{name}:{PASSWORD}")]
    done = judged.run(
        *accounts, "--apop-account", f"dave:{PASSWORD}", "-n", "2", "--section", "7", "--not-scenario", "*/11-large*"
    )
    assert (done.status, done.err) == (0, "")
    outcomes = {case["outcome"] for case in judged.results()["cases"]}
    assert outcomes <= {"kept", "not applicable"}
    assert any("/07-apop/" in name for name in judged.played())
    assert judged.mail() == []


def test_without_a_way_to_fill_what_needs_no_mail_is_played(judged: Judged) -> None:
    done = judged.run("--fill", "none", "--scenario", "rfc1939/05-stat/*")
    assert done.status == 0
    assert "it needs known mail, and with --fill none none is delivered" in done.out
    assert "rfc1939/05-stat/stat-on-an-empty-maildrop-succeeds-and-counts-nothing" in judged.played()
    assert STAT not in judged.played()


# -- a bad server ----------------------------------------------------------------------------------------------------


def test_a_broken_clause_is_status_1_and_told_with_what_was_said(judged: Judged) -> None:
    with tampered(port(judged), one_more) as where:
        done = judged.run("--scenario", STAT, url=f"pop://{where}")
    assert done.status == 1
    assert f"broken: {STAT}: R1939-STAT-06" in done.out
    assert "MUST broken: R1939-STAT-06" in done.out
    assert "1 of 1 played, 1 with findings" in done.out
    assert "S: +OK 3 " in done.out


def test_the_level_that_fails_can_be_set(judged: Judged) -> None:
    with tampered(port(judged), one_more) as where:
        done = judged.run("--scenario", STAT, "--fail-on", "none", url=f"pop://{where}")
    assert done.status == 0
    assert "MUST broken: R1939-STAT-06" in done.out


def test_the_command_that_is_told_repeats_what_broke(judged: Judged) -> None:
    (judged.folder / "my scenarios").mkdir()
    mine = judged.folder / "my scenarios" / "mine.pop3.yaml"
    mine.write_text(MINE.replace("[plain]", "[plain, dots]").replace("+OK 1", "+OK 2"))
    with tampered(port(judged), one_more) as where:
        done = judged.run(mine, "--clause", "R1939-STAT-04", "--timeout", "5", url=f"pop://{where}")
        command = next(line.strip() for line in done.out.splitlines() if line.startswith("    pop3spec run "))
        words = shlex.split(command)
        again = pop3spec(*words[1:], cwd=judged.folder, env={"POP3SPEC_PASSWORD": PASSWORD})
    assert done.status == again.status == 1
    assert words[words.index("--account") + 1] == "alice"
    assert words[words.index("--timeout") + 1] == "5.0"
    assert str(mine) in words
    assert "The commands above read the password from POP3SPEC_PASSWORD: set it first." in done.out
    assert "MUST broken: R1939-STAT-04" in again.out


# -- the maildrop is somebody's --------------------------------------------------------------------------------------

MAIL = b"Subject: keep me\n\n.dots\nand no end"


def test_mail_from_elsewhere_stops_the_run_before_anything_is_touched(judged: Judged) -> None:
    judged.put("alice", MAIL)
    done = judged.run("--scenario", STAT)
    assert (done.status, done.out) == (3, "")
    assert "the maildrop of alice on 127.0.0.1:" in done.err
    assert "holds 1 message" in done.err
    assert "--backup DIR" in done.err
    assert judged.mail() == [MAIL]


def test_allow_nonempty_plays_what_deletes_nothing(judged: Judged) -> None:
    judged.put("alice", MAIL)
    done = judged.run("--allow-nonempty", "--section", "5", "--not-scenario", "*/11-large*")
    assert done.status == 0
    assert any("/00-any-maildrop/" in name for name in judged.played())
    assert judged.mail() == [MAIL]


def test_backup_saves_first_and_then_goes_on(judged: Judged) -> None:
    judged.put("alice", MAIL)
    done = judged.run("--backup", "saved", "--scenario", STAT)
    assert done.status == 0
    (saved,) = (judged.folder / "saved").rglob("*.eml")
    assert saved.read_bytes() == b"Subject: keep me\r\n\r\n.dots\r\nand no end\r\n"
    assert judged.played() == [STAT]
    assert judged.mail() == []


def test_a_backup_that_cannot_be_written_deletes_nothing(judged: Judged) -> None:
    judged.put("alice", MAIL)
    (judged.folder / "saved").write_text("a file is in the way")
    done = judged.run("--backup", "saved", "--scenario", STAT)
    assert done.status == 3
    assert "nothing was removed" in done.err
    assert judged.mail() == [MAIL]


# -- nothing else joins in -------------------------------------------------------------------------------------------


def test_the_folders_own_tests_and_pytests_settings_stay_out_of_it(judged: Judged) -> None:
    bait = "from pathlib import Path\nPath('bitten').touch()\n"
    (judged.folder / "conftest.py").write_text(bait + "raise RuntimeError\n")
    (judged.folder / "test_bait.py").write_text(bait)
    (judged.folder / "bait.py").write_text(bait)
    (judged.folder / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option -p bait\nfilterwarnings = error\n")
    (judged.folder / "mine.pop3.yaml").write_text(MINE)
    settings = {
        "PYTEST_ADDOPTS": "--no-such-option",
        "PYTEST_PLUGINS": "bait",
        "PYTHONPATH": str(judged.folder),
        "PYTHONWARNINGS": "error",
    }
    accounts = [word for name in ("alice", "bob") for word in ("--account", f"{name}:{PASSWORD}")]
    for workers in ("1", "2"):
        done = judged.run(judged.folder, *accounts, "-n", workers, env=settings)
        assert (done.status, done.err) == (0, "")
    assert not (judged.folder / "bitten").exists()
    assert not (judged.folder / ".pytest_cache").exists()


def test_a_reader_that_goes_away_does_not_change_the_status(judged: Judged) -> None:
    read, write = os.pipe()
    os.close(read)
    with tampered(port(judged), one_more) as where, os.fdopen(write, "wb") as out:
        arguments = ["--account", f"alice:{PASSWORD}", "--fill", judged.fill, "--scenario", STAT]
        done = subprocess.run(
            [*COMMAND, "run", f"pop://{where}", *arguments],
            cwd=judged.folder,
            stdout=out,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"")


# -- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--clause", "R1939-STAT-66"), "--clause R1939-STAT-66: there is no such clause; did you mean R1939-STAT-0"),
        (("--level", "must-not"), "--level must-not: there is no such level; there is must, should, may"),
        (("--scenario", "rfc1939/05-stat/stat-is"), "there is no such scenario; did you mean rfc1939/05-stat/stat-is-"),
        (("--clause", "R1939-NET-01"), "nothing is selected"),
        (("--clause", "stat"), "--clause stat: there is no such clause; did you mean 'R1939-STAT-*'?"),
        (("--clause", "nothing"), "--clause nothing: there is no such clause; `pop3spec clauses` lists what there is"),
        (("--scenario", "nowhere-at-all"), "there is no such scenario; `pop3spec scenarios` lists what there is"),
        (("--rfc", "1939", "--not-rfc", "1939"), "nothing is selected"),
        (("-k", "no-such-word"), "nothing is selected: -k leaves no scenario"),
        (("-k", "stat and ("), "Wrong expression passed to '-k'"),
        (("-n", "2"), "-n 2 needs as many accounts, one a worker, and 1 can be used"),
        (("--fill", "pigeon:home"), "'pigeon' is no way of delivery"),
        (("--account", ":"), "NAME:PASSWORD is expected"),
        (("--account", "erin"), "--account erin: no password; write NAME:PASSWORD, or set POP3SPEC_PASSWORD"),
        (("nothing.pop3.yaml",), "nothing.pop3.yaml: there is no such file"),
        (("nothing",), "'nothing' is neither a target (pop://nothing, or a .toml file) nor a scenario file"),
        (("--target", "pop://elsewhere"), "more than one target is named"),
        (("--report", "file/folder", "--scenario", STAT), "the report cannot go to file/folder"),
    ],
)
def test_a_mistake_is_status_2_and_told(arguments: tuple[str, ...], message: str, judged: Judged) -> None:
    (judged.folder / "file").write_text("in the way")
    done = judged.run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err


def test_a_run_without_a_target_or_an_account_is_a_mistake(tmp_path: Path) -> None:
    assert "no target is named" in pop3spec("run", "--section", "5", cwd=tmp_path).err
    done = pop3spec("run", "pop://localhost", cwd=tmp_path)
    assert (done.status, "no account is named" in done.err) == (2, True)


def test_a_mistake_in_a_scenario_file_is_told_with_its_place(judged: Judged) -> None:
    mine = judged.folder / "mine.pop3.yaml"
    mine.write_text(MINE.replace("STAT\n", "STAT\n    X: what?\n"))
    done = judged.run(mine)
    assert (done.status, done.out) == (2, "")
    assert f"{mine}:6:5: " in done.err


@pytest.mark.parametrize(
    "text, told",
    [
        ('host = "localhost\n', "is not TOML: Illegal character '\\n' (at line 1, column 18)"),
        ('host = "localhost"\nprot = 110\n', "there is no key 'prot'; did you mean 'port'?"),
        ('host = "localhost"\nport = "110"\n', "port: a whole number is expected, without quotes"),
        ('host = "localhost"\nport = 70000\n', "port: it should be less than or equal to 65535"),
        ("port = 110\n", "host is missing"),
        (
            'host = "localhost"\n[[account]]\nname = "alice"\nsecret = "sesame"\n',
            "account: there is no key 'secret'; there is name, password, password-env, apop, plain, auth, mechanisms, "
            "token-env",
        ),
        (
            'host = "localhost"\n[[account]]\nname = "alice"\npassword = 47114711\n',
            "account: password: a text is expected, in quotes",
        ),
        (
            'host = "localhost"\n[limits]\nreply = "sesame"\n',
            "limits: reply: a number is expected",
        ),
    ],
)
def test_a_mistake_in_a_target_file_is_told_and_no_value(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "server.toml").write_text(text)
    done = pop3spec("run", "server.toml", cwd=tmp_path)
    assert (done.status, done.err) == (2, f"Error: server.toml: {told}\n")
