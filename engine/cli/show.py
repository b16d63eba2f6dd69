"""`feedwright show`: what stands in a plan's file, for a person to look at before a push."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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
from engine.cli.outputs import project_around, refuse_overwriting

if TYPE_CHECKING:
    from engine.outbox.plan import Plan
    from engine.outbox.plan_moves import PlanMoves
    from engine.project import Project

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
    and stock move, what the guard rails say, what it was made from, how long it is good. What halts
    sending by now is told beside it, where its seller's journal is found.

    Exit codes: 0 shown, 2 it is no plan, 3 it was altered since it was made.
    """
    from engine.outbox.moments import wall_of

    refuse_overwriting()
    if rows is None:
        rows = PAGE_ROWS if html is not None else TEXT_ROWS
    made, moves = read(plan, rows)
    halts = halts_of(made, project_around())
    if html is not None:
        write_page(html, page_of(made, moves, halts))
    elif style == "json":
        click.echo(json_of(made, moves, plan, halts))
    else:
        for line in lines_of(made, moves, halts):
            click.echo(line)
        expired = " (expired)" if wall_of(now_utc()) > made.expires else ""
        click.echo(f"plan {made.hash[:12]} in {plan}{expired}")


def tell(
    made: Plan,
    moves: PlanMoves | None,
    path: Path,
    style: str,
    html: Path | None,
    project: Project,
) -> None:
    """Tell of a plan that was just made: as text or JSON, and as a page where one is asked for."""
    halts = halts_of(made, project)
    if html is not None:
        write_page(html, page_of(made, moves, halts))
    if style == "json":
        click.echo(json_of(made, moves, path, halts))
    elif html is None or str(html) != "-":
        for line in lines_of(made, moves, halts, listed=False):
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


def halts_of(made: Plan, project: Project | None) -> dict[str, str]:
    """The halts that stand in the journal which the plan was made against, if it is the project's."""
    from engine.errors import ProjectError
    from engine.outbox.opening import standing_halts
    from engine.outbox.settings import sending_settings

    if project is None:
        return {}
    try:
        path = sending_settings(project).journal_path(made.seller)
    except ProjectError:  # a plan may be looked at where its seller is unknown
        return {}
    return standing_halts(path, made.lineage)


def lines_of(
    made: Plan, moves: PlanMoves | None, halts: Mapping[str, str], *, listed: bool = True
) -> Iterator[str]:
    """The plan as lines for a terminal; `halts` stand, `listed`: with offers one by one."""
    from engine.preview.plans import offer_plan_lines, order_plan_lines, standing_lines

    if moves is None:
        yield from order_plan_lines(made)
    else:
        yield from offer_plan_lines(made, moves, listed=listed)
    yield from standing_lines(halts)


def page_of(made: Plan, moves: PlanMoves | None, halts: Mapping[str, str]) -> str:
    """The plan as a page."""
    from engine.preview.plan_page import offer_plan_page, order_plan_page

    return order_plan_page(made, halts) if moves is None else offer_plan_page(made, moves, halts)


def json_of(made: Plan, moves: PlanMoves | None, path: Path, halts: Mapping[str, str]) -> str:
    """The plan as JSON: all of its first line, how its offers move, and the halts that stand."""
    found = {**made.body(), "hash": made.hash, "file": str(path)}
    if moves is not None:
        found["moves"] = moves.as_json()
    found["halted"] = [{"name": name, "why": why} for name, why in sorted(halts.items())]
    return json.dumps(found, indent=2, ensure_ascii=False)
