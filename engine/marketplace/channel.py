"""Sales channels: what each calls itself, takes, requires and limits."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from engine.errors import ProjectError
from engine.marketplace.facts import (
    Fact,
    JsonObject,
    UnusableError,
    amount,
    decimal,
    entries,
    fact_of,
    member,
    parse_object,
    text,
    texts,
)


class Limit(Struct, frozen=True):
    """A limit of the channel, by what it counts."""

    name: str
    value: int
    fact: Fact


class TaxCode(Struct, frozen=True):
    """How a tax is written in JSON: `{"code": code, "type": type, "value": ...}`.

    `absent` is the value written where the offer says nothing, None where nothing is written.
    """

    code: str
    type: str | None
    absent: str | None


class TaxSpelling(Struct, frozen=True):
    """One spelling of the taxes: the codes by the schema's word, and a rate's unit.

    Percents are written in points (20) or, where `fraction`, as 0.2.
    """

    codes: Mapping[str, TaxCode]
    fraction: bool
    fact: Fact


class Compulsory(Struct, frozen=True):
    """A delivery mode that must be among those of its parcel size."""

    mode: str
    fact: Fact


class ChargeCeiling(Struct, frozen=True):
    """The most that shipping may cost with some modes."""

    amount: Decimal
    modes: tuple[str, ...]
    fact: Fact


class StandardLimit(Struct, frozen=True):
    """Untracked delivery is for less than `below`, of the price or of price and shipping."""

    below: Decimal
    with_shipping: bool
    fact: Fact


class DeliveryRules(Struct, frozen=True):
    """Which delivery modes go together, as rule values."""

    small: tuple[str, ...]
    big: tuple[str, ...]
    pickup: tuple[str, ...]
    compulsory_small: tuple[Compulsory, ...]
    compulsory_big: tuple[Compulsory, ...]
    ceiling: ChargeCeiling | None
    standard: StandardLimit | None


class Constant(Struct, frozen=True):
    """An attribute of an XML element whose value never changes."""

    name: str
    value: str
    fact: Fact


class SalesChannel(Struct, frozen=True):
    """A channel as its file describes it; `id` is its name in rules."""

    id: str
    title: str
    currency: str
    language: str
    zone: str
    sales_channel_id: str
    packages: tuple[str, ...]  # "json" and "xml", in the order of preference
    required: tuple[str, ...]  # attributes without which no offer can be created
    limits: tuple[Limit, ...]
    gtin_digits: tuple[int, ...]
    spelling: str
    spellings: Mapping[str, TaxSpelling]
    delivery: DeliveryRules
    discount: tuple[Constant, ...]
    file: str = ""

    @property
    def taxes(self) -> TaxSpelling:
        """The spelling of taxes in use."""
        return self.spellings[self.spelling]

    def limit(self, name: str) -> int | None:
        """The limit called `name`, or None."""
        return next((one.value for one in self.limits if one.name == name), None)


def load_channels(folder: Path) -> dict[str, SalesChannel]:
    """The channels of the files in `folder`, by id, in the order of the file names.

    Raises:
        ProjectError: a file cannot be used, or there is none.
    """
    channels = {}
    for path in sorted(folder.glob("*.json")):
        channel = _load(path)
        if channel.id in channels:
            raise ProjectError(f"{path.name}: a second channel called `{channel.id}`")
        channels[channel.id] = channel
    if not channels:
        raise ProjectError(f"{folder.as_posix()}: no channel files (*.json)")
    return channels


def _load(path: Path) -> SalesChannel:
    try:
        return _channel(parse_object(path.read_text(encoding="utf-8")), path.name)
    except UnusableError as fault:
        raise ProjectError(f"{path.name}: {fault}") from None
    except UnicodeDecodeError as fault:
        raise ProjectError(f"{path.name}: not UTF-8 at byte {fault.start}") from None
    except OSError as fault:
        raise ProjectError(f"{path.name}: {fault.strerror or fault}") from None


def _channel(read: JsonObject, file: str) -> SalesChannel:
    taxes = member(read, "taxes")
    spellings = {n: _spelling(member(taxes["spellings"], n)) for n in member(taxes, "spellings")}
    spelling = text(taxes, "spelling")
    if spelling not in spellings:
        raise UnusableError(f"taxes.spelling is `{spelling}`, which is not among its spellings")
    return SalesChannel(
        id=_needed(read, "id"),
        title=text(read, "title"),
        currency=_needed(read, "currency"),
        language=text(read, "language"),
        zone=_needed(member(read, "zone"), "name"),
        sales_channel_id=text(member(read, "salesChannelId"), "value"),
        packages=tuple(_package(p) for p in entries(read, "packages")),
        required=texts(member(read, "required"), "attributes"),
        limits=tuple(_limit(e) for e in entries(read, "limits")),
        gtin_digits=_digits(member(read, "gtin")),
        spelling=spelling,
        spellings=spellings,
        delivery=_delivery(member(read, "delivery")),
        discount=tuple(
            Constant(_needed(e, "name"), text(e, "value"), fact_of(e))
            for e in entries(member(read, "discount"), "attributes")
        ),
        file=file,
    )


def _needed(entry: JsonObject, key: str) -> str:
    found = text(entry, key)
    if not found:
        raise UnusableError(f"`{key}` is missing", key)
    return found


def _package(entry: JsonObject) -> str:
    name = text(entry, "name")
    if name not in {"json", "xml"}:
        raise UnusableError(f"package `{name}` is neither json nor xml")
    return name


def _whole(entry: JsonObject, key: str) -> int:
    found = decimal(entry, key)
    if found is None or found != int(found):
        raise UnusableError(f"`{key}` must be a whole number", key)
    return int(found)


def _limit(entry: JsonObject) -> Limit:
    return Limit(_needed(entry, "name"), _whole(entry, "value"), fact_of(entry))


def _digits(entry: JsonObject) -> tuple[int, ...]:
    found = entry.get("digits", [])
    if not isinstance(found, list) or not all(isinstance(n, int) for n in found):
        raise UnusableError("`gtin.digits` must be a list of whole numbers")
    return tuple(found)


def _spelling(entry: JsonObject) -> TaxSpelling:
    codes = member(entry, "codes")
    unit = text(entry, "unit")
    if unit not in {"points", "fraction"}:
        raise UnusableError(f"a tax spelling's unit is `{unit}`; write points or fraction")
    return TaxSpelling(
        {n: _tax(member(codes, n)) for n in codes}, unit == "fraction", fact_of(entry)
    )


def _tax(entry: JsonObject) -> TaxCode:
    return TaxCode(
        _needed(entry, "code"), text(entry, "type") or None, text(entry, "absent") or None
    )


def _delivery(entry: JsonObject) -> DeliveryRules:
    ceiling, standard = member(entry, "ceiling"), member(entry, "standard")
    return DeliveryRules(
        small=texts(entry, "small"),
        big=texts(entry, "big"),
        pickup=texts(entry, "pickup"),
        compulsory_small=_compulsory(entry, "compulsory_small"),
        compulsory_big=_compulsory(entry, "compulsory_big"),
        ceiling=_ceiling(ceiling) if ceiling else None,
        standard=_standard(standard) if standard else None,
    )


def _compulsory(entry: JsonObject, key: str) -> tuple[Compulsory, ...]:
    return tuple(Compulsory(_needed(e, "mode"), fact_of(e)) for e in entries(entry, key))


def _ceiling(entry: JsonObject) -> ChargeCeiling:
    return ChargeCeiling(amount(entry, "amount"), texts(entry, "modes"), fact_of(entry))


def _standard(entry: JsonObject) -> StandardLimit:
    of = text(entry, "of")
    if of not in {"price", "price and shipping"}:
        raise UnusableError(f"delivery.standard.of is `{of}`; write price or price and shipping")
    return StandardLimit(amount(entry, "below"), of == "price and shipping", fact_of(entry))
