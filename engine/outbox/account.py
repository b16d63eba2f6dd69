"""A seller's connection, from the settings: one sender for one seller, whatever is behind it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from engine.errors import ProjectError
from engine.lengow.client import connect as connect_lengow
from engine.lengow.endpoints import lengow
from engine.octopia.client import Account, connect
from engine.octopia.endpoints import octopia
from engine.orders.connectors import connector
from engine.outbox.places import secret_of
from engine.outbox.settings import LENGOW, OCTOPIA, Seller, Sending
from engine.transport.connection import Address, Connection, usual_address
from engine.transport.secrets import Mask, hide_in_logs
from engine.transport.tokens import Credentials


def open_sender(root: Path, seller: Seller, channel: str, mask: Mask) -> Connection:
    """The connection of `seller` for a channel of the rules.

    Raises:
        ProjectError: the credentials cannot be found, an address cannot be used, or the connector
            does not know the channel.
    """
    usual = usual_address(lengow() if seller.connector == LENGOW else octopia())
    address = Address(seller.api or usual.base, seller.token_url or usual.token_url)
    credentials = Credentials(
        secret_of(root, seller.client_id), secret_of(root, seller.client_secret)
    )
    remote = remote_channel(channel, seller.connector)
    if seller.connector == LENGOW:
        return connect_lengow(seller.id, credentials, address=address, mask=mask)
    return connect(Account(seller.id, credentials), remote, address=address, mask=mask)


def remote_channel(channel: str, through: str = OCTOPIA) -> str:
    """What a connector calls a channel.

    Raises:
        ProjectError: it is none that it knows.
    """
    found = connector(through).marketplaces.get(channel)
    if found is None:
        raise ProjectError(f"{channel} is no channel that {through.capitalize()} sells on")
    return found


def seller_sender(sending: Sending, wanted: str | None) -> Connection:
    """The connection of a seller of the settings, on the first of its channels; logs are masked."""
    seller = sending.seller(wanted)
    return open_sender(sending.root, seller, first_channel(seller), masked_logs(sending))


def masked_logs(sending: Sending) -> Mask:
    """What hides secrets wherever something is written, in what libraries log as well.

    Connections teach it theirs; those of the place for XML packages it knows from here on.
    """
    mask = Mask()
    place = sending.xml
    for source in (place.key, place.secret, place.password) if place is not None else ():
        with suppress(ProjectError):  # told where it is needed
            if source is not None:
                mask.add(secret_of(sending.root, source))
    hide_in_logs(mask)
    return mask


def first_channel(seller: Seller) -> str:
    """The first channel of a seller; where the settings name none, the first that is known."""
    return seller.channels[0] if seller.channels else next(iter(connector(OCTOPIA).marketplaces))
