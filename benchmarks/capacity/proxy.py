"""A proxy that counts what goes through it: connections, round trips, bytes each way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_AT_ONCE = 1 << 16
_PATIENCE = 5.0  # seconds until connections have ended


@dataclass
class Counts:
    """What went through.

    Attributes:
        trips: how often a client spoke after the server had, or first: requests, of HTTP and of
            PostgreSQL.
        sent: bytes to the server.
        received: bytes from it.
    """

    trips: int = 0
    sent: int = 0
    received: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, *, trips: int = 0, sent: int = 0, received: int = 0) -> None:
        """Count some more."""
        with self._lock:
            self.trips += trips
            self.sent += sent
            self.received += received


@contextmanager
def counted(port: int) -> Iterator[tuple[int, Counts]]:
    """Give the port of a proxy before a port of this machine, and what it counts."""
    counts = Counts()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_listen, args=(listener, port, counts), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1], counts
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(_PATIENCE)


def _listen(listener: socket.socket, port: int, counts: Counts) -> None:
    carrying = []
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            thread = threading.Thread(target=_serve, args=(client, port, counts), daemon=True)
            thread.start()
            carrying.append(thread)
    for thread in carrying:
        thread.join(_PATIENCE)


def _serve(client: socket.socket, port: int, counts: Counts) -> None:
    """Carry what both sides of a connection say, until both have ended."""
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        spoke = ["server"]  # who did last
        words = (server, client, "server", spoke, counts)
        back = threading.Thread(target=_carry, args=words, daemon=True)
        back.start()
        _carry(client, server, "client", spoke, counts)
        back.join()


def _carry(
    source: socket.socket, target: socket.socket, who: str, spoke: list[str], counts: Counts
) -> None:
    with suppress(OSError):
        target.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while data := source.recv(_AT_ONCE):
            if who == "client":
                counts.add(trips=spoke[0] != who, sent=len(data))
            else:
                counts.add(received=len(data))
            spoke[0] = who
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
