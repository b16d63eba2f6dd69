"""A seller's connection, from the settings: one sender for one seller."""

from __future__ import annotations

from pathlib import Path

from engine.errors import ProjectError
from engine.octopia.client import Account, connect
from engine.octopia.endpoints import octopia
from engine.orders.connectors import connector
from engine.outbox.places import secret_of
from engine.outbox.settings import Seller, Sending
from engine.transport.connection import Address, Connection, usual_address
from engine.transport.secrets import Mask
from engine.transport.tokens import Credentials


def open_sender(root: Path, seller: Seller, channel: str, mask: Mask) -> Connection:
    """The connection of `seller` on the channel that Octopia calls `channel`.

    Raises:
        ProjectError: the credentials cannot be found, or an address cannot be used.
    """
    usual = usual_address(octopia())
    address = Address(seller.api or usual.base, seller.token_url or usual.token_url)
    credentials = Credentials(
        secret_of(root, seller.client_id), secret_of(root, seller.client_secret)
    )
    return connect(Account(seller.id, credentials), channel, address=address, mask=mask)


def remote_channel(channel: str) -> str:
    """What Octopia calls a channel.

    Raises:
        ProjectError: it is none that Octopia sells on.
    """
    found = connector("octopia").marketplaces.get(channel)
    if found is None:
        raise ProjectError(f"{channel} is no channel that Octopia sells on")
    return found


def seller_sender(sending: Sending, wanted: str | None) -> Connection:
    """The connection of a seller of the settings, on the first of its channels."""
    seller = sending.seller(wanted)
    channel = (
        seller.channels[0] if seller.channels else next(iter(connector("octopia").marketplaces))
    )
    return open_sender(sending.root, seller, remote_channel(channel), Mask())
