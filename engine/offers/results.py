"""What became of one row, as preview, tests and reports show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes.rows import EXCLUDED

Value = str | Decimal | bool | date | datetime


class Outcome(StrEnum):
    """Each row of a feed ends in exactly one of these."""

    OFFER = "offer"
    EXCLUDED = "excluded"
    REJECTED = "rejected"


class Reason(Struct, frozen=True):
    """Why a row is rejected or excluded, or what is worth a warning.

    `column` and `value` name the cell of the feed, `file` and `line` the rule, each where there is
    one. `severity` is "error" for what stops the offer and "warning" for what does not.
    """

    code: str
    message: str
    severity: str = "error"
    column: str | None = None
    value: str | None = None
    file: str | None = None
    line: int | None = None

    @property
    def sort(self) -> str:
        """What it is to a person: what a rule leaves out on purpose is no error."""
        return "excluded" if self.code == EXCLUDED.number else self.severity

    def as_json(self) -> dict[str, Any]:
        """The reason as JSON, without what is not known."""
        names = ("code", "severity", "message", "column", "value")
        found = {n: getattr(self, n) for n in names if getattr(self, n) is not None}
        if self.file is not None:
            found["rule"] = {"file": self.file, "line": self.line}
        return found


class RowResult(Struct, frozen=True):
    """One row of the feed: its outcome, and for an offer its attributes and its payload.

    `attributes` holds values by rule name, without omitted ones; a listed attribute holds a list.
    `payload` is the offer request as JSON data (amounts as Decimal), `xml` the `Offer` element;
    `package` says which of the two is sent, `package_why` why.
    """

    row: int
    sku: str | None
    outcome: Outcome
    attributes: Mapping[str, Value | list[Value | None]]
    payload: Mapping[str, Any] | None = None
    xml: str | None = None
    package: str | None = None
    package_why: str | None = None
    reasons: tuple[Reason, ...] = ()
