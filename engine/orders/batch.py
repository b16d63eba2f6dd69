"""Many wanted actions on many orders: each decided, and held against those wanted before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes import decisions as codes
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import NOWHERE
from engine.diagnostics.visible import visible
from engine.language.orders.graph import following
from engine.orders.act import denied
from engine.orders.decision import Decision, Ruling
from engine.orders.order_index import Indexed, OrderIndex
from engine.orders.policy import Policy
from engine.orders.reading import SHOWN
from engine.orders.wanted import Broken, Wanted
from engine.orders.wish import Wish

AT_A_TIME = 500


class Decided(Struct, frozen=True):
    """A row of the list and its decision; `order` and `action` None where it says none."""

    line: int
    order: str | None
    action: str | None
    decision: Decision

    def as_json(self) -> dict[str, Any]:
        """The decision as JSON data, with the row it belongs to."""
        head = {"line": self.line, "order": self.order, "action": self.action}
        return {**head, **self.decision.as_json()}


class Batch:
    """Decides a list of wanted actions in its order: what comes first counts."""

    def __init__(self, policy: Policy, index: OrderIndex) -> None:
        self.policy = policy
        self.index = index
        self._following = cache(self._can_follow)

    def decide(self, rows: Iterable[Wanted | Broken]) -> Iterator[Decided]:
        """The decision on each row, in order; a few hundred rows are looked up at a time."""
        rest = iter(rows)
        while chunk := list(islice(rest, AT_A_TIME)):
            found = self.index.find([row.order for row in chunk if isinstance(row, Wanted)])
            for row in chunk:
                if isinstance(row, Broken):
                    yield Decided(row.line, None, None, denied(row.told))
                else:
                    decision = self._decide(row, found.get(row.order))
                    yield Decided(row.line, row.order, row.action, decision)
            self.index.keep(found.values())

    def _decide(self, row: Wanted, found: Indexed | None) -> Decision:
        if found is None:
            value = visible(row.order[:SHOWN])
            return denied(Diagnostic.of(codes.NO_SUCH_ORDER, NOWHERE, value=value))
        decision = self.policy.decide(Wish(row.action, row.parameters, order=found.order))
        if decision.ruling is not Ruling.ALLOWED:
            return decision
        clash = self._clash(row, found, decision) if found.done else None
        if clash is not None:
            return denied(clash)
        found.note(row.line, row.action)
        return decision

    def _clash(self, row: Wanted, found: Indexed, decision: Decision) -> Diagnostic | None:
        """What was wanted of the order before, where this repeats it or cannot follow it."""
        for line, first in found.done:
            sent = self.policy.sends(decision.channel or "", first)
            order = visible(row.order[:SHOWN])
            if sent == decision.sends:
                return Diagnostic.of(
                    codes.WANTED_AGAIN, NOWHERE, action=row.action, order=order, line=line
                )
            if row.action not in self._following(decision.channel or "", first):
                return Diagnostic.of(
                    codes.WANTED_EXCLUDED,
                    NOWHERE,
                    action=row.action,
                    first=first,
                    order=order,
                    line=line,
                )
        return None

    def _can_follow(self, channel: str, first: str) -> frozenset[str]:
        slice_ = self.policy.rules.slice_at(channel, self.policy.at)
        return following(slice_, first) if slice_ is not None else frozenset()
