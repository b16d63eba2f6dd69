"""The keywords of source schemas: what a cell becomes, what rejects its row, what a schema may say."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from oracle import compiled
from oracle.words import CHANNEL, span

from engine.feeds.source_schema import read_source_schema
from engine.functions import library
from engine.language import ruleset as r
from engine.language.vocabulary import Attribute
from engine.values.field import Field
from engine.values.kinds import TEXT, KindName

NOW = datetime(2025, 7, 29, 8, tzinfo=UTC)
Said = dict[str, Any]


def field_of(said: Said) -> Field:
    """The field `x` of a schema that says `said` of it."""
    schema, faults = read_source_schema(json.dumps({"properties": {"x": said}}), "s.json")
    assert [f.says for f in faults] == []
    assert schema is not None
    return schema.fields["x"]


def refused(said: Said) -> str:
    """Why a schema that says `said` of a field cannot be used."""
    schema, faults = read_source_schema(json.dumps({"properties": {"x": said}}), "s.json")
    assert schema is None
    (fault,) = faults
    assert fault.code.number == "S971"
    return fault.says.removeprefix("s.json cannot be used as a schema: field `x`: ")


def value(field: Field) -> tuple[Attribute, r.Bound]:
    """An attribute that takes the field as it is (a list as one text), and the field's value."""
    place = span(1)
    bound: r.Bound = r.FieldValue(place, field.kind, missing=True, fails=False, field=field)
    if field.kind.name is KindName.LIST:
        parts = (bound, r.Constant(place, TEXT, missing=False, fails=False, value="/"))
        bound = r.CallOf(place, TEXT, True, False, library()["join"], parts)  # noqa: FBT003 - as declared
    return Attribute("X", bound.kind, scale=9), bound


def read(said: Said, cell: str | None, **others: str) -> Any:
    """The value of one cell as the compiled program reads it, None if missing, or its fault."""
    field = field_of(said)
    attribute, bound = value(field)
    rules = r.Slice(CHANNEL, None, None, (r.AttributeStep(attribute, bound, span(1)),))
    row = {field.reading.column: cell, **others}
    (result,) = compiled.run(rules, [row], NOW)
    if result.outcome == "rejected":
        return {code for code, _ in result.faults}.pop()
    return result.values.get("X")


