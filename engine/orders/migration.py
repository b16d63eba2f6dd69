"""Old automations on the new channel: which calls go on as they are, rewritten, or not at all.

Whether an action is allowed is not decided here: `decide` is handed in. A substitute is named and
never put among the new calls: a refund in place of a cancellation is a person's choice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Protocol

from msgspec import Struct, field

from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Span
from engine.orders.calls import (
    ACTION,
    FRAME,
    MARKETPLACE,
    Call,
    MigrationFacts,
    migration_facts,
    read_call,
)
from engine.orders.connectors import Connector, connector
from engine.orders.decision import Suggestion
from engine.orders.documents import line_place
from engine.orders.parameters import given
from engine.orders.requests import Prepared, requests_for

OTHER_MARKETPLACE = "other-marketplace"
NOTHING_TO_CHANGE = "nothing-to-change"
MARKETPLACE_CODE = "marketplace-code"
ACTION_ALIAS = "action-alias"
ARGUMENT_RENAMED = "argument-renamed"
EMPTY_DROPPED = "empty-argument-dropped"
VALUE_SPELLING = "value-spelling"


class Outcome(StrEnum):
    """What becomes of a call."""

    UNCHANGED = "works unchanged"
    REWRITTEN = "rewritten"
    IMPOSSIBLE = "cannot work"


class Verdict(Struct, frozen=True):
    """What the rules say of an action.

    Attributes:
        allowed: whether it may be done.
        sends: the action to send, where it goes by another name (`cancel` as `refuse`).
        reason: the sentence of a denial.
        code: a short name of the denial's cause, for summaries.
        suggest: what to do instead.
        body: the call to make, where it is worked out already.
    """

    allowed: bool
    sends: str | None = None
    reason: str = ""
    code: str = ""
    suggest: Suggestion | None = None
    body: Mapping[str, Any] | None = None


class Decide(Protocol):
    """Whether an action is allowed on a channel; the call says in which state, if known.

    Without a state, an action is allowed if it is in any state.
    """

    def __call__(
        self, channel: str, action: str, parameters: Mapping[str, Any], call: Call
    ) -> Verdict:
        """What the rules say of `action` with `parameters` on `channel`."""


class Substitute(Struct, frozen=True):
    """What would replace a call that cannot work.

    Attributes:
        suggestion: what the rules suggest.
        missing: its parameters that the old call does not give.
        call: the whole new call, None while something is missing.
    """

    suggestion: Suggestion
    missing: tuple[str, ...]
    call: Mapping[str, Any] | None


class Migrated(Struct, frozen=True):
    """One call and what becomes of it.

    Attributes:
        place: where the old call stands.
        call: the old call, None where it cannot be read.
        outcome: what becomes of it.
        causes: why, in short names.
        new: the call to make from now on, None where there is none.
        reason: why it cannot work, in a sentence.
        substitute: what to do instead.
        diagnostics: the faults of a call that cannot be read or sent.
    """

    place: Span
    call: Call | None
    outcome: Outcome
    causes: tuple[str, ...]
    new: Mapping[str, Any] | None = None
    reason: str = ""
    substitute: Substitute | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


class MigrationSummary(Struct):
    """How many calls came out how, and why."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    causes: Counter[tuple[Outcome, str]] = field(default_factory=Counter)

    def add(self, migrated: Migrated) -> None:
        """Count one call: once by its outcome, and once for each of its causes."""
        self.outcomes[migrated.outcome] += 1
        for cause in migrated.causes:
            self.causes[migrated.outcome, cause] += 1

    def by_cause(self) -> list[tuple[Outcome, str, int]]:
        """Outcome, cause and count: outcomes in their order, the most frequent cause first."""
        order = list(Outcome)
        counted = sorted(self.causes.items(), key=lambda c: (order.index(c[0][0]), -c[1], c[0][1]))
        return [(outcome, cause, count) for (outcome, cause), count in counted]


def migrate_calls(
    lines: Iterable[str | bytes],
    name: str,
    decide: Decide,
    *,
    stays: Callable[[Call], bool] | None = None,
    free_carrier: bool = False,
) -> Iterator[Migrated]:
    """What becomes of each call in JSON lines; memory holds a line at a time.

    Args:
        lines: one call each, as it was sent to Lengow; blank lines are skipped.
        name: the file's name, for messages.
        decide: what the rules say of an action.
        stays: whether a call's order is still handled on the legacy channel; none is by default.
        free_carrier: whether the merchant allows carriers that the channel does not list.
    """
    migration = _Migration(connector("lengow"), decide, stays, free_carrier)
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield migration.migrate(line, line_place(name, number))


