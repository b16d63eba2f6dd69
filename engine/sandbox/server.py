"""The sandbox as a server on loopback, in this process or in a thread of it."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from uvicorn.config import Config
from uvicorn.server import Server

from engine.errors import ProjectError
from engine.sandbox.app import TOKEN_PATH, application
from engine.sandbox.clock import SandboxClock
from engine.sandbox.faults import Script
from engine.sandbox.ledger import Ledger
from engine.sandbox.own import Own
from engine.sandbox.settings import Settings
from engine.sandbox.trouble import API, Trouble
from engine.sandbox.wire import Connections
from engine.sandbox.world import World

LOOPBACK = "127.0.0.1"


@dataclass
class Sandbox:
    """A sandbox that listens from the moment it is made; `run` serves."""

    settings: Settings = field(default_factory=Settings)
    script: Script = field(default_factory=Script)
    port: int = 0
    ledger_file: Path | None = None
    clock: SandboxClock = field(default_factory=SandboxClock)
    files: Path | None = None

    def __post_init__(self) -> None:
        """Make the world and take the port.

        Raises:
            ProjectError: the port is taken, or the ledger's file cannot be written.
        """
        self.ledger = Ledger(self.ledger_file)
        self.world = World(self.settings, self.clock, self.ledger, self._fetch)
        own = Own(self.world, lambda: self.script)
        self._connections = Connections()
        app = Trouble(
            application(self.world, own.routes()), self.world, self.script, self._connections
        )
        try:
            self._socket = socket.create_server((LOOPBACK, self.port))
        except OSError as fault:
            raise ProjectError(f"port {self.port} cannot be used: {fault.strerror}") from None
        self.port = self._socket.getsockname()[1]
        config = Config(
            app,
            http=self._connections.protocol(),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = self._connections.server = Server(config)

    @property
    def base(self) -> str:
        """Where the API is reached."""
        return f"http://{LOOPBACK}:{self.port}{API}"

    @property
    def token_url(self) -> str:
        """Where tokens are asked for."""
        return f"http://{LOOPBACK}:{self.port}{TOKEN_PATH}"

    def run(self) -> None:
        """Serve until interrupted."""
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        try:
            # The server ends at the interrupt, and then raises it again.
            with suppress(KeyboardInterrupt):
                self._server.run(sockets=[self._socket])
        finally:
            self.ledger.close()

    def start(self) -> None:
        """Serve in a thread."""
        self._thread = threading.Thread(target=self.run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End serving."""
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def _fetch(self, url: str) -> bytes:
        """The file that an XML package's address ends with, from the folder of published files.

        Nothing is fetched from anywhere: the sandbox opens no connection.
        """
        name = Path(urlsplit(url).path).name
        if self.files is None or not name:
            raise ValueError("the sandbox was given no folder of published files")
        return (self.files / name).read_bytes()