F = Fraction
NUMBER = {"type": "number"}
EUR = {"x-kind": "money", "x-currency": "EUR"}
DATE = {"x-kind": "date"}
INSTANT = {"x-kind": "instant"}
PARIS = {**INSTANT, "x-zone": "Europe/Paris"}
CELLS: list[tuple[Said, str | None, Any]] = [
    # decimal mark, grouping
    (NUMBER, "1.5", F("1.5")),
    (NUMBER, "1,5", "R101"),
    (NUMBER, "1e3", "R101"),
    (NUMBER, "1_000", "R101"),
    (NUMBER, "１", "R101"),
    (NUMBER, " 2 ", 2),
    (NUMBER, "", None),
    (NUMBER, "   ", None),
    (NUMBER, None, None),
    ({**NUMBER, "x-decimal-mark": ","}, "1,5", F("1.5")),
    ({**NUMBER, "x-decimal-mark": ","}, "1.5", "R101"),
    ({**NUMBER, "x-grouping": ","}, "1,234,567.5", F("1234567.5")),
    ({**NUMBER, "x-grouping": ","}, "1,23", "R101"),
    ({**NUMBER, "x-decimal-mark": ",", "x-grouping": "."}, "1.234,5", F("1234.5")),
    ({**NUMBER, "x-decimal-mark": ",", "x-grouping": " "}, "1\u202f234,5", F("1234.5")),
    ({**NUMBER, "x-decimal-mark": ",", "x-grouping": " "}, "1\u00a0234", 1234),
    ({**NUMBER, "x-grouping": "'"}, "1'234", 1234),
    ({"type": "integer"}, "7", 7),
    ({"type": "integer"}, "7.0", "R101"),
    ({**NUMBER, "multipleOf": 0.01}, "1.234", "R101"),
    # bounds
    ({**NUMBER, "minimum": 0}, "-1", "R103"),
    ({**NUMBER, "exclusiveMinimum": 0}, "0", "R103"),
    ({**NUMBER, "maximum": 10}, "10", 10),
    ({**NUMBER, "exclusiveMaximum": 10}, "10", "R103"),
    # money: currency, currency word, currency column, minor units
    (EUR, "12.50", F("12.5")),
    (EUR, "12.50 EUR", "R101"),
    (EUR, "12.505", "R101"),
    ({**EUR, "x-currency-word": "optional"}, "12.50 EUR", F("12.5")),
    ({**EUR, "x-currency-word": "optional"}, "12.50", F("12.5")),
    ({**EUR, "x-currency-word": "optional"}, "12.50 USD", "R104"),
    ({**EUR, "x-currency-word": "required"}, "12.50 EUR", F("12.5")),
    ({**EUR, "x-currency-word": "required"}, "12.50", "R104"),
    ({**EUR, "x-minor-units": True}, "1250", F("12.5")),
    ({**EUR, "x-minor-units": True}, "12.50", "R101"),
    # percent, which an attribute takes in points
    ({"x-kind": "percent"}, "20", 20),
    ({"x-kind": "percent"}, "20%", "R101"),
    ({"x-kind": "percent", "x-percent": "fraction"}, "0.2", 20),
    ({"x-kind": "percent", "x-percent": "sign"}, "20 %", 20),
    ({"x-kind": "percent", "x-percent": "sign"}, "20", "R101"),
    ({"x-kind": "percent", "x-percent": "fraction", "maximum": 1}, "1.2", "R103"),
    # units of quantities
    ({"x-kind": "quantity", "x-unit": "g"}, "250", F("0.25")),
    ({"x-kind": "quantity", "x-unit": "kg"}, "0.25", F("0.25")),
    ({"x-kind": "quantity", "x-unit": "ml"}, "750", F("0.75")),
    ({"x-kind": "quantity", "x-unit": "kg"}, "1 kg", "R101"),
    ({"x-kind": "quantity", "x-unit": "g", "maximum": 500}, "501", "R103"),
    # dates
    (DATE, "2025-07-29", date(2025, 7, 29)),
    (DATE, "29/07/2025", "R105"),
    (DATE, "2025-02-29", "R105"),
    ({**DATE, "x-date-pattern": "dd/MM/yyyy"}, "29/07/2025", date(2025, 7, 29)),
    ({**DATE, "x-date-pattern": "dd/MM/yyyy"}, "07/29/2025", "R105"),
    ({**DATE, "x-date-pattern": "yyyyMMdd"}, "20250729", date(2025, 7, 29)),
    # instants: pattern, zone, fold
    (INSTANT, "2025-07-29T10:00:00+02:00", NOW),
    (INSTANT, "2025-07-29T08:00:00Z", NOW),
    (INSTANT, "2025-07-29T10:00:00", "R105"),
    (PARIS, "2025-07-29T10:00:00", NOW),
    (PARIS, "2025-07-29T08:00:00Z", NOW),
    ({**PARIS, "x-date-pattern": "dd/MM/yyyy HH:mm"}, "29/07/2025 10:00", NOW),
    (PARIS, "2025-03-30T02:30:00", "R105"),
    (PARIS, "2025-10-26T02:30:00", "R105"),
    (
        {**PARIS, "x-fold": "earlier"},
        "2025-10-26T02:30:00",
        datetime(2025, 10, 26, 0, 30, tzinfo=UTC),
    ),
    (
        {**PARIS, "x-fold": "later"},
        "2025-10-26T02:30:00",
        datetime(2025, 10, 26, 1, 30, tzinfo=UTC),
    ),
    # yes and no
    ({"type": "boolean"}, "oui", True),
    ({"type": "boolean"}, "FALSE", False),
    ({"type": "boolean"}, "vrai", "R106"),
    ({"type": "boolean", "x-yes": ["vrai"], "x-no": ["faux"]}, "Vrai", True),
    ({"type": "boolean", "x-yes": ["vrai"], "x-no": ["faux"]}, "oui", "R106"),
    # lists
    ({"type": "array", "x-separator": "|"}, "a| b ||c", "a/b/c"),
    ({"type": "array", "x-separator": ">"}, "Home > Lamps", "Home/Lamps"),
    ({"type": "array", "x-separator": "|"}, "", None),
    # texts: trimming, words for nothing, lengths, patterns, lists
    ({"type": "string"}, "  Lampe ", "Lampe"),
    ({"type": "string", "x-trim": False}, "  Lampe ", "  Lampe "),
    ({"type": "string", "x-missing": ["n/a", "-"]}, "n/a", None),
    ({"type": "string", "x-missing": ["n/a", "-"]}, "n/a.", "n/a."),
    ({**NUMBER, "x-missing": ["-"]}, "-", None),
    ({"type": "string", "maxLength": 3}, "été", "été"),
    ({"type": "string", "maxLength": 3}, "étés", "R108"),
    ({"type": "string", "minLength": 2}, "a", "R108"),
    ({"type": "string", "pattern": "^[A-Z]+$"}, "ABC", "ABC"),
    ({"type": "string", "pattern": "^[A-Z]+$"}, "AbC", "R108"),
    ({"type": "string", "enum": ["S", "M"]}, "M", "M"),
    ({"type": "string", "enum": ["S", "M"]}, "XL", "R107"),
]


