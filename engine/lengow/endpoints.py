"""Lengow's endpoints, and the class of each call: schemas/lengow/endpoints.json decides it."""

from __future__ import annotations

from functools import cache

from engine.transport.endpoint import Interface, read_interface
from engine.transport.outcome import MessageClass


@cache
def lengow() -> Interface:
    """The interface of Lengow's API.

    Source: schemas/lengow/endpoints.json
    """
    return read_interface("lengow")


def message_class(method: str, path: str) -> MessageClass | None:
    """The class of a call, None where no such call is known: it must not be made."""
    found = lengow().endpoint(method, path)
    return None if found is None else found.message_class
