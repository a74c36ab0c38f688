"""The grammar of POP3 in named pieces, each under the rule that it spells.

Patterns are for octets and match a whole line's content (without its CRLF) unless they say otherwise. RFC 1939 has no
formal grammar; the rules are read off its prose and named as RFC 2449 §3 names them where it does.
"""

import re
from typing import Final

__all__ = [
    "ARGUMENT_LIMIT",
    "BASE64",
    "BASE64_CHARS",
    "COMMAND_LIMIT",
    "CRLF",
    "DROP_LISTING",
    "KEYWORD",
    "MSG_ID",
    "NUMBER",
    "SCAN_LISTING",
    "STATUS_LIMIT",
    "TERMINATOR",
    "TIMESTAMP",
    "UNIQUE_ID",
    "UNIQUE_ID_LIMIT",
    "UNIQUE_ID_LISTING",
]

CRLF: Final = b"\r\n"

TERMINATOR: Final = b".\r\n"
"""The last line of a multi-line reply (RFC 1939 §3)."""

STATUS_LIMIT: Final = 512
"""Octets of a reply's first line, CRLF counted (RFC 1939 §3)."""

ARGUMENT_LIMIT: Final = 40
"""Octets of one argument (RFC 1939 §3)."""

COMMAND_LIMIT: Final = 255
"""Octets of a command line, CRLF counted, for servers that speak CAPA (RFC 2449 §4)."""

UNIQUE_ID_LIMIT: Final = 70
"""Octets of a unique-id (RFC 1939 §7)."""

# keyword = 3*4VCHAR ; RFC 1939 §3, letters in any case
KEYWORD: Final = re.compile(rb"[!-~]{3,4}")

# number = 1*DIGIT ; base ten, RFC 1939 §4
NUMBER: Final = re.compile(rb"[0-9]+")

# drop-listing = "+OK" SP number SP number *(any further text) ; RFC 1939 §5 STAT
DROP_LISTING: Final = re.compile(rb"\+OK (?P<count>[0-9]+) (?P<octets>[0-9]+)(?P<more>(?![0-9]).*)?", re.DOTALL)

# scan-listing = number SP number *(any further text) ; RFC 1939 §5 LIST
SCAN_LISTING: Final = re.compile(rb"(?P<number>[0-9]+) (?P<octets>[0-9]+)(?P<more>(?![0-9]).*)?", re.DOTALL)

# unique-id = 1*70(%x21-7E) ; RFC 1939 §7 UIDL
UNIQUE_ID: Final = re.compile(rb"[!-~]{1,70}")

# unique-id-listing = number SP unique-id ; RFC 1939 §7 UIDL, nothing may follow
UNIQUE_ID_LISTING: Final = re.compile(rb"(?P<number>[0-9]+) (?P<unique_id>[!-~]{1,70})")

# msg-id = "<" addr-spec ">" ; RFC 822 §6.1: local-part "@" domain. Quoted strings and domain literals included.
_ATOM: Final = rb"[!#-'*+\-/-9=?A-Z^-~]+"
_QUOTED: Final = rb'"(?:[^"\\\r\x80-\xff]|\\[\x00-\x7f])*"'
_WORD: Final = rb"(?:" + _ATOM + rb"|" + _QUOTED + rb")"
_DOMAIN: Final = rb"(?:" + _ATOM + rb"|\[(?:[^\[\]\\\r\x80-\xff]|\\[\x00-\x7f])*\])"
MSG_ID: Final = re.compile(rb"<" + _WORD + rb"(?:\." + _WORD + rb")*@" + _DOMAIN + rb"(?:\." + _DOMAIN + rb")*>")

# timestamp = "<" *any ">" ; what a client cuts out of a greeting for APOP, RFC 1939 §7. Searched, not matched whole.
TIMESTAMP: Final = re.compile(rb"<[^<>]*>")

# base64 = base64-terminal / ( 1*(4base64-CHAR) [base64-terminal] ) ; RFC 5034 §5, and nothing at all
# base64-terminal = (2base64-char "==") / (3base64-char "=")
BASE64: Final = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")

# base64-char = ALPHA / DIGIT / "+" / "/" ; RFC 5034 §5, case-sensitive
BASE64_CHARS: Final = re.compile(rb"[A-Za-z0-9+/]*")
