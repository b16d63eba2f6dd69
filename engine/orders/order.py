"""Orders as Feedwright sees them, whichever connector they came through."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes.orders import NOT_SHIPPED_BY_SELLER
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import NOWHERE, Span
from engine.orders.states import StateFound, StateTable


class ConnectorName(StrEnum):
    """Through whom orders are read and acted on."""

    OCTOPIA = "octopia"
    LENGOW = "lengow"


class Shipper(StrEnum):
    """Who ships the order, as far as its document says."""

    SELLER = "seller"
    OTHER = "other"  # the marketplace, or a mode that is not known to be the seller's
    UNSAID = "unsaid"


class Unknown(Struct, frozen=True):
    """What a document holds beyond what is known: a field, or a value of a closed list."""

    path: str
    value: Any


class Parcel(Struct, frozen=True):
    """A parcel that was declared already."""

    number: str | None
    carrier: str | None
    url: str | None


class OrderLine(Struct, frozen=True):
    """A line: `native` is its state as written, `state` the name it has today where known."""

    id: str | None
    native: str | None
    state: str | None
    sku: str | None
    quantity: int | None
    supply_mode: str | None
    delivery_mode: str | None
    ship_by: datetime | None
    parcels: tuple[Parcel, ...] = ()


class OrderDocument(Struct, frozen=True):
    """An order, read. What its document does not say, or says wrongly, is None.

    Attributes:
        reference: the id that requests name (`orderId`, `marketplace_order_id`).
        number: the order's number beside its id, where there is one.
        connector: whose document it is.
        marketplace: the marketplace as written (`CDISFR`, `cdiscount_octopia`).
        channel: the sales channel's name in rules, None where the marketplace is not known.
        state: the state as the marketplace writes it; as Lengow does where `lengow_only`.
        lengow_only: whether the document gives no other state than Lengow's.
        account: the seller's id, or the Lengow account.
        shipper: who ships it; see `shipping_denied`.
        shipper_said: the field and the value that say so.
        lines: its lines, over all packages.
        unknown: fields and values that are not known here, kept as they stand.
    """

    reference: str
    number: str | None
    connector: ConnectorName
    marketplace: str
    channel: str | None
    state: str
    lengow_only: bool
    lengow_status: str | None
    account: str | None
    placed_at: datetime | None
    updated_at: datetime | None
    ship_by: datetime | None
    shipper: Shipper
    shipper_said: tuple[str, str]
    lines: tuple[OrderLine, ...]
    parcels: tuple[Parcel, ...]
    unknown: tuple[Unknown, ...]

    @property
    def may_ship(self) -> bool:
        """Whether the seller may ship it as far as its supply is concerned.

        An Octopia order says `Seller`, and one that does not is not the seller's to ship. Lengow
        writes a flag only for what the marketplace ships.
        """
        unsaid = self.connector is ConnectorName.LENGOW and self.shipper is Shipper.UNSAID
        return self.shipper is Shipper.SELLER or unsaid

    def shipping_denied(self, span: Span = NOWHERE) -> Diagnostic | None:
        """Why the seller ships nothing of this order, None where that is not so."""
        if self.may_ship:
            return None
        field, value = self.shipper_said
        return Diagnostic.of(NOT_SHIPPED_BY_SELLER, span, field=field, value=value)

    def find_state(self, table: StateTable, channel: str | None = None) -> StateFound:
        """Its state among those of a channel, its own if not said; several by Lengow's name alone."""
        channel = channel or self.channel or self.marketplace
        if self.lengow_only:
            return table.of_lengow(self.state, channel)
        return table.of_native(self.state, channel)
