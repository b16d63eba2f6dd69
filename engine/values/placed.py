"""Settings that know where in their file they stand, so that what is wrong there can be pointed at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.errors import ProjectError

USUAL_NAME = "feedwright.yaml"
Place = tuple[int, int]  # line and column, from 1


class Placed(dict[str, Any]):
    """A mapping of a settings file; `places` says where each of its keys stands."""

    __slots__ = ("file", "places")

    def __init__(
        self,
        items: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
        file: str = USUAL_NAME,
        places: Mapping[str, Place] | None = None,
    ) -> None:
        super().__init__(items)
        self.file = file
        self.places = dict(places or {})

    def but(self, items: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> Placed:
        """Other items, of which those of the same names stand where these do."""
        return Placed(items, self.file, self.places)


def but(read: Mapping[str, Any], items: Mapping[str, Any]) -> Mapping[str, Any]:
    """`items` in the place of those of `read`, standing where they do."""
    return read.but(items) if isinstance(read, Placed) else items


def wrong(read: object, key: str | None, words: str) -> ProjectError:
    """What is wrong with `key` of `read`, with its file, line and column where they are known."""
    if not isinstance(read, Placed):
        return ProjectError(words)
    place = read.places.get(key or "") or min(read.places.values(), default=None)
    where = read.file if place is None else f"{read.file}:{place[0]}:{place[1]}"
    return ProjectError(f"{where}: {words}")
