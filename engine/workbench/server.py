"""The workbench as a server on loopback, in this process or in a thread of it."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from uvicorn.config import Config
from uvicorn.server import Server

from engine.errors import ProjectError
from engine.workbench.app import Desktop, application
from engine.workbench.guard import Keys

LOOPBACK = "127.0.0.1"


@dataclass
class Workbench:
    """A workbench that listens from the moment it is made; `run` serves.

    What lets a page in stands behind the `#` of its address, which browsers send nowhere: the page keeps
    it, and shows it with each question.
    """

    desktop: Desktop
    port: int = 0
    keys: Keys = field(default_factory=Keys, repr=False)

    def __post_init__(self) -> None:
        """Take the port.

        Raises:
            ProjectError: it is taken.
        """
        try:
            self._socket = socket.create_server((LOOPBACK, self.port))
        except OSError as fault:
            raise ProjectError(
                f"port {self.port} cannot be used: {fault.strerror}; name another with --port"
            ) from None
        self.port = self._socket.getsockname()[1]
        app = application(self.desktop, self.keys, self.hosts)
        config = Config(
            app,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = Server(config)

    @property
    def hosts(self) -> tuple[str, ...]:
        """By which names a browser may call this server."""
        return (f"{LOOPBACK}:{self.port}", f"localhost:{self.port}")

    @property
    def address(self) -> str:
        """What a person opens in a browser, as often as they like."""
        return f"http://{LOOPBACK}:{self.port}/#token={self.keys.token}"

    def address_once(self) -> str:
        """What a browser is started with: an address that is of use once."""
        return f"http://{LOOPBACK}:{self.port}/#code={self.keys.make_code()}"

    def run(self) -> None:
        """Serve until interrupted."""
        # Who ends the server in the middle of an answer wants no traceback of it; faults are told
        # in the page.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        # The server ends at the interrupt, and then raises it again.
        with suppress(KeyboardInterrupt):
            self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Serve in a thread."""
        self._thread = threading.Thread(target=self.run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End serving."""
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()
