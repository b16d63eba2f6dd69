"""The words that rules may use, handed in: the language itself knows none of them by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from engine.diagnostics.place import NOWHERE, Span
from engine.values.kinds import Kind, KindName


class Parameter(Struct, frozen=True):
    """A parameter of a function.

    `accepts` lists the kinds that fit; `constant` asks for a literal (a length, a pattern);
    `repeated` takes one or more arguments (only the last parameter); `optional` may be left out
    (then `default` is used, constants only).
    """

    name: str
    accepts: frozenset[KindName]
    constant: bool = False
    repeated: bool = False
    optional: bool = False
    default: str | int | None = None


class Function(Struct, frozen=True):
    """A function of the library.

    `result` is a kind, or None: the common kind of the arguments that are no constants
    (`max(price, floor)` is money). `fails` says that a value may be unconvertible (`gtin13`),
    `missing` that the result may be missing though no argument is. A missing argument makes the
    result missing. `check`, called with the constant arguments by name, gives the sentence of a
    fault or None: a pattern may be no pattern. `build` makes the column expression; the language
    never calls it. Examples map an expression to its value, both as rules text; the value may be
    `missing` or `error`. `family` is the heading that it stands under in the reference. `known_as`
    are the names that spreadsheets, queries and programs give it, in small letters.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Kind | None
    build: Callable[..., Any]
    fails: bool = False
    missing: bool = False
    help: str = ""
    examples: Mapping[str, str] = field(default_factory=dict)
    check: Callable[..., str | None] | None = None
    family: str = ""
    known_as: tuple[str, ...] = ()


class Attribute(Struct, frozen=True):
    """An attribute of an offer, as rules see it.

    Bounds are in the kind's unit: currency units, percent points, days for a duration.
    `listed` attributes hold a list, filled by `decide ... by every row that fits` or one value;
    those of one `group` are sent together. `clearable` says whether `clear` may be written,
    `tax_included` whether VAT is in the amount.
    `required_on` names the channels on which an offer cannot be made without it.
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
    max_length: int | None = None
    text_pattern: str | None = None
    clearable: bool = False
    tax_included: bool = False
    help: str = ""
    place: Span = NOWHERE


class Vocabulary(Struct, frozen=True):
    """All that a mapping may name besides its own lets and the fields of its source.

    `channels` are the sales channels known to Feedwright; a rule file declares which it serves.
    `reject_words` and the like are not here: they belong to the grammar.
    """

    functions: Mapping[str, Function]
    attributes: Mapping[str, Attribute]
    channels: frozenset[str]
    attributes_from: str = "schemas/offer.schema.json"
