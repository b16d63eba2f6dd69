"""What rules may ask of an order, by the names of `schemas/order.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from engine.language.orders.conditions import NOW, STATE
from engine.orders.connectors import connector
from engine.orders.wish import Wish

MARKETPLACE = "marketplace_code"


@cache
def marketplace_code(channel: str) -> str:
    """Lengow's code of the marketplace that `channel` is, by which rules tell channels apart."""
    return connector("lengow").marketplaces.get(channel, channel)


def facts_of(wish: Wish, code: str, at: datetime) -> dict[str, Any]:
    """The facts of a wish's order, as far as they are said; `state` only where the wish says it.

    The state of a document is left out: it is not by its name in rules yet.
    """
    order = wish.order
    facts: dict[str, Any] = {NOW: at, MARKETPLACE: code}
    if order is None:
        facts["order_id"] = wish.reference
        facts["account"] = wish.account
    else:
        facts["order_id"] = order.reference
        facts["account"] = order.account
        facts["placed_at"] = order.placed_at
        facts["updated_at"] = order.updated_at
        facts["ship_by"] = order.ship_by
        facts["ships_itself"] = order.may_ship
    if wish.state:
        facts[STATE] = wish.state
    if wish.facts:
        facts.update(wish.facts)
    return facts


def channel_of(facts: Mapping[str, Any]) -> str | None:
    """The channel whose marketplace code is among `facts`."""
    code = facts.get(MARKETPLACE)
    return (connector("lengow").channel(code) or code) if isinstance(code, str) else None
