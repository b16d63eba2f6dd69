"""What becomes of an old call, for people and programs."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from engine.orders.migration import Migrated, Substitute


def migrated_json(migrated: Migrated) -> dict[str, Any]:
    """What becomes of one call, as JSON data."""
    return {
        "line": migrated.place.line,
        "outcome": migrated.outcome.value,
        "causes": list(migrated.causes),
        "reason": migrated.reason or None,
        "new": plain(dict(migrated.new)) if migrated.new is not None else None,
        "substitute": _substitute(migrated.substitute) if migrated.substitute else None,
    }


def _substitute(found: Substitute) -> dict[str, Any]:
    call = plain(dict(found.call)) if found.call is not None else None
    return {**found.suggestion.as_json(), "missing": list(found.missing), "call": call}


def migrated_text(migrated: Migrated) -> str:
    """What becomes of one call, in lines for a terminal."""
    lines = [f"line {migrated.place.line}  {migrated.outcome.value}: {', '.join(migrated.causes)}"]
    if migrated.reason:
        lines.append(f"  {migrated.reason}")
    found = migrated.substitute
    if found is not None:
        lines.append(f"  instead: {_words(found)}")
    if migrated.new is not None:
        lines.append(f"  {json.dumps(plain(dict(migrated.new)), ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _words(found: Substitute) -> str:
    suggestion = found.suggestion
    if suggestion.action is None:
        return suggestion.says or "nothing"
    needs = f" with {', '.join(suggestion.parameters)}" if suggestion.parameters else ""
    says = f" ({suggestion.says})" if suggestion.says else ""
    lacks = f"; the call lacks {', '.join(found.missing)}" if found.missing else ""
    return f"{suggestion.action}{needs}{says}{lacks}"


def plain(value: Any) -> Any:
    """JSON data whose exact numbers are written as they stand."""
    match value:
        case dict():
            return {key: plain(inner) for key, inner in value.items()}
        case list():
            return [plain(inner) for inner in value]
        case Decimal():
            whole = value == value.to_integral_value() and abs(value) < 10**18
            return int(value) if whole else str(value)
        case _:
            return value
