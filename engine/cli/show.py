"""`feedwright show`: what stands in a plan's file, for a person to look at before a push."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import (
    CountType,
    format_option,
    html_option,
    now_utc,
    write_page,
)
from engine.cli.outputs import refuse_overwriting

if TYPE_CHECKING:
    from engine.outbox.plan import Plan
    from engine.outbox.plan_moves import PlanMoves

TEXT_ROWS, PAGE_ROWS = 12, 1_000


@click.command("show")
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--rows",
    type=CountType(min=0),
    help="How many offers of each change are listed (12 if not given; on a page 1,000).",
)
@format_option
@html_option
def command(plan: Path, rows: int | None, style: str, html: Path | None) -> None:
    """Show PLAN, of offers or of orders: what a push of it would send, and what it would not.

    It is shown as it was made: what was confirmed by then, what could not be sent and why, how prices
    and stock move, what the guard rails say, what it was made from, how long it is good.

    Exit codes: 0 shown, 2 it is no plan, 3 it was altered since it was made.
    """
    from engine.outbox.moments import wall_of

    refuse_overwriting()
    if rows is None:
        rows = PAGE_ROWS if html is not None else TEXT_ROWS
    made, moves = read(plan, rows)
    if html is not None:
        write_page(html, page_of(made, moves))
    elif style == "json":
        click.echo(json_of(made, moves, plan))
    else:
        for line in lines_of(made, moves):
            click.echo(line)
        expired = " (expired)" if wall_of(now_utc()) > made.expires else ""
        click.echo(f"plan {made.hash[:12]} in {plan}{expired}")


def tell(made: Plan, moves: PlanMoves | None, path: Path, style: str, html: Path | None) -> None:
    """Tell of a plan that was just made: as text or JSON, and as a page where one is asked for."""
    if html is not None:
        write_page(html, page_of(made, moves))
    if style == "json":
        click.echo(json_of(made, moves, path))
    elif html is None or str(html) != "-":
        for line in lines_of(made, moves, listed=False):
            click.echo(line)
        click.echo(f"plan {made.hash[:12]} in {path}")


def read(path: Path, rows: int) -> tuple[Plan, PlanMoves | None]:
    """The plan in a file, and what its offers come to; None for a plan of orders."""
    from engine.outbox.offer_plan import walk_offer_plan
    from engine.outbox.plan import OFFERS, read_plan
    from engine.outbox.plan_moves import PlanMoves

    with path.open("rb") as file:
        made = read_plan(file.readline(), str(path))
    if made.kind != OFFERS:
        return made, None
    moves = PlanMoves(rows)
    return walk_offer_plan(path, moves.take), moves


def lines_of(made: Plan, moves: PlanMoves | None, *, listed: bool = True) -> Iterator[str]:
    """The plan as lines for a terminal; `listed`: with offers one by one."""
    from engine.preview.plans import offer_plan_lines, order_plan_lines

    if moves is None:
        return order_plan_lines(made)
    return offer_plan_lines(made, moves, listed=listed)


def page_of(made: Plan, moves: PlanMoves | None) -> str:
    """The plan as a page."""
    from engine.preview.plan_page import offer_plan_page, order_plan_page

    return order_plan_page(made) if moves is None else offer_plan_page(made, moves)


def json_of(made: Plan, moves: PlanMoves | None, path: Path) -> str:
    """The plan as JSON: all of its first line, and how its offers move."""
    found = {**made.body(), "hash": made.hash, "file": str(path)}
    if moves is not None:
        found["moves"] = moves.as_json()
    return json.dumps(found, indent=2, ensure_ascii=False)
