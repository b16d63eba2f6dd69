"""The files of facts about orders that ship with Feedwright, read once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from engine.errors import ProjectError
from engine.marketplace.facts import JsonObject, UnusableError, parse_object
from engine.resources import bundled

_Read = TypeVar("_Read")


def read_facts(name: str, reader: Callable[[JsonObject], _Read]) -> _Read:
    """What `reader` makes of the file that ships as `name`.

    Raises:
        ProjectError: this installation lacks it, or it says something wrongly.
    """
    try:
        return reader(parse_object(bundled(name)))
    except UnusableError as fault:
        raise ProjectError(f"{name}: {fault}") from None
    except (KeyError, TypeError, ValueError) as fault:
        raise ProjectError(f"{name}: something is missing or out of place: {fault}") from None
