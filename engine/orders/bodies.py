"""Bodies of requests: made from their pattern, and held against their schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from engine.marketplace.facts import JsonObject
from engine.orders.connectors import Action
from engine.orders.reading import MOST_BYTES
from engine.resources import bundled

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

FROM = "from"
ABSENT = object()
_LEAF_KEYWORDS = frozenset({"type", "enum", "minLength", "maxLength", "pattern", "minimum"})

Check = Callable[[Any], bool]
Maker = Callable[[Mapping[str, Any]], Any]


class BodyFault(Struct, frozen=True):
    """What does not fit its schema: where in the body (`$[0].carrierName`), and why."""

    path: str
    message: str


@cache
def body_maker(action: Action) -> Maker:
    """What makes the body of `action` from its values; members without a value are left out."""
    return _maker(action.body)


def body_faults(schema: str, body: Any) -> tuple[BodyFault, ...]:
    """The faults of `body` against the schema that ships as `schema`; empty where it fits."""
    found = _validator(schema).iter_errors(body)
    faults = {BodyFault(fault.json_path, fault.message) for fault in found}
    return tuple(sorted(faults, key=lambda fault: (fault.path, fault.message)))


@cache
def value_checks(action: Action) -> tuple[tuple[str, Check], ...]:
    """What the schema asks of each value that goes into the body, by the name it comes from.

    With its values checked one by one, a body fits its schema if any body of the same shape does:
    the schemas ask nothing more of a value than what stands at its own place. So a shape is held
    against the schema once, and a hundred thousand bodies do not wait for it.
    """
    document = json.loads(bundled(action.schema), parse_float=Decimal)
    return tuple(
        (place[FROM], _check(place, leaf)) for place, leaf in _leaves(action.body, document)
    )


@cache
def _validator(schema: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator as Validator  # noqa: PLC0415 - slow to import

    return Validator(json.loads(bundled(schema), parse_float=Decimal))


def _leaves(pattern: Any, schema: Any) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Each place where a value goes, with the schema that stands there."""
    if isinstance(pattern, dict) and FROM in pattern:
        yield pattern, schema
    elif isinstance(pattern, dict):
        for key, inner in pattern.items():
            yield from _leaves(inner, schema["properties"].get(key, {}))
    elif isinstance(pattern, list):
        for inner in pattern:
            yield from _leaves(inner, schema["items"])


def _maker(pattern: Any) -> Maker:
    """A function for each part of the pattern, so that making a body walks no pattern."""
    if isinstance(pattern, dict) and FROM in pattern:
        return _placed(pattern)
    if isinstance(pattern, dict):
        members = [(key, _maker(inner)) for key, inner in pattern.items()]

        def make_object(values: Mapping[str, Any]) -> Any:
            made = ((key, maker(values)) for key, maker in members)
            return {key: value for key, value in made if value is not ABSENT}

        return make_object
    if isinstance(pattern, list):
        makers = [_maker(inner) for inner in pattern]
        return lambda values: [v for maker in makers if (v := maker(values)) is not ABSENT]
    return lambda _: pattern


def _placed(place: JsonObject) -> Maker:
    name = place[FROM]
    if place.get("as") == "integer":
        return lambda values: _number(values.get(name, ABSENT))
    return lambda values: values.get(name, ABSENT)


def _number(value: Any) -> Any:
    """Digits as a number; anything else as it is, for the check to refuse."""
    digits = isinstance(value, str) and value.isascii() and value.isdigit()
    return int(value) if digits else value


def _check(place: JsonObject, leaf: JsonObject) -> Check:
    """Whether a value fits the schema of the place it goes to."""
    asked = {key for key in leaf if not key.startswith("x-")}
    if not asked <= _LEAF_KEYWORDS:
        raise ValueError(
            f"a value's schema may not say {', '.join(sorted(asked - _LEAF_KEYWORDS))}"
        )
    if place.get("as") == "integer":
        least = leaf.get("minimum")
        return lambda value: _is_number(_number(value), least)
    if leaf.get("type") == "boolean":
        return lambda value: isinstance(value, bool)
    if "enum" in leaf:
        choices = leaf["enum"]
        return lambda value: value in choices
    return _text_check(leaf)


def _is_number(value: Any, least: int | None) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and (least is None or value >= least)


def _text_check(leaf: JsonObject) -> Check:
    shortest, longest = leaf.get("minLength", 0), leaf.get("maxLength", MOST_BYTES)
    found = re.compile(leaf.get("pattern", "")).search

    def fits(value: Any) -> bool:
        text = isinstance(value, str) and shortest <= len(value) <= longest
        return text and found(value) is not None

    return fits
