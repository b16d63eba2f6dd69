"""The workbench as a server on loopback, in this process or in a thread of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from engine.transport.loopback import LOOPBACK, LoopbackServer
from engine.workbench.app import Desktop, application
from engine.workbench.guard import Keys


@dataclass
class Workbench(LoopbackServer):
    """A workbench that listens from the moment it is made; `run` serves.

    What lets a page in stands behind the `#` of its address, which browsers send nowhere: the page keeps
    it, and shows it with each question.
    """

    # Who ends the server in the middle of an answer wants no traceback of it; faults are told in the page.
    told = logging.CRITICAL

    desktop: Desktop
    port: int = 0
    keys: Keys = field(default_factory=Keys, repr=False)

    def __post_init__(self) -> None:
        """Take the port.

        Raises:
            ProjectError: it is taken.
        """
        self.listen()
        self.prepare(application(self.desktop, self.keys, self.hosts))

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
