"""Rules on what a package can carry: attributes without a name in it, characters it cannot hold."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from engine.diagnostics.codes import rows as codes
from engine.offers.check import Case, Check
from engine.offers.text_expressions import NOT_IN_XML, joined
from engine.values.kinds import KindName


def writing_checks(case: Case) -> Iterator[Check]:
    """All checks of this family that can find something."""
    lost = case.choice.lost
    if lost is not None:
        package = case.choice.package
        yield case.check(codes.CANNOT_CARRY, lost.is_not_null(), lost=lost, package=package)
    yield from _texts(case)


def _texts(case: Case) -> Iterator[Check]:
    bad = {
        column.name: is_set & column.expr.str.contains(NOT_IN_XML)
        for column, is_set in case.columns.everywhere()
        if column.attribute.kind.name is KindName.TEXT
    }
    if bad:
        names = joined([pl.when(found).then(pl.lit(name)) for name, found in bad.items()], ", ")
        fails = pl.any_horizontal(list(bad.values())) & case.choice.by_xml
        yield case.check(codes.TEXT_NOT_WRITABLE, fails, names=names)
