"""Why an action on an order is allowed or denied, on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from engine.diagnostics.place import Span
from engine.diagnostics.visible import visible
from engine.insight.action_explained import ActionExplained, Elsewhen
from engine.language.orders.checker import shown_instant
from engine.orders.decision import Ruling
from engine.preview.derivations import tree_of

_COLOURS = {Ruling.ALLOWED: "green", Ruling.DENIED: "red", Ruling.MANUAL: "yellow"}


def print_action(console: Console, found: ActionExplained, zone: str) -> None:
    """Print the decision, its derivation, when it changes, and what other channels say."""
    decision = found.decision
    order = f" of order {visible(found.order)}" if found.order else ""
    where = f" on {decision.channel}" if decision.channel else ""
    code = f" [{decision.code}]" if decision.code else ""
    console.print(
        Text.assemble(
            (visible(found.action), "bold"),
            f"{order}{where} at {shown_instant(found.at, zone)}  ",
            (f"{decision.ruling.value}{code}", _COLOURS[decision.ruling]),
        )
    )
    console.print(Text.assemble(decision.reason, (_place(decision.rule), "dim")))
    if found.clause:
        console.print(Text(f"implements: {found.clause}", style="dim"))
    for step in found.why:
        console.print(tree_of(step))
    for line in _after(found, zone):
        console.print(Text(line))


def _after(found: ActionExplained, zone: str) -> list[str]:
    lines = [f"warning: {says}" for says in found.decision.warnings]
    if found.decision.channel:
        states = ", ".join(found.allowed_in) or "no state"
        lines.append(f"then {found.decision.channel} allows it in {states}")
    lines.append(f"changes: {_change(found.changes, zone)}")
    if found.waits_for:
        lines.append(f"it may change with what is to be confirmed: {', '.join(found.waits_for)}")
    lines += [f"on {one.channel}: {_ruling(one)}" for one in found.elsewhere]
    return lines


def _change(change: Elsewhen | None, zone: str) -> str:
    if change is None:
        return "never, as far as the rules know"
    names = f" ({', '.join(change.milestones)})" if change.milestones else ""
    return f"from {shown_instant(change.at, zone)}{names} on it is {_ruling(change)}"


def _ruling(one: Elsewhen) -> str:
    found = one.decision
    return f"{found.ruling.value}: {found.reason}{_place(found.rule)}"


def _place(span: Span) -> str:
    return f"  {span.file}:{span.line}" if span.file else ""
