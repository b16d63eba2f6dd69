"""What the engine understood of a source schema: each field's kind and how its cell is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from engine.values.field import CurrencyWord, Field, Fold, PercentStyle, Reading, SourceSchema
from engine.values.kinds import Kind, KindName

_MARKS = {" ": "a space", ".": "`.`", ",": "`,`", "'": "`'`"}
_PERCENTS = {
    PercentStyle.POINTS: "`20` is 20%",
    PercentStyle.FRACTION: "`0.2` is 20%",
    PercentStyle.SIGN: "`20%` is 20%",
}
_FOLDS = {
    Fold.REJECT: "a time that occurs twice in autumn is rejected",
    Fold.EARLIER: "of a time that occurs twice in autumn, the earlier",
    Fold.LATER: "of a time that occurs twice in autumn, the later",
}
_HEAD = ("field", "column", "kind", "needed", "how a cell is read")


def fields_as_text(schema: SourceSchema) -> str:
    """The fields as a table for people, a field a line."""
    rows = [_HEAD]
    for field in schema.fields.values():
        needed = "yes" if field.required else "no"
        told = "; ".join(reading_words(field))
        rows.append((field.name, field.reading.column, kind_words(field.kind), needed, told))
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD) - 1)] + [0]
    lines = ("  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows)
    return f"{schema.path}\n\n" + "".join(f"{line}\n" for line in lines)


def fields_as_json(schema: SourceSchema) -> str:
    """The fields as one JSON object: {"schema", "fields": [{"name", "column", "kind", ...}]}."""
    fields = [_field_as_json(field) for field in schema.fields.values()]
    found = {"schema": schema.path, "fields": fields}
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def kind_words(kind: Kind) -> str:
    """The kind in words, without what a list holds."""
    return f"one of {len(kind.choices)} texts" if kind.choices else str(kind)


def reading_words(field: Field) -> Iterator[str]:
    """How a cell becomes the value, a phrase each; defaults are said as well."""
    reading = field.reading
    yield from _kind_words(field)
    yield from _bounds(field)
    if reading.missing_words:
        yield f"missing where empty or {_listed(reading.missing_words)}"
    if not reading.trim:
        yield "spaces around it are kept"
    if field.deprecated:
        yield "deprecated"


def _kind_words(field: Field) -> Iterator[str]:
    reading = field.reading
    match field.kind.name:
        case KindName.MONEY:
            yield from _money(field)
            yield from _number(field)
        case KindName.PERCENT:
            yield _PERCENTS[reading.percent]
            yield from _number(field)
        case KindName.QUANTITY:
            yield f"counted in {reading.unit}"
            yield from _number(field)
        case KindName.NUMBER | KindName.INTEGER:
            yield from _number(field)
        case KindName.DATE | KindName.INSTANT:
            yield from _time(reading, instant=field.kind.name is KindName.INSTANT)
        case KindName.YES_NO:
            yield f"yes: {_listed(reading.yes_words)}; no: {_listed(reading.no_words)}"
        case KindName.LIST:
            apart = reading.separator
            yield f"items between `{apart}`" if apart else "repeated elements"
        case KindName.CHOICE:
            yield _listed(field.kind.choices or ())
        case KindName.TEXT:
            if field.text_pattern:
                yield f"pattern {field.text_pattern}"
        case KindName.DURATION | KindName.NOTHING | KindName.ERROR:
            pass  # no cell is read as one of these


def _money(field: Field) -> Iterator[str]:
    reading = field.reading
    if reading.minor_units:
        yield "counts cents"
    match reading.currency_word:
        case CurrencyWord.NONE:
            pass
        case CurrencyWord.OPTIONAL:
            yield f"may say {field.kind.currency}"
        case CurrencyWord.REQUIRED:
            yield f"must say {field.kind.currency}"
    if reading.currency_column:
        yield f"the column `{reading.currency_column}` must say {field.kind.currency}"
    if field.tax_included is not None:
        yield "VAT included" if field.tax_included else "VAT excluded"


def _number(field: Field) -> Iterator[str]:
    reading = field.reading
    if field.kind.name is not KindName.INTEGER and not reading.minor_units:
        yield _decimals(field)
    if reading.grouping:
        yield f"thousands apart by {_MARKS[reading.grouping]}"


def _decimals(field: Field) -> str:
    if not field.scale:
        return "no decimals"
    noun = "decimal" if field.scale == 1 else "decimals"
    return f"decimal mark {_MARKS[field.reading.decimal_mark]}, at most {field.scale} {noun}"


def _time(reading: Reading, *, instant: bool) -> Iterator[str]:
    yield f"written {reading.pattern}" if reading.pattern else "written as ISO 8601"
    if instant:
        yield f"in {reading.zone}" if reading.zone else "with its own zone"
        if reading.zone:
            yield _FOLDS[reading.fold]


def _bounds(field: Field) -> Iterator[str]:
    unit = f" {field.kind.currency}" if field.kind.currency else _unit(field.kind)
    if field.minimum is not None:
        sign = "above" if field.exclusive_minimum else "at least"
        yield f"{sign} {_plain(field.minimum)}{unit}"
    if field.maximum is not None:
        sign = "below" if field.exclusive_maximum else "at most"
        yield f"{sign} {_plain(field.maximum)}{unit}"
    if field.min_length:
        yield f"at least {field.min_length} characters"
    if field.max_length is not None:
        yield f"at most {field.max_length} characters"


_BASE_UNITS = {"mass": "kg", "volume": "l", "length": "m", "area": "m2", "capacity": "m3"}


def _unit(kind: Kind) -> str:
    if kind.name is KindName.PERCENT:
        return "%"
    unit = _BASE_UNITS.get(kind.dimension or "", "")
    return f" {unit}" if unit else ""


def _plain(number: Decimal) -> str:
    # Rows of zeros after the mark say nothing; `normalize` alone would write 1E+5.
    return f"{number.normalize():f}"


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{w}`" for w in words)


def _field_as_json(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": field.name,
        "column": field.reading.column,
        "title": field.title,
        "kind": str(field.kind),
        "required": field.required,
        "reading": list(reading_words(field)),
    }
    if field.kind.choices:
        found["choices"] = list(field.kind.choices)
    return found
