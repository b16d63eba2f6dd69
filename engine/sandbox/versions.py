"""Values that remember what they were, so that a read may lag behind."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT = 8


class Versioned(Generic[T]):
    """A value and what it was before, each since when."""

    __slots__ = ("_versions",)

    def __init__(self, since: datetime, value: T) -> None:
        self._versions: deque[tuple[datetime, T]] = deque([(since, value)], maxlen=KEPT)

    @property
    def value(self) -> T:
        """What it is now."""
        return self._versions[-1][1]

    def put(self, since: datetime, value: T) -> None:
        """It is `value` from now on."""
        self._versions.append((since, value))

    def at(self, moment: datetime) -> T | None:
        """What it was at `moment`, None before there was any."""
        return next((v for since, v in reversed(self._versions) if since <= moment), None)