class _Migration(Struct, frozen=True):
    """What all calls of a run share."""

    lengow: Connector
    decide: Decide
    stays: Callable[[Call], bool] | None
    free_carrier: bool

    def migrate(self, line: str | bytes, place: Span) -> Migrated:
        """What becomes of the call in `line`."""
        call = read_call(line, place)
        if isinstance(call, Diagnostic):
            causes = (call.code.name,)
            return Migrated(
                place, None, Outcome.IMPOSSIBLE, causes, reason=call.says, diagnostics=(call,)
            )
        now = self.lengow.channel(call.marketplace)
        if now is None:
            causes = (OTHER_MARKETPLACE,)
            return Migrated(place, call, Outcome.UNCHANGED, causes, new=call.written)
        facts = migration_facts()
        stays = now == facts.old and self.stays is not None and self.stays(call)
        return self._on(call, now if stays else facts.new, facts)

    def _on(self, call: Call, channel: str, facts: MigrationFacts) -> Migrated:
        """What becomes of the call on `channel`."""
        parameters = dict(call.arguments)
        dropped = [n for n in facts.dropped if channel == facts.new and n in parameters]
        for name in dropped:
            del parameters[name]
        verdict = self.decide(channel, call.action, parameters, call)
        if not verdict.allowed:
            return self._denied(call, channel, parameters, verdict)
        if verdict.body is not None:
            return _rewritten(call, verdict.body, facts)
        prepared = self._prepare(call, channel, verdict.sends or call.action, parameters)
        if prepared.faults:
            causes = tuple(dict.fromkeys(f.code.name for f in prepared.faults))
            reason = "; ".join(f.says for f in prepared.faults)
            return Migrated(
                call.place,
                call,
                Outcome.IMPOSSIBLE,
                causes,
                reason=reason,
                diagnostics=prepared.faults,
            )
        return _rewritten(call, prepared.requests[0].body, facts)

    def _denied(
        self, call: Call, channel: str, parameters: Mapping[str, Any], verdict: Verdict
    ) -> Migrated:
        substitute = None
        if verdict.suggest is not None:
            substitute = self._substitute(call, channel, parameters, verdict.suggest)
        return Migrated(
            call.place,
            call,
            Outcome.IMPOSSIBLE,
            (verdict.code or verdict.reason or "denied",),
            reason=verdict.reason,
            substitute=substitute,
        )

    def _substitute(
        self, call: Call, channel: str, parameters: Mapping[str, Any], suggestion: Suggestion
    ) -> Substitute:
        """The suggested call, made of what the old one gives."""
        if suggestion.action is None:
            return Substitute(suggestion, (), None)
        action = self.lengow.actions.get(suggestion.action)
        carried = action.parameters if action else {}
        kept = {n: v for n, v in parameters.items() if n in carried}
        missing = tuple(n for n in suggestion.parameters if not given(kept.get(n)))
        prepared = self._prepare(call, channel, suggestion.action, kept)
        whole = prepared.requests[0].body if prepared.requests and not missing else None
        return Substitute(suggestion, missing, whole)

    def _prepare(
        self, call: Call, channel: str, action: str, parameters: Mapping[str, Any]
    ) -> Prepared:
        return requests_for(
            self.lengow,
            action,
            parameters,
            order_reference=call.reference,
            account=call.account,
            marketplace=channel,
            free_carrier=self.free_carrier,
            place=call.place,
        )


def _rewritten(call: Call, new: Mapping[str, Any], facts: MigrationFacts) -> Migrated:
    causes = tuple(dict.fromkeys(_changes(call, new, facts)))
    if causes:
        return Migrated(call.place, call, Outcome.REWRITTEN, causes, new=new)
    causes = (NOTHING_TO_CHANGE,)
    return Migrated(call.place, call, Outcome.UNCHANGED, causes, new=call.written)


def _changes(call: Call, new: Mapping[str, Any], facts: MigrationFacts) -> Iterator[str]:
    """Why the new call is not the old one, in short names."""
    old = call.written
    if new[MARKETPLACE] != old[MARKETPLACE]:
        yield MARKETPLACE_CODE
    if new[ACTION] != call.action:
        yield ACTION_ALIAS
    for key in old:
        if key in FRAME or key in facts.answers or key in facts.states:
            continue
        if key in facts.dropped and key not in new:
            yield facts.dropped[key]
        elif facts.renamed.get(key) in new:
            yield ARGUMENT_RENAMED
        elif key not in new:
            yield EMPTY_DROPPED
        elif new[key] != old[key]:
            yield f"{key}-{VALUE_SPELLING}"
