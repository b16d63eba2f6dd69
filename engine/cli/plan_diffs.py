"""`feedwright diff` of two plans: what the newer one would send differently."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from engine.outbox.plan_diff import PlanDiff

Limits = tuple[Decimal | None, Decimal | None]


def show(old: Path, new: Path, style: str, limits: Limits) -> bool:
    """Print what differs; whether that fails.

    Raises:
        ProjectError: the plans are about different things.
    """
    from engine.preview.plan_diffs import plan_diff_json, plan_diff_markdown, plan_diff_text
    from engine.preview.terminal import payload_text

    found = _compared(old, new)
    if style == "json":
        click.echo(payload_text(plan_diff_json(found)))
    elif style == "markdown":
        click.echo(plan_diff_markdown(found), nl=False)
    else:
        for line in plan_diff_text(found):
            click.echo(line)
    return _fails(found, *limits)


def _compared(old: Path, new: Path) -> PlanDiff:
    from engine.errors import ProjectError
    from engine.outbox.plan import OFFERS, read_plan
    from engine.outbox.plan_diff import diff_offers, diff_orders

    plans = []
    for path in (old, new):
        with path.open("rb") as file:
            plans.append(read_plan(file.readline(), str(path)))
    first, second = plans
    if (first.kind, first.channel) != (second.kind, second.channel):
        raise ProjectError(
            f"{old} is about {first.kind} on {first.channel}, {new} about {second.kind} on "
            f"{second.channel}: there is nothing to compare"
        )
    return diff_offers(old, new) if first.kind == OFFERS else diff_orders(first, second)


def _fails(found: PlanDiff, rejected: Decimal | None, moved: Decimal | None) -> bool:
    """Whether the changes are beyond what is allowed; without limits, whether there are any."""
    if rejected is None and moved is None:
        return found.any
    beyond = []
    rows = found.new.content.get("rows", 0)
    if rejected is not None and rows and Decimal(found.newly_rejected * 100) / rows > rejected:
        beyond.append(f"{found.newly_rejected} of {rows} rows more are rejected")
    far = found.price.farthest
    if moved is not None and far is not None and far > moved:
        beyond.append(f"a price moves by {far} %, and at most {moved} % are allowed")
    for line in beyond:
        click.echo(f"feedwright: beyond the limit: {line}", err=True)
    return bool(beyond)
