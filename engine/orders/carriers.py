"""Carriers that a channel knows, and what a written carrier means there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from msgspec import Struct

from engine.diagnostics.codes.orders import UNKNOWN_CARRIER
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import NOWHERE, Span
from engine.marketplace.facts import Fact, JsonObject, entries, fact_of, member, text, texts
from engine.orders.closest import closest, folded
from engine.orders.facts import read_facts

CARRIERS = "schemas/octopia/carriers.json"


class CarrierFound(Struct, frozen=True):
    """What a written carrier is sent as: `label`, None where the channel knows no such carrier."""

    written: str
    channel: str
    label: str | None
    listed: bool
    closest: tuple[str, ...] = ()

    def unknown(self, span: Span = NOWHERE) -> Diagnostic:
        """The diagnostic of a carrier that was not found."""
        helps = [Help(f"did you mean `{label}`?") for label in self.closest] or [
            Help("write a label of the channel's carriers, or allow free text for carriers")
        ]
        return Diagnostic.of(
            UNKNOWN_CARRIER, span, helps=helps, value=self.written, channel=self.channel
        )


@dataclass(frozen=True, slots=True)
class CarrierTable:
    """One edition of a channel's carriers; `strict` where only these are said to work."""

    channel: str
    version: str
    labels: tuple[str, ...]
    strict: bool
    fact: Fact
    _labels: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_labels", {folded(label): label for label in self.labels})

    def match(self, written: str, *, free_text: bool = False) -> CarrierFound:
        """The label for `written`, blanks around it and case aside.

        Args:
            written: the carrier as the seller calls it.
            free_text: send a carrier that is not listed as it stands, trimmed. The merchant's
                choice: a marketplace may refuse it.
        """
        label = self._labels.get(folded(written))
        if label is not None:
            return CarrierFound(written, self.channel, label, listed=True)
        if free_text and written.strip():
            return CarrierFound(written, self.channel, written.strip(), listed=False)
        near = closest(written, self.labels)
        return CarrierFound(written, self.channel, None, listed=False, closest=near)


def carrier_table(channel: str) -> CarrierTable | None:
    """The newest edition of the carriers of `channel`, None where none is known.

    Source: schemas/octopia/carriers.json
    """
    return _tables().get(channel)


@cache
def _tables() -> dict[str, CarrierTable]:
    tables = read_facts(CARRIERS, lambda read: [_table(entry) for entry in entries(read, "tables")])
    return {t.channel: t for t in sorted(tables, key=lambda t: t.version)}


def _table(entry: JsonObject) -> CarrierTable:
    return CarrierTable(
        text(entry, "channel"),
        text(entry, "version"),
        tuple(label.strip() for label in texts(entry, "labels")),
        member(entry, "strict").get("value") is not False,
        fact_of(entry),
    )
