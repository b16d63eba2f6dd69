"""Bodies of requests: made from their pattern, and held against their schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from engine.marketplace.facts import JsonObject
from engine.resources import bundled

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

FROM = "from"
ABSENT = object()
_LEAF_KEYWORDS = frozenset({"type", "enum", "minLength", "maxLength", "pattern", "minimum"})
_TYPES: Mapping[str, type] = {"string": str, "boolean": bool, "integer": int}

Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class BodyFault:
    """What does not fit its schema: where in the body (`$[0].carrierName`), and why."""

    path: str
    message: str


def make_body(pattern: Any, values: Mapping[str, Any]) -> Any:
    """The body that `pattern` gives with `values`; members without a value are left out."""
    if isinstance(pattern, dict) and FROM in pattern:
        return _converted(values.get(pattern[FROM], ABSENT), pattern)
    if isinstance(pattern, dict):
        made = ((key, make_body(inner, values)) for key, inner in pattern.items())
        return {key: value for key, value in made if value is not ABSENT}
    if isinstance(pattern, list):
        return [v for v in (make_body(p, values) for p in pattern) if v is not ABSENT]
    return pattern


def body_faults(schema: str, body: Any) -> tuple[BodyFault, ...]:
    """The faults of `body` against the schema that ships as `schema`; empty where it fits."""
    found = _validator(schema).iter_errors(body)
    faults = {BodyFault(fault.json_path, fault.message) for fault in found}
    return tuple(sorted(faults, key=lambda fault: (fault.path, fault.message)))


@cache
def value_checks(schema: str, pattern: str) -> Mapping[str, tuple[Check, ...]]:
    """What the schema asks of each value that goes into the body, by the name it comes from.

    With its values checked one by one, a body fits its schema if any body of the same shape does:
    the schemas ask nothing more of a value than what stands at its own place. So a shape is held
    against the schema once, and a hundred thousand bodies do not wait for it.

    Args:
        schema: the name the schema ships as.
        pattern: the body's pattern, as JSON text.
    """
    document = json.loads(bundled(schema), parse_float=Decimal)
    found: dict[str, list[Check]] = {}
    for place, leaf in _leaves(json.loads(pattern), document):
        found.setdefault(place[FROM], []).append(_check(place, leaf))
    return {name: tuple(checks) for name, checks in found.items()}


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


def _converted(value: Any, place: JsonObject) -> Any:
    """The value as its place wants it: digits as a number where it says so."""
    digits = isinstance(value, str) and value.isascii() and value.isdigit()
    return int(value) if place.get("as") == "integer" and digits else value


def _check(place: JsonObject, leaf: JsonObject) -> Check:
    """Whether a value fits the schema of one place."""
    asked = {key for key in leaf if not key.startswith("x-")}
    if not asked <= _LEAF_KEYWORDS:
        raise ValueError(
            f"a value's schema may not say {', '.join(sorted(asked - _LEAF_KEYWORDS))}"
        )
    kind = _TYPES.get(leaf.get("type", ""))
    choices, pattern = leaf.get("enum"), leaf.get("pattern")
    shortest, longest = leaf.get("minLength", 0), leaf.get("maxLength")
    least = leaf.get("minimum")
    found = re.compile(pattern).search if pattern else None

    def fits(given: Any) -> bool:
        value = _converted(given, place)
        if kind is not None and type(value) is not kind:
            return False
        if choices is not None and value not in choices:
            return False
        if isinstance(value, str):
            within = shortest <= len(value) and (longest is None or len(value) <= longest)
            return within and (found is None or found(value) is not None)
        return least is None or value >= least

    return fits
