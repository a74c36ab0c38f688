"""The grammar of POP3 as octets, for either side and without I/O."""

from conformance.wire.commands import Command, InvalidCommand, message_number, parse_command
from conformance.wire.connection import Answered, Connection, Event, Given, Greeted, Sent, Unsolicited
from conformance.wire.lines import LINE_LIMIT, Defect, Line, LineBuffer
from conformance.wire.multiline import Body, BodyReader, Flaw, stuff, unstuff
from conformance.wire.replies import Indicator, Reply
from conformance.wire.sasl import CANCEL, EMPTY, Misspelling, Turn, challenge_of, decoded, misspelling
from conformance.wire.states import REFUSED_TRANSITIONS, TRANSITIONS, VERBS, Multiline, State, Verb

__all__ = [
    "CANCEL",
    "EMPTY",
    "LINE_LIMIT",
    "REFUSED_TRANSITIONS",
    "TRANSITIONS",
    "VERBS",
    "Answered",
    "Body",
    "BodyReader",
    "Command",
    "Connection",
    "Defect",
    "Event",
    "Flaw",
    "Given",
    "Greeted",
    "Indicator",
    "InvalidCommand",
    "Line",
    "LineBuffer",
    "Misspelling",
    "Multiline",
    "Reply",
    "Sent",
    "State",
    "Turn",
    "Unsolicited",
    "Verb",
    "challenge_of",
    "decoded",
    "message_number",
    "misspelling",
    "parse_command",
    "stuff",
    "unstuff",
]
