"""The source schema: a JSON Schema whose `x-` keywords say how a cell becomes a value.

Nothing about numbers, dates or words is guessed when a feed is read: it stands here, or its default
does (`feedwright schema` shows both).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.diagnostics.codes import testing as codes
from engine.diagnostics.decoding import decoded
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Span, Spans
from engine.values.field import CurrencyWord, Field, Fold, PercentStyle, Reading, SourceSchema
from engine.values.instants import zone_named
from engine.values.kinds import (
    DATE,
    INSTANT,
    INTEGER,
    NUMBER,
    PERCENT,
    TEXT,
    YES_NO,
    Kind,
    KindName,
    choice,
    list_of,
    money,
    quantity,
)
from engine.values.units import dimension_of, in_base

MAX_DIGITS = 18
YES_WORDS = ("yes", "true", "1", "oui", "y", "o")
NO_WORDS = ("no", "false", "0", "non", "n")
GROUPINGS = ("", " ", ".", ",", "'")
_PATTERN_LETTERS = re.compile(r"yyyy|MM|dd|HH|mm|ss")
_PLAIN_KINDS = {
    "text": TEXT,
    "number": NUMBER,
    "integer": INTEGER,
    "percent": PERCENT,
    "date": DATE,
    "instant": INSTANT,
    "yes/no": YES_NO,
    "list": list_of(TEXT),
}
_BY_TYPE = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "yes/no",
    "array": "list",
}
_STANDARD = frozenset(
    {
        "$comment", "type", "title", "description", "enum", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "deprecated", "items",
        "examples", "default", "format",
    },
)  # fmt: skip
# Each `x-` keyword, and the kinds that it can be said of (None: any).
_NUMERIC = ("number", "integer", "money", "percent", "quantity")
KEYWORDS: dict[str, tuple[str, ...] | None] = {
    "x-kind": None,
    "x-column": None,
    "x-trim": None,
    "x-missing": None,
    "x-decimal-mark": _NUMERIC,
    "x-grouping": _NUMERIC,
    "x-currency": ("money",),
    "x-currency-word": ("money",),
    "x-currency-column": ("money",),
    "x-minor-units": ("money",),
    "x-tax": ("money",),
    "x-unit": ("quantity",),
    "x-percent": ("percent",),
    "x-date-pattern": ("date", "instant"),
    "x-zone": ("instant",),
    "x-fold": ("instant",),
    "x-yes": ("yes/no",),
    "x-no": ("yes/no",),
    "x-separator": ("list",),
}


class _Fault(Exception):  # noqa: N818 - it never leaves this module
    """Something in one field that cannot be used."""


def load_source_schema(path: Path, shown: str) -> tuple[SourceSchema | None, list[Diagnostic]]:
    """The fields that the schema at `path` declares; without it, the diagnostics say why."""
    text, unreadable = decoded(path.read_bytes(), shown)
    return (None, [unreadable]) if unreadable else read_source_schema(text, shown)


def read_source_schema(text: str, shown: str) -> tuple[SourceSchema | None, list[Diagnostic]]:
    """The fields that a schema's text declares."""
    spans = Spans(shown, text)
    try:
        read = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as fault:
        return None, [_unusable(spans, f"{fault.msg}", spans.span(fault.pos, fault.pos + 1))]
    except (ValueError, RecursionError):
        return None, [_unusable(spans, "a number or its nesting is too large")]
    properties = read.get("properties") if isinstance(read, dict) else None
    if not isinstance(properties, dict) or not properties:
        return None, [_unusable(spans, "it has no `properties`: one for each field")]
    required = read.get("required", [])
    if not isinstance(required, list) or not all(isinstance(r, str) for r in required):
        return None, [_unusable(spans, "`required` must be a list of field names")]
    faults = [
        _unusable(spans, f"`required` names `{name}`, which is no field", _place(spans, name))
        for name in required
        if name not in properties
    ]
    fields = {}
    for name, schema in properties.items():
        place = _place(spans, name)
        try:
            fields[name] = _field(name, schema, required=name in required, place=place)
        except _Fault as fault:
            faults.append(_unusable(spans, f"field `{name}`: {fault}", place))
    return (None if faults else SourceSchema(shown, fields)), faults


def _unusable(spans: Spans, reason: str, span: Span | None = None) -> Diagnostic:
    where = span or spans.line_span(1)
    return Diagnostic.of(codes.SCHEMA_UNREADABLE, where, file=spans.name, reason=reason)


def _place(spans: Spans, name: str) -> Span:
    """Where the field's name stands in the file: its key, not another use of the word."""
    key = re.escape(json.dumps(name, ensure_ascii=False))
    found = re.search(rf"{key}(?=\s*:\s*\{{)", spans.text) or re.search(key, spans.text)
    return spans.span(*found.span()) if found else spans.line_span(1)


