"""Payloads against their schemas: what is held to them before it is planned, and before it is sent.

Each payload is asked about quickly (`jsonschema-rs`, lxml); only of one that does not fit is it found
out where and why, for JSON by the reference (`jsonschema`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Context, Decimal, localcontext
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from msgspec import Struct

from engine.resources import bundled

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator as QuickValidator
    from lxml import etree

# The quick validators are imported where they are used: most commands that send hold nothing to a schema.

REQUEST_SCHEMA = "schemas/octopia/offer-request.schema.json"
XML_SCHEMA = "schemas/octopia/offer.xsd"
UPSERT, UPDATE = "Upsert", "Update"
MOST_TOLD = 300  # characters of why a payload does not fit

# A remainder must be exact however long the number is: `multipleOf` divides.
_EXACT = Context(prec=1000)


class PayloadFault(Struct, frozen=True):
    """What does not fit: where in the payload (`$.price.price`), and why."""

    path: str
    message: str


MISFIT = PayloadFault("$", "it does not fit its schema")


@cache
def request_schema(type_: str = UPSERT) -> dict[str, Any]:
    """The schema of one offer request in a package of this type, its numbers exact."""
    read: dict[str, Any] = json.loads(bundled(REQUEST_SCHEMA), parse_float=Decimal)
    if type_ == UPDATE:
        partial = read["x-update"]
        kept = {name: read["properties"][name] for name in partial["properties"]}
        return {**read, "required": partial["required"], "properties": kept}
    return read


@cache
def request_validator(type_: str = UPSERT) -> Draft202012Validator:
    """The validator of one offer request; its numbers are exact, so the payload's must be."""
    return Draft202012Validator(request_schema(type_))


@cache
def _quick(type_: str) -> QuickValidator:
    from jsonschema_rs import Draft202012Validator  # noqa: PLC0415

    return Draft202012Validator(request_schema(type_))


def check_payload(payload: Mapping[str, Any], type_: str = UPSERT) -> list[PayloadFault]:
    """The faults of an offer request, read with `parse_payload`; empty where it fits."""
    with localcontext(_EXACT):
        found = request_validator(type_).iter_errors(payload)
        return sorted(
            (PayloadFault(fault.json_path, fault.message) for fault in found),
            key=lambda fault: (fault.path, fault.message),
        )


def request_fault(text: str, type_: str, *, where: bool = True) -> PayloadFault | None:
    """The first fault of an offer request that would be sent so; None where it fits.

    `where`: it is found out where the fault is, and why, which takes a hundred times as long.
    """
    try:
        payload = parse_payload(text)
    except (ValueError, RecursionError) as fault:
        return PayloadFault("$", f"it is no JSON object: {fault}"[:MOST_TOLD])
    return _payload_fault(payload, type_, where=where)


def _payload_fault(payload: Mapping[str, Any], type_: str, *, where: bool) -> PayloadFault | None:
    if _quick(type_).is_valid(payload):
        return None
    faults = (check_payload(payload, type_) if where else []) or [MISFIT]
    return PayloadFault(faults[0].path, faults[0].message[:MOST_TOLD])


def offer_fault(
    payload: Mapping[str, Any] | None, xml: str | None, package: str | None
) -> PayloadFault | None:
    """The first fault of an offer in the `package` that carries it; None where it fits, or is none."""
    if package == "xml":
        return element_fault(xml or "")
    return None if payload is None else _payload_fault(payload, UPSERT, where=True)


class _Elements(Struct, frozen=True):
    """What `Offer` elements are held to, and the namespace that the root of their file has."""

    namespace: str
    schema: etree.XMLSchema
    parser: etree.XMLParser


@cache
def _elements() -> _Elements:
    from lxml import etree  # noqa: PLC0415

    root = etree.fromstring(bundled(XML_SCHEMA).encode())
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return _Elements(str(root.get("targetNamespace")), etree.XMLSchema(root), parser)


def element_fault(text: str) -> PayloadFault | None:
    """The first fault of an `Offer` element of an XML package; None where it fits."""
    from lxml import etree  # noqa: PLC0415

    if not text.startswith("<Offer "):
        return PayloadFault("Offer", "it is no `Offer` element")
    held_to = _elements()
    whole = f'<Offer xmlns="{held_to.namespace}" {text.removeprefix("<Offer ")}'
    try:
        element = etree.fromstring(whole.encode(), held_to.parser)
    except etree.XMLSyntaxError as fault:
        return PayloadFault("Offer", f"it is no XML: {fault}"[:MOST_TOLD])
    try:
        held_to.schema.assertValid(element)
    except etree.DocumentInvalid as fault:
        told = str(fault).replace(f"{{{held_to.namespace}}}", "")
        return PayloadFault("Offer", told[:MOST_TOLD])
    return None


def parse_payload(text: str) -> dict[str, Any]:
    """An offer request as data, its amounts as exact decimals.

    Raises:
        ValueError: the text is not a JSON object.
    """
    read = json.loads(text, parse_float=Decimal)
    if not isinstance(read, dict):
        raise ValueError("an offer request is an object")  # noqa: TRY004 - the text is at fault, not a type
    return read
