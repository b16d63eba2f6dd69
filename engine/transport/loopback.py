"""Web servers for this machine alone, in this process or in a thread of it."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from typing import Any

from uvicorn.config import Config
from uvicorn.server import Server

from engine.errors import ProjectError

LOOPBACK = "127.0.0.1"


class LoopbackServer:
    """What serves an application on 127.0.0.1; it listens before the application is made.

    `told` is how grave a fault must be for the server itself to write of it on stderr.
    """

    port: int
    told = logging.ERROR

    def listen(self) -> None:
        """Take the port, any free one for 0; `port` is then the one that was taken.

        Raises:
            ProjectError: it is taken.
        """
        try:
            self._socket = socket.create_server((LOOPBACK, self.port))
        except OSError as fault:
            words = f"port {self.port} cannot be used: {fault.strerror}; name another with --port"
            raise ProjectError(words) from None
        self.port = self._socket.getsockname()[1]

    def prepare(self, app: Any, **settings: Any) -> Server:
        """The server of `app`, ready to run; `settings` are uvicorn's."""
        config = Config(
            app,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            **settings,
        )
        self._server = Server(config)
        return self._server

    def run(self) -> None:
        """Serve until interrupted."""
        logging.getLogger("uvicorn.error").setLevel(self.told)
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
