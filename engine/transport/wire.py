"""Connections that know how far an exchange came, and that end when its time is over."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Progress(IntEnum):
    """How far an exchange came. From SENDING on, the marketplace may have acted."""

    NOTHING = 0
    SENDING = 1
    SENT = 2
    ANSWERING = 3


class NoGuardError(Exception):
    """There is no thread that would end an exchange in time, so none was begun."""


class Wire:
    """What happens on the connections of one exchange at a time."""

    def __init__(self) -> None:
        self.progress = Progress.NOTHING
        self.out_of_time = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    @contextmanager
    def exchange(self, milliseconds: int) -> Iterator[None]:
        """One exchange, cut off after `milliseconds` wherever it stands.

        A timeout of the socket starts anew with each byte that arrives; a server that sends one
        byte at a time would hold us for hours.

        Raises:
            NoGuardError: nothing can be begun here, as this machine has no thread left.
        """
        self.progress, self.out_of_time = Progress.NOTHING, False
        guard = threading.Timer(milliseconds / 1000, self._cut)
        guard.daemon = True
        try:
            guard.start()
        except RuntimeError:
            raise NoGuardError from None
        try:
            yield
        finally:
            guard.cancel()
            self._release()

    def watch(self, descriptor: int) -> None:
        """The exchange runs over the socket `descriptor`."""
        with self._lock:
            if self._socket is None:
                # A duplicate: wrapping in TLS takes the descriptor away from the first object.
                self._socket = socket.socket(fileno=os.dup(descriptor))

    def sending(self, connection: HTTPConnection) -> None:
        """From now on a byte of the request may have left."""
        if connection.sock is not None:
            self.watch(connection.sock.fileno())
        self.progress = max(self.progress, Progress.SENDING)

    def _cut(self) -> None:
        with self._lock:
            self.out_of_time = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _release(self) -> None:
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None


class WatchedAdapter(HTTPAdapter):
    """Requests' adapter: no retries, one connection, which tells `wire` how far it came."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **settings: Any) -> None:
        """Make the pools out of watched connections."""
        super().init_poolmanager(*arguments, **settings)
        self.poolmanager.pool_classes_by_scheme = watched_pools(self._wire)


def watched_pools(wire: Wire) -> dict[str, type[HTTPConnectionPool]]:
    """Pools by scheme whose connections tell `wire` how far they came."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            opened = super()._new_conn()
            wire.watch(opened.fileno())
            return opened

        def send(self, data: Any) -> None:
            if self.sock is None:
                self.connect()  # before the mark: while it connects, nothing has left
            wire.sending(self)
            super().send(data)

        def getresponse(self) -> Any:
            wire.progress = Progress.SENT
            answer = super().getresponse()
            wire.progress = Progress.ANSWERING
            return answer

    class Encrypted(Plain, HTTPSConnection):
        """The same over TLS: `Plain` stands first, so its methods wrap those of TLS."""

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}
