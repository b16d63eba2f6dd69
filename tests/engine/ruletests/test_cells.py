"""A value of a test is written as the cell that the source schema reads back as that value."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.feeds.source_schema import read_source_schema
from engine.ruletests.case import cell_text
from engine.ruletests.cells import write_cell


def _cell(keywords: str, value: object) -> str:
    text = f'{{"properties": {{"f": {keywords}}}}}'
    schema, faults = read_source_schema(text, "s.json")
    assert schema is not None, faults
    return write_cell(schema.fields["f"], value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keywords", "value", "cell"),
    [
        ('{"x-kind": "money", "x-decimal-mark": ","}', Decimal("1234.50"), "1234,5"),
        ('{"x-kind": "money", "x-minor-units": true}', Decimal("12.34"), "1234"),
        ('{"x-kind": "money", "x-currency-word": "required"}', Decimal("5.00"), "5 EUR"),
        ('{"x-kind": "percent"}', Decimal("0.2"), "20"),
        ('{"x-kind": "percent", "x-percent": "fraction"}', Decimal("0.055"), "0.055"),
        ('{"x-kind": "percent", "x-percent": "sign"}', Decimal("0.2"), "20%"),
        ('{"x-kind": "quantity", "x-unit": "g"}', Decimal("1.85"), "1850"),
        ('{"type": "integer"}', Decimal(12), "12"),
        ('{"type": "boolean", "x-yes": ["vrai"], "x-no": ["faux"]}', True, "vrai"),
        ('{"type": "boolean", "x-yes": ["vrai"], "x-no": ["faux"]}', False, "faux"),
        ('{"x-kind": "date", "x-date-pattern": "dd/MM/yyyy"}', date(2025, 7, 29), "29/07/2025"),
        (
            '{"x-kind": "instant", "x-date-pattern": "dd/MM/yyyy HH:mm", "x-zone": "Europe/Paris"}',
            datetime(2025, 7, 29, 8, tzinfo=UTC),
            "29/07/2025 10:00",
        ),
        ('{"type": "string"}', "a b", "a b"),
    ],
)
def test_a_value_becomes_the_cell_of_its_field(keywords: str, value: object, cell: str) -> None:
    assert _cell(keywords, value) == cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, None),
        (True, "yes"),
        (False, "no"),
        (12, "12"),
        (Decimal("0.10"), "0.10"),
        ("83,33", "83,33"),
        (["a", "b"], ["a", "b"]),
    ],
)
def test_a_value_of_a_fixture_becomes_a_cell(value: object, cell: object) -> None:
    assert cell_text(value) == cell
