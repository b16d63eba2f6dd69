"""What took effect, in order: the truth that a journal of sends is held against."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct

from engine.errors import ProjectError
from engine.sandbox.clock import written

ENCODER = msgspec.json.Encoder(decimal_format="number", order="deterministic")


def json_bytes(data: Any) -> bytes:
    """JSON with exact numbers."""
    return ENCODER.encode(data)


class Effect(Struct, frozen=True):
    """One change at the marketplace: `kind` of it, on what (`subject`), and to what."""

    number: int
    at: datetime
    seller: str
    kind: str
    subject: str
    detail: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The effect as JSON data."""
        return {
            "number": self.number,
            "at": written(self.at),
            "seller": self.seller,
            "kind": self.kind,
            "subject": self.subject,
            "detail": dict(self.detail),
        }


class Ledger:
    """The effects, in memory and, where asked for, as JSON lines in a file."""

    def __init__(self, path: Path | None = None) -> None:
        self.effects: list[Effect] = []
        self._file: IO[bytes] | None = None
        if path is not None:
            try:
                self._file = path.open("wb", buffering=0)
            except OSError as fault:
                raise ProjectError(f"{path}: cannot be written: {fault.strerror}") from None

    def enter(
        self, at: datetime, seller: str, kind: str, subject: str, detail: Mapping[str, Any]
    ) -> None:
        """Enter an effect, before anybody is told of it."""
        effect = Effect(len(self.effects) + 1, at, seller, kind, subject, detail)
        self.effects.append(effect)
        if self._file is not None:
            self._file.write(json_bytes(effect.as_json()) + b"\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def of(self, *kinds: str) -> list[Effect]:
        """The effects of these kinds."""
        return [effect for effect in self.effects if effect.kind in kinds]
