"""One function per clause that judges every exchange of every session from the wire alone, whoever drove it.

    ledger = Ledger({b"alice": [octets, octets]})
    verdicts = Monitor(ledger).judge(conversations)

A judge looks at an exchange (`Seen`) with all that earlier exchanges of the session (`Session`, `Drop`) and earlier
sessions (`History`) revealed; some look back at a whole session. It finds its clause broken, kept, or not put to the
test. Three rules hold for all of them.

**No accusation without proof.** A reply is only judged where it is certain to which command it belongs, in a state that
is certain; what another session, a delivery, a forgiving reading or a late answer may explain breaks nothing. What
rests on content, or on the session before, is judged only where the run filled the maildrop itself. Response texts are
never read.

**One fault, its own clauses.** A wrong layout is held against the layout, and the numbers in it are judged as they were
meant. Where STAT, LIST and UIDL contradict each other a third witness says which is wrong; where a mark was lost, the
only command in between has lost it. When no one can be named, nobody is.

**But a general clause is broken with the particular one** where the RFC says the same thing twice:

* STATE-04 with the clause of the command that is out of its state, and with AUTH-09, APOP-05 or USER-06 behind a login
  that failed or a name alone; STATE-03 with RETR-04, DELE-07, TOP-07, TOP-08, USER-02, PASS-06, APOP-09;
* DELE-03 with LIST-11, RETR-06, UIDL-13 and DELE-04; for TOP it stands alone;
* ARG-02 with LIST-12, RETR-05, DELE-06, TOP-06 and UIDL-13 for a number that no message can have, and with STATE-03 for
  a negative one;
* NET-05 with whichever clause demanded the answer that did not come;
* LIST-07 with FMT-02, FMT-03 and FMT-04, and TOP-02 with TOP-10, which say why it is broken;
* LIST-03 with MULTI-13 when the scan listing comes on a second line; STAT-03 with STAT-09 when the answer for an empty
  maildrop has no numbers; STAT-06 with STAT-09 when everything is marked and the total stays;
* R2449-LEN-03 with RESP-04, where the server has CAPA and so has taken that RFC on.
* R5034-AUTH-03 with STATE-04, and AUTH-02 where AUTH itself had logged in; R1734-AUTH-02 with R5034-AUTH-12, and
  R4422-SASL-02 with R5034-AUTH-11 where the exchange succeeds: the later RFC says what the earlier one said. Words in
  place of an empty challenge are neither base64 (R5034-AUTH-05) nor empty (AUTH-07).

Two clauses about the same octets are kept apart by what the RFC says more closely. Lines that nobody asked for are a
second response (NET-05) when a status line comes together with the first, part of it (NET-03, MULTI-11, MULTI-13) when
they follow at once and are no status lines, and unasked for (NET-06) otherwise. A line that is not stuffed is the fault
of its place (MULTI-06) when it is the first, or when its like was stuffed in the same message, else of its form
(MULTI-03); in TOP it is TOP-05. A missing end is a missing terminating line (MULTI-02), a listing on one line (LIST-02)
or a full stop without a line of its own (MULTI-05). A blank ends a unique-id: what follows it is UIDL-05, not UIDL-07.
What stands in brackets before a text is a code of the wrong shape (R2449-GRAM-05), unless the bracket is never closed
or holds words: then it is no code (R2449-RCODE-01). Of a challenge with data the space before them is R5034-AUTH-04 and
the rest AUTH-05; one without is AUTH-07. A response is wrong by its alphabet (AUTH-14), else by its pads (AUTH-15),
else because a character is left over (AUTH-13).
"""

from conformance.monitor.ledger import Ledger
from conformance.monitor.monitor import Monitor
from conformance.monitor.registry import JUDGES, judge, judge_session

__all__ = ["JUDGES", "Ledger", "Monitor", "judge", "judge_session"]
