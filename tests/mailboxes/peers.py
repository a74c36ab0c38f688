"""Mail servers for the tests: just enough SMTP, LMTP and IMAP to say yes or no, on real sockets."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["ImapDrop", "MailQueue", "Stored", "imap_peer", "running", "smtp_peer"]


@contextmanager
def running(server: socketserver.TCPServer) -> Iterator[str]:
    """Serve in a thread; the place to connect to."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        address = server.socket.getsockname()
        yield address if isinstance(address, str) else f"{address[0]}:{address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class MailQueue:
    """What an SMTP or LMTP peer does, and what it got."""

    extensions: tuple[str, ...] = ("8BITMIME", "SIZE 99999999")
    answers: dict[str, str] = field(default_factory=dict)
    """Replies other than the usual, by command; "greeting" and "message" are commands as well."""
    hello: str = "EHLO"
    commands: list[str] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)


_USUAL = {"greeting": "220 here", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", "message": "250 ok"}


def smtp_peer(queue: MailQueue, address: str | None = None) -> socketserver.TCPServer:
    """A server that plays the queue's part on a free port, or on the path of a socket."""

    class Handler(socketserver.StreamRequestHandler):
        def say(self, command: str) -> bool:
            reply = queue.answers.get(command, _USUAL.get(command, "250 ok"))
            if reply == "silence":
                self.rfile.read()
            elif reply != "close":
                self.wfile.write(reply.encode("ascii") + b"\r\n")
            return reply not in ("silence", "close")

        def handle(self) -> None:
            if not self.say("greeting"):
                return
            for line in self.rfile:
                command = line.decode("ascii").strip()
                queue.commands.append(command)
                verb = command.partition(" ")[0].upper()
                if verb == queue.hello:
                    lines = ["here", *queue.extensions]
                    marks = ["-"] * (len(lines) - 1) + [" "]
                    texts = [f"250{mark}{text}\r\n" for mark, text in zip(marks, lines, strict=True)]
                    self.wfile.write("".join(texts).encode("ascii"))
                elif not self.say(verb):
                    return
                elif verb == "DATA" and "DATA" not in queue.answers:
                    queue.messages.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                    if not self.say("message"):
                        return

    if address:
        return socketserver.ThreadingUnixStreamServer(address, Handler)
    return socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)


@dataclass
class Stored:
    """A message in an INBOX."""

    uid: int
    octets: bytes
    deleted: bool = False


@dataclass
class ImapDrop:
    """What an IMAP peer does, and what it got."""

    capabilities: str = "IMAP4rev1 UIDPLUS"
    login: str = r'LOGIN "alice" "open sesame"'
    answers: dict[str, str] = field(default_factory=dict)
    """Tagged replies other than OK, by command."""
    inbox: list[Stored] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    context: ssl.SSLContext | None = None
    greeting: bytes = b"* OK here"
    noise: bytes = b""
    """Lines before those that FETCH asks for."""
    uid_last: bool = False
    """FETCH items come behind the literal instead of before it."""

    def add(self, octets: bytes, *, deleted: bool = False) -> None:
        """Put a message into the INBOX."""
        uid = max((one.uid for one in self.inbox), default=0) + 1
        self.inbox.append(Stored(uid, octets, deleted))

    def among(self, uids: str) -> list[Stored]:
        """The messages with these unique identifiers."""
        return [one for one in self.inbox if uids == "1:*" or str(one.uid) in uids.split(",")]

    def fetch(self) -> Iterator[bytes]:
        """What FETCH answers for every message."""
        for number, one in enumerate(self.inbox, 1):
            found = re.search(rb"^Message-ID:.*\r\n", one.octets, re.MULTILINE)
            header = (found[0] if found else b"") + b"\r\n"
            flags = rb"UID %d FLAGS (\Seen%b)" % (one.uid, rb" \Deleted" if one.deleted else b"")
            literal = b"BODY[HEADER.FIELDS (MESSAGE-ID)] {%d}\r\n%b" % (len(header), header)
            first, last = (literal + b" ", flags) if self.uid_last else (flags + b" ", literal)
            yield b"* %d FETCH (%b%b)\r\n" % (number, first, last)


def imap_peer(drop: ImapDrop) -> socketserver.TCPServer:
    """A server that plays the drop's part on a free port."""

    class Handler(socketserver.StreamRequestHandler):
        def setup(self) -> None:
            if drop.context:
                self.request = drop.context.wrap_socket(self.request, server_side=True)
            super().setup()

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def handle(self) -> None:
            self.wfile.write(drop.greeting + b"\r\n")
            for line in self.rfile:
                tag, _, command = line.decode("ascii").strip().partition(" ")
                drop.commands.append(command)
                verb = " ".join(command.split()[: 2 if command.startswith("UID") else 1])
                answer = drop.answers.get(verb)
                if answer == "close":
                    return
                if answer is None:
                    answer = self.work(verb, command)
                self.wfile.write(f"{tag} {answer}\r\n".encode("ascii"))

        def work(self, verb: str, command: str) -> str:
            if verb == "LOGIN" and command != drop.login:
                return f"NO wrong: {command}"
            if verb == "CAPABILITY":
                self.wfile.write(f"* CAPABILITY {drop.capabilities}\r\n".encode("ascii"))
            elif verb in ("SELECT", "EXAMINE"):
                self.wfile.write(b"* %d EXISTS\r\n" % len(drop.inbox))
            elif verb == "APPEND":
                self.wfile.write(b"+ go on\r\n")
                drop.add(self.rfile.read(int(command.split("{")[1].rstrip("}"))))
                self.rfile.readline()
            elif verb == "UID FETCH":
                self.wfile.writelines([drop.noise, *drop.fetch()])
            elif verb == "UID STORE":
                for one in drop.among(command.split()[2]):
                    one.deleted = True
            elif verb in ("EXPUNGE", "UID EXPUNGE"):
                which = drop.among(command.split()[2] if verb == "UID EXPUNGE" else "1:*")
                drop.inbox[:] = [one for one in drop.inbox if not (one.deleted and one in which)]
            elif verb == "LOGOUT":
                self.wfile.write(b"* BYE\r\n")
            return "OK done"

    return socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
