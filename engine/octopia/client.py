"""Octopia's seller API as a `Sender`: the connection with the headers that Octopia asks for."""

from __future__ import annotations

from msgspec import Struct

from engine.octopia.endpoints import octopia
from engine.transport.clock import Clock, MachineClock
from engine.transport.connection import Address, Connection
from engine.transport.http import Limits
from engine.transport.secrets import Mask
from engine.transport.tokens import Credentials

SELLER = "SellerId"


class Account(Struct, frozen=True):
    """A seller at Octopia, and what tokens are asked for with."""

    seller: str
    credentials: Credentials


def connect(
    account: Account,
    channel: str,
    *,
    language: str = "fr-FR",
    address: Address | None = None,
    clock: Clock | None = None,
    limits: Limits | None = None,
    mask: Mask | None = None,
) -> Connection:
    """A connection for one seller on one sales channel; nothing is sent yet.

    Args:
        account: the seller.
        channel: the channel's id as Octopia writes it, such as `CDISFR`; sent on every call, as
            some refuse to answer without it.
        language: of texts in answers; Cdiscount's products must be French.
        address: where to reach the API, the usual place if not given; a sandbox for example.
        clock: the time, the machine's if not given.
        limits: of each exchange.
        mask: learns every secret, so that logs can hide them.

    Raises:
        ProjectError: the address is neither https nor on this machine.
    """
    return Connection(
        octopia(),
        account.seller,
        account.credentials,
        clock or MachineClock(),
        headers={
            "Accept": "application/json",
            "Accept-Language": language,
            "SalesChannelId": channel,
        },
        seller_header=SELLER,
        address=address,
        limits=limits,
        mask=mask,
    )
