"""Rows of a preview as JSON Lines: stable keys, exact numbers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.offers.results import RowResult, Value
from engine.preview.terminal import payload_text


def row_line(result: RowResult) -> str:
    """One JSON object: row, sku, outcome, attributes, package, payload, xml, reasons."""
    found: dict[str, Any] = {"row": result.row, "sku": result.sku, "outcome": result.outcome.value}
    if result.package is not None:
        found["package"] = result.package
        found["package_why"] = result.package_why
    found["attributes"] = {name: _plain(value) for name, value in result.attributes.items()}
    if result.payload is not None:
        found["payload"] = result.payload
    if result.xml is not None:
        found["xml"] = result.xml
    found["reasons"] = [reason.as_json() for reason in result.reasons]
    return payload_text(found, indent=None)


def _plain(value: Value | list[Value | None] | None) -> Any:
    match value:
        case list():
            return [_plain(v) for v in value]
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case None | str() | bool() | Decimal():
            return value
