"""Business rules on delivery modes: which go together, and what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import polars as pl
from msgspec import Struct

from engine.diagnostics.codes import rows as codes
from engine.marketplace.channel import Compulsory
from engine.offers.check import Case, Check, amount_text, comparable
from engine.offers.columns import CollectedRow, WireColumn
from engine.offers.text_expressions import joined

MODE = "ShippingInformationDeliveryMode"
CHARGE = "ShippingCharges"
ADDITIONAL = "AdditionalShippingCharges"
NO = pl.lit(value=False)


class _Entry(Struct, frozen=True):
    """An entry of the list: where it applies, its mode and its charges."""

    applies: pl.Expr
    mode: pl.Expr
    charge: WireColumn | None
    additional: WireColumn | None

    def is_one_of(self, modes: Iterable[str]) -> pl.Expr:
        """Where the entry applies and its mode is one of `modes`."""
        return self.applies & self.mode.is_in(list(modes)).fill_null(value=False)


def delivery_checks(case: Case) -> Iterator[Check]:
    """All checks of this family that can find something."""
    entries = [_entry(row) for row in case.columns.collected if _is_delivery(row)]
    if not entries:
        return
    yield _completeness(case, entries)
    yield from _twice(case, entries)
    yield from _compulsory(case, entries)
    yield from _sizes(case, entries)
    yield _pickup(case, entries)
    yield from _activated(case, entries)
    yield from _ceiling(case, entries)
    yield from _standard(case, entries)


def _is_delivery(row: CollectedRow) -> bool:
    return any(name in row.columns for name in (MODE, CHARGE, ADDITIONAL))


def _entry(row: CollectedRow) -> _Entry:
    mode = row.columns.get(MODE)
    return _Entry(
        row.applies.fill_null(value=False),
        mode.expr if mode else pl.lit(None, dtype=pl.String),
        row.columns.get(CHARGE),
        row.columns.get(ADDITIONAL),
    )


def _has(entries: Iterable[_Entry], modes: Iterable[str]) -> pl.Expr:
    """Where the offer has any of `modes`."""
    wanted = list(modes)
    return pl.any_horizontal([NO, *(entry.is_one_of(wanted) for entry in entries)])


def _modes_where(found: Iterable[tuple[_Entry, pl.Expr]]) -> pl.Expr:
    """The modes of the entries where the condition beside each is yes."""
    return joined([pl.when(condition).then(entry.mode) for entry, condition in found], ", ")


def _completeness(case: Case, entries: list[_Entry]) -> Check:
    problems: list[tuple[pl.Expr, pl.Expr]] = []
    for entry in entries:
        no_mode, no_charge = entry.mode.is_null(), _is_null(entry.charge)
        charged = ~no_charge | ~_is_null(entry.additional)
        uncharged = entry.mode + pl.lit(" stands without ShippingCharges")
        nameless = pl.lit("a shipping charge stands without a delivery mode")
        problems.append((entry.applies & no_mode & charged, nameless))
        problems.append((entry.applies & ~no_mode & no_charge, uncharged))
    said = joined([pl.when(where).then(words) for where, words in problems], "; ")
    fails = pl.any_horizontal([where for where, _ in problems])
    return case.check(codes.DELIVERY_INCOMPLETE, fails, problems=said)


def _is_null(column: WireColumn | None) -> pl.Expr:
    return column.expr.is_null() if column else pl.lit(value=True)


def _twice(case: Case, entries: list[_Entry]) -> Iterator[Check]:
    pairs = [
        (first, first.applies & second.applies & (first.mode == second.mode))
        for first, second in combinations(entries, 2)
    ]
    if pairs:
        again = pl.any_horizontal([same for _, same in pairs])
        yield case.check(codes.DELIVERY_TWICE, again, modes=_modes_where(pairs))


def _compulsory(case: Case, entries: list[_Entry]) -> Iterator[Check]:
    """What official pages say is compulsory rejects; what others say warns."""
    delivery = case.channel.delivery
    small = [(mode, delivery.small) for mode in delivery.compulsory_small]
    big = [(mode, delivery.big) for mode in delivery.compulsory_big]
    for code, certain in ((codes.TRACKED_MISSING, True), (codes.COMPULSORY_MISSING, False)):
        asked = [(m, among) for m, among in [*small, *big] if m.fact.certain is certain]
        if asked:
            lacks = [_lacks(entries, mode, among) for mode, among in asked]
            named = zip(lacks, asked, strict=True)
            missing = joined(
                [pl.when(lack).then(pl.lit(mode.mode)) for lack, (mode, _) in named],
                " and ",
            )
            yield case.check(code, pl.any_horizontal(lacks), MODE, missing=missing)


def _lacks(entries: list[_Entry], compulsory: Compulsory, among: tuple[str, ...]) -> pl.Expr:
    return _has(entries, among) & ~_has(entries, [compulsory.mode])


def _sizes(case: Case, entries: list[_Entry]) -> Iterator[Check]:
    small, big = case.channel.delivery.small, case.channel.delivery.big
    if small and big:
        yield case.check(codes.SIZES_MIXED, _has(entries, small) & _has(entries, big), MODE)


def _pickup(case: Case, entries: list[_Entry]) -> Check:
    pickup = case.channel.delivery.pickup
    other = [e.applies & e.mode.is_not_null() & ~e.mode.is_in(list(pickup)) for e in entries]
    alone = _has(entries, pickup) & ~pl.any_horizontal(other)
    return case.check(codes.PICKUP_ALONE, alone, MODE)


def _activated(case: Case, entries: list[_Entry]) -> Iterator[Check]:
    if case.activated is None:
        return
    activated = [_canonical(case, word) for word in case.activated]
    foreign = [(e, e.applies & e.mode.is_not_null() & ~e.mode.is_in(activated)) for e in entries]
    yield case.check(
        codes.MODE_NOT_ACTIVATED,
        pl.any_horizontal([strange for _, strange in foreign]),
        modes=_modes_where(foreign),
    )
    big = case.channel.delivery.big
    is_big = _has(entries, big)
    is_small = ~is_big & pl.any_horizontal([e.applies & e.mode.is_not_null() for e in entries])
    lacks = {
        mode: (is_big if mode in big else is_small) & ~_has(entries, [mode]) for mode in activated
    }
    missing = joined([pl.when(lack).then(pl.lit(mode)) for mode, lack in lacks.items()], ", ")
    fails = pl.any_horizontal([NO, *lacks.values()])
    yield case.check(codes.ACTIVATED_NOT_SENT, fails, missing=missing)


def _canonical(case: Case, word: str) -> str:
    """The rule value of a mode that the settings may call by its code."""
    for row in case.columns.collected:
        mode = row.columns.get(MODE)
        if mode:
            return mode.attribute.canonical(word) or word
    return word


def _ceiling(case: Case, entries: list[_Entry]) -> Iterator[Check]:
    ceiling = case.channel.delivery.ceiling
    if ceiling is None:
        return
    above = []
    for entry in entries:
        if entry.charge:
            charge, most = comparable(entry.charge, ceiling.amount)
            above.append((entry, entry.is_one_of(ceiling.modes) & (charge > most)))
    if above:
        yield case.check(
            codes.CHARGE_ABOVE_CEILING,
            pl.any_horizontal([over for _, over in above]),
            modes=_modes_where(above),
            ceiling=amount_text(ceiling.amount),
        )


def _standard(case: Case, entries: list[_Entry]) -> Iterator[Check]:
    """Where the limit is on price and shipping, the charge of Standard itself counts."""
    limit, price = case.channel.delivery.standard, case.value("Price")
    if limit is None or price is None:
        return
    over = []
    for entry in entries:
        added = [entry.charge] if limit.with_shipping and entry.charge else []
        below, amount, *charges = comparable(limit.below, price, *added)
        total = pl.sum_horizontal([amount, *(charge.fill_null(0) for charge in charges)])
        over.append(entry.is_one_of(["Standard"]) & (total >= below))
    yield case.check(
        codes.STANDARD_LIMIT,
        pl.any_horizontal(over),
        "Price",
        limit=amount_text(limit.below),
        of=pl.lit("price and shipping" if limit.with_shipping else "price"),
    )
