"""The kinds of value that rules work with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Kind:
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
        match self.name:
            case KindName.MONEY:
                return f"money in {self.currency}"
            case KindName.QUANTITY:
                return f"quantity of {self.dimension}"
            case KindName.LIST:
                return f"list of {self.item}"
            case _:
                return self.name.value

    @property
    def numeric(self) -> bool:
        """Whether values of this kind are exact numbers inside."""
        return self.name in _NUMERIC


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
