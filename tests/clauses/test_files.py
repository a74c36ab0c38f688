from pathlib import Path

import pytest

from conformance.clauses import Advisory, ClauseFileError, Level, Subject, read_clauses

HEAD = 'rfc = 1939\ntitle = "Post Office Protocol"\n'

CLAUSE = {
    "id": '"R1939-STAT-02"',
    "section": '"5"',
    "topic": '"STAT"',
    "subject": '"server"',
    "level": '"FACT"',
    "inferred": "true",
    "says": '"STAT always succeeds."',
    "observe": '["active", "passive"]',
    "how": '"Send STAT."',
    "needs": '["account", "cap-UIDL"]',
}


def table(**changes: str | None) -> str:
    fields = {**CLAUSE, **changes}
    rows = [f"{key} = {value}" for key, value in fields.items() if value is not None]
    return "\n[[clause]]\n" + "\n".join(rows) + "\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rfc1939.toml"


def complaint(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ClauseFileError) as caught:
        read_clauses(path)
    return str(caught.value)


def test_a_clause_comes_out_as_it_was_written(path: Path) -> None:
    path.write_text(HEAD + table(), encoding="utf-8")
    (clause,) = read_clauses(path)
    assert (clause.id, clause.rfc, clause.section, clause.topic) == ("R1939-STAT-02", 1939, "5", "STAT")
    assert (clause.subject, clause.level, clause.inferred) == (Subject.SERVER, Level.FACT, True)
    assert (clause.says, clause.how) == ("STAT always succeeds.", "Send STAT.")
    assert (clause.observe, clause.needs) == (("active", "passive"), ("account", "cap-UIDL"))
    assert (clause.advisory, clause.excuse) == (None, None)


def test_clauses_keep_the_order_of_their_file(path: Path) -> None:
    path.write_text(HEAD + table(id='"R1939-STAT-07"') + table(id='"R1939-STAT-02"'), encoding="utf-8")
    assert [clause.id for clause in read_clauses(path)] == ["R1939-STAT-07", "R1939-STAT-02"]


def test_white_space_in_a_text_is_folded(path: Path) -> None:
    path.write_text(HEAD + table(how="'''\nSend STAT,\n  then LIST.'''"), encoding="utf-8")
    assert read_clauses(path)[0].how == "Send STAT, then LIST."


def test_advisory_and_excuse_are_read(path: Path) -> None:
    fields = {"level": '"MAY"', "advisory": '"permission"', "observe": '["out-of-band"]'}
    path.write_text(HEAD + table(**fields, excuse='"out-of-band: the operator knows"'), encoding="utf-8")
    (clause,) = read_clauses(path)
    assert clause.advisory is Advisory.PERMISSION
    assert clause.excuse == "out-of-band: the operator knows"


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"id": '"R1939-STAT-2"'}, 'expected an id such as "R1939-STAT-03"'),
        ({"id": '"R2449-STAT-02"'}, 'expected an id such as "R1939-STAT-03"'),
        ({"section": None}, "expected section to be a text"),
        ({"section": "5"}, "expected section to be a text"),
        ({"says": '" "'}, "expected says to be a text"),
        ({"subject": '"peer"'}, "expected subject to be one of server, client, both; got 'peer'"),
        (
            {"level": '"must"'},
            "expected level to be one of MUST, MUST NOT, SHOULD, SHOULD NOT, MAY, FACT; got 'must'",
        ),
        ({"inferred": '"yes"'}, "expected inferred to be true or false"),
        ({"inferred": "false"}, "expected inferred = true, since a FACT has no normative word"),
        ({"observe": '"active"'}, "expected observe to be a list of texts"),
        ({"observe": "[]"}, "expected at least one kind of observation in observe"),
        ({"observe": '["active", "active"]'}, "expected observe to name nothing twice"),
        ({"needs": '["account", 2]'}, "expected needs to be a list of texts"),
        ({"needs": '["account", "account"]'}, "expected needs to name nothing twice"),
        ({"advisory": '"maybe"'}, "expected advisory to be one of permission, disputed; got 'maybe'"),
        ({"level": '"MAY"'}, 'expected advisory = "permission" exactly where level = "MAY"'),
        ({"advisory": '"permission"'}, 'expected advisory = "permission" exactly where level = "MAY"'),
        ({"observe": '["active", "untestable"]'}, "expected untestable to stand alone in observe"),
        (
            {"excuse": '"nobody knows"'},
            'expected excuse to read "untestable: reason" or "out-of-band: reason"',
        ),
        (
            {"excuse": '"untestable: "'},
            'expected excuse to read "untestable: reason" or "out-of-band: reason"',
        ),
        (
            {"excuse": '"out-of-band: the operator knows"'},
            'expected observe = ["out-of-band"], as the excuse says',
        ),
        (
            {"observe": '["out-of-band"]'},
            "expected an excuse, since out-of-band is not seen on the wire",
        ),
        (
            {"subject": '"client"', "excuse": '"out-of-band: the user knows"'},
            "expected no excuse, which is for servers only",
        ),
    ],
)
def test_a_mistake_is_reported_with_file_clause_and_what_was_expected(
    path: Path, changes: dict[str, str | None], expected: str
) -> None:
    name = (changes.get("id") or CLAUSE["id"]).strip('"')
    assert complaint(path, HEAD + table(**changes)) == f"{path}: {name}: {expected}"


def test_an_unknown_observation_is_reported_with_those_that_exist(path: Path) -> None:
    message = complaint(path, HEAD + table(observe='["actively"]'))
    assert message.endswith("multi-session, out-of-band, untestable; got 'actively'")


@pytest.mark.parametrize("need", ["acount", "cap-", "mailbox"])
def test_an_unknown_need_is_reported(path: Path, need: str) -> None:
    message = complaint(path, HEAD + table(needs=f'["{need}"]'))
    assert (
        message == f"{path}: R1939-STAT-02: expected a known need, or one that starts with cap-, msg-, sasl-; "
        f"got {need!r}"
    )


def test_an_unknown_key_is_reported(path: Path) -> None:
    message = complaint(path, HEAD + table(note='"?"'))
    assert message.startswith(f"{path}: R1939-STAT-02: expected no other keys than advisory, excuse, how, id,")
    assert message.endswith("; got note")


def test_a_clause_without_id_is_named_by_its_place(path: Path) -> None:
    message = complaint(path, HEAD + table() + table(id=None))
    assert message == f"{path}: clause number 2: expected id to be a text"


@pytest.mark.parametrize(
    "head, expected",
    [
        ('title = "POP"\n', "expected rfc to be a number"),
        ('rfc = "1939"\ntitle = "POP"\n', "expected rfc to be a number"),
        ("rfc = 1939\n", "expected title to be a text"),
        (HEAD + "year = 1996\n", "expected no other keys than clause, rfc, title; got year"),
    ],
)
def test_a_mistake_in_the_head_is_reported_with_the_file(path: Path, head: str, expected: str) -> None:
    assert complaint(path, head + table()) == f"{path}: {expected}"


def test_a_file_without_clause_tables_is_reported(path: Path) -> None:
    assert complaint(path, HEAD) == f"{path}: expected [[clause]] tables"
    assert complaint(path, HEAD + "clause = [1]\n") == f"{path}: expected [[clause]] tables"


def test_text_that_is_not_toml_is_reported_with_its_line(path: Path) -> None:
    message = complaint(path, HEAD + "[[clause]\n")
    assert message.startswith(f"{path}: expected TOML: ")
    assert "line 3" in message
