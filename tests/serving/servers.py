"""Servers on loopback that do wrong at a chosen moment, and remember every byte they were sent."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

Behaviour = Callable[["Peer"], None]


@dataclass
class Peer:
    """One connection as the server sees it."""

    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    given_up: threading.Event = field(default_factory=threading.Event)

    def read_request(self) -> bytes:
        """Read up to the end of the body."""
        while b"\r\n\r\n" not in self.received:
            self._receive()
        head, _, body = bytes(self.received).partition(b"\r\n\r\n")
        length = next(
            (
                int(h.split(b":")[1])
                for h in head.split(b"\r\n")
                if h.lower().startswith(b"content-length:")
            ),
            0,
        )
        while len(body) < length:
            self._receive()
            body = bytes(self.received).partition(b"\r\n\r\n")[2]
        return bytes(self.received)

    def _receive(self) -> None:
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the client went away")
        self.received += part

    def write(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reset(self) -> None:
        """Close so that the client sees a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def stall(self) -> None:
        """Do nothing until the test is over."""
        self.given_up.wait(20)

    def drip(self, data: bytes) -> None:
        """Write one byte at a time, slower than the whole exchange may take."""
        for byte in data:
            if self.given_up.wait(0.02):
                return
            self.write(bytes([byte]))


class Server:
    """Serves each connection with the next behaviour, the last one for all further ones."""

    def __init__(self, *behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.peers: list[Peer] = []
        self._behaviours = behaviours
        self._tls = tls
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                found, _ = self.listener.accept()
                peer = Peer(found)
                self.peers.append(peer)
                number = min(len(self.peers), len(self._behaviours)) - 1
                behaviour = self._behaviours[number]
                self._start(lambda peer=peer, behaviour=behaviour: self._serve(peer, behaviour))

    def _serve(self, peer: Peer, behaviour: Behaviour) -> None:
        with suppress(OSError, ssl.SSLError):
            if self._tls is not None:
                peer.socket = self._tls.wrap_socket(peer.socket, server_side=True)
            behaviour(peer)
        with suppress(OSError):
            peer.socket.close()

    def close(self) -> None:
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for peer in self.peers:
            peer.given_up.set()
            with suppress(OSError):
                socket.socket.shutdown(peer.socket, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
