"""The marketplace's business rules as data: what is asked, how surely, and who checks it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from engine.errors import ProjectError
from engine.marketplace.facts import (
    Fact,
    JsonObject,
    UnusableError,
    amount,
    decimal,
    entries,
    fact_of,
    parse_object,
    text,
)
from engine.resources import bundled

FILE = "schemas/octopia/business-rules.json"


class Requirement(Struct, frozen=True):
    """A business rule.

    `rejects` tells a refusal from a warning. `family` is the error family of the marketplace's
    result codes, `figure` the number in the rule. `checked` is the code of the diagnostic, or
    `bounds`, `feed`, `platform`: who else checks it.
    """

    id: str
    says: str
    rejects: bool
    fact: Fact
    family: int | None
    figure: Decimal | None
    checked: str


def load_requirements() -> Mapping[str, Requirement]:
    """The business rules by id.

    Raises:
        ProjectError: the file that ships is damaged.
    """
    try:
        read = parse_object(bundled(FILE))
        return {text(e, "id"): _requirement(e) for e in entries(read, "rules")}
    except UnusableError as fault:
        raise ProjectError(f"{FILE}: {fault}") from None


def _requirement(entry: JsonObject) -> Requirement:
    severity = text(entry, "severity")
    if severity not in {"reject", "warn"}:
        raise UnusableError(f"severity `{severity}` is neither reject nor warn")
    family = decimal(entry, "family")
    return Requirement(
        id=text(entry, "id"),
        says=text(entry, "says"),
        rejects=severity == "reject",
        fact=fact_of(entry),
        family=None if family is None else int(family),
        figure=amount(entry, "figure") if "figure" in entry else None,
        checked=text(entry, "checked"),
    )
