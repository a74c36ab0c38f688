"""UTF8 and LANG, in sessions with a server that lists them (RFC 6856)."""

import pytest

from tests.monitor.scripts import LOGIN, Case, check, message, session

FIELDS = ("Date: today", "Subject: Gr\xc3\xbc\xc3\x9fe")
PUT = message("put", "text", fields=FIELDS)
LATIN = message("latin", "text", fields=("Date: today", "Subject: Gr\xfc\xdfe"))
SURROGATE = message("put", "text", fields=("Date: today", "Subject: =?utf-8?b?R3LDvMOfZQ==?="))
DATELESS = message("put", "text", fields=("Subject: =?utf-8?b?R3LDvMOfZQ==?=",))
STRAY = message("put", "text", fields=("Date: today", "Subject:", "=?utf-8?b?R3LDvMOfZQ==?="))
WRAPPER = b"From: postmaster@example.org\r\nSubject: cannot be shown\r\n\r\nwhat it was\r\n"
PLAIN = message("plain", "text", fields=("Date: today",))
LIST = f"C: LIST\nS: +OK\nS: 1 {len(PLAIN)}\nS: 2 {len(PUT)}\nS: .\n"
STRIPPED = message("put", "text", fields=("Date: today", "Subject: Gr<e"))
IN_MODE = LOGIN.replace("C: USER", "C: UTF8\nS: +OK\nC: USER", 1)
BEHIND_STLS = LOGIN.replace("C: USER", "C: UTF8\nS: +OK\nC: STLS\nS: +OK\nC: USER", 1)
BOTH = "UTF8 LANG"
CAPA = (
    "S: +OK ready\nC: CAPA\nS: +OK\nS: {before}\nS: .\n"
    + LOGIN.partition("\n")[2]
    + "C: CAPA\nS: +OK\nS: {after}\nS: ."
)
LISTED = "C: LANG\nS: +OK\nS: en English\nS: de Deutsch\nS: .\n"


def lists(title: str, before: str, after: str, broken: str = "", kept: str = "") -> Case:
    return Case(title, CAPA.format(before=before, after=after), broken, kept)


def came(
    title: str, body: bytes, broken: str = "", kept: str = "", *, login: str = LOGIN, verb: str = "RETR 1"
) -> Case:
    script = f"{login}C: {verb}\nS: +OK\nS: <came>"
    return Case(title, script, broken, kept, mails={"put": PUT}, bodies={"came": body}, lists=BOTH)


def said(title: str, script: str, broken: str = "", kept: str = "", *, login: str = LOGIN) -> Case:
    return Case(title, login + script, broken, kept, lists=BOTH)


