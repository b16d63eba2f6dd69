"""What is decided of one wanted action: allowed, denied or manual, and why."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from engine.diagnostics.place import NOWHERE, Span
from engine.orders.requests import Request


class Ruling(StrEnum):
    """What may be done: the action, nothing, or something by hand elsewhere."""

    ALLOWED = "allowed"
    DENIED = "denied"
    MANUAL = "manual"


class Suggestion(Struct, frozen=True):
    """What to do instead: `action` None where there is nothing; `parameters` it needs."""

    action: str | None
    parameters: tuple[str, ...] = ()
    says: str = ""

    def as_json(self) -> dict[str, Any]:
        """The suggestion as JSON data."""
        made = {"action": self.action, "parameters": list(self.parameters)}
        return {**made, "says": self.says} if self.says else made


class Decision(Struct, frozen=True):
    """A decision, with the rule that makes it.

    Attributes:
        ruling: allowed, denied or manual.
        reason: a sentence for a person.
        code: the number of the reason's code; None for what is allowed.
        rule: where the rule stands that decides, NOWHERE where none does.
        suggest: what to do instead.
        sends: the action that is sent, where it is allowed.
        requests: what would be sent, none where it is not allowed.
        connector: through whom.
        channel: the sales channel, as far as it is known.
        state: the state by its name in rules, as far as it is known.
        warnings: what the rules warn about.
        stand_ins: what stands in the requests for what nobody said: `order`, `account`.
    """

    ruling: Ruling
    reason: str
    code: str | None = None
    rule: Span = NOWHERE
    suggest: Suggestion | None = None
    sends: str | None = None
    requests: tuple[Request, ...] = ()
    connector: str | None = None
    channel: str | None = None
    state: str | None = None
    warnings: tuple[str, ...] = ()
    stand_ins: Mapping[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """The decision as JSON data."""
        made: dict[str, Any] = {
            "decision": self.ruling.value,
            "reason": self.reason,
            "code": self.code,
            "rule": {"file": self.rule.file, "line": self.rule.line} if self.rule.file else None,
            "suggest": self.suggest.as_json() if self.suggest else None,
            "sends": self.sends,
            "requests": [request.as_json() for request in self.requests],
            "warnings": list(self.warnings),
        }
        if self.stand_ins:
            made["stand_ins"] = dict(self.stand_ins)
        return made
