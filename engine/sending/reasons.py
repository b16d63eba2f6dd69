"""Reasons for cancelling, held against the marketplace's own list before anything is planned.

The list is for a channel and a state, and changes. What is not in it is noted and not stopped: how the
marketplace writes its list is not certain, and it refuses what it does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from engine.octopia.reads import OctopiaReads
from engine.orders.batch import Decided
from engine.outbox.account import remote_channel
from engine.outbox.message import Kind
from engine.outbox.plan import GuardFinding
from engine.transport.outcome import Sender

ASKED_FOR = frozenset({Kind.CANCEL.value, Kind.REFUND.value})
MOST_SHOWN = 8


def unlisted_reasons(sender: Sender, decided: Iterable[Decided]) -> Iterator[GuardFinding]:
    """A note for each reason that the marketplace does not list for the order's channel and state."""
    listed: dict[tuple[str, str], frozenset[str]] = {}
    noted: set[tuple[str, str, str]] = set()
    for one in decided:
        decision = one.decision
        if decision.sends not in ASKED_FOR or not decision.channel or not decision.state:
            continue
        place = decision.channel, decision.state
        if place not in listed:
            listed[place] = _listed(sender, *place)
        for reason in sorted(_reasons(r.body for r in decision.requests)):
            known = (*place, reason)
            if listed[place] and reason not in listed[place] and known not in noted:
                noted.add(known)
                shown = ", ".join(sorted(listed[place])[:MOST_SHOWN])
                says = (
                    f"`{reason}` (order {one.order}) is not among the reasons that the marketplace "
                    f"lists for {decision.state}: {shown}"
                )
                yield GuardFinding("reason", says, halts=False)


def _listed(sender: Sender, channel: str, state: str) -> frozenset[str]:
    """The codes that are listed; none where the list cannot be read."""
    found = OctopiaReads(sender).cancellation_reasons(remote_channel(channel), state)
    if found.incomplete is not None:
        return frozenset()
    return frozenset(str(item["code"]) for item in found.items if item.get("code"))


def _reasons(bodies: Iterable[Any]) -> set[str]:
    found = set()
    for body in bodies:
        if isinstance(body, dict):
            lines = body.get("lines")
            entries = [body, *(lines if isinstance(lines, list) else ())]
            found |= {e["reason"] for e in entries if isinstance(e, dict) and e.get("reason")}
    return found
