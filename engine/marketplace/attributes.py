"""An attribute of an offer: its kind and bounds, and what it is called in each package."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from engine.diagnostics.place import NOWHERE, Span
from engine.marketplace.facts import NOT_KNOWN, Fact
from engine.values.kinds import Kind


class WireName(Struct, frozen=True):
    """Where an attribute goes in a package.

    JSON: a path such as `price.price`, `deliveryModes[].code`, `price.taxes[VAT].value`, and the
    `shape` of the value there. XML: `element@attribute`, as `Offer@Price`.
    """

    path: str
    fact: Fact
    shape: str = "string"


class WireValue(Struct, frozen=True):
    """A value of a list: as rules write it, and as each package does (None: not known)."""

    rule: str
    json: str | bool | None
    xml: str | None
    aliases: tuple[str, ...] = ()
    fact: Fact = NOT_KNOWN


class Attribute(Struct, frozen=True):
    """An attribute as the marketplace knows it.

    Bounds are in the kind's unit: currency units, percent points, days. `scale` counts decimals.
    `listed` attributes hold a list; those of one `group` are sent together. `clear` is what is
    written for an explicit empty value, None where there is no such thing. `values` are those of a
    choice, and `yes`/`no` of a yes/no. `json` is None where no name is publicly known, and
    `json_note` says what is known instead. `tax_included` says whether VAT is in the amount.
    """

    name: str
    kind: Kind
    required_on: frozenset[str] = frozenset()
    listed: bool = False
    group: str | None = None
    scale: int = 0
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False
    min_length: int = 0
    max_length: int | None = None
    pattern: str | None = None
    values: tuple[WireValue, ...] = ()
    json: WireName | None = None
    json_note: str = ""
    xml: WireName | None = None
    clear: str | None = None
    title: str = ""
    title_fr: str = ""
    help: str = ""
    fact: Fact = NOT_KNOWN
    one_of_twelve: bool = False
    tax_included: bool = False
    place: Span = NOWHERE

    @property
    def json_path(self) -> str | None:
        """Its path in a JSON package, or None where none is known."""
        return self.json.path if self.json else None

    @property
    def xml_path(self) -> str | None:
        """Its path in an XML package."""
        return self.xml.path if self.xml else None

    def canonical(self, word: str) -> str | None:
        """The rule value that `word` means: itself, or the one it is an alias of."""
        for value in self.values:
            if word == value.rule or word in value.aliases:
                return value.rule
        return None


class OfferSchema(Struct, frozen=True):
    """The attributes by name, in wire order; `path` as shown to the person."""

    path: str
    attributes: Mapping[str, Attribute]

    @property
    def listed(self) -> tuple[Attribute, ...]:
        """The attributes that hold a list."""
        return tuple(a for a in self.attributes.values() if a.listed)

    def group(self, name: str) -> tuple[Attribute, ...]:
        """The attributes of a group."""
        return tuple(a for a in self.attributes.values() if a.group == name)