CASES = [
    lists("both are listed alike", "UTF8 USER\nS: LANG", "LANG\nS: utf8 user", kept="R6856-UTF8-01 R6856-UTF8-02"),
    lists("LANG is listed alike", "LANG", "LANG", kept="R6856-LANG-01"),
    lists("UTF8 has another argument", "UTF8 APOP", "UTF8 APOP", broken="R6856-UTF8-01", kept="R6856-UTF8-02"),
    lists("its argument is lost", "UTF8 USER", "UTF8", broken="R6856-UTF8-02"),
    lists("UTF8 is listed too late", "TOP", "TOP\nS: UTF8", broken="R6856-UTF8-02"),
    lists("LANG is listed late", "TOP", "TOP\nS: LANG", broken="R6856-LANG-01"),
    lists("LANG is lost", "TOP\nS: LANG", "TOP", broken="R6856-LANG-01 R2449-CAPA-03"),
    # UTF8 in TRANSACTION
    said("UTF8 is refused behind the login", "C: UTF8\nS: -ERR", kept="R6856-UTF8-03"),
    said("UTF8 is accepted behind the login", "C: UTF8\nS: +OK", broken="R6856-UTF8-03"),
    Case("a server that does not list it may do what it likes", session("C: UTF8\nS: +OK")),
    # messages
    came("raw without the mode", PUT, broken="R6856-UTF8-07 R6856-UTF8-08"),
    came("raw by TOP", PUT[:-6], broken="R6856-UTF8-07 R6856-UTF8-08", verb="TOP 1 0"),
    came("a surrogate", SURROGATE, kept="R6856-UTF8-07 R6856-UTF8-08"),
    came("a surrogate without a field that there has to be", DATELESS, broken="R6856-UTF8-08"),
    came("a surrogate with a stray line", STRAY, broken="R6856-UTF8-08"),
    came("raw in the mode", PUT, kept="R6856-UTF8-05", login=IN_MODE),
    came("stripped in the mode", STRIPPED, broken="R6856-UTF8-05", login=IN_MODE),
    came("behind STLS the mode is not certain", PUT, login=BEHIND_STLS),
    came("nor is it then that it was left", STRIPPED, login=BEHIND_STLS),
    Case(
        "another encoding is practice",
        session("C: RETR 1\nS: +OK\nS: <put>"),
        mails={"put": LATIN},
        lists="UTF8",
    ),
    Case("a server without UTF8 sends what it has", session("C: RETR 1\nS: +OK\nS: <put>"), mails={"put": PUT}),
    # sizes
    Case(
        "a surrogate has the size of the original",
        session(f"C: LIST\nS: +OK\nS: 1 {len(PUT)}\nS: .\nC: RETR 1\nS: +OK\nS: <came>"),
        broken="R6856-UTF8-11",
        mails={"put": PUT},
        bodies={"came": SURROGATE},
        lists="UTF8",
    ),
    Case(
        "a surrogate has a size of its own",
        session(f"C: LIST\nS: +OK\nS: 1 {len(SURROGATE)}\nS: .\nC: RETR 1\nS: +OK\nS: <came>"),
        kept="R6856-UTF8-11",
        mails={"put": PUT},
        bodies={"came": SURROGATE},
        lists="UTF8",
    ),
    Case(
        "a surrogate without an identifier, and without a date, has the size of the original",
        session(f"C: LIST\nS: +OK\nS: 1 {len(PUT)}\nS: .\nC: RETR 1\nS: +OK\nS: <came>"),
        broken="R6856-UTF8-08 R6856-UTF8-11",
        mails={"put": PUT},
        bodies={"came": WRAPPER},
        lists="UTF8",
    ),
    Case(
        "of strangers it is not known what is a surrogate",
        session("C: LIST\nS: +OK\nS: 1 100\nS: .\nC: RETR 1\nS: +OK\nS: <came>"),
        bodies={"came": WRAPPER},
        lists="UTF8",
    ),
    Case(
        "what is left when the others are known has no date",
        session(f"{LIST}C: RETR 1\nS: +OK\nS: <plain>\nC: RETR 2\nS: +OK\nS: <came>"),
        broken="R6856-UTF8-08 R6856-UTF8-11",
        mails={"plain": PLAIN, "put": PUT},
        bodies={"came": WRAPPER},
        lists="UTF8",
    ),
    Case(
        "what others there are is not known yet",
        session("C: RETR 2\nS: +OK\nS: <came>"),
        mails={"plain": PLAIN, "put": PUT},
        bodies={"came": WRAPPER},
        lists="UTF8",
    ),
    # the response code
    said("the code on RETR", "C: RETR 1\nS: -ERR [UTF8] no", kept="R6856-RCODE-01"),
    said("the code on LIST, in small letters", "C: LIST 1\nS: -ERR [utf8] no", kept="R6856-RCODE-01"),
    said("the code on DELE", "C: DELE 1\nS: -ERR [UTF8] no", broken="R6856-RCODE-01"),
    said("the code on +OK", "C: NOOP\nS: +OK [UTF8] well", broken="R6856-RCODE-01"),
    said("the code in the mode", "C: RETR 1\nS: -ERR [UTF8] no", broken="R6856-RCODE-01", login=IN_MODE),
    said("the code where the mode may be forgotten", "C: RETR 1\nS: -ERR [UTF8] no", login=BEHIND_STLS),
    Case("a server without UTF8 means something else", session("C: NOOP\nS: +OK [UTF8] well")),
    # languages
    said("a tag, and text", "C: LANG de\nS: +OK de Sprache gew\\xc3\\xa4hlt", kept="R6856-LANG-02 R6856-LANG-03"),
    said("a tag, and no text", "C: LANG de\nS: +OK de ", kept="R6856-LANG-02"),
    said("a tag in other letters than it is listed in", LISTED + "C: LANG de\nS: +OK DE ja", kept="R6856-LANG-02"),
    said("no space behind the tag", "C: LANG de\nS: +OK de", broken="R6856-LANG-02"),
    said("two spaces before the tag", "C: LANG de\nS: +OK  de ja", broken="R6856-LANG-02"),
    said("a range for a tag", LISTED + "C: LANG de-at\nS: +OK de-at ja", broken="R6856-LANG-02"),
    said("nothing but +OK", "C: LANG de\nS: +OK", broken="R6856-LANG-02"),
    said("a refusal", "C: LANG fr\nS: -ERR"),
    said("a star for a tag", "C: LANG *\nS: +OK * ja", broken="R6856-LANG-05"),
    said("a tag for a star", "C: LANG *\nS: +OK de ja", kept="R6856-LANG-05 R6856-LANG-02"),
    said("Latin-1 behind LANG", "C: LANG de\nS: +OK de ja\nC: NOOP\nS: +OK sch\\xf6n", broken="R6856-LANG-03"),
    said("Latin-1 before LANG", "C: NOOP\nS: +OK sch\\xf6n"),
    said("a list", LISTED, kept="R6856-LANG-06"),
    said("a list of tags", "C: LANG\nS: +OK\nS: en\nS: sr-Latn-RS\nS: x-klingon\nS: .", kept="R6856-LANG-06"),
    said("a list with a TAB", "C: LANG\nS: +OK\nS: en\tEnglish\nS: .", broken="R6856-LANG-06"),
    said("a list in Latin-1", "C: LANG\nS: +OK\nS: fr Fran\\xe7ais\nS: .", broken="R6856-LANG-06"),
    said("a list of names", "C: LANG\nS: +OK\nS: Suomen-kieli, English\nS: .", broken="R6856-LANG-06"),
    said("no list", "C: LANG\nS: -ERR"),
    Case("a server without LANG means something else", session("C: LANG x\nS: +OK")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    check(case)
