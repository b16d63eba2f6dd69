"""Payloads against the schema of offer requests: what tests and campaigns hold every payload to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from engine.resources import bundled

REQUEST_SCHEMA = "schemas/octopia/offer-request.schema.json"

# A remainder must be exact however long the number is: `multipleOf` divides.
_EXACT = Context(prec=1000)


@dataclass(frozen=True, slots=True)
class PayloadFault:
    """What does not fit: where in the payload (`$.price.price`), and why."""

    path: str
    message: str


@cache
def request_validator() -> Draft202012Validator:
    """The validator of one offer request; its numbers are exact, so the payload's must be."""
    return Draft202012Validator(json.loads(bundled(REQUEST_SCHEMA), parse_float=Decimal))


def check_payload(payload: Mapping[str, Any]) -> list[PayloadFault]:
    """The faults of an offer request, read with `parse_payload`; empty where it fits."""
    with localcontext(_EXACT):
        found = request_validator().iter_errors(payload)
        return sorted(
            (PayloadFault(fault.json_path, fault.message) for fault in found),
            key=lambda fault: (fault.path, fault.message),
        )


def parse_payload(text: str) -> dict[str, Any]:
    """An offer request as data, its amounts as exact decimals.

    Raises:
        ValueError: the text is not a JSON object.
    """
    read = json.loads(text, parse_float=Decimal)
    if not isinstance(read, dict):
        raise ValueError("an offer request is an object")  # noqa: TRY004 - the text is at fault, not a type
    return read
