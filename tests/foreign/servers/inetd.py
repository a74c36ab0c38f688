"""What inetd does for one service: accept, fork, make the connection descriptors 0 and 1, exec.

    python -I inetd.py LISTENER ROOT PROGRAM [ARGUMENT]...

LISTENER is the number of an inherited descriptor, ROOT the directory to change root to. The daemon's words to syslog
come out on standard error.
"""

import os
import selectors
import signal
import socket
import sys
from types import FrameType

_LOG_DATAGRAM = 8192


def main(listener: int, root: str, command: list[str]) -> None:
    """Serve until killed."""
    service = socket.socket(fileno=listener)
    os.chroot(root)
    os.chdir("/")
    signal.signal(signal.SIGCHLD, _reap)
    selector = selectors.DefaultSelector()
    selector.register(service, selectors.EVENT_READ)
    selector.register(syslog := _open_syslog(), selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is syslog:
                os.write(2, syslog.recv(_LOG_DATAGRAM).rstrip(b"\n\0") + b"\n")
            else:
                _serve(service, command)


def _open_syslog() -> socket.socket:
    syslog = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    syslog.bind("/dev/log")
    os.chmod("/dev/log", 0o666)  # noqa: PTH101, S103 (nothing may be imported after chroot; all accounts log)
    return syslog


def _serve(service: socket.socket, command: list[str]) -> None:
    connection, _ = service.accept()
    if os.fork():
        connection.close()
        return
    try:
        os.dup2(connection.fileno(), 0)
        os.dup2(connection.fileno(), 1)
        os.execv(command[0], command)  # noqa: S606 (no shell is wanted)
    finally:
        os._exit(127)


def _reap(_signal: int, _frame: FrameType | None) -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
