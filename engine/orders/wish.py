"""What somebody wants to be done with an order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from engine.diagnostics.place import NOWHERE, Span
from engine.orders.order import OrderDocument


class Wish(Struct, frozen=True):
    """A wanted action, on an order or on what is said of one.

    Attributes:
        action: as rules call it.
        parameters: by name; texts, or yes and no as such. Empty ones count as not given.
        channel: the sales channel, where no order says it; else the one it is meant for.
        state: the state in any spelling, where no order says it.
        order: the order, where there is one.
        reference: the order's id, where no order says it.
        account: the account, where no order says it.
        facts: fields of the order that are said otherwise (tests say some).
        permission_only: whether only the action's permission is asked, whatever its parameters.
        place: where the wish stands.
    """

    action: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    channel: str | None = None
    state: str | None = None
    order: OrderDocument | None = None
    reference: str | None = None
    account: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    permission_only: bool = False
    place: Span = NOWHERE
