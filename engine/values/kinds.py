"""The kinds of value that rules work with."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class KindName(StrEnum):
    """The words for kinds, as messages say them."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    MONEY = "money"
    PERCENT = "percent"
    QUANTITY = "quantity"
    DATE = "date"
    INSTANT = "instant"
    DURATION = "duration"
    YES_NO = "yes/no"
    CHOICE = "one of a list"
    LIST = "list"
    NOTHING = "nothing"  # of `omit`, `clear`, `reject "..."`: fits any kind
    ERROR = "error"  # of what failed to resolve: silences what depends on it


class Kind(Struct, frozen=True):
    """A kind and what narrows it.

    `currency` belongs to money (ISO code), `dimension` to quantity ("mass", "volume", "length",
    "area", "capacity", "count"; see `values/units.py`), `calendar` to durations counted in months,
    `choices` and `choices_from` (where the list stands, for messages) to one-of-a-list,
    `item` to lists.
    """

    name: KindName
    currency: str | None = None
    dimension: str | None = None
    calendar: bool = False
    choices: tuple[str, ...] | None = None
    choices_from: str = ""
    item: Kind | None = None

    def __str__(self) -> str:
        """The kind in a merchant's words, as they stand in a sentence: `an amount in EUR`."""
        match self.name:
            case KindName.MONEY:
                return f"an amount in {self.currency}" if self.currency else "an amount"
            case KindName.QUANTITY:
                return _DIMENSIONS.get(self.dimension or "", "a quantity with a unit")
            case KindName.DURATION:
                return "a number of months" if self.calendar else "a duration"
            case _:
                return _WORDS.get(self.name, self.name.value)

    @property
    def numeric(self) -> bool:
        """Whether values of this kind are exact numbers inside."""
        return self.name in _NUMERIC


_WORDS = {
    KindName.TEXT: "a text",
    KindName.NUMBER: "a number",
    KindName.INTEGER: "a whole number",
    KindName.PERCENT: "a percentage",
    KindName.DATE: "a date",
    KindName.INSTANT: "an instant",
    KindName.YES_NO: "yes or no",
    KindName.LIST: "a list",
}
_DIMENSIONS = {
    "mass": "a weight",
    "volume": "a volume",
    "length": "a length",
    "area": "an area",
    "capacity": "a volume in m3",
    "count": "a number of pieces",
}
_NUMERIC = frozenset(
    {
        KindName.NUMBER,
        KindName.INTEGER,
        KindName.MONEY,
        KindName.PERCENT,
        KindName.QUANTITY,
        KindName.DURATION,
    },
)

TEXT = Kind(KindName.TEXT)
NUMBER = Kind(KindName.NUMBER)
INTEGER = Kind(KindName.INTEGER)
PERCENT = Kind(KindName.PERCENT)
DATE = Kind(KindName.DATE)
INSTANT = Kind(KindName.INSTANT)
DURATION = Kind(KindName.DURATION)
YES_NO = Kind(KindName.YES_NO)
NOTHING = Kind(KindName.NOTHING)
ERROR = Kind(KindName.ERROR)


def money(currency: str) -> Kind:
    """Money in `currency` (ISO code)."""
    return Kind(KindName.MONEY, currency=currency)


def quantity(dimension: str) -> Kind:
    """A quantity of `dimension`."""
    return Kind(KindName.QUANTITY, dimension=dimension)


def choice(choices: tuple[str, ...], choices_from: str = "") -> Kind:
    """One of `choices`, which stand in `choices_from`."""
    return Kind(KindName.CHOICE, choices=choices, choices_from=choices_from)


def list_of(item: Kind) -> Kind:
    """A list of `item`."""
    return Kind(KindName.LIST, item=item)
