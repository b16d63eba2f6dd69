"""Promises: proved, broken always, or left to each product, with one that breaks it."""

from collections.abc import Callable

import pytest

from engine.diagnostics.diagnostic import Diagnostic

Check = Callable[..., list[Diagnostic]]


@pytest.mark.parametrize(
    ("promise", "codes", "note"),
    [
        ("always price_excl_vat > 0.00 EUR", [], None),  # a bound of the schema
        ("always vat_rate <= 100%", [], None),
        ("always price_excl_vat < 0.00 EUR", ["V703"], None),
        ("always price_excl_vat > 10.00 EUR", ["V704"], "price_excl_vat 9.99 EUR"),
        ('always category is not "Drinks"', ["V704"], 'category "Drinks"'),
        ("always Price > cost_price", ["V704"], "computed"),
    ],
)
def test_a_promise(check: Check, promise: str, codes: list[str], note: str | None) -> None:
    found = check(promise)
    assert [d.code.number for d in found] == codes
    assert note is None or note in found[0].notes[0]