@pytest.mark.parametrize(("said", "cell", "expected"), CELLS)
def test_a_cell_and_what_it_becomes(said: Said, cell: str | None, expected: Any) -> None:
    assert read(said, cell) == expected


def test_the_column_is_the_one_that_is_named() -> None:
    assert read({"type": "string", "x-column": "Prix HT"}, "12") == "12"
    assert field_of({"type": "string"}).reading.column == "x"


def test_a_column_of_its_own_names_the_currency() -> None:
    said = {**EUR, "x-currency-column": "Devise"}
    assert read(said, "12.50", Devise="EUR") == F("12.5")
    assert read(said, "12.50", Devise="USD") == "R104"


def test_a_required_cell_is_not_empty() -> None:
    text = json.dumps({"required": ["x"], "properties": {"x": {"type": "string"}}})
    schema, _ = read_source_schema(text, "s.json")
    assert schema is not None
    attribute, bound = value(schema.fields["x"])
    rules = r.Slice(CHANNEL, None, None, (r.AttributeStep(attribute, bound, span(1)),))
    (result,) = compiled.run(rules, [{"x": " "}], NOW)
    assert {code for code, _ in result.faults} == {"R102"}


def test_bounds_are_kept_in_the_unit_of_the_kind() -> None:
    assert field_of({"x-kind": "quantity", "x-unit": "g", "maximum": 500}).maximum == Decimal("0.5")
    fraction = {"x-kind": "percent", "x-percent": "fraction", "maximum": 1}
    assert field_of(fraction).maximum == 100


REFUSED = [
    ({"type": "string", "x-column": "__row"}, "a column called `__row` cannot be read; give it"),
    ({"type": "string", "x-column": "*"}, "a column called `*` cannot be read; give it"),
    ({"type": "string", "x-column": "^p.*$"}, "a column called `^p.*$` cannot be read; give it"),
    ({**EUR, "x-currency-column": "__excluded"}, "a column called `__excluded` cannot be read"),
    ({"type": "string", "x-colum": "A"}, "there is no keyword `x-colum`; did you mean `x-column`?"),
    ({"type": "string", "x-unit": "kg"}, "`x-unit` says something of quantity, and this is text"),
    ({"type": "string", "x-decimal-mark": ","}, "`x-decimal-mark` says something of number or"),
    ({**NUMBER, "x-decimal-mark": ";"}, "x-decimal-mark is one of '.', ','"),
    ({**NUMBER, "x-grouping": "."}, "x-grouping and x-decimal-mark are the same character"),
    ({**EUR, "x-currency": "euro"}, "x-currency is a code of three letters"),
    ({**EUR, "x-currency-word": "maybe"}, "x-currency-word is one of 'none'"),
    ({**EUR, "x-tax": "perhaps"}, "x-tax is `included` or `excluded`"),
    ({"x-kind": "quantity"}, "x-unit must be a unit such as kg"),
    ({"x-kind": "quantity", "x-unit": "stone"}, "x-unit must be a unit such as kg"),
    ({"x-kind": "weight"}, "x-kind is one of text, number"),
    ({"type": "object"}, "type 'object' holds no cell; say x-kind"),
    ({**DATE, "x-date-pattern": "DD/MM/YYYY"}, "x-date-pattern is written with yyyy, MM, dd"),
    ({**DATE, "x-date-pattern": "MM/yyyy"}, "x-date-pattern needs yyyy, MM and dd"),
    ({**INSTANT, "x-zone": "Europe/Pari"}, "there is no time zone Europe/Pari"),
    ({**INSTANT, "x-fold": "both"}, "x-fold is one of 'reject'"),
    ({"type": "boolean", "x-yes": ["1"], "x-no": ["1"]}, "x-yes and x-no share a word"),
    ({"type": "boolean", "x-yes": "oui"}, "x-yes must be a list of words"),
    ({"type": "boolean", "x-yes": [1]}, "x-yes must be a list of words"),
    ({**NUMBER, "multipleOf": 0.05}, "multipleOf counts decimals here"),
    ({**NUMBER, "minimum": "0"}, "minimum must be a number"),
    ({"type": "string", "enum": []}, "enum must list texts"),
    ({"type": "string", "maxLength": "5"}, "maxLength must be a whole number"),
    ({"type": "array", "x-separator": ""}, "x-separator must not be empty"),
    ({"type": "string", "pattern": "("}, "pattern cannot be used: unclosed group"),
    ({"type": "string", "pattern": "a(?=b)"}, "pattern cannot be used: look-around"),
    ({"type": "string", "x-trim": "no"}, "x-trim is true or false"),
    ({**EUR, "x-minor-units": "yes"}, "x-minor-units is true or false"),
]


@pytest.mark.parametrize(("said", "reason"), REFUSED)
def test_what_a_schema_cannot_say(said: Said, reason: str) -> None:
    assert refused(said).startswith(reason)