def _field(name: str, schema: Any, *, required: bool, place: Span) -> Field:
    if not isinstance(schema, dict):
        raise _Fault('expected an object such as {"type": "string"}')
    if not re.fullmatch(r"[a-zà-öø-ÿœ_][\wÀ-ÿœŒ]*", name):
        raise _Fault("rules could not name it; write small letters, digits and underscores")
    kind_word = _kind_word(schema)
    for key in schema:
        _known_keyword(key, kind_word)
    kind = _kind(schema, kind_word)
    reading = _reading(name, schema, kind)
    scale = _scale(schema, kind, reading)
    minimum, exclusive_minimum = _bound(schema, "minimum", "exclusiveMinimum", reading)
    maximum, exclusive_maximum = _bound(schema, "maximum", "exclusiveMaximum", reading)
    tax = schema.get("x-tax")
    if tax not in (None, "included", "excluded"):
        raise _Fault("x-tax is `included` or `excluded`")
    return Field(
        name=name,
        kind=kind,
        reading=reading,
        required=required,
        title=_text(schema, "title", ""),
        help=_text(schema, "description", ""),
        scale=scale,
        minimum=minimum,
        maximum=maximum,
        exclusive_minimum=exclusive_minimum,
        exclusive_maximum=exclusive_maximum,
        min_length=_count(schema, "minLength") or 0,
        max_length=_count(schema, "maxLength"),
        text_pattern=_text_pattern(schema),
        tax_included=None if tax is None else tax == "included",
        deprecated=_flag(schema, "deprecated", default=False),
        place=place,
    )


def _kind_word(schema: Mapping[str, Any]) -> str:
    word = schema.get("x-kind")
    if word is None:
        word = _BY_TYPE.get(str(schema.get("type", "string")))
        if word is None:
            raise _Fault(f"type {schema.get('type')!r} holds no cell; say x-kind")
    if word not in (*_PLAIN_KINDS, "money", "quantity"):
        known = ", ".join([*_PLAIN_KINDS, "money", "quantity"])
        raise _Fault(f"x-kind is one of {known}")
    return str(word)


def _known_keyword(key: str, kind: str) -> None:
    if key in _STANDARD:
        return
    if key not in KEYWORDS:
        from rapidfuzz import process  # noqa: PLC0415 - only a faulty schema needs it

        close = process.extractOne(key, [*KEYWORDS, *_STANDARD], score_cutoff=75)
        hint = f"did you mean `{close[0]}`?" if close else "see `feedwright explain S971`"
        raise _Fault(f"there is no keyword `{key}`; {hint}")
    kinds = KEYWORDS[key]
    if kinds is not None and kind not in kinds:
        raise _Fault(f"`{key}` says something of {' or '.join(kinds)}, and this is {kind}")


def _kind(schema: Mapping[str, Any], word: str) -> Kind:
    if word == "money":
        currency = _text(schema, "x-currency", "EUR")
        if not re.fullmatch(r"[A-Z]{3}", currency):
            raise _Fault("x-currency is a code of three letters, such as EUR")
        return money(currency)
    if word == "quantity":
        dimension = dimension_of(_text(schema, "x-unit", ""))
        if dimension is None:
            raise _Fault("x-unit must be a unit such as kg, g, l, ml, m, cm, m2, m3 or piece")
        return quantity(dimension)
    values = schema.get("enum")
    if word == "text" and values is not None:
        texts = [v for v in values if isinstance(v, str)] if isinstance(values, list) else []
        if not texts:
            raise _Fault("enum must list texts")
        return choice(tuple(texts), "the source schema")
    return _PLAIN_KINDS[word]


def _reading(name: str, schema: Mapping[str, Any], kind: Kind) -> Reading:
    mark = _one_of(schema, "x-decimal-mark", (".", ","), ".")
    grouping = _one_of(schema, "x-grouping", GROUPINGS, "")
    if grouping == mark:
        raise _Fault("x-grouping and x-decimal-mark are the same character")
    zone = schema.get("x-zone")
    if zone is not None and zone_named(str(zone)) is None:
        raise _Fault(f"there is no time zone {zone}")
    yes, no = _words(schema, "x-yes", YES_WORDS), _words(schema, "x-no", NO_WORDS)
    if {w.casefold() for w in yes} & {w.casefold() for w in no}:
        raise _Fault("x-yes and x-no share a word")
    is_yes_no = kind.name is KindName.YES_NO
    return Reading(
        column=_column(schema, "x-column", name),
        trim=_flag(schema, "x-trim", default=True),
        missing_words=_words(schema, "x-missing", ()),
        decimal_mark=mark,
        grouping=grouping,
        currency_word=CurrencyWord(_one_of(schema, "x-currency-word", tuple(CurrencyWord), "none")),
        currency_column=_column(schema, "x-currency-column", "") or None,
        minor_units=_flag(schema, "x-minor-units", default=False),
        unit=_text(schema, "x-unit", "") or None,
        percent=PercentStyle(_one_of(schema, "x-percent", tuple(PercentStyle), "points")),
        pattern=_pattern(schema),
        zone=str(zone) if zone is not None else None,
        fold=Fold(_one_of(schema, "x-fold", tuple(Fold), "reject")),
        yes_words=yes if is_yes_no else (),
        no_words=no if is_yes_no else (),
        separator=_separator(schema),
    )


