"""Where an order stands while its document is read: its channel, its state, and when that was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from engine.diagnostics.codes.orders import LINES_DISAGREE, UNKNOWN_ORDER_CHANNEL
from engine.orders.closest import folded
from engine.orders.line_states import line_states
from engine.orders.reading import Reading
from engine.orders.states import state_table


class Situation(Struct, frozen=True):
    """The channel's name in rules, the order's state as the channel spells it, and the time."""

    channel: str | None
    state: str
    at: datetime | None

    @classmethod
    def of(cls, channel: str | None, written: str | None, at: datetime | None) -> Situation:
        """The situation of an order whose state is `written`, by its channel or by Lengow."""
        table, name = state_table(), written or ""
        known = table.native(name, channel or "") or table.of_lengow(name, channel or "").only
        return cls(channel, known.name if known else name, at)

    def line_state(self, reading: Reading, path: str, key: str, written: str | None) -> str | None:
        """The name that the state of the line at `path` has today.

        Told where it is not known, or where it does not fit the state of the order.
        """
        if written is None or self.channel is None:
            return None
        state = line_states().today(self.channel, self.state, written, self.at)
        if state is None:
            reading.not_known(written, f"{path}.{key}")
        elif not line_states().agree(self.channel, self.state, state):
            reading.tell(LINES_DISAGREE, state=self.state, line=path, line_state=state)
        return state


def known_channel(
    reading: Reading, field: str, written: str, channels: Mapping[str, str]
) -> str | None:
    """The channel's name in rules, told where none is known."""
    channel = channels.get(folded(written))
    if channel is None:
        reading.tell(UNKNOWN_ORDER_CHANNEL, field=field, value=written)
    return channel
