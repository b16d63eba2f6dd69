"""What may stand at the top of a file, tests and orders aside."""

from __future__ import annotations

from engine.language.syntax.nodes import Duration, Instant, Literal, Moment, Name, Node, Text
from engine.language.syntax.statements import Statement


class Timezone(Node, frozen=True):
    """`timezone Europe/Paris`."""

    zone: str


class Currency(Node, frozen=True):
    """`currency EUR`."""

    currency: str


class Use(Node, frozen=True):
    """`use "offers.rules"`: what stands there is known here too."""

    path: Text


class Read(Node, frozen=True):
    """`read product using "schemas/product.schema.json"`."""

    kind: Name
    path: Text


class Write(Node, frozen=True):
    """`write offer using "schemas/offer.schema.json"`."""

    kind: Name
    path: Text


class Milestone(Node, frozen=True):
    """`milestone soap_end = to be confirmed` has `at` None."""

    name: Name
    at: Instant | None


class SendWindow(Node, frozen=True):
    """`send offers automatically every 1 hour from a until b`; subject offers, orders or products."""

    subject: Name
    automatically: bool
    every: Duration | None
    start: Moment | None
    end: Moment | None


class EditWindow(Node, frozen=True):
    """`edit mappings from mapping_opens`."""

    subject: Name
    start: Moment | None
    end: Moment | None


# A moment of the timeline: an instant, or the name of a milestone.


class Channel(Node, frozen=True):
    """`channel cdiscount_octopia extends cdiscount ... end`."""

    name: Name
    extends: Name | None
    windows: tuple[SendWindow | EditWindow, ...]


class TableFromCsv(Node, frozen=True):
    """`table units from "tables/units.csv" key unit`."""

    name: Name
    path: Text
    keys: tuple[Name, ...]


class TableInPlace(Node, frozen=True):
    """`table fees key country, mode ... end` with `| country | mode || fee |` rows."""

    name: Name
    keys: tuple[Name, ...]
    columns: tuple[Name, ...]
    rows: tuple[LiteralRow, ...]


class LiteralRow(Node, frozen=True):
    """A row of literals; None where the cell is empty."""

    cells: tuple[Literal | None, ...]


class Mapping(Node, frozen=True):
    """`mapping offer for cdiscount, cdiscount_octopia ... end`."""

    kind: Name
    channels: tuple[Name, ...]
    body: tuple[Statement, ...]


class Override(Node, frozen=True):
    """`override offer for cdiscount_octopia from octopia_switch until ... end`."""

    kind: Name
    channels: tuple[Name, ...]
    start: Moment | None
    end: Moment | None
    body: tuple[Statement, ...]
