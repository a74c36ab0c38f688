"""Just enough LMTP (RFC 2033) to put what comes into a store, for a server that keeps its mail in memory."""

import socketserver
from collections.abc import Callable

from tests.mailboxes.peers import running

__all__ = ["running", "takes_mail"]


def takes_mail(deliver: Callable[[str, bytes], None]) -> socketserver.TCPServer:
    """A server that hands each message over, with the local part of its recipient."""

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            user = ""
            for line in self.rfile:
                verb = line[:4].upper()
                if verb == b"LHLO":
                    self.wfile.write(b"250-here\r\n250-SIZE 99999999\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n")
                elif verb == b"RCPT":
                    user = line.decode().partition("<")[2].partition(">")[0].partition("@")[0]
                    self.wfile.write(b"250 ok\r\n")
                elif verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(self.rfile.readline, b".\r\n")
                    deliver(user, b"".join(line.removeprefix(b".") for line in lines))
                    self.wfile.write(b"250 ok\r\n")
                else:
                    self.wfile.write(b"250 ok\r\n")

    return socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
