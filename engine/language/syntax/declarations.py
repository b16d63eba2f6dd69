"""What may stand at the top of a file, tests and orders aside."""

from __future__ import annotations

from dataclasses import dataclass

from engine.language.syntax.nodes import Duration, Instant, Literal, Moment, Name, Node, Text
from engine.language.syntax.statements import Statement


@dataclass(frozen=True, slots=True)
class Timezone(Node):
    """`timezone Europe/Paris`."""

    zone: str


@dataclass(frozen=True, slots=True)
class Currency(Node):
    """`currency EUR`."""

    currency: str


@dataclass(frozen=True, slots=True)
class Use(Node):
    """`use "offers.rules"`: what stands there is known here too."""

    path: Text


@dataclass(frozen=True, slots=True)
class Read(Node):
    """`read product using "schemas/product.schema.json"`."""

    kind: Name
    path: Text


@dataclass(frozen=True, slots=True)
class Write(Node):
    """`write offer using "schemas/offer.schema.json"`."""

    kind: Name
    path: Text


@dataclass(frozen=True, slots=True)
class Milestone(Node):
    """`milestone soap_end = to be confirmed` has `at` None."""

    name: Name
    at: Instant | None


@dataclass(frozen=True, slots=True)
class SendWindow(Node):
    """`send offers automatically every 1 hour from a until b`; subject offers, orders or products."""

    subject: Name
    automatically: bool
    every: Duration | None
    start: Moment | None
    end: Moment | None


@dataclass(frozen=True, slots=True)
class EditWindow(Node):
    """`edit mappings from mapping_opens`."""

    subject: Name
    start: Moment | None
    end: Moment | None


# A moment of the timeline: an instant, or the name of a milestone.


@dataclass(frozen=True, slots=True)
class Channel(Node):
    """`channel cdiscount_octopia extends cdiscount ... end`."""

    name: Name
    extends: Name | None
    windows: tuple[SendWindow | EditWindow, ...]


@dataclass(frozen=True, slots=True)
class TableFromCsv(Node):
    """`table units from "tables/units.csv" key unit`."""

    name: Name
    path: Text
    keys: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class TableInPlace(Node):
    """`table fees key country, mode ... end` with `| country | mode || fee |` rows."""

    name: Name
    keys: tuple[Name, ...]
    columns: tuple[Name, ...]
    rows: tuple[LiteralRow, ...]


@dataclass(frozen=True, slots=True)
class LiteralRow(Node):
    """A row of literals; None where the cell is empty."""

    cells: tuple[Literal | None, ...]


@dataclass(frozen=True, slots=True)
class Mapping(Node):
    """`mapping offer for cdiscount, cdiscount_octopia ... end`."""

    kind: Name
    channels: tuple[Name, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Override(Node):
    """`override offer for cdiscount_octopia from octopia_switch until ... end`."""

    kind: Name
    channels: tuple[Name, ...]
    start: Moment | None
    end: Moment | None
    body: tuple[Statement, ...]
