"""Read the attribute table: a JSON Schema whose `x-` keywords say what rules and packages need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from engine.diagnostics.codes.testing import SCHEMA_UNREADABLE
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import NOWHERE, Source, Span
from engine.marketplace.attributes import Attribute, OfferSchema, WireName, WireValue
from engine.marketplace.channel import SalesChannel
from engine.marketplace.facts import (
    Fact,
    JsonObject,
    UnusableError,
    decimal,
    fact_of,
    member,
    parse_object,
    text,
    texts,
)
from engine.marketplace.json_places import members
from engine.values import kinds
from engine.values.kinds import Kind, KindName

_JSON_PATH = re.compile(r"[A-Za-z]\w*(\[\w*\])?(\.[A-Za-z]\w*(\[\w*\])?)*")
_XML_PATH = re.compile(r"[A-Za-z]\w*@[A-Za-z]\w*")
_SHAPES = frozenset({"string", "number", "integer", "boolean", "tax"})
_PLAIN_KINDS = {
    kind.name.value: kind
    for kind in (
        kinds.TEXT,
        kinds.NUMBER,
        kinds.INTEGER,
        kinds.PERCENT,
        kinds.DATE,
        kinds.INSTANT,
        kinds.DURATION,
        kinds.YES_NO,
    )
}


def load_offer_schema(
    path: Path,
    shown: str,
    channels: Mapping[str, SalesChannel],
) -> tuple[OfferSchema | None, list[Diagnostic]]:
    """The attributes of the schema at `path`; without a schema, the diagnostics say why."""
    try:
        source = Source(shown, path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as fault:
        return None, [_unreadable(shown, NOWHERE, f"it is not UTF-8 at byte {fault.start}")]
    except OSError as fault:
        return None, [_unreadable(shown, NOWHERE, str(fault.strerror or fault))]
    return read_offer_schema(source, channels)


def read_offer_schema(
    source: Source,
    channels: Mapping[str, SalesChannel],
) -> tuple[OfferSchema | None, list[Diagnostic]]:
    """The attributes of a schema: `channels` say what each requires, and their currency."""
    try:
        properties = member(parse_object(source.text), "properties")
    except UnusableError as fault:
        return None, [_unreadable(source.name, source.span(0, 1), str(fault))]
    if not properties:
        reason = "`properties` holds no attribute"
        return None, [_unreadable(source.name, source.span(0, 1), reason)]
    return _read_attributes(source, properties, channels)


def _read_attributes(
    source: Source,
    properties: JsonObject,
    channels: Mapping[str, SalesChannel],
) -> tuple[OfferSchema | None, list[Diagnostic]]:
    places = {m.key: m.span for m in members(source, "properties")}
    attributes, faults = {}, []
    for name in properties:
        place = places.get(name, NOWHERE)
        try:
            attributes[name] = _attribute(
                name, member(properties, name), channels, source.name, place
            )
        except UnusableError as fault:
            faults.append(_unreadable(source.name, place, f"{name}: {fault}"))
    for channel in channels.values():
        for name in channel.required:
            if name not in properties:
                reason = f"{channel.id} requires `{name}`, which is not among the attributes"
                faults.append(_unreadable(source.name, source.span(0, 1), reason))
    return (None if faults else OfferSchema(source.name, attributes)), faults


def _unreadable(file: str, span: Span, reason: str) -> Diagnostic:
    return Diagnostic.of(SCHEMA_UNREADABLE, span, file=file, reason=reason)


def _attribute(
    name: str,
    entry: JsonObject,
    channels: Mapping[str, SalesChannel],
    file: str,
    place: Span,
) -> Attribute:
    listed = entry.get("type") == "array"
    body = member(entry, "items") if listed else entry
    kind = _kind(entry, body, channels, file)
    low, high = decimal(body, "minimum"), decimal(body, "maximum")
    above, below = decimal(body, "exclusiveMinimum"), decimal(body, "exclusiveMaximum")
    longest = decimal(body, "maxLength")
    return Attribute(
        name=name,
        kind=kind,
        required_on=frozenset(c.id for c in channels.values() if name in c.required),
        listed=listed,
        group=text(entry, "x-group") or None,
        scale=_scale(body, kind),
        minimum=above if above is not None else low,
        maximum=below if below is not None else high,
        exclusive_minimum=above is not None,
        exclusive_maximum=below is not None,
        min_length=int(decimal(body, "minLength") or 0),
        max_length=None if longest is None else int(longest),
        pattern=text(body, "pattern") or None,
        values=_values(entry, kind),
        json=_json_name(entry),
        json_note=text(entry, "x-json-note"),
        xml=_xml_name(entry),
        clear=entry.get("x-clear"),
        title=text(entry, "title"),
        title_fr=text(entry, "x-title-fr"),
        help=text(entry, "description"),
        fact=Fact(text(entry, "x-confidence"), text(entry, "x-source"), text(entry, "x-note")),
        one_of_twelve=entry.get("x-one-of-twelve") is True,
        tax_included=entry.get("x-tax") == "included",
        place=place,
    )


def _kind(
    entry: JsonObject, body: JsonObject, channels: Mapping[str, SalesChannel], file: str
) -> Kind:
    word = text(entry, "x-kind")
    if word == "money":
        return kinds.money(_currency(entry, channels))
    if word == "choice":
        choices = texts(body, "enum")
        if not choices:
            raise UnusableError("a choice needs `enum`", "enum")
        return kinds.choice(choices, file)
    if word not in _PLAIN_KINDS:
        known = ", ".join(sorted({*_PLAIN_KINDS, "money", "choice"}))
        raise UnusableError(f"`x-kind` is `{word}`; write one of {known}", "x-kind")
    return _PLAIN_KINDS[word]


def _currency(entry: JsonObject, channels: Mapping[str, SalesChannel]) -> str:
    named = text(entry, "x-currency", "channel")
    if named != "channel":
        return named
    found = sorted({c.currency for c in channels.values()})
    if len(found) != 1:
        raise UnusableError(f"the channels' currencies differ: {', '.join(found) or 'none'}")
    return found[0]


def _scale(body: JsonObject, kind: Kind) -> int:
    """How many decimals a value may have: those of `multipleOf`, a power of ten."""
    if not kind.numeric:
        return 0
    step = decimal(body, "multipleOf")
    if step is None:
        if body.get("type") == "integer":
            return 0
        raise UnusableError("a number needs `multipleOf`, such as 0.01", "multipleOf")
    digits = step.normalize().as_tuple()
    if digits.digits != (1,) or not isinstance(digits.exponent, int) or digits.exponent > 0:
        raise UnusableError("`multipleOf` must be 1, 0.1, 0.01 ...", "multipleOf")
    return -digits.exponent


def _values(entry: JsonObject, kind: Kind) -> tuple[WireValue, ...]:
    table = member(entry, "x-values")
    values = tuple(_value(name, member(table, name)) for name in table)
    match kind.name:
        case KindName.CHOICE:
            wanted = set(kind.choices or ())
        case KindName.YES_NO:
            wanted = {"yes", "no"}
        case _:
            wanted = set()
    if {v.rule for v in values} != wanted:
        raise UnusableError(f"`x-values` must give {', '.join(sorted(wanted)) or 'nothing'}")
    return values


def _value(rule: str, entry: JsonObject) -> WireValue:
    json, xml = entry.get("json"), entry.get("xml")
    if not (json is None or isinstance(json, str | bool)) or not (
        xml is None or isinstance(xml, str)
    ):
        raise UnusableError(f"`x-values`: {rule} needs `json` and `xml` as texts or null")
    return WireValue(rule, json, xml, texts(entry, "aliases"), fact_of(entry))


def _json_name(entry: JsonObject) -> WireName | None:
    if entry.get("x-json") is None:
        return None
    found = member(entry, "x-json")
    path, shape = text(found, "path"), text(found, "shape")
    if not _JSON_PATH.fullmatch(path) or shape not in _SHAPES:
        raise UnusableError("`x-json` needs a `path` such as price.price, and a `shape`", "x-json")
    return WireName(path, fact_of(found), shape)


def _xml_name(entry: JsonObject) -> WireName | None:
    if entry.get("x-xml") is None:
        return None
    found = member(entry, "x-xml")
    path = text(found, "path")
    if not _XML_PATH.fullmatch(path):
        raise UnusableError("`x-xml` needs a `path` such as Offer@Price", "x-xml")
    return WireName(path, fact_of(found))
