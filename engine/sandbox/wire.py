"""The sandbox's connections: what happens below HTTP, which no ordinary server does on purpose."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import Server

Peer = tuple[str, int]
RESET = struct.pack("ii", 1, 0)  # linger for no time at all: closing resets


class Connections:
    """The open connections, by the address of their other end."""

    def __init__(self) -> None:
        self.open: dict[Peer, asyncio.Transport] = {}
        self.server: Server | None = None

    def protocol(self) -> type[H11Protocol]:
        """The protocol that tells about its connections here."""
        found = self.open

        class Noted(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                # An answer goes out in two writes; unless told so, the second waits 40 ms.
                handle = transport.get_extra_info("socket")
                handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                found[_peer(transport)] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                found.pop(_peer(self.transport), None)
                super().connection_lost(exc)

        return Noted

    def reset(self, peer: Peer) -> None:
        """Break the connection so that the other end sees a reset."""
        transport = self.open.get(peer)
        if transport is not None:
            handle = transport.get_extra_info("socket")
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            transport.abort()

    def break_off(self, peer: Peer, part: bytes) -> None:
        """Write `part` and close: the answer is never whole."""
        transport = self.open.get(peer)
        if transport is not None:
            transport.write(part)
            transport.close()

    async def refuse(self, milliseconds: int) -> None:
        """Break all connections and take none for a while."""
        server = self.server
        if server is None:
            return
        at = [s.getsockname() for each in server.servers for s in each.sockets]
        for each in server.servers:
            each.close()
        for peer in list(self.open):
            self.reset(peer)
        await asyncio.sleep(milliseconds / 1000)
        loop = asyncio.get_running_loop()
        server.servers = [
            await loop.create_server(self._again(server), host, port, reuse_address=True)
            for host, port, *_ in at
        ]

    def _again(self, server: Server) -> Any:
        def make() -> asyncio.Protocol:
            return server.config.http_protocol_class(  # type: ignore[call-arg, return-value, unused-ignore]
                config=server.config,
                server_state=server.server_state,
                app_state=server.lifespan.state,
            )

        return make


def _peer(transport: asyncio.Transport) -> Peer:
    host, port, *_ = transport.get_extra_info("peername") or ("", 0)
    return host, port
