"""Keys of look-up tables in the form that cells of feeds have."""

from decimal import Decimal

import pytest

from engine.program.lookups import _plain_key


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        (" \u00c9TE\u0301 ", "\u00e9t\u00e9"),
        (Decimal("-0"), "0"),
        (Decimal("1.50"), "1.5"),
        (True, "true"),
        (None, ""),
    ],
)
def test_a_key_in_plain_form(cell: str | Decimal | bool | None, key: str) -> None:  # noqa: FBT001 - a table of cells
    assert _plain_key(cell) == key
