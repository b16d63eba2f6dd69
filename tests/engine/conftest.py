"""Servers in threads for who speaks HTTP: scripted ones, and a sandbox whose clock stands still."""

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from serving.servers import Behaviour, Server

if TYPE_CHECKING:
    from engine.sandbox.server import Sandbox
    from engine.transport.connection import Connection

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class StandingClock:
    """A clock that moves only when told to, or when somebody waits."""

    def __init__(self) -> None:
        self.now = 1_000_000
        self.waits: list[int] = []

    def milliseconds(self) -> int:
        return self.now

    def wait(self, milliseconds: int) -> None:
        self.waits.append(milliseconds)
        self.now += milliseconds


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that do wrong at a chosen moment; they end with the test."""
    servers: list[Server] = []

    def start(*behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(*behaviours, tls=tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def start_sandbox() -> Iterator[Callable[..., "Sandbox"]]:
    """Start sandboxes; they end with the test."""
    from engine.sandbox.clock import SandboxClock
    from engine.sandbox.server import Sandbox

    started: list[Sandbox] = []

    def start(**how: Any) -> Sandbox:
        how.setdefault("clock", SandboxClock(NOON, running=False))
        sandbox = Sandbox(**how)
        sandbox.start()
        started.append(sandbox)
        return sandbox

    yield start
    for sandbox in started:
        sandbox.stop()


@pytest.fixture
def sandbox(start_sandbox: Callable[..., "Sandbox"]) -> "Sandbox":
    return start_sandbox()


@pytest.fixture
def connect_to(clock: StandingClock) -> Callable[..., "Connection"]:
    """Connect a seller to a sandbox."""
    from engine.octopia.client import Account, connect
    from engine.transport.connection import Address
    from engine.transport.http import Limits
    from engine.transport.secrets import Mask, Secret
    from engine.transport.tokens import Credentials

    def make(sandbox: "Sandbox", seller: str = "10001", **how: Any) -> "Connection":
        credentials = Credentials(Secret("client-of-tests"), Secret("s3cret-of-tests"))
        how.setdefault("limits", Limits(connect=1000, read=400, whole=2000, largest=2_000_000))
        how.setdefault("mask", Mask())
        return connect(
            Account(seller, credentials),
            "CDISFR",
            address=Address(sandbox.base, sandbox.token_url),
            clock=clock,
            **how,
        )

    return make


@pytest.fixture
def connection(sandbox: "Sandbox", connect_to: Callable[..., "Connection"]) -> "Connection":
    return connect_to(sandbox)
