"""POP3 servers that others wrote, each started on free ports of 127.0.0.1 for as long as a `with` block lasts.

    if (reason := available("dovecot")) is not None:
        pytest.skip(reason)
    with dovecot(tmp_path, penalty=True) as server:
        poplib.POP3("127.0.0.1", server.port)

Every launcher enters the block only when the server has greeted, and leaves it only when the last process is gone.
All but Twisted run in namespaces of their own, which the kernel ends even when the test process is killed.

**Who owns the mail.** Messages are put into the store from outside, often by root, and the server must be able to read
and delete them. Each launcher sees to that in its own way, so whoever fills need not care:

* Twisted runs as the user who runs the tests.
* Dovecot refuses to serve mail as root, whatever it is told. It runs in a user namespace in which the user who runs
  the tests, root or not, *is* the account `dovenull`: a file that root writes with mode 0600 belongs to Dovecot.
* Courier reads mail as root.
* Cyrus has a store of its own kind, and takes messages by LMTP.
* popa3d and mailutils change to the uid of the account that logs in. The mbox file of each account is there before
  the server starts, owned by that uid, with mode 0660, in a folder of mode 0777 (not sticky: the kernel would then
  refuse to let root open another's file with O_CREAT). Fill by writing into that file, or by a replacement that keeps
  owner and mode.
"""

from .availability import SERVERS, available
from .courier_server import courier
from .cyrus_server import cyrus
from .dovecot_server import dovecot
from .mailutils_server import mailutils
from .popa3d_server import popa3d
from .running import Running, StartError
from .twisted_server import twisted

__all__ = [
    "SERVERS",
    "Running",
    "StartError",
    "available",
    "courier",
    "cyrus",
    "dovecot",
    "mailutils",
    "popa3d",
    "twisted",
]
