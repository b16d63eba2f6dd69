"""The command line with its clock set ahead: a quarantine need not be waited for.

AHEAD_MINUTES=16 python -m campaigns.ahead sync orders
"""

from __future__ import annotations

import os

from msgspec.structs import replace

from engine.cli.main import main
from engine.outbox.moments import MINUTE, Moment, SystemClock


def set_ahead(minutes: int) -> None:
    """From here on, this process believes that it is so much later."""
    now = SystemClock.now

    def later(self: SystemClock) -> Moment:
        found = now(self)
        ahead = minutes * MINUTE
        return replace(found, wall=found.wall + ahead, steady=found.steady + ahead)

    SystemClock.now = later  # type: ignore[method-assign] - only in a campaign's own process


if __name__ == "__main__":
    set_ahead(int(os.environ.get("AHEAD_MINUTES", "0")))
    main()
