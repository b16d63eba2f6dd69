"""What differs between two plans: as terminal text, JSON, or Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.diagnostics.visible import visible
from engine.outbox.plan import OFFERS
from engine.outbox.plan_diff import Group, PlanDiff, ValueChange
from engine.outbox.plan_moves import movement_json
from engine.preview.impacts import escaped
from engine.preview.movements import move_words
from engine.preview.plans import until


def plan_diff_text(diff: PlanDiff) -> Iterator[str]:
    """The lines of a report for a terminal."""
    yield plan_diff_sum(diff)
    yield from (f"  {line}" for line in _counts(diff))
    yield from (f"  WATCH OUT: {line}" for line in _warnings(diff))
    for title, group in _groups(diff):
        yield ""
        yield f"{title}: {_sorts(group)}"
        yield from (f"  {visible(name)}" for name in group.examples)
    for change in diff.ranked():
        yield ""
        yield f"{visible(change.name)}: {_of(diff, change.offers)}"
        yield from (f"  {line}" for line in _moves(change))
        for sku, old, new in change.examples:
            yield f"  {visible(sku)}: {_step(old, new)}"


def plan_diff_markdown(diff: PlanDiff) -> str:
    """A summary for a pull request."""
    lines = ["### What the newer plan sends differently", "", escaped(plan_diff_sum(diff)), ""]
    lines += [f"- {escaped(line)}" for line in _counts(diff)]
    lines += [f"- **Watch out:** {escaped(line)}" for line in _warnings(diff)]
    for title, group in _groups(diff):
        names = ", ".join(map(visible, group.examples))
        lines.append(f"- {title}: {escaped(_sorts(group))}, such as {escaped(names)}")
    if diff.changes:
        lines += ["", "| value | number | change | for example |", "|---|---:|---|---|"]
    for change in diff.ranked():
        shown = "; ".join(f"{visible(s)}: {_step(o, n)}" for s, o, n in change.examples[:2])
        told = [visible(change.name), str(change.offers), ", ".join(_moves(change)), shown]
        lines.append("| " + " | ".join(escaped(cell) for cell in told) + " |")
    return "\n".join(lines) + "\n"


def plan_diff_json(diff: PlanDiff) -> dict[str, Any]:
    """The report as JSON data: stable keys."""
    return {
        "kind": diff.new.kind,
        "same": not diff.any,
        "old": _plan_json(diff, old=True),
        "new": _plan_json(diff, old=False),
        "no_longer_sent": _group_json(diff.dropped),
        "newly_sent": _group_json(diff.added),
        "planned_otherwise": dict(sorted(diff.resorted.items())),
        "touched": diff.touched,
        "newly_rejected": diff.newly_rejected,
        "stock_falls_to_zero": diff.emptied,
        "decimal_slips": diff.slips,
        "price": movement_json(diff.price),
        "changes": [
            {
                "value": change.name,
                "number": change.offers,
                "added": change.added,
                "removed": change.removed,
                "movement": movement_json(change.movement),
                "examples": [{"name": s, "old": o, "new": n} for s, o, n in change.examples],
            }
            for change in diff.ranked()
        ],
    }


def _plan_json(diff: PlanDiff, *, old: bool) -> dict[str, Any]:
    plan = diff.old if old else diff.new
    counts = plan.content.get("counts")
    found: dict[str, Any] = {"hash": plan.hash, "made": until(plan.made), "serial": plan.serial}
    return found if counts is None else {**found, "counts": dict(counts)}


def _group_json(group: Group) -> dict[str, Any]:
    sorts = dict(sorted(group.sorts.items()))
    return {"number": group.number, "sorts": sorts, "examples": group.examples}


# --- sentences ----------------------------------------------------------------------------------


def plan_diff_sum(diff: PlanDiff) -> str:
    """The sum of it."""
    if not diff.any:
        return "Both plans send the same."
    return (
        f"{_of(diff, diff.touched)} with other values, {diff.added.number} newly sent, "
        f"{diff.dropped.number} no longer sent."
    )


def _of(diff: PlanDiff, number: int) -> str:
    name = "offer" if diff.new.kind == OFFERS else "message"
    return f"1 {name}" if number == 1 else f"{number} {name}s"


def _counts(diff: PlanDiff) -> Iterator[str]:
    if diff.newly_rejected:
        yield f"{diff.newly_rejected} more are rejected"
    for sort, number in sorted(diff.resorted.items()):
        yield f"planned otherwise, {sort}: {number}"
    if diff.price.rows:
        yield f"prices: {', '.join(move_words(diff.price))}"


def _warnings(diff: PlanDiff) -> Iterator[str]:
    if diff.slips:
        yield f"the price is off by exactly 10, 100 or 1000 in {_of(diff, diff.slips)}"
    if diff.emptied:
        yield f"stock falls to 0 in {_of(diff, diff.emptied)}"


def _groups(diff: PlanDiff) -> Iterator[tuple[str, Group]]:
    for title, group in (("No longer sent", diff.dropped), ("Newly sent", diff.added)):
        if group.number:
            yield title, group


def _sorts(group: Group) -> str:
    return ", ".join(f"{number} {sort}" for sort, number in sorted(group.sorts.items()))


def _moves(change: ValueChange) -> Iterator[str]:
    if change.added:
        yield f"{change.added} newly sent"
    if change.removed:
        yield f"{change.removed} no longer sent"
    if change.movement.rows:
        yield from move_words(change.movement)


def _step(old: str | None, new: str | None) -> str:
    shown = ["(none)" if one is None else visible(one) for one in (old, new)]
    return " -> ".join(shown)