def _column(schema: Mapping[str, Any], key: str, default: str) -> str:
    """A column's name, which the engine must not take for one of its own or for a pattern of names."""
    name = _text(schema, key, default)
    if name.startswith("__") or name == "*" or (name.startswith("^") and name.endswith("$")):
        raise _Fault(
            f"a column called `{name}` cannot be read; give it another name in the feed, or with `header` "
            "in the feed's settings"
        )
    return name


def _separator(schema: Mapping[str, Any]) -> str | None:
    if schema.get("x-separator") == "":
        raise _Fault("x-separator must not be empty")
    return _text(schema, "x-separator", "") or None


def _text_pattern(schema: Mapping[str, Any]) -> str | None:
    pattern = _text(schema, "pattern", "")
    if not pattern:
        return None
    import polars as pl  # noqa: PLC0415 - the engine that will run it knows its dialect
    from polars.exceptions import PolarsError  # noqa: PLC0415

    try:
        pl.Series([""]).str.contains(pattern)
    except PolarsError as fault:
        lines = [line for line in str(fault).splitlines() if line.startswith("error: ")]
        why = lines[0].removeprefix("error: ") if lines else "it would take too much memory"
        raise _Fault(f"pattern cannot be used: {why}") from None
    return pattern


def _pattern(schema: Mapping[str, Any]) -> str | None:
    pattern = _text(schema, "x-date-pattern", "")
    if not pattern:
        return None
    found = _PATTERN_LETTERS.findall(pattern)
    if re.search(r"[A-Za-z%]", _PATTERN_LETTERS.sub("", pattern).replace("T", "")) or len(
        set(found)
    ) != len(found):
        raise _Fault("x-date-pattern is written with yyyy, MM, dd, HH, mm and ss: dd/MM/yyyy")
    if not {"yyyy", "MM", "dd"} <= set(found):
        raise _Fault("x-date-pattern needs yyyy, MM and dd")
    return pattern


def _scale(schema: Mapping[str, Any], kind: Kind, reading: Reading) -> int:
    """How many decimals a cell of the field may have."""
    defaults = {KindName.MONEY: 2, KindName.NUMBER: 6, KindName.QUANTITY: 6, KindName.PERCENT: 2}
    step = schema.get("multipleOf")
    if step is None or kind.name is KindName.INTEGER:
        return defaults.get(kind.name, 0)
    number = (
        Decimal(step)
        if isinstance(step, int | Decimal) and not isinstance(step, bool)
        else Decimal(0)
    )
    if number <= 0 or number.normalize().as_tuple().digits != (1,) or number > 1:
        raise _Fault("multipleOf counts decimals here: 1, 0.1, 0.01, ...")
    scale = -int(number.normalize().as_tuple().exponent)
    if reading.percent is PercentStyle.FRACTION and kind.name is KindName.PERCENT:
        scale = max(0, scale - 2)
    if scale > 9:
        raise _Fault("more than 9 decimals cannot be kept exactly beside the digits before them")
    return scale


def _bound(
    schema: Mapping[str, Any],
    inclusive: str,
    exclusive: str,
    reading: Reading,
) -> tuple[Decimal | None, bool]:
    """A bound in the unit of the field's kind; the schema writes it in the unit of the cells."""
    for key in (exclusive, inclusive):
        value = schema.get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise _Fault(f"{key} must be a number")
        number = Decimal(value)
        if abs(number) >= Decimal(10) ** MAX_DIGITS:
            raise _Fault(f"{key} has more than {MAX_DIGITS} digits")
        if reading.unit:
            number = in_base(number, reading.unit)
        elif reading.percent is PercentStyle.FRACTION:
            number *= 100
        return number, key == exclusive
    return None, False


def _typed(schema: Mapping[str, Any], key: str, wanted: type, what: str) -> Any:
    value = schema.get(key)
    if value is not None and (
        not isinstance(value, wanted) or (isinstance(value, bool) and wanted is int)
    ):
        raise _Fault(f"{key} must be {what}")
    return value


def _text(schema: Mapping[str, Any], key: str, default: str) -> str:
    value = _typed(schema, key, str, "a text")
    return default if value is None else str(value)


def _flag(schema: Mapping[str, Any], key: str, *, default: bool) -> bool:
    value = schema.get(key, default)
    if not isinstance(value, bool):
        raise _Fault(f"{key} is true or false")
    return value


def _count(schema: Mapping[str, Any], key: str) -> int | None:
    value = _typed(schema, key, int, "a whole number")
    return None if value is None else int(value)


def _words(schema: Mapping[str, Any], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = _typed(schema, key, list, "a list of words")
    if value is None:
        return default
    if not all(isinstance(w, str) for w in value):
        raise _Fault(f"{key} must be a list of words")
    return tuple(value)


def _one_of(schema: Mapping[str, Any], key: str, known: tuple[str, ...], default: str) -> str:
    value = schema.get(key, default)
    if value not in known:
        raise _Fault(f"{key} is one of {', '.join(repr(str(k)) for k in known)}")
    return str(value)


Loader = Callable[[Path, str], tuple[SourceSchema | None, list[Diagnostic]]]
