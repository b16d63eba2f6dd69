"""The sandbox as a server on loopback, in this process or in a thread of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from engine.sandbox.app import TOKEN_PATH, application
from engine.sandbox.clock import SandboxClock
from engine.sandbox.faults import Script
from engine.sandbox.ledger import Ledger
from engine.sandbox.own import Own
from engine.sandbox.settings import Settings
from engine.sandbox.trouble import API, Trouble
from engine.sandbox.wire import Connections
from engine.sandbox.world import World
from engine.transport.loopback import LOOPBACK, LoopbackServer


@dataclass
class Sandbox(LoopbackServer):
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
        self.listen()
        self._connections.server = self.prepare(app, http=self._connections.protocol())

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
        try:
            super().run()
        finally:
            self.ledger.close()

    def _fetch(self, url: str) -> bytes:
        """The file that an XML package's address ends with, from the folder of published files.

        Nothing is fetched from anywhere: the sandbox opens no connection.
        """
        name = Path(urlsplit(url).path).name
        if self.files is None or not name:
            raise ValueError("the sandbox was given no folder of published files")
        return (self.files / name).read_bytes()
