"""A mail server that does at one step of the conversation whatever a test says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

STEPS = ("greeting", "ehlo", "mail", "rcpt", "data", "message")
GOOD = {
    "greeting": "220 mx.test ESMTP",
    "ehlo": "250-mx.test\r\n250 8BITMIME",
    "mail": "250 2.1.0 Ok",
    "rcpt": "250 2.1.5 Ok",
    "data": "354 go on",
    "message": "250 2.0.0 queued",
    "quit": "221 bye",
    "rset": "250 Ok",
}
HANG, CLOSE = "(hangs)", "(closes)"


@dataclass
class Hostile:
    """What it says by step; ``taken``: how many whole messages it has seen; ``asked``: commands."""

    says: Mapping[str, str]
    port: int = 0
    taken: int = 0
    asked: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def talk(self, peer: socket.socket) -> None:
        with peer, peer.makefile("rb") as lines:
            going = self._say(peer, "greeting")
            while going and (line := lines.readline()):
                step = line.decode("utf-8", "replace").partition(" ")[0].strip().lower()
                self.asked.append(step)
                going = self._say(peer, step) and step != "quit"
                if going and step == "data" and self._answer("data").startswith("354"):
                    going = self._read_message(peer, lines)

    def _read_message(self, peer: socket.socket, lines: Iterator[bytes]) -> bool:
        for line in lines:
            if line == b".\r\n":
                self.taken += 1
                return self._say(peer, "message")
        return False

    def _answer(self, step: str) -> str:
        step = "ehlo" if step == "helo" else step
        return self.says.get(step) or GOOD.get(step) or "502 5.5.2 unknown"

    def _say(self, peer: socket.socket, step: str) -> bool:
        answer = self._answer(step)
        if answer == HANG:
            self.stop.wait(30)
        if answer in (HANG, CLOSE):
            return False
        peer.sendall(answer.encode("latin-1") + b"\r\n")
        return True


@contextmanager
def hostile_mail(**says: str) -> Iterator[Hostile]:
    """Listens on loopback; every connection has a thread of its own."""
    hostile = Hostile(says)
    with socket.create_server(("127.0.0.1", 0)) as server:
        hostile.port = server.getsockname()[1]
        threads: list[threading.Thread] = []

        def serve() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                threads.append(threading.Thread(target=_quietly, args=(hostile, peer), daemon=True))
                threads[-1].start()

        accepting = threading.Thread(target=serve, daemon=True)
        accepting.start()
        yield hostile
        hostile.stop.set()
        server.shutdown(socket.SHUT_RDWR)
        for each in (accepting, *threads):
            each.join(5)


def _quietly(hostile: Hostile, peer: socket.socket) -> None:
    try:
        hostile.talk(peer)
    except OSError:
        return  # The other side hung up, as it may.
