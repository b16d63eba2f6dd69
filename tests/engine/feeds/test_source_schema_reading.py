"""Source schemas: what a cell means, read from JSON Schema; every fault with its place."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.feeds.source_schema import load_source_schema, read_source_schema
from engine.values.field import CurrencyWord, Field, Fold, PercentStyle
from engine.values.kinds import DATE, INSTANT, INTEGER, NUMBER, PERCENT, TEXT, YES_NO, money


def field(**schema: Any) -> Field:
    read, faults = read_source_schema(json.dumps({"properties": {"x": schema}}), "s.json")
    assert read is not None, [f.says for f in faults]
    return read.fields["x"]


def faults(text: str) -> list[str]:
    schema, found = read_source_schema(text, "s.json")
    assert schema is None
    assert {f.code.number for f in found} == {"S971"}
    return [f.says for f in found]


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({}, TEXT),
        ({"type": "string"}, TEXT),
        ({"type": "integer"}, INTEGER),
        ({"type": "number"}, NUMBER),
        ({"type": "boolean"}, YES_NO),
        ({"x-kind": "date"}, DATE),
        ({"x-kind": "instant"}, INSTANT),
        ({"x-kind": "percent"}, PERCENT),
        ({"x-kind": "money"}, money("EUR")),
        ({"x-kind": "money", "x-currency": "USD"}, money("USD")),
    ],
)
def test_kinds(schema: dict[str, Any], kind: Any) -> None:
    assert field(**schema).kind == kind


def test_how_a_cell_is_read() -> None:
    made = field(
        **{
            "x-kind": "money", "x-column": "Prix HT", "x-decimal-mark": ",", "x-grouping": " ", "x-currency-word": "required",
            "x-currency-column": "Devise", "x-minor-units": True, "x-missing": ["n.c."], "x-trim": False, "x-tax": "excluded",
        }
    ).reading  # fmt: skip
    assert (made.column, made.decimal_mark, made.grouping) == ("Prix HT", ",", " ")
    assert (made.currency_word, made.currency_column, made.minor_units) == (
        CurrencyWord.REQUIRED,
        "Devise",
        True,
    )
    assert (made.missing_words, made.trim) == (("n.c.",), False)
    day = field(
        **{
            "x-kind": "instant",
            "x-date-pattern": "dd/MM/yyyy HH:mm",
            "x-zone": "Europe/Paris",
            "x-fold": "later",
        }
    )
    assert (day.reading.pattern, day.reading.zone, day.reading.fold) == (
        "dd/MM/yyyy HH:mm",
        "Europe/Paris",
        Fold.LATER,
    )


def test_bounds_are_in_the_unit_of_the_kind() -> None:
    grams = field(**{"x-kind": "quantity", "x-unit": "g", "exclusiveMinimum": 0, "maximum": 30000})
    assert (grams.minimum, grams.exclusive_minimum, grams.maximum) == (0, True, Decimal(30))
    fraction = field(
        **{"x-kind": "percent", "x-percent": "fraction", "maximum": 1, "multipleOf": 0.001}
    )
    assert (fraction.reading.percent, fraction.maximum, fraction.scale) == (
        PercentStyle.FRACTION,
        Decimal(100),
        1,
    )
    assert field(**{"x-kind": "money", "multipleOf": 0.01}).scale == 2


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"x-collumn": "A"}, "there is no keyword `x-collumn`; did you mean `x-column`?"),
        ({"x-kind": "price"}, "x-kind is one of text, number"),
        ({"type": "object"}, "type 'object' holds no cell"),
        (
            {"type": "integer", "x-currency": "EUR"},
            "`x-currency` says something of money, and this is integer",
        ),
        ({"x-kind": "money", "x-currency": "euro"}, "x-currency is a code of three letters"),
        ({"x-kind": "quantity"}, "x-unit must be a unit"),
        ({"x-kind": "number", "x-decimal-mark": ";"}, "x-decimal-mark is one of '.', ','"),
        (
            {"x-kind": "number", "x-grouping": "."},
            "x-grouping and x-decimal-mark are the same character",
        ),
        ({"x-kind": "instant", "x-zone": "Paris"}, "there is no time zone Paris"),
        (
            {"x-kind": "date", "x-date-pattern": "d MMM"},
            "x-date-pattern is written with yyyy, MM, dd",
        ),
        ({"x-kind": "date", "x-date-pattern": "yyyy"}, "x-date-pattern needs yyyy, MM and dd"),
        ({"x-kind": "yes/no", "x-yes": ["x"], "x-no": ["X"]}, "x-yes and x-no share a word"),
        ({"type": "number", "multipleOf": 0.05}, "multipleOf counts decimals here"),
        ({"type": "number", "minimum": "0"}, "minimum must be a number"),
        ({"type": "number", "maximum": 10**18}, "maximum has more than 18 digits"),
        ({"enum": []}, "enum must list texts"),
        ({"maxLength": "5"}, "maxLength must be a whole number"),
        ({"x-missing": "n.c."}, "x-missing must be a list of words"),
        ({"x-kind": "money", "x-tax": "with"}, "x-tax is `included` or `excluded`"),
    ],
)
def test_what_cannot_be_used_is_told(schema: dict[str, Any], says: str) -> None:
    told = faults(json.dumps({"properties": {"x": schema}}))
    assert len(told) == 1
    assert f"field `x`: {says}" in told[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Expecting value"),
        ("{", ""),
        ("[]", "it has no `properties`"),
        ('{"properties": {}}', "it has no `properties`"),
        ('{"properties": {"x": {}}, "required": ["y"]}', "`required` names `y`, which is no field"),
        ('{"properties": {"x": {}}, "required": "x"}', "`required` must be a list of field names"),
        ('{"properties": {"X": {}}}', "rules could not name it"),
        ('{"properties": {"x": []}}', "expected an object such as"),
        ("[" * 100_000, "nesting is too large"),
    ],
)
def test_schemas_that_are_none(text: str, says: str) -> None:
    assert says in faults(text)[0]


def test_every_faulty_field_is_told_where_it_stands() -> None:
    text = '{"properties": {\n  "a": {"x-kind": "price"},\n  "b": {},\n  "c": {"type": "null"}\n}}'
    _, found = read_source_schema(text, "s.json")
    assert [f.span.line for f in found] == [2, 4]


def test_a_file_that_is_no_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(b'{"properties": {"\xe9": {}}}')
    schema, found = load_source_schema(path, "s.json")
    assert schema is None
    assert [f.code.number for f in found] == ["S974"]
