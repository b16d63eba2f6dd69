"""A seller's connection, from the settings: one sender for one seller."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import ProjectError
from engine.octopia.client import Account, connect
from engine.octopia.endpoints import octopia
from engine.outbox.settings import Seller
from engine.transport.connection import Address, Connection, usual_address
from engine.transport.secrets import Mask, Secret, secret_from_environment, secret_from_file
from engine.transport.tokens import Credentials


def open_sender(root: Path, seller: Seller, channel: str, mask: Mask) -> Connection:
    """The connection of `seller` on the channel that Octopia calls `channel`.

    Raises:
        ProjectError: the credentials cannot be found, or an address cannot be used.
    """
    usual = usual_address(octopia())
    address = Address(seller.api or usual.base, seller.token_url or usual.token_url)
    credentials = Credentials(_secret(root, seller.client_id), _secret(root, seller.client_secret))
    return connect(Account(seller.id, credentials), channel, address=address, mask=mask)


def _secret(root: Path, source: str) -> Secret:
    kind, _, name = source.partition(":")
    if kind == "env":
        return secret_from_environment(name, os.environ)
    if kind == "file":
        return secret_from_file(root / name)
    raise ProjectError(f"{source}: write `env:NAME` or `file:PATH`")
