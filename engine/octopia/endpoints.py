"""The endpoints that are called, and the class of each call: nothing else decides it.

They are data, each with its source and how sure it is: schemas/octopia/endpoints.json.
"""

from __future__ import annotations

from functools import cache

from engine.transport.endpoint import Interface, read_interface
from engine.transport.outcome import MessageClass


@cache
def octopia() -> Interface:
    """The interface of Octopia's seller API.

    Source: schemas/octopia/endpoints.json
    """
    return read_interface("octopia")


def message_class(method: str, path: str) -> MessageClass | None:
    """The class of a call, None where no such call is known: it must not be made.

    `path` stands below the connector's base; its query is no matter.
    """
    found = octopia().endpoint(method, path)
    return None if found is None else found.message_class
